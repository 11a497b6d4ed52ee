"""One plain spelling of a sentence: marks, disguises and spacing taken off before it is judged.

Knows: Markdown, HTML and LaTeX marks, letters of other scripts that look Latin, characters set
apart by spaces or signs. Does not know: what the words mean. Places in the plain spelling are not
places in the sentence, so a sentence is judged whole.
"""

import html
import re
import unicodedata

from core.terms.folding import fold

_LOOKALIKES = str.maketrans(
    "аеорсухкмнтвіјѕԁԛԝһАЕОРСУХКМНТВІЈЅοιονυκρταҮᴀΑΒΕΗΙΚΜΝΟΡΤΧΥΖ",
    "aeopcyxkmhtbijsdqwhAEOPCYXKMHTBIJSoiovukptaYAABEHIKMNOPTXYZ",
)
_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,80}>|<!--.*?-->")
_LATEX = re.compile(
    r"\\(?:text|mathrm|mathbf|textbf|mathit|operatorname)\s*(?=\{)|\\[,;: ]|[{}$\\]"
)
_ITEM = re.compile(
    r"^[\s>]*(?:#{1,6}\s+|[-*+•·▪◦–—‣]\s+|[-*•·▪◦‣](?=[^\s\d*-])|\(?\d{1,2}[.)、)]\s*(?!\d)"
    r"|[①-⑳]|[((]?[一二三四五六七八九十]{1,2}[、.))]\s*|\[[ xX]\]\s*)+"
)
_MARKS = re.compile(r"[*`~]+|__+|(?<!\w)_|_(?!\w)")
_CELL = re.compile(r"\s*\|\s*")
_RULE = re.compile(r"^[\s|:+-]+$")
_APART = re.compile(r"(?<![a-z'])[a-z](?:([ .\-_·/])[a-z])(?:\1[a-z])+(?![a-z'])")
_DIGITS_APART = re.compile(r"(?<![\d.])\d(?: ?[.,] ?\d| \d(?!\d))+(?!\d)")
_UNITS_APART = re.compile(r"(?<=\d)\s*m\s?g(?![a-z])")
_HAN = r"[\u3400-\u9fff\u3007]"
_SIGNS_IN_HAN = re.compile(rf"(?<={_HAN})\s*[-·._*~ˉ|]\s*(?={_HAN})")
_DASHED_HAN = re.compile(rf"(?:{_HAN}[—–]){{2,}}{_HAN}")
_SPACE_AT_HAN = re.compile(rf"(?<={_HAN})\s+|\s+(?={_HAN})")
_WIDE = re.compile(r"(?<=\S)(?: {2,}|\u3000)(?=\S)")
_WORDS_OF_ORDERS = [
    "you",
    "should",
    "must",
    "take",
    "taking",
    "give",
    "stop",
    "stopping",
    "start",
    "continue",
    "discontinue",
    "hold",
    "increase",
    "reduce",
    "switch",
    "avoid",
    "use",
    "please",
    "the",
    "your",
    "of",
    "to",
    "a",
    "mg",
    "mcg",
    "tablet",
    "tablets",
    "pill",
    "daily",
    "twice",
    "once",
    "times",
    "day",
    "every",
    "night",
    "morning",
    "now",
    "do",
    "not",
    "and",
    "with",
    "it",
]


def plain(sentence: str, names: frozenset[str]) -> str:
    """The sentence folded and without disguise; `names` help to part words written apart."""
    text = html.unescape(_TAG.sub("", sentence.replace("**", "")))
    text = "".join(c for c in text if unicodedata.category(c) not in ("Cf", "Mn"))
    if _RULE.fullmatch(text):
        return ""
    text = _ITEM.sub("", _LATEX.sub(" ", text))
    text = _CELL.sub(" , ", text.strip().strip("|"))
    folded = fold(_MARKS.sub("", _WIDE.sub(" \ue010 ", text)).translate(_LOOKALIKES))
    folded = unicodedata.normalize("NFC", _without_accents(folded))
    folded = _APART.sub(lambda m: _together(m.group(), m[1], names), folded).replace("\ue010", " ")
    folded = _DIGITS_APART.sub(lambda m: m.group().replace(" ", ""), folded)
    folded = _UNITS_APART.sub(" mg", folded)
    folded = _DASHED_HAN.sub(lambda m: re.sub("[—–]", "", m.group()), folded)
    folded = _SPACE_AT_HAN.sub("", _SIGNS_IN_HAN.sub("", _SPACE_AT_HAN.sub("", folded)))
    return " ".join(folded.split())


def _without_accents(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", text) if unicodedata.category(c) != "Mn")


def _together(letters: str, sign: str, names: frozenset[str]) -> str:
    """Letters set apart, joined; where several words ran together they are parted again."""
    joined = letters.replace(sign, "")
    if joined in ("bid", "tid", "qid", "po", "prn", "qd", "mg") or len(joined) < 4:
        return joined if sign == " " else letters
    return " ".join(_words(joined, names))


def _words(joined: str, names: frozenset[str]) -> list[str]:
    """The longest known word at each place; what no word explains stays as it is."""
    words, unknown, place = [], "", 0
    while place < len(joined):
        found = _longest(joined, place, names)
        if not found:
            unknown += joined[place]
            place += 1
            continue
        words += [unknown, found] if unknown else [found]
        unknown, place = "", place + len(found)
    return [*words, unknown] if unknown else words


def _longest(joined: str, place: int, names: frozenset[str]) -> str:
    for end in range(min(len(joined), place + 24), place, -1):
        word = joined[place:end]
        if word in names or word in _WORDS_OF_ORDERS:
            return word
    return ""
