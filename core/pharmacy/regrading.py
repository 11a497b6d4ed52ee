"""Which grades change by what is stated of patient, dose and route.

Knows: how the rows of `context.csv` act on a derivation; nothing else raises a grade here.
Does not know: whether a condition is met (`conditions`), creams and drops (`topical`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from core.pharmacy.conditions import holds
from core.pharmacy.context import Medication, Patient, Question
from core.pharmacy.facts import RANK, ContextRow, Severity
from core.pharmacy.findings import Derivation, Finding, headline


@dataclass(frozen=True, slots=True)
class Applied:
    """A context row that changed a grade; `assumed` when it is only the stricter of two grades."""

    row: ContextRow
    before: Severity
    after: Severity
    assumed: bool = False

    @property
    def raised(self) -> bool:
        return RANK[self.after] > RANK[self.before]


@dataclass(frozen=True, slots=True)
class InContext:
    """A derivation after patient, dose and route."""

    derivation: Derivation
    applied: tuple[Applied, ...] = ()
    questions: tuple[Question, ...] = ()
    capped_topical: bool = False


def apply_context(
    derivation: Derivation,
    rows: Sequence[ContextRow],
    sides: Mapping[str, Medication],
    patient: Patient,
) -> InContext:
    """Changes the grade of a derivation by those context rows that name its pair.

    `sides` maps each of the two drug ids to its medication. Of several rows that hold, the
    strictest counts. A row touches only findings of the mechanism that its pair row describes.
    """
    ruled = next((f for f in derivation.findings if f.row), None)
    if ruled is None:
        return InContext(derivation)
    answers = [(row, holds(row, sides, patient)) for row in rows if _names(row, *sides)]
    held = [row for row, answer in answers if answer == "yes"]
    counted = held + [
        row
        for row, answer in answers
        if answer == "unclear" and RANK[row.severity] > RANK[ruled.severity]
    ]
    questions = tuple(
        _question(row, sides)
        for row, answer in answers
        if answer in {"unknown", "unclear"} and _matters(row, counted, derivation, ruled)
    )
    if not counted:
        return InContext(derivation, questions=questions)
    chosen = _strictest(counted)
    changed = _regraded(derivation, ruled, chosen.severity)
    applied = Applied(chosen, derivation.severity, changed.severity, chosen not in held)
    return InContext(changed, (applied,), questions)


def _names(row: ContextRow, a: str, b: str) -> bool:
    return (a in row.first and b in row.second) or (b in row.first and a in row.second)


def _strictest(rows: Sequence[ContextRow]) -> ContextRow:
    return max(rows, key=lambda row: RANK[row.severity])


def _matters(
    row: ContextRow, counted: Sequence[ContextRow], derivation: Derivation, ruled: Finding
) -> bool:
    """Would the grade differ between the two answers to this row?"""
    others = [other for other in counted if other is not row]

    def grade(rows: Sequence[ContextRow]) -> Severity:
        if not rows:
            return derivation.severity
        return _regraded(derivation, ruled, _strictest(rows).severity).severity

    return grade([*others, row]) != grade(others)


def _regraded(derivation: Derivation, ruled: Finding, severity: Severity) -> Derivation:
    """The row's mechanism takes the new grade; findings of another mechanism keep theirs."""

    def regrade(finding: Finding) -> Finding:
        if finding is ruled:
            return replace(finding, severity=severity)
        if finding.family == ruled.family and RANK[finding.severity] > RANK[severity]:
            return replace(finding, severity=severity)
        return finding

    findings = tuple(map(regrade, derivation.findings))
    ruling = headline(findings)
    return Derivation(ruling.severity if ruling else "none", ruling, findings)


def _question(row: ContextRow, sides: Mapping[str, Medication]) -> Question:
    x, y = tuple(sides)
    a, b = (x, y) if x in row.first and y in row.second else (y, x)
    drug = {"dose_a_at_most_mg": a, "route_a": a, "route_b": b}.get(row.condition, "")
    return Question(row.id, row.condition, row.value, row.severity, drug)
