"""The order in which names of staff stand: Chinese ones by pinyin, among Latin ones.

Knows: common surnames that are read otherwise as a surname. A given name is read as it commonly is.
"""

from core.terms.folding import pinyin

_SURNAMES = {
    "仇": "qiu",
    "区": "ou",
    "单": "shan",
    "曾": "zeng",
    "朴": "piao",
    "查": "zha",
    "盖": "ge",
    "缪": "miao",
    "翟": "zhai",
    "解": "xie",
}


def place(name: str) -> tuple[str, str]:
    """What to sort a name by; two names that sound alike keep one order."""
    surname = _SURNAMES.get(name[:1])
    read = surname + pinyin(name[1:]) if surname and len(name) > 1 else pinyin(name)
    return read, name
