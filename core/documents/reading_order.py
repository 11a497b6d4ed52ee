"""The order in which a person reads the lines of a page.

Knows: rows, columns of running text, headings over both columns, turned lines.
Does not know: tables; one whose cells are running text is read column by column, so its rows come
apart. Lengths are points from the top left of the page.
"""

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple


class Line(NamedTuple):
    """A run of text on one baseline in points from the top left; `level` is False where turned."""

    left: float
    top: float
    right: float
    bottom: float
    text: str
    level: bool = True


def in_order(lines: Iterable[Line]) -> list[str]:
    """Rows from the top, columns of running text one after the other, turned lines last."""
    found = list(lines)
    level = sorted((line for line in found if line.level), key=lambda line: (line.top, line.left))
    return _read_down(level) + [line.text for line in found if not line.level]


def _read_down(lines: list[Line]) -> list[str]:
    gutter = _gutter(lines)
    if gutter is None:
        return _rows(lines)
    out: list[str] = []
    left: list[Line] = []
    right: list[Line] = []
    for line in lines:
        if line.left < gutter < line.right:  # a heading over both columns ends what is above it
            out += [*_read_down(left), *_read_down(right), line.text]
            left, right = [], []
        else:
            (left if line.right <= gutter else right).append(line)
    return out + _read_down(left) + _read_down(right)


def _gutter(lines: list[Line]) -> float | None:
    """The x between two columns of running text that the fewest lines cross, if there is one."""
    best, fewest = None, len(lines) / 5
    starts = Counter(round(line.left) for line in lines)
    for x in sorted(start - 2.0 for start, times in starts.items() if times > 2):
        left = [line for line in lines if line.right <= x]
        right = [line for line in lines if line.left >= x]
        crossing = len(lines) - len(left) - len(right)
        if crossing < fewest and all(_is_prose(part, lines) for part in (left, right)):
            best, fewest = x, crossing
    return best


def _is_prose(part: list[Line], whole: list[Line]) -> bool:
    """Lines that fill a column, or several columns; the cells of a table are short and ragged."""
    if len(part) < 3 or _width(part) < _width(whole) / 5:
        return False
    filled = sum(line.right - line.left for line in part)
    return filled > 0.6 * _width(part) * len(part) or _gutter(part) is not None


def _width(lines: list[Line]) -> float:
    return max(line.right for line in lines) - min(line.left for line in lines)


def _rows(lines: list[Line]) -> list[str]:
    """Lines on one height are one row, two blanks between its parts: a table keeps its rows."""
    rows: list[list[Line]] = []
    for line in lines:
        first = rows[-1][0] if rows else None
        if first and line.top < (first.top + first.bottom) / 2:
            rows[-1].append(line)
        else:
            rows.append([line])
    return ["  ".join(line.text for line in sorted(row)) for row in rows]
