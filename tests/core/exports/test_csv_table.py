"""A spreadsheet opens the file right and runs nothing in it."""

import csv
import io

import pytest

from core.exports.csv_table import csv_file, guarded

FORMULAS = [
    "=cmd|' /C calc'!A0",
    "+1+cmd",
    "-2+3+cmd",
    "@SUM(A1)",
    "  =1+1",
    "　＝1+1",
    "＋cmd",
    "－cmd",
    "＠SUM(A1)",
    "﹦1+1",
    "\u200b=1+1",
    "\x00=1+1",
    "\r\n=1+1",
    "\t=1+1",
]


@pytest.mark.parametrize("cell", FORMULAS)
def test_a_formula_becomes_text(cell: str) -> None:
    written = guarded(cell)
    assert written.startswith("'")
    assert written[1:].strip() and "\r" not in written and "\t" not in written


@pytest.mark.parametrize("cell", ["\tplain", "\rplain"])
def test_a_leading_tab_or_return_is_guarded_too(cell: str) -> None:
    assert guarded(cell) == "'plain"


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        (-5, "-5"),
        (2.5, "2.5"),
        ("-5", "-5"),
        ("+3.20", "+3.20"),
        (None, ""),
        ("INR 2-3", "INR 2-3"),
    ],
)
def test_numbers_and_plain_words_stay(cell: str | float | None, written: str) -> None:
    assert guarded(cell) == written


def test_the_file_has_a_byte_order_mark_and_crlf() -> None:
    assert (
        csv_file(["药物"], [["阿托伐他汀"]]) == b"\xef\xbb\xbf" + "药物\r\n阿托伐他汀\r\n".encode()
    )


def test_quotes_commas_and_line_breaks_come_back_as_one_cell() -> None:
    file = csv_file(["a", "b"], [['x,"y"\nz', 1]])
    assert list(csv.reader(io.StringIO(file.decode("utf-8-sig")))) == [["a", "b"], ['x,"y" z', "1"]]


def test_the_header_is_guarded_as_well() -> None:
    assert csv_file(["=a"], []).decode("utf-8-sig") == "'=a\r\n"


def test_a_row_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="1 cells for 2 columns"):
        csv_file(["a", "b"], [["x"]])
