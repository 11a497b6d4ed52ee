"""Which steps of a good argument a thought chain holds, by type of question.

Knows: the words by which a step is recognised, in English and Chinese, from a table. A step that is
named is not yet a right one: this counts presence and judges nothing.
"""

import re
from dataclasses import dataclass
from functools import cache

from core.settings import ASSETS
from core.tables import filled, one_of, read_table

TYPES = ("diagnosis", "treatment", "mechanism", "interaction")
FILE = ASSETS / "model" / "reasoning_steps.csv"


def _compiles(cell: str) -> bool:
    try:
        re.compile(cell)
    except re.error:
        return False
    return bool(cell)


COLUMNS = {"type": one_of(*TYPES), "step": filled, "pattern": _compiles}


@dataclass(frozen=True, slots=True)
class Step:
    name: str
    present: bool


def steps(kind: str, thought: str) -> tuple[Step, ...]:
    """The steps of a type of question, present or missing; empty for an unknown type."""
    return tuple(Step(name, bool(found.search(thought))) for name, found in _table().get(kind, ()))


@cache
def _table() -> dict[str, list[tuple[str, re.Pattern[str]]]]:
    made: dict[str, list[tuple[str, re.Pattern[str]]]] = {}
    for row in read_table(FILE, COLUMNS):
        made.setdefault(row["type"], []).append((row["step"], re.compile(row["pattern"], re.I)))
    return made
