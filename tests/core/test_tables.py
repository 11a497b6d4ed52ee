"""A table that does not say what it must is refused with file, line and column."""

from pathlib import Path

import pytest

from core.errors import BadTable
from core.tables import all_known, filled, known, number, one_of, read_table

COLUMNS = {
    "id": filled,
    "grade": one_of("minor", "major"),
    "drugs": all_known({"a", "b"}),
    "kind": known({"x"}),
}
GOOD = b"id,grade,drugs,kind\n1,minor,a|b,x\n2,major,,x\n"


def read(tmp_path: Path, content: bytes) -> tuple[str, ...]:
    path = tmp_path / "table.csv"
    path.write_bytes(content)
    return tuple(row["id"] for row in read_table(path, COLUMNS))


def wrong(tmp_path: Path, content: bytes) -> tuple[object, ...]:
    with pytest.raises(BadTable) as caught:
        read(tmp_path, content)
    said = caught.value
    assert said.key == "error.table"
    assert said.detail.startswith(f"table.csv:{said.values['line']}:{said.values['column']}: ")
    return said.values["line"], said.values["column"]


def test_a_good_table_is_read(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes(GOOD)
    first, second = read_table(path, COLUMNS)
    assert (first.line, second.line) == (2, 3)
    assert first.many("drugs") == ("a", "b")
    assert second.many("drugs") == ()
    assert second["grade"] == "major"


def test_lines_of_windows_are_read(tmp_path: Path) -> None:
    assert read(tmp_path, GOOD.replace(b"\n", b"\r\n")) == ("1", "2")


def test_a_quoted_cell_may_hold_a_comma(tmp_path: Path) -> None:
    assert read(tmp_path, GOOD.replace(b"1,minor", b'"1, one",minor')) == ("1, one", "2")


@pytest.mark.parametrize(
    ("old", "new", "line", "column"),
    [
        (b"2,major", b"2,grave", 3, "grade"),
        (b"2,major", b",major", 3, "id"),
        (b"a|b", b"a|c", 2, "drugs"),
        (b"minor,a|b,x", b"minor,a|b,y", 2, "kind"),
        (b"1,minor,a|b,x", b"1,minor,a|b", 2, "-"),
        (b"1,minor,a|b,x", b"1,minor,a|b,x,more", 2, "-"),
        (b"1,minor", b'"1"2,minor', 2, "-"),
        (b"id,grade", b"id,grades", 1, "header"),
        (b"id,grade,drugs,kind", b"id,grade,drugs", 1, "header"),
        (b"id,grade", b"\xef\xbb\xbfid,grade", 1, "header"),
        (b"1,minor", b"\n1,minor", 2, "-"),
    ],
)
def test_the_place_is_named(tmp_path: Path, old: bytes, new: bytes, line: int, column: str) -> None:
    assert wrong(tmp_path, GOOD.replace(old, new, 1)) == (line, column)


def test_broken_utf_8_is_named_with_its_line(tmp_path: Path) -> None:
    assert wrong(tmp_path, GOOD.replace(b"2,major", b"\xff,major"))[0] == 3


def test_an_open_quote_is_named(tmp_path: Path) -> None:
    assert wrong(tmp_path, GOOD.replace(b"2,major", b'"2,major'))[0] == 3


@pytest.mark.parametrize("content", [b"", b"\n", b"\x00\x00"])
def test_an_empty_file_is_refused(tmp_path: Path, content: bytes) -> None:
    assert wrong(tmp_path, content)[0] == 1


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(BadTable) as caught:
            read_table(path, COLUMNS)
        assert caught.value.values["file"] == path.name


def test_a_long_cell_is_cut_in_the_message(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes(GOOD.replace(b"2,major", b"2," + b"g" * 5000))
    with pytest.raises(BadTable) as caught:
        read_table(path, COLUMNS)
    assert caught.value.values["found"] == "g" * 80


@pytest.mark.parametrize("cell", ["0", "5.0", "30"])
def test_a_plain_number_is_a_number(cell: str) -> None:
    assert number(cell)
    assert float(cell) >= 0


@pytest.mark.parametrize("cell", ["", "many", "1,5", "-1", "nan", "inf", "1e400", "５", " 5", "."])
def test_anything_else_is_not(cell: str) -> None:
    assert not number(cell)
