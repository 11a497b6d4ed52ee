"""No breathing, no pulse, no waking up: words that look like a denied symptom and are none.

Knows: where such words end, so that `没有呼吸` fires and `没有呼吸困难` does not; a text that says
only "stroke", which within a sentence is mostly what a medicine prevents.
Does not know: anything slower than that; difficult breathing stands in the tables.
"""

import re
from collections.abc import Iterator

from core.safety.reading import Reading
from core.terms.negation import Assertion

_SIGN = "(?:呼吸|心跳|脉搏)"
_END = (
    rf"(?:了|啦|咗)?(?=$|[\s。!?;,\n]|\.(?!\d)|(?:、|和|与|及|也没有?)?{_SIGN}(?:$|[\s。!?;,\n了]))"
)
_ENGLISH_END = r"(?=\s*(?:$|[.,;!?\n])|\s+(?:and|or|felt|found|palpable|at all|now|any ?more)\b)"
_NO_SIGN = (
    re.compile(rf"(?:没有?|没了|冇|无|摸不到|测不到)(?:了)?{_SIGN}{_END}"),
    re.compile(
        rf"(?:{_SIGN}|心脏)(?:都|已经|已|突然|全){{0,2}}(?:停了|停止了?|停咗|没了|没有了|骤停|停跳)"
    ),
    re.compile(
        r"(?:\bnot|n't|\bstopped|\bno longer)\s+breathing\b"
        r"(?!\s+(?:difficult|problem|issue|trouble))"
    ),
    re.compile(
        rf"\b(?:no|without a|cannot (?:feel|find) a|can't (?:feel|find) a) pulse{_ENGLISH_END}"
    ),
    re.compile(r"\bheart (?:has )?stopped\b|\b(?:in|into) cardiac arrest\b"),
)
_NOT_WAKING = (re.compile(rf"(?:\bnot|n't|\bwill not|\bcannot) wak(?:e|ing) up{_ENGLISH_END}"),)
_STROKE_ALONE = (re.compile(r"\A\W*(?:救命\W*)?(?:中风|stroke)(?:了|啦)?\W*\Z"),)


def stroke_alone(reading: Reading) -> Iterator[tuple[str, Assertion]]:
    """A text of the one word."""
    yield from _found(reading, _STROKE_ALONE)


def no_sign_of_life(reading: Reading) -> Iterator[tuple[str, Assertion]]:
    """Words for no breathing and no pulse, unless the text denies them."""
    yield from _found(reading, _NO_SIGN)


def not_waking(reading: Reading) -> Iterator[tuple[str, Assertion]]:
    """Words for a person who does not wake up."""
    yield from _found(reading, _NOT_WAKING)


def _found(
    reading: Reading, patterns: tuple[re.Pattern[str], ...]
) -> Iterator[tuple[str, Assertion]]:
    for pattern in patterns:
        for match in pattern.finditer(reading.text):
            said = reading.said(*match.span())
            if said != "negated":
                yield match.group(), said
