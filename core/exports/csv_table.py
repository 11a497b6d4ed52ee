"""Rows as a CSV file that a spreadsheet opens without running anything.

Knows: UTF-8 with a byte order mark (without it Excel in China reads GBK), CRLF as in RFC 4180, and
which cells a spreadsheet would take for a formula.
Does not know: what the columns mean.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Sequence

from core.exports.plain_text import plain

Cell = str | int | float | None
NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?")


def csv_file(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """The bytes of the file; raises `ValueError` when a row is not as long as the header."""
    lines = io.StringIO()
    writer = csv.writer(lines, lineterminator="\r\n")
    writer.writerow([guarded(name) for name in header])
    for row in rows:
        if len(row) != len(header):
            raise ValueError(f"{len(row)} cells for {len(header)} columns")
        writer.writerow([guarded(cell) for cell in row])
    return lines.getvalue().encode("utf-8-sig")


def guarded(cell: Cell) -> str:
    """The cell as text, with a leading apostrophe where a spreadsheet would read a formula."""
    if cell is None:
        return ""
    if not isinstance(cell, str):
        return str(cell)
    text = plain(cell)
    return f"'{text}" if cell[:1] in {"\t", "\r"} or _is_formula(text) else text


def _is_formula(text: str) -> bool:
    """Full-width signs count too: Excel with an East Asian keyboard takes ＝ for =."""
    first = unicodedata.normalize("NFKC", text[:1])
    return first in {"=", "+", "-", "@"} and not NUMBER.fullmatch(text)
