"""Alternatives of a pair row, each checked against the rest of the list before it is offered.

Knows: which of the two drugs an alternative replaces (by class, else by where it is graded better),
and the worst grade it would bring. A rejected one says with whom and how bad.
Does not know: indication, allergy, formulary. Alternatives exist only where a row names them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from core.pharmacy.checker import Medicine, Pair
from core.pharmacy.derivation import Profile
from core.pharmacy.facts import RANK, PairRow, Severity
from core.pharmacy.knowledge import Knowledge

NONE: Severity = "none"
GROUP = 3  # shared ATC levels: same pharmacological group (`N03A`)


@dataclass(frozen=True, slots=True)
class Alternative:
    """A drug instead of `replaces` (empty: the tables do not tell which of the two).

    `worst_with` is the drug of the remaining list that it is graded worst with.
    """

    drug: str
    replaces: str
    severity: Severity
    worst_with: str
    not_checked_with: tuple[str, ...]
    offered: bool


def alternatives(
    pair: Pair, medicines: Sequence[Medicine], knowledge: Knowledge
) -> tuple[Alternative, ...]:
    """The alternatives of the deciding row, best first, rejected ones last."""
    row = pair.decided_by.row if pair.decided_by else None
    if row is None:
        return ()
    listed = {m.id for m in medicines}
    candidates = (knowledge.profiles[drug] for drug in row.alternatives if drug not in listed)
    found = [
        _alternative(candidate, pair, medicines, knowledge)
        for candidate in candidates
        if not _meant_for_another_member(candidate, pair, row, knowledge)
    ]
    return tuple(sorted(found, key=lambda a: (not a.offered, RANK[a.severity])))


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
    candidate: Profile, pair: Pair, medicines: Sequence[Medicine], knowledge: Knowledge
) -> Alternative:
    leaving = _replaced(candidate, pair, knowledge)
    worst_with, severity = "", NONE
    unchecked = []
    for other in medicines:
        if other is leaving or (leaving and other.line == leaving.line):
            continue
        grade = knowledge.derive(candidate, other.profile).severity
        if RANK[grade] > RANK[severity]:
            severity, worst_with = grade, other.id
        if grade == NONE and not (candidate.has_enzyme_data and other.profile.has_enzyme_data):
            unchecked.append(other.id)
    offered = RANK[severity] < min(RANK[pair.severity], RANK["major"])
    replaces = leaving.id if leaving else ""
    return Alternative(candidate.drug.id, replaces, severity, worst_with, tuple(unchecked), offered)


def _replaced(candidate: Profile, pair: Pair, knowledge: Knowledge) -> Medicine | None:
    """The drug of the pair that an alternative stands in for, `None` when the tables do not tell.

    Its class or ATC group tells; else it stands in for the one that causes the change, or can only
    be the one it must not be combined with itself.
    """
    a, b = pair.a, pair.b
    kin_a, kin_b = _related(candidate, a.profile), _related(candidate, b.profile)
    if kin_a != kin_b:
        return a if kin_a > kin_b else b
    affected = _affected(pair)
    if (a.id in affected) != (b.id in affected):
        return b if a.id in affected else a
    bad_with = [
        m
        for m in (a, b)
        if RANK[knowledge.derive(candidate, m.profile).severity]
        >= min(RANK[pair.severity], RANK["major"])
    ]
    return bad_with[0] if len(bad_with) == 1 else None


def _affected(pair: Pair) -> frozenset[str]:
    """The drugs on the side whose effect changes; none when both sides change."""
    row = pair.decided_by.row if pair.decided_by else None
    if row is None or row.object == "both":
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
