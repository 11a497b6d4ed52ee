"""The words by which a question is recognised: `assets/terms/question_words.csv`.

Knows: patterns over folded text, in the order of the table. What food or timing was recognised by
is taken out before the rest is read, so that “together with food” asks for no interaction.
Does not know: medicines, rows.
"""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, get_args

from core.settings import current
from core.tables import anything, filled, one_of, read_table

Topic = Literal[
    "order",
    "timing",
    "food",
    "interaction",
    "mechanism",
    "management",
    "enzymes",
    "patient",
    "not_held",
]
TOPICS: tuple[Topic, ...] = get_args(Topic)
PERMISSION = "permission"  # “can I”, which asks for nothing by itself
EVERY_FOOD = "*"
_FILE = "question_words.csv"
_WITH = re.compile(r"\0\s*(?:一起|同时|一块|同[服吃]|together|at the same time)")


@dataclass(frozen=True, slots=True)
class Word:
    topic: str
    value: str
    pattern: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Recognised:
    """What the words ask for; `values` of a topic in the order of the table."""

    topics: frozenset[str]
    values: tuple[tuple[str, str], ...]

    def of(self, topic: str) -> tuple[str, ...]:
        return tuple(value for held, value in self.values if held == topic)


def recognise(folded: str) -> Recognised:
    """Reads a folded question in which names of medicines were blanked out."""
    rest, seen = folded, set[str]()
    values: dict[tuple[str, str], None] = {}
    for word in words():
        where = folded if word.topic == "food" else rest
        if not word.pattern.search(where):
            continue
        seen.add(word.topic)
        values[word.topic, word.value] = None
        if word.topic in ("food", "timing", "not_held"):
            rest = _WITH.sub(" ", word.pattern.sub("\0", rest)).replace("\0", " ")
    return Recognised(frozenset(seen), tuple(values))


@cache
def words() -> tuple[Word, ...]:
    """The words of this process; raises `BadTable` when their file is damaged."""
    return load(current().assets / "terms")


def load(folder: Path) -> tuple[Word, ...]:
    columns = {"topic": one_of(*TOPICS, PERMISSION), "value": anything, "pattern": _compiles}
    rows = read_table(folder / _FILE, columns)
    return tuple(Word(row["topic"], row["value"], re.compile(row["pattern"])) for row in rows)


def _compiles(cell: str) -> bool:
    try:
        re.compile(cell)
    except re.error:
        return False
    return filled(cell)
