"""One spelling for matching: width, case, script, quotes, dashes and spaces; pinyin of names.

Knows: how two spellings of the same words become equal. Does not know: which words exist.
Nothing here is cached: what a person typed must not stay in the process. A folded text can have
another length than the text it came from, so places in one are not places in the other.
"""

import re
import unicodedata

from pypinyin import Style, lazy_pinyin, load_phrases_dict, load_single_dict

from core.i18n import simplified

_Signs = dict[int, str | None]
_QUOTES: _Signs = dict.fromkeys(map(ord, "“”„‟«»「」『』〝〞＂"), '"')
_APOSTROPHES: _Signs = dict.fromkeys(map(ord, "‘’‚‛′`´"), "'")
_DASHES: _Signs = dict.fromkeys(map(ord, "‐‑‒–—―−﹘﹣－⁃"), "-")
_SPACES: _Signs = {ord(c): " " for c in "\t\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"}
# All of Unicode's control and format signs lie here; reading every code point took 0.3 s.
_PLACES = (*range(0x1D200), *range(0xE0000, 0xE0100))
_INVISIBLE: _Signs = {c: None for c in _PLACES if unicodedata.category(chr(c)) in ("Cc", "Cf")}
_VARIATION: _Signs = dict.fromkeys(range(0xFE00, 0xFE10))
_HALVES = re.compile("[\ud800-\udfff]")
_SIGNS = _INVISIBLE | _VARIATION | _QUOTES | _APOSTROPHES | _DASHES | _SPACES

# pypinyin reads these as another word does; the readings here are the ones of drug names.
_CHARACTERS = {"炔": "quē", "呱": "guā", "咯": "luò", "泊": "bó", "粘": "nián", "勒": "lè"}
_NAMES = {
    "芬必得": [["fēn"], ["bì"], ["dé"]],
    "西乐葆": [["xī"], ["lè"], ["bǎo"]],
    "都保": [["dū"], ["bǎo"]],
    "长效": [["cháng"], ["xiào"]],
}
load_single_dict({ord(character): reading for character, reading in _CHARACTERS.items()})
load_phrases_dict(_NAMES)


def whole(text: str) -> str:
    """The text with a sign of its own in place of each half character, which no encoder takes."""
    return _HALVES.sub("\ufffd", text)


def fold(text: str) -> str:
    """The form that is compared: simplified, lower case, half width, single spaces, no marks."""
    plain = unicodedata.normalize("NFKC", whole(text).translate(_SIGNS)).translate(_SIGNS).lower()
    if not plain.isascii():
        plain = simplified(plain)
    return " ".join(plain.split())


def pinyin(text: str) -> str:
    """Full pinyin without tones, joined: 阿托伐他汀 is `atuofatating`; ü is `v`; the rest is kept.

    A character with several readings gets one: the reading of the longest known word it stands in,
    else its commonest. The dictionary knows few drug names, so those it read wrongly stand above.
    """
    return _read(text, Style.NORMAL)


def initials(text: str) -> str:
    """First letters of the syllables: 阿托伐他汀 is `atftt`; Latin letters and digits are kept."""
    return _read(text, Style.FIRST_LETTER)


def _read(text: str, style: Style) -> str:
    return "".join("".join(lazy_pinyin(fold(text), style=style)).split())
