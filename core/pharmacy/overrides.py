"""A person's decision to go on with a pair in spite of its grade: reason, note, time, grade.

Knows: the closed list of reasons and when a decision no longer holds.
Does not know: how a decision is recorded (`decision_record`). The finding itself is never removed.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from core.pharmacy.facts import RANK, Severity
from core.records.roles import Role

Reason = Literal[
    "benefit_outweighs",
    "dose_adjusted",
    "monitored",
    "tolerated_before",
    "separated_in_time",
    "short_term",
    "other",
]
REASONS: tuple[Reason, ...] = get_args(Reason)


@dataclass(frozen=True, slots=True)
class Override:
    """`severity` is the grade that the person saw; unknown is `none`, the strict side.

    `person` is the name of who decided, `role` theirs at that time and `entry` the record of it;
    all empty without staff.
    """

    reason: Reason
    note: str
    when: datetime
    severity: Severity = "none"
    person: str = ""
    role: Role | Literal[""] = ""
    entry: str = ""

    def stands(self, severity: Severity) -> bool:
        """Does the decision still hold? Not after the grade has risen above what was seen."""
        return RANK[severity] <= RANK[self.severity]
