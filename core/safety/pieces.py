"""Many tablets taken at one time, as `吃了二十片` or `took thirty pills`.

Knows: words for taking, for pieces, numbers in digits, Chinese and English.
Does not know: the substance, its strength, or what is toxic.
"""

import re
from collections.abc import Iterator

from core.safety.reading import Reading
from core.terms.negation import Assertion

# Pieces taken at one time that count as an overdose. The project's own limit, not a clinical one.
MANY_PIECES = 10
_PIECES = r"(?:片|粒|颗|錠|锭|板|瓶)"
_TAKEN_ZH = re.compile(
    rf"(?<![含口])(?:吃|服|吞|食|磕|嗑)(?:下去|下|了|咗|过|掉|多)*\s*(?:大概|差不多|大约|约|有|足足|将近)*\s*"
    rf"(\d{{1,3}}|[一二两三四五六七八九十百几]{{1,4}})\s*(?:多|几|来)?\s*{_PIECES}(?!\s*/?\s*(?:盒|装))"
)
_COUNTED_FIRST = re.compile(
    rf"(\d{{1,3}}|[一二两三四五六七八九十百]{{1,4}})\s*(?:多|几|来)?\s*{_PIECES}\s*(?:药|安眠药)?\s*"
    r"(?:一次性?|一口气|一下子|全部?|都)\s*(?:给|被)?(?:吃|服|吞)(?:下|了|咗|掉|光|完)"
)
_TENS = {
    "ten": 10, "fifteen": 15, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60,
    "hundred": 100,
}  # fmt: skip
_TAKEN_EN = re.compile(
    r"\b(?:took|taken|swallowed|ate|popped|downed|ingested|take)\s+(?:\w+\s+){0,2}?"
    rf"(\d{{1,3}}|{'|'.join(_TENS)})\s+(?:\w+\s+){{0,3}}?(?:tablets?|pills?|capsules?|tabs|caps)\b"
)
_DIGITS = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"两": 2, "几": 3}


def many_pieces(reading: Reading) -> Iterator[tuple[str, Assertion]]:
    """The words that say so and what the text says about them."""
    for pattern in (_TAKEN_ZH, _COUNTED_FIRST, _TAKEN_EN):
        for match in pattern.finditer(reading.text):
            if _number(match.group(1)) >= MANY_PIECES:
                yield match.group(), reading.said(*match.span())


def _number(text: str) -> int:
    """12, twenty, 十二, 三十 or 一百 as a number."""
    if text.isdecimal():
        return int(text)
    if text in _TENS:
        return _TENS[text]
    tens, ten, ones = text.partition("十")
    if "百" in text:
        return 100
    if not ten:
        return _DIGITS.get(text, 0)
    return 10 * _DIGITS.get(tens, 1) + _DIGITS.get(ones, 0)
