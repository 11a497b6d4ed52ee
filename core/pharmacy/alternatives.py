"""Alternatives of a pair row, each checked against the rest of the list before it is offered.

Knows: which of the two drugs an alternative replaces (by class, else by where it is graded better),
the worst grade it would bring with one drug of the list or with two (three-drug rules).
Does not know: indication, allergy, formulary. Alternatives exist only where a row names them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from core.pharmacy.checker import Medicine, Pair, ThreeDrugs, compare, rules_of_three
from core.pharmacy.context import Patient
from core.pharmacy.derivation import Profile
from core.pharmacy.facts import RANK, PairRow, Severity
from core.pharmacy.knowledge import Knowledge
from core.terms.drug_list import Item

NONE: Severity = "none"
Outcome = Literal["offered", "unchecked", "rejected"]
GROUP = 3  # shared ATC levels: same pharmacological group (`N03A`)


@dataclass(frozen=True, slots=True)
class Alternative:
    """A drug instead of `replaces` (empty: the tables do not tell which of the two).

    `worst_with` is the drug of the remaining list that it is graded worst with; `completes` is the
    three-drug rule that would hold with it, and then `severity` is not below that rule's. What
    could not be checked with every drug of the list is named, but it is not offered.
    """

    drug: str
    replaces: str
    severity: Severity
    worst_with: str
    not_checked_with: tuple[str, ...]
    outcome: Outcome
    completes: ThreeDrugs | None = None

    @property
    def offered(self) -> bool:
        return self.outcome == "offered"


def alternatives(
    pair: Pair,
    medicines: Sequence[Medicine],
    knowledge: Knowledge,
    patient: Patient | None = None,
) -> tuple[Alternative, ...]:
    """The alternatives of the pair's row, best first, rejected ones last."""
    row = _row(pair)
    if row is None:
        return ()
    medicines = _without_repeats(pair, medicines)
    listed = {m.id for m in medicines}
    candidates = (knowledge.profiles[drug] for drug in row.alternatives if drug not in listed)
    found = [
        _alternative(candidate, pair, row, medicines, knowledge, patient or Patient())
        for candidate in candidates
        if not _meant_for_another_member(candidate, pair, row, knowledge)
    ]
    order = get_args(Outcome)
    return tuple(sorted(found, key=lambda a: (order.index(a.outcome), RANK[a.severity])))


def _without_repeats(pair: Pair, medicines: Sequence[Medicine]) -> tuple[Medicine, ...]:
    """The list, each medicine once; both lines of the pair stay whole, as one of them may leave."""
    own = (pair.a.line, pair.b.line)
    kept = {(m.line if m.line in own else None, m.id, m.medication): m for m in medicines}
    return tuple(kept.values())


def _row(pair: Pair) -> PairRow | None:
    """The deciding row; a class row keeps its alternatives where a rule decides above it."""
    decided = (pair.decided_by,) if pair.decided_by else ()
    rows = (f.row for f in (*decided, *pair.derivation.findings) if f.row)
    return next((row for row in rows if row.alternatives), None)


def _meant_for_another_member(
    candidate: Profile, pair: Pair, row: PairRow, knowledge: Knowledge
) -> bool:
    """A class row names alternatives for all its members: levetiracetam for carbamazepine, say,
    in a row that also covers rifampicin, which it does not replace."""
    if any(_related(candidate, m.profile) >= GROUP for m in (pair.a, pair.b)):
        return False
    members = row.first | row.second
    return any(_related(candidate, knowledge.profiles[m]) >= GROUP for m in members)


