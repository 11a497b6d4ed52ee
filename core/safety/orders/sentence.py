"""One sentence in its context: does it read as an order, and why.

Knows: directions of both languages, doses without a direction, what excuses those, headings and
unfinished sentences before it. Does not know: rows of the knowledge tables (`restating`). A
direction is an order whatever source it names; a stated dose is one unless something excuses it.
"""

import re
from dataclasses import dataclass
from typing import Literal

from core.safety.orders import chinese, english, passing
from core.safety.orders.measures import AMOUNT, TIME
from core.safety.orders.medicines import MEDICINE, medicines, name_forms
from core.safety.orders.plain import plain

Why = Literal["direction", "dose", "split"]
_SEGMENTS = re.compile(r"[;:,()\[\]\"!?。、](?!\d)|\.(?!\d)|\s[-–—]+\s|→|—+|--+")
_HAN = re.compile(r"[\u3400-\u9fff]")
_ORDER_HEADING = re.compile(
    r"^(?:rx|plan|treatment(?: plan)?|prescriptions?|orders?|recommendations?|recommended|"
    r"(?:my |our )?advice|sig|to ?do|"
    r"discharge (?:\ue001|med\w*|prescription)|action(?:s| plan)?|proposed? \w+|suggested \w+|"
    r"new (?:\ue001|regimen)|instructions?|directions|"
    r"处方|医嘱|治疗(?:方案|计划|建议)?|用药(?:方案|建议|指导|计划)|建议|方案|计划|处理|处置|出院带药|长期医嘱|临时医嘱|调整(?:后|方案)|新方案|"
    r"推荐)\s*(?:\([^)]*\))?\s*[::-]"
)
_NEW_NAME = re.compile(r"(?<![.!?:\n*#>-] )(?<=[a-z,] )[A-Z][a-z]{4,}(?:[a-z0-9-]*)\b")
_ORDINARY = re.compile(
    r"(?:Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday|January|February|March|"
    r"April|June|July|"
    r"August|September|October|November|December|Doctor|Patient|English|Chinese|Holter|"
    r"Glasgow|Child|"
    r"Cockcroft|Gault|Warning|Note|Home)"
)
_REACH = 160  # characters of what was left open
_PART = re.compile(rf"[{MEDICINE}{AMOUNT}{TIME}\ue004]")
_CLOSED = re.compile(r"[.。!?]\W*$")
_WORD = re.compile(r"[a-z\d]+|[\u3400-\u9fff]{1,2}|[\ue001-\ue004]")


@dataclass(frozen=True, slots=True)
class Span:
    """An order in a text: the sentence from `start` to `end`, and what made it one."""

    start: int
    end: int
    why: Why


@dataclass(frozen=True, slots=True)
class Context:
    """What stood before a sentence: the heading it is under, and sentences that were left open."""

    heading: str = ""
    excuse: str = ""  # the heading again, unless it is an order itself
    open: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """A sentence in its plain spelling, and the same with signs for medicines and doses."""

    plain: str
    masked: str


def read(sentence: str) -> Reading:
    """The two spellings in which a sentence is judged."""
    spelled = plain(_named(sentence), name_forms())
    return Reading(spelled, medicines().masked(spelled))


def _named(sentence: str) -> str:
    """A name with a capital inside a sentence may be a medicine that no table holds."""
    return _NEW_NAME.sub(lambda m: m.group() if _ORDINARY.match(m.group()) else "\ue004", sentence)


def order(reading: Reading, context: Context) -> Why | None:
    """Why a sentence is an order, if it is one."""
    alone = _order(reading.masked, context.excuse)
    if alone or not reading.masked:
        return alone
    for n in range(len(context.open)):
        before = " ".join(context.open[n:])
        if _completes(before, reading.masked, context.excuse):
            return "split"
    if context.heading and _under(context.heading, reading.masked):
        return "split"
    return None


def _completes(before: str, text: str, heading: str) -> bool:
    """Whether a sentence makes an order of what stood before it; a bare name is part of one."""
    why = _order(f"{before[-_REACH:]} {text}", heading) if _adds(text) else None
    if why is None or (why == "dose" and not _PART.search(text)):
        return False
    return _name_only(text) or not _order(before, heading)


def _adds(text: str) -> bool:
    """Whether this may be the end of a sentence begun before: it is no whole sentence itself."""
    if _CLOSED.search(text) and not unfinished(text):
        return False
    return bool(_PART.search(text)) or _short(text)


def _under(heading: str, text: str) -> bool:
    """`Stop:` and below it a name; `Plan:` and below it a name with a dose."""
    if _order(f"{heading.rstrip(': ')} {text}", ""):
        return not passing.excused(heading, "")
    return _order(f"{heading.rstrip(': ')}: {text}", "") is not None and not passing.excused(
        heading, ""
    )


def _order(text: str, heading: str) -> Why | None:
    asks = passing.question(text)
    left = passing.without_published_advice(passing.without_advice_to_ask(text))
    if _directs(left, asks):
        return "direction"
    if asks:
        return None
    headed = _ORDER_HEADING.match(text)
    if headed and (AMOUNT in text or _name_alone(text[headed.end() :])):
        return "dose"
    if (passing.states_dose(text) or passing.fragment(text)) and not passing.excused(text, heading):
        return "dose"
    return None


def _directs(text: str, asks: bool) -> bool:
    segments = [part.strip() for part in _SEGMENTS.split(text) if part.strip()]
    if not segments:
        return False
    if english.directs(segments, asks):
        return True
    return bool(_HAN.search(text)) and chinese.directs(segments, asks)


def unfinished(masked: str) -> bool:
    """`Warfarin.`, `5 mg.` or `Stop.`: closed by a sign, and yet no sentence."""
    return _name_alone(masked) or passing.fragment(masked) or _short(masked)


def _short(text: str) -> bool:
    return len(_WORD.findall(text)) <= 3


def _name_only(text: str) -> bool:
    return _name_alone(text) and not (AMOUNT in text or TIME in text)


def _name_alone(text: str) -> bool:
    rest = re.sub(rf"[{MEDICINE}{AMOUNT}{TIME}\W\d]|and|plus|the|with|和|加|联合", "", text)
    return MEDICINE in text and not rest
