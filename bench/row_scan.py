"""The peer of a check: the same tables read as plain rows, each row looked at for each pair.

It gathers the rows that name the two drugs and decides nothing: no grade, no context, no sentence.
So it does less than a check, without an index; a check must not be slower. Knows the columns of
the tables, none of their rules.
"""

import csv
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path

Row = dict[str, str]


def rows(folder: Path, name: str) -> list[Row]:
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as source:
        return list(csv.DictReader(source))


class RowScan:
    """Explicit rows and enzyme roles that touch a list of drugs, found by looking at every row."""

    def __init__(self, folder: Path) -> None:
        self.classes = {
            r["class_id"]: set(r["members"].split("|")) for r in rows(folder, "classes")
        }
        self.pairs = rows(folder, "pairs")
        self.roles = rows(folder, "enzyme_roles")

    def check(self, drugs: Sequence[str]) -> dict[tuple[str, str], list[str]]:
        """Ids of the explicit rows and names of the shared enzymes, by pair."""
        return {
            (a, b): self._explicit(a, b) + self._shared(a, b) for a, b in combinations(drugs, 2)
        }

    def _explicit(self, a: str, b: str) -> list[str]:
        return [
            row["id"]
            for row in self.pairs
            if (self._names(row["a"], a) and self._names(row["b"], b))
            or (self._names(row["a"], b) and self._names(row["b"], a))
        ]

    def _names(self, selector: str, drug: str) -> bool:
        kind, _, name = selector.partition(":")
        return name == drug if kind == "drug" else drug in self.classes[name]

    def _shared(self, a: str, b: str) -> list[str]:
        first = {row["enzyme"] for row in self.roles if row["drug_id"] == a}
        return sorted(first & {row["enzyme"] for row in self.roles if row["drug_id"] == b})