def _alternative(
    candidate: Profile,
    pair: Pair,
    row: PairRow,
    medicines: Sequence[Medicine],
    knowledge: Knowledge,
    patient: Patient,
) -> Alternative:
    leaving = _replaced(candidate, pair, row, knowledge)
    new = Medicine(-1, Item(candidate.drug.id, (candidate.drug.id,), "exact"), candidate)
    staying = _without(leaving, pair, medicines)
    met = [compare(new, other, knowledge, patient) for other in _each_once(staying)]
    worst = max(met, key=lambda p: RANK[p.severity], default=None)
    severity = worst.severity if worst else NONE
    worst_with = worst.b.id if worst and severity != NONE else ""
    three = next(_completed(new, leaving, pair, medicines, knowledge), None)
    if three and RANK[three.rule.severity] > RANK[severity]:
        severity = three.rule.severity
        worst_with = next(drug for drug in three.drugs if drug != new.id)
    better = three is None and RANK[severity] < min(RANK[pair.severity], RANK["major"])
    unchecked = tuple(p.b.id for p in met if p.state == "not_checked")
    outcome: Outcome = "rejected" if not better else "unchecked" if unchecked else "offered"
    replaces = leaving.id if leaving else ""
    return Alternative(new.id, replaces, severity, worst_with, unchecked, outcome, three)


def _without(
    leaving: Medicine | None, pair: Pair, medicines: Sequence[Medicine]
) -> tuple[Medicine, ...]:
    """The list after a replacement: a product leaves whole, unless the pair lies within it."""
    if leaving is None:
        return tuple(medicines)
    if pair.a.line == pair.b.line:
        return tuple(m for m in medicines if m is not leaving)
    return tuple(m for m in medicines if m.line != leaving.line)


def _each_once(medicines: Sequence[Medicine]) -> tuple[Medicine, ...]:
    return tuple({(m.id, m.medication): m for m in medicines}.values())


def _completed(
    new: Medicine,
    leaving: Medicine | None,
    pair: Pair,
    medicines: Sequence[Medicine],
    knowledge: Knowledge,
) -> Iterator[ThreeDrugs]:
    """Three-drug rules that the new drug takes part in and that the leaving one did not."""
    own = {new.id, *new.profile.drug.components}
    if not any(any(knowledge.profiles[drug].of_three) for drug in own):
        return
    held = rules_of_three(medicines, knowledge)
    for gone in (leaving,) if leaving else (pair.a, pair.b):
        before = {three.rule.id for three in held if gone.id in three.members}
        after = rules_of_three((*_without(gone, pair, medicines), new), knowledge)
        yield from (t for t in after if own & {*t.members} and t.rule.id not in before)


def _replaced(
    candidate: Profile, pair: Pair, row: PairRow, knowledge: Knowledge
) -> Medicine | None:
    """The drug of the pair that an alternative stands in for, `None` when the tables do not tell.

    Its class or ATC group tells; else it stands in for the one that causes the change, or can only
    be the one it must not be combined with itself.
    """
    a, b = pair.a, pair.b
    kin_a, kin_b = _related(candidate, a.profile), _related(candidate, b.profile)
    if kin_a != kin_b:
        return a if kin_a > kin_b else b
    affected = _affected(row)
    if (a.id in affected) != (b.id in affected):
        return b if a.id in affected else a
    bad_with = [
        m
        for m in (a, b)
        if RANK[knowledge.derive(candidate, m.profile).severity]
        >= min(RANK[pair.severity], RANK["major"])
    ]
    return bad_with[0] if len(bad_with) == 1 else None


def _affected(row: PairRow) -> frozenset[str]:
    """The drugs on the side whose effect changes; none when both sides change."""
    if row.object == "both":
        return frozenset()
    return row.first if row.object == "a" else row.second


def _related(x: Profile, y: Profile) -> int:
    """Length of the shared ATC code in levels (1, 3, 4, 5 characters), more for the same class."""
    if x.drug.drug_class == y.drug.drug_class:
        return 5
    shared = 0
    for code in x.drug.atc:
        for other in y.drug.atc:
            levels = sum(code[:n] == other[:n] for n in (1, 3, 4, 5))
            shared = max(shared, levels)
    return shared
