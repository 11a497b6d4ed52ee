"""The kinds of record group and how long each is kept.

Knows: the periods that hold until an administrator sets others. Fifteen years is what mainland
China asks at least for outpatient records, three years for records of the process.
Does not know: the law of a place; `records retention` sets what holds there, for new groups.
"""

from datetime import datetime, timedelta
from typing import Literal, get_args

GroupKind = Literal["visit", "report", "pharmacy_list", "model_answer", "paper_library"]
KINDS: tuple[GroupKind, ...] = get_args(GroupKind)
YEAR = 365.25
# None: kept until its owner erases it; a paper library holds no patient.
KEPT_DAYS: dict[GroupKind, int | None] = {
    "visit": round(15 * YEAR),
    "report": round(15 * YEAR),
    "pharmacy_list": round(3 * YEAR),
    "model_answer": round(3 * YEAR),
    "paper_library": None,
}


def keep_until(created: str, days: int | None) -> str | None:
    """The day from which a group may be erased; None for never by age."""
    if days is None:
        return None
    until = datetime.fromisoformat(created) + timedelta(days=days)
    return until.isoformat(timespec="microseconds")
