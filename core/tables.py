"""Reads a knowledge table and says exactly where it is wrong.

Knows: CSV in UTF-8, the columns a caller expects and what each may hold. A bad cell raises
`BadTable` with file, line and column; the caller decides what runs without that table.
Does not know: what the tables mean.
"""

import csv
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from core.errors import BadTable
from core.i18n import Text

Check = Callable[[str], bool]
NUMBER = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,9})?")


def filled(cell: str) -> bool:
    return bool(cell)


def anything(cell: str) -> bool:
    return True


def number(cell: str) -> bool:
    """A plain decimal number, not negative."""
    return NUMBER.fullmatch(cell) is not None


def one_of(*allowed: str) -> Check:
    return frozenset(allowed).__contains__


def known(ids: Collection[str]) -> Check:
    return lambda cell: cell in ids


def all_known(ids: Collection[str]) -> Check:
    """Several ids joined by `|`, possibly none."""
    return lambda cell: all(part in ids for part in split(cell))


def split(cell: str) -> tuple[str, ...]:
    return tuple(part for part in cell.split("|") if part)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table; `line` counts from 1 with the header as line 1."""

    file: str
    line: int
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells[column]

    def text(self, stem: str) -> Text:
        """The sentence in columns `<stem>_en` and `<stem>_zh`."""
        return Text(self.cells[f"{stem}_en"], self.cells[f"{stem}_zh"])

    def many(self, column: str) -> tuple[str, ...]:
        return split(self.cells[column])

    def bad(self, column: str) -> BadTable:
        return bad_table(self.file, self.line, column, self.cells.get(column, ""))


def bad_table(file: str, line: int, column: str, found: str) -> BadTable:
    where = f"{file}:{line}:{column}: {found[:80]!r}"
    return BadTable("error.table", where, file=file, line=line, column=column, found=found[:80])


def read_table(path: Path, columns: Mapping[str, Check]) -> tuple[Row, ...]:
    """All rows, each cell checked; raises `BadTable` at the first cell that is not allowed."""
    text = _text(path)
    reader = csv.reader(text.splitlines(), strict=True)
    try:
        header = next(reader, [])
        if header != list(columns):
            raise bad_table(path.name, 1, "header", ",".join(header))
        return tuple(_row(path.name, reader.line_num, columns, cells) for cells in reader)
    except csv.Error as problem:
        raise bad_table(path.name, reader.line_num, "-", str(problem)) from problem


def _text(path: Path) -> str:
    try:
        content = path.read_bytes()
        return content.decode("utf-8")
    except OSError as problem:
        raise bad_table(path.name, 1, "-", type(problem).__name__) from problem
    except UnicodeDecodeError as problem:
        line = content.count(b"\n", 0, problem.start) + 1
        raise bad_table(path.name, line, "-", "UTF-8?") from problem


def _row(file: str, line: int, columns: Mapping[str, Check], cells: list[str]) -> Row:
    if len(cells) != len(columns):
        raise bad_table(file, line, "-", f"{len(cells)} of {len(columns)} cells")
    row = Row(file, line, dict(zip(columns, cells, strict=True)))
    for column, check in columns.items():
        if not check(row[column]):
            raise row.bad(column)
    return row
