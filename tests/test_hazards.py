"""Every hazard names a test that exists, and every page has its hazards written down."""

import ast
import re
from dataclasses import dataclass
from functools import cache

from core.settings import ROOT

TABLE = ROOT / "docs" / "hazards.md"
COLUMNS = ("id", "page", "hazard", "cause", "control", "test")
NAMED = re.compile(r"tests/[\w/]+\.py::\w+")


@dataclass(frozen=True, slots=True)
class Hazard:
    """One row of the table; a row that is too short keeps what it has."""

    cells: tuple[str, ...]

    @property
    def id(self) -> str:
        return self.cells[0]

    @property
    def pages(self) -> set[str]:
        return set(re.findall(r"\w+", self.cells[1].lower()))

    @property
    def tests(self) -> list[str]:
        return NAMED.findall(self.cells[-1])


def read(text: str) -> list[Hazard]:
    """Rows of all tables that have exactly our columns."""
    rows, inside = [], False
    for line in text.splitlines():
        if not line.startswith("|"):
            inside = False
            continue
        cells = tuple(cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip())[1:-1])
        if tuple(cell.lower() for cell in cells) == COLUMNS:
            inside = True
        elif inside and not set("".join(cells)) <= set("-: "):
            rows.append(Hazard(cells))
    return rows


@cache
def hazards() -> tuple[Hazard, ...]:
    return tuple(read(TABLE.read_text(encoding="utf-8")))


@cache
def names_in(path: str) -> frozenset[str]:
    file = ROOT / path
    if not file.is_file():
        return frozenset()
    functions = ast.FunctionDef | ast.AsyncFunctionDef
    nodes = ast.walk(ast.parse(file.read_text(encoding="utf-8")))
    return frozenset(
        n.name for n in nodes if isinstance(n, functions) and n.name.startswith("test")
    )


def test_every_row_is_complete_and_has_its_own_id() -> None:
    assert len(hazards()) >= 5
    for hazard in hazards():
        assert len(hazard.cells) == len(COLUMNS), hazard
        assert all(hazard.cells), hazard
    ids = [hazard.id for hazard in hazards()]
    assert len(ids) == len(set(ids))


def test_every_hazard_names_a_test_that_exists() -> None:
    lost = []
    for hazard in hazards():
        assert hazard.tests, f"{hazard.id} names no test"
        for named in hazard.tests:
            path, name = named.split("::")
            if name not in names_in(path):
                lost.append((hazard.id, named))
    assert lost == []


def test_every_page_has_its_hazards() -> None:
    pages = {path.stem for path in (ROOT / "pages").glob("*.py")}
    assert pages
    assert pages - set().union(*(hazard.pages for hazard in hazards())) == set()


def test_a_lost_test_and_a_short_row_are_noticed() -> None:
    lost, short = read(
        "| id | page | hazard | cause | control | test |\n|---|---|---|---|---|---|\n"
        "| H1 | home | a | b | c | `tests/test_hazards.py::test_that_was_removed` |\n"
        "| H2 | home, pharmacy | `tests/test_hazards.py::test_every_page_has_its_hazards` |\n"
        "\n| other | table |\n|---|---|\n| x | y |\n"
    )
    assert lost.tests == ["tests/test_hazards.py::test_that_was_removed"]
    assert "test_that_was_removed" not in names_in("tests/test_hazards.py")
    assert len(short.cells) < len(COLUMNS) and short.pages == {"home", "pharmacy"}
    assert "test_every_page_has_its_hazards" in names_in("tests/test_hazards.py")
