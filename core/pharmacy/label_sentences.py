"""Cuts a label sentence into statements that each have one predicate.

Knows: joints of clauses and lists, which enzymes share a predicate, how far a negation reaches.
Does not know: what role a statement gives; that is `label_text`.
"""

import re
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal

from core.pharmacy import label_words as words

JOINT = re.compile(
    r"[，,]|、|以及|但是|但|(?<![从因进])而(?:不是|非)?(?!且)|并且|并(?![非用])|且|和|及|或|也(?=不|未)|"
    r"\b(?:and|or|nor|but|however|whereas|while|although|though|without|as well as|rather than|"
    r"instead of)\b",
    re.I,
)
Kind = Literal["comma", "list", "contrast"]
CONTRAST = re.compile(
    r"但|而|but|however|whereas|while|although|though|without|rather|instead", re.I
)
REVERSES = re.compile(r"而(?:不是|非)|without|rather|instead|nor", re.I)
PASSES_ON = re.compile(r"或|\bor\b|\bnor\b", re.I)
LEANS_FORWARD = re.compile(r"(?:经|由|通过|被|对)[^，,]*$")
BY_ITSELF = re.compile(r"经|由(?!于)|通过|不依赖|不涉及")
BARE_VERB = re.compile(r"\s*(?:抑制|诱导|inhibit\b|induce\b)", re.I)
ENDS_WITH_ROLE = re.compile(
    r"(?:抑制剂?|诱导剂?|底物|受质|inhibits?|induces?|inhibitor|inducer|substrate|"
    r"metaboli[sz]ed(?: by)?)\s*$",
    re.I,
)
STARTS_WITH_ROLE = re.compile(
    r"\s*(?:[强弱]效?|中[效等度])?的?(?:抑制|诱导|底物|受质)|\s*(?:an?\s+)?(?:\w+\s)?(?:inhibitor|inducer|substrate)\b",
    re.I,
)
LISTED = re.compile(
    r"\b(?:and|or|but|as|well|an?|the|of|for|both|also|strong|moderate|weak|potent|inhibitor|inducer|"
    r"substrate)\b|抑制剂|诱导剂|底物|受质|[\s和及、或以强弱中效度等的也是,，/]",
    re.I,
)


@dataclass(slots=True)
class Segment:
    """The words between two joints; `joint` is what stands before them."""

    text: str
    joint: str = ""
    kind: Kind = "comma"

    @property
    def enzymes(self) -> list[str]:
        return [found.group() for found in words.NAMED.finditer(self.text)]

    @property
    def has_role(self) -> bool:
        return bool(words.ROLE.search(self.text))

    @property
    def negative(self) -> bool:
        reversed_here = REVERSES.search(self.joint) and not words.NEGATED.search(self.text)
        found = words.NEGATED.search(self.text) or words.NOT_LEFT.match(self.text)
        return bool(reversed_here or found)


@dataclass(slots=True)
class Statement:
    """Enzymes that share one predicate, each negated or not, and the words around.

    `core` holds the predicate; `before` and `after` reach to the neighbouring statements.
    """

    enzymes: list[tuple[str, bool]] = field(default_factory=list)
    core: str = ""
    before: str = ""
    after: str = ""
    negative: bool = False
    joint: str = ""
    is_continued: bool = False

    @property
    def whole(self) -> str:
        return f"{self.before} {self.core} {self.after}"


def statements(sentence: str) -> list[Statement]:
    """The statements of one sentence in their order."""
    made: list[Statement] = []
    waiting: list[Segment] = []  # enzymes that wait for a predicate behind them
    between = ""
    segments = _segments(sentence)
    for n, segment in enumerate(segments):
        if not segment.enzymes:
            between += segment.joint + segment.text
            if made and not waiting:
                made[-1].after += segment.joint + segment.text
            continue
        if segment.has_role:
            made.append(_stated(waiting, segment, between))
            waiting, between = [], ""
        elif waiting or not made or _leans_forward(segment, segments[n + 1 : n + 2]):
            waiting.append(segment)
        else:
            _add(made[-1], segment)
            between = ""
    for segment in waiting if made else ():
        _add(made[-1], segment)
    _pass_on(made)
    return made


