"""What the release says of itself: its version and how many rows each table must have.

Knows: the shape of `manifest.json`. A half-copied table has whole rows only; these numbers tell.
Does not know: what stands in the tables.
"""

import json
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

from core.errors import BadTable
from core.tables import bad_table

FILE = "manifest.json"
UNKNOWN = "?"


@dataclass(frozen=True, slots=True)
class Manifest:
    """`rows` by table; empty, with the `problem`, when the file cannot be used."""

    version: str = UNKNOWN
    rows: dict[str, int] = field(default_factory=dict)
    problem: BadTable | None = None

    def check(self, table: str, found: int) -> None:
        """Raises `BadTable` for a table with fewer rows than the release has."""
        stated = self.rows.get(table, 0)
        if found < stated:
            raise bad_table(f"{table}.csv", found + 1, "-", f"{found} / {stated}")


def read_manifest(folder: Path, tables: Collection[str]) -> Manifest:
    """The manifest of a folder; never raises. `tables` are those that it must count."""
    try:
        content = json.loads((folder / FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as problem:
        return _broken("-", type(problem).__name__)
    if not isinstance(content, dict):
        return _broken("-", type(content).__name__)
    version, rows = content.get("version"), content.get("rows")
    if not isinstance(version, str) or not version.strip():
        return _broken("version", str(version))
    if not isinstance(rows, dict):
        return _broken("rows", str(rows))
    for table in tables:
        if type(rows.get(table)) is not int or rows[table] < 1:
            return _broken(f"rows.{table}", str(rows.get(table)))
    return Manifest(version, {table: rows[table] for table in tables})


def _broken(place: str, found: str) -> Manifest:
    return Manifest(problem=bad_table(FILE, 1, place, found))
