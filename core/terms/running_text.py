"""Names inside running text: which words belong to which name, and what is left unexplained.

Knows: the words after a name up to the next one carry its dose; "not taken" wording around a name;
a brand beside its substance is one drug. Does not know: what a dose means, or any name.
"""

import re
from dataclasses import dataclass
from typing import Literal

from core.terms.dose import says_amount, without_regimen
from core.terms.drug_names import DrugNames, Mention
from core.terms.form_words import apart, only_forms, without_forms
from core.terms.negation import not_taken, speaks_of_allergy
from core.terms.ordinary_words import COMPOUND, leftover, undenied
from core.terms.stopping import stopped_behind

State = Literal["taken", "not_taken", "allergy", "leftover_text"]
MOST_MENTIONS = 100  # names in one line; the text behind them comes back as not understood
_JOINT = r"(?:[\s+/,、:]|以及|和|与|及|(?<![a-z])and(?![a-z]))+"
_JOINTS = re.compile(rf"^{_JOINT}|{_JOINT}$")
_PAUSE = re.compile(r"[\s,、/+)]$|(?:和|与|及|而)$")
_CLOSED = re.compile(r"[,、)\]]\s*$")
_OPEN = re.compile(r"[(\[][^)\]]*$|^([^(\[]*)[)\]]$")
# Behind a name these tell of another product: Micardis Plus, Claritin-D, Tylenol #3.
_PRODUCT = re.compile(r"[\s-]*(?:(plus)|[dgh]|(?:#|no\.?)?\s*[1-4](?=\s*$))(?![a-z0-9.])\s*")
_SAME = re.compile(r"[\s()/-]*")


@dataclass(frozen=True, slots=True)
class Said:
    """A name with the words that belong to it, or words that nothing explains."""

    text: str
    state: State
    drug: str = ""
    has_dose: bool = False


def read_sentence(folded: str, names: DrugNames) -> list[Said]:
    """The drugs of a folded line and the words left over; empty when no name stands in it."""
    found = _merged(names.mentions(folded), folded)
    if not found:
        return []
    kept, more = found[:MOST_MENTIONS], found[MOST_MENTIONS:]
    end = more[0].start if more else len(folded)
    edges = [0, *(m.end for m in kept)], [*(m.start for m in kept), end]
    gaps = [folded[a:b] for a, b in zip(*edges, strict=True)]
    said = [
        _said(folded, n, kept, gaps, state) for n, state in enumerate(_states(folded, kept, gaps))
    ]
    said += filter(None, map(_unexplained, gaps, [*kept, None], [folded] * len(gaps)))
    behind = enumerate(gaps[1:], 1)
    said += [Said(gap.strip(), "leftover_text") for n, gap in behind if _only_product(gap, n, gaps)]
    return said + ([Said(folded[end:], "leftover_text")] if more else [])


def _merged(mentions: tuple[Mention, ...], folded: str) -> list[Mention]:
    """Two names of one drug side by side (brand and substance) are one mention."""
    merged: list[Mention] = []
    for mention in mentions:
        last = merged[-1] if merged else None
        if (
            last
            and last.drug == mention.drug
            and _SAME.fullmatch(without_forms(folded[last.end : mention.start]))
        ):
            merged[-1] = Mention(last.start, mention.end, mention.drug)
        else:
            merged.append(mention)
    return merged


def _said(folded: str, n: int, mentions: list[Mention], gaps: list[str], state: State) -> Said:
    mention, before, after = mentions[n], gaps[n], gaps[n + 1]
    text = folded[mention.start : mention.end]
    last = n + 1 == len(mentions)
    whole = text if _left(after) or _other_product(after, last) else _tidy(text + after)
    sure = (
        whole != text
        and not says_amount(gaps[0])
        and not _shares(before, n > 0)
        and not _shares(after, n + 1 < len(mentions))
        and not before.rstrip().endswith(COMPOUND)
    )
    return Said(whole, state, mention.drug, sure)


def _tidy(text: str) -> str:
    """Without the sign or word that led on to the next name, and without half a bracket."""
    return _OPEN.sub(lambda m: m[1] or "", _JOINTS.sub("", text)).strip()


def _states(folded: str, mentions: list[Mention], gaps: list[str]) -> list[State]:
    """What is said of each name. A stop that stands behind one name is not one for the next."""
    states: list[State] = []
    told = 0  # up to here the words were read as said of an earlier name
    for n, mention in enumerate(mentions):
        before, name = folded[told : mention.start], folded[mention.start : mention.end]
        after = _said_behind(gaps[n + 1], last=n + 1 == len(mentions))
        stopped = not_taken(before + name, len(before), len(before + name))
        ended = not stopped and (
            not_taken(name + after, 0, len(name)) or _stopped(gaps[n + 1], n + 1 == len(mentions))
        )
        told = mention.end + len(gaps[n + 1]) if ended else told
        near = before[-12:] + name + after[:12]
        state: State = "allergy" if speaks_of_allergy(near) else "not_taken"
        states.append(state if stopped or ended else "taken")
    return states


def _said_behind(gap: str, last: bool) -> str:
    """Words that touch the next name speak of that one: 华法林 停用阿司匹林."""
    if last:
        return " " + without_regimen(gap)
    return gap if _PAUSE.search(gap) else ""


def _stopped(gap: str, last: bool) -> bool:
    """A stop behind the dose; before another name only a closed clause speaks of the one before."""
    return (last or bool(_CLOSED.search(gap))) and stopped_behind(without_regimen(gap))


def _shares(gap: str, between: bool) -> bool:
    """Names written together (as a combination is) share a dose, so that it is nobody's."""
    bare = without_forms(gap).strip()
    return between and (only_forms(gap) or bare in ("/", "-"))


def _left(gap: str) -> str:
    return leftover(undenied(gap))


def _other_product(gap: str, last: bool) -> bool:
    """Does the word behind a name make it another product? `plus` may also join the next name."""
    found = _PRODUCT.match(gap)
    if found is None:
        return False
    return last or not found[1] or bool(gap[found.end() :].strip())


def _only_product(gap: str, place: int, gaps: list[str]) -> bool:
    return not _left(gap) and _other_product(gap, place + 1 == len(gaps))


def _unexplained(gap: str, following: Mention | None, folded: str) -> Said | None:
    if not _left(gap):
        return None
    rest = _JOINTS.sub("", without_regimen(apart(gap)))
    rest += ")" if rest.count("(") > rest.count(")") else ""
    if following and rest.endswith(COMPOUND):
        rest += folded[following.start : following.end]
    return Said(rest, "allergy" if speaks_of_allergy(gap) else "leftover_text")