def _segments(sentence: str) -> list[Segment]:
    """Cut at every joint; a role without an enzyme stays with the enzyme it belongs to."""
    segments: list[Segment] = []
    place, joint = 0, ""
    for found in (*JOINT.finditer(sentence), None):
        text = sentence[place : found.start() if found else len(sentence)]
        if text.strip():
            _append(segments, Segment(text, joint, _kind(joint)))
            joint = ""
        if found:
            joint += found.group()
            place = found.end()
    return segments


def _kind(joint: str) -> Kind:
    if CONTRAST.search(joint):
        return "contrast"
    return "comma" if not joint or joint[0] in "，," and len(joint) == 1 else "list"


def _append(segments: list[Segment], new: Segment) -> None:
    last = segments[-1] if segments else None
    if last and new.kind != "contrast" and len(last.text) < 400:
        starts = STARTS_WITH_ROLE.match(new.text)
        hangs = not last.enzymes and (ENDS_WITH_ROLE.search(last.text[-40:]) or _dangles(last))
        trails = not new.enzymes and last.enzymes and new.kind == "list"
        if (hangs and (starts or new.kind == "list")) or (trails and starts):
            last.text += new.joint + new.text
            return
    segments.append(new)


def _dangles(segment: Segment) -> bool:
    return bool(words.DANGLING.search(segment.text[-40:]))


def _leans_forward(segment: Segment, following: list[Segment]) -> bool:
    """Does an enzyme without predicate belong to the predicate behind it?"""
    if LEANS_FORWARD.search(segment.text):
        return True
    if not following or following[0].kind != "list":
        return False
    enzyme, role = words.ENZYME.search(following[0].text), words.ROLE.search(following[0].text)
    return bool(enzyme and role and enzyme.start() < role.start())


def _stated(waiting: list[Segment], head: Segment, before: str) -> Statement:
    made = Statement(before=before, joint=(waiting or [head])[0].joint, negative=head.negative)
    negative = False
    for n, segment in enumerate(waiting):
        alone = segment.kind == "contrast" or (n > 0 and bool(BY_ITSELF.search(segment.text)))
        negative = segment.negative or (negative and not alone)
        reached = head.negative and not _apart([*waiting[n + 1 :], head])
        made.enzymes += [(enzyme, negative or reached) for enzyme in segment.enzymes]
        made.core += segment.joint + segment.text
    apart = _apart([head])
    made.negative = head.negative or (negative and not apart)
    made.enzymes += [(enzyme, made.negative) for enzyme in head.enzymes]
    made.core += head.joint + head.text
    return made


def _apart(segments: list[Segment]) -> bool:
    """Does a contrast or a preposition of its own stop a negation on the way?"""
    return any(s.kind == "contrast" or BY_ITSELF.search(s.text) for s in segments)


def _add(statement: Statement, segment: Segment) -> None:
    """An enzyme named after the predicate shares it; "but by" turns a negation back."""
    if segment.kind == "contrast":
        statement.negative = segment.negative
    else:
        statement.negative = statement.negative or segment.negative
    statement.enzymes += [(enzyme, statement.negative) for enzyme in segment.enzymes]
    statement.core += segment.joint + segment.text


def _pass_on(made: list[Statement]) -> None:
    """What a second predicate takes from the first: "not … or induce B", "is an … and weak …"."""
    for last, here in pairwise(made):
        verb = BARE_VERB.match(here.core.removeprefix(here.joint))
        if last.negative and verb and PASSES_ON.search(here.joint):
            here.negative = True
            here.enzymes = [(enzyme, True) for enzyme, _ in here.enzymes]
        is_one = last.is_continued or words.IS_ONE.search(last.before + last.core)
        here.is_continued = bool(is_one) and not LISTED.sub("", words.NAMED.sub("", here.core))
