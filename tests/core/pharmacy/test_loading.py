"""A broken table is left out alone, named with its place; nothing passes as checked without it."""

import csv
import io
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.errors import BadTable
from core.pharmacy.alternatives import alternatives
from core.pharmacy.checker import Check, check
from core.pharmacy.knowledge import Knowledge, load
from core.pharmacy.loading import Loader, Tables
from core.settings import ASSETS
from core.terms.drug_list import Item

TABLES = json.loads((ASSETS / "pharmacy" / "manifest.json").read_text("utf-8"))["rows"] | {
    "grade_changes": 0
}
# What refers to a table cannot be read without it.
NEEDS_DRUGS = {
    "classes",
    "enzyme_roles",
    "effects",
    "pairs",
    "effect_rules",
    "three_drug_rules",
} | {
    "food",
    "timing",
    "context",
    "topical_exceptions",
}
NEEDS_CLASSES = {"pairs", "three_drug_rules", "context"}
NEEDED_BY = {"drugs": NEEDS_DRUGS, "classes": NEEDS_CLASSES}
# A cell that each table must refuse: column and what is written into its last row.
BAD_CELLS = [
    ("drugs", "coverage", "complete"),
    ("drugs", "therapeutic_index", "wide"),
    ("drugs", "ti_direction", "up"),
    ("drugs", "critical_for", "all"),
    ("drugs", "components", "no-such-drug"),
    ("drugs", "verified", "yes"),
    ("drugs", "name_zh_cn", ""),
    ("drugs", "kind", "tablet"),
    ("classes", "members", "aspirin|no-such-drug"),
    ("classes", "name_en", ""),
    ("enzyme_roles", "drug_id", "no-such-drug"),
    ("enzyme_roles", "role", "eater"),
    ("enzyme_roles", "strength", "very strong"),
    ("enzyme_roles", "direction", "up"),
    ("enzyme_roles", "enzyme", ""),
    ("effects", "drug_id", "no-such-drug"),
    ("effects", "grade", "huge"),
    ("pairs", "a", "drug:no-such-drug"),
    ("pairs", "b", "class:no-such-class"),
    ("pairs", "a", "warfarin"),
    ("pairs", "a", "tag:bleeding_nsaid"),
    ("pairs", "b", "drug:aspirin/drug:warfarin"),
    ("pairs", "severity", "grave"),
    ("pairs", "severity", "none"),
    ("pairs", "object", "c"),
    ("pairs", "mechanism_type", "magic"),
    ("pairs", "management_zh", ""),
    ("pairs", "alternatives", "no-such-drug"),
    ("pairs", "evidence", "certain"),
    ("exposure_rules", "severity", "grave"),
    ("exposure_rules", "strength", ""),
    ("exposure_rules", "action", "inhibit"),
    ("exposure_rules", "critical", "maybe"),
    ("effect_rules", "a_selector", "class:no-such-class"),
    ("effect_rules", "b_selector", "tags:x"),
    ("effect_rules", "severity", "none"),
    ("effect_rules", "effect_zh", ""),
    ("three_drug_rules", "c_selector", "drug:no-such-drug"),
    ("three_drug_rules", "severity", "worst"),
    ("duplicate_groups", "severity", "grave"),
    ("duplicate_groups", "duplicate_group", ""),
    ("food", "drug_id", "no-such-drug"),
    ("food", "severity", "none"),
    ("food", "detail_en", ""),
    ("timing", "with_food", "sometimes"),
    ("timing", "drug_id", "no-such-drug"),
    ("context", "a", "drug:no-such-drug"),
    ("context", "b", "tag:bleeding_nsaid"),
    ("context", "severity", "worse"),
    ("context", "condition", "weather"),
    ("context", "unless", "raining"),
    ("topical_exceptions", "drug_id", "no-such-drug"),
    ("topical_exceptions", "reason_zh", ""),
    ("sources", "title", ""),
]
IDS = {
    "drugs": "id",
    "classes": "class_id",
    "pairs": "id",
    "exposure_rules": "rule_id",
    "effect_rules": "rule_id",
    "three_drug_rules": "rule_id",
    "duplicate_groups": "drug_class",
    "context": "id",
    "topical_exceptions": "drug_id",
    "sources": "source_id",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(ASSETS / "pharmacy", tmp_path / "pharmacy"))


def rows_of(path: Path) -> list[list[str]]:
    return list(csv.reader(io.StringIO(path.read_text("utf-8"))))


def write(path: Path, rows: list[list[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as target:
        csv.writer(target, lineterminator="\n").writerows(rows)


def change(path: Path, column: str, cell: str, line: int = -1) -> int:
    """Writes one cell; gives its line as a person counts, the header being line 1."""
    rows = rows_of(path)
    rows[line][rows[0].index(column)] = cell
    write(path, rows)
    return len(rows) if line < 0 else line + 1


def read(folder: Path) -> Tables:
    return Loader(folder).load()


def assert_only(tables: Tables, table: str) -> BadTable:
    """The table is missing, with what cannot be read without it, and everything else is there."""
    problems = tables.problems
    assert set(problems) == {table} | NEEDED_BY.get(table, set())
    assert problems[table].values["file"] == f"{table}.csv"
    return problems[table]


def test_the_tables_of_this_checkout_are_whole(knowledge: Knowledge) -> None:
    assert knowledge.tables.problems == {}
    assert knowledge.missing == ()
    assert {name: knowledge.tables.rows[name] for name in TABLES} == TABLES
    assert len(knowledge.profiles) == 720


def test_every_row_carries_a_mark(knowledge: Knowledge) -> None:
    for table in set(TABLES) - {"classes", "sources", "grade_changes"}:
        marks = knowledge.tables.marks[table]
        assert sum(marks.values()) == TABLES[table], table
        assert set(marks) <= {"source_copy", "recall", "convention"}, table


def test_bad_cells_are_tried_in_every_table() -> None:
    assert {table for table, _, _ in BAD_CELLS} == set(TABLES) - {"grade_changes"}


@pytest.mark.parametrize(("table", "column", "cell"), BAD_CELLS)
def test_a_bad_cell_is_named_and_only_its_table_is_missing(
    folder: Path, table: str, column: str, cell: str
) -> None:
    line = change(folder / f"{table}.csv", column, cell)
    said = assert_only(read(folder), table).values
    assert (said["line"], said["column"]) == (line, column)
    assert said["found"] == cell


@pytest.mark.parametrize("table", sorted(TABLES))
def test_a_missing_file_is_named(folder: Path, table: str) -> None:
    (folder / f"{table}.csv").unlink()
    assert assert_only(read(folder), table).values["line"] == 1


@pytest.mark.parametrize("table", sorted(TABLES))
def test_a_missing_cell_is_named_with_its_line(folder: Path, table: str) -> None:
    path = folder / f"{table}.csv"
    rows = rows_of(path)
    write(path, [*rows, rows[-1][:-1]])
    assert assert_only(read(folder), table).values["line"] == len(rows) + 1


@pytest.mark.parametrize("table", ["drugs", "pairs", "food"])
@pytest.mark.parametrize("spoil", ["utf8", "bom", "empty"])
def test_a_spoilt_file_is_named(folder: Path, table: str, spoil: str) -> None:
    path = folder / f"{table}.csv"
    content = path.read_bytes()
    path.write_bytes(
        {"utf8": content + b"\xff\xfe\n", "bom": b"\xef\xbb\xbf" + content, "empty": b""}[spoil]
    )
    assert assert_only(read(folder), table).values["line"]


@pytest.mark.parametrize("table", ["pairs", "drugs"])
def test_lines_of_windows_change_nothing(folder: Path, table: str) -> None:
    path = folder / f"{table}.csv"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    tables = read(folder)
    assert tables.problems == {}
    assert tables.rows[table] == TABLES[table]


@pytest.mark.parametrize("table", sorted(IDS))
def test_the_same_id_twice_is_refused(folder: Path, table: str) -> None:
    """A second row under one id would silently take the place of the first."""
    path = folder / f"{table}.csv"
    rows = rows_of(path)
    write(path, [*rows, rows[1]])
    assert assert_only(read(folder), table).values["line"] == len(rows) + 1


@pytest.mark.parametrize("table", ["pairs", "enzyme_roles", "effects", "food", "context"])
def test_a_table_cut_at_the_end_of_a_line_is_noticed(folder: Path, table: str) -> None:
    """A half-copied file has whole rows only; the manifest says how many there must be."""
    path = folder / f"{table}.csv"
    write(path, rows_of(path)[:-3])
    said = assert_only(read(folder), table).values
    assert said["found"] == f"{TABLES[table] - 3} / {TABLES[table]}"


@pytest.mark.parametrize("table", ["exposure_rules", "pairs", "effect_rules"])
def test_a_table_with_nothing_but_its_header_is_noticed(folder: Path, table: str) -> None:
    path = folder / f"{table}.csv"
    write(path, rows_of(path)[:1])
    assert table in read(folder).problems


@pytest.mark.parametrize(
    "content",
    [
        None,
        b"",
        b"[]",
        b"{}",
        b"\xff",
        b"{",
        b"[" * 100_000,
        b'{"version": "1", "rows": []}',
        b'{"version": "1", "rows": {"drugs": 720}}',
        b'{"version": 1, "rows": {}}',
    ],
)
def test_a_broken_manifest_is_named_and_the_tables_still_work(
    folder: Path, content: bytes | None
) -> None:
    path = folder / "manifest.json"
    path.unlink() if content is None else path.write_bytes(content)
    knowledge = load(folder)
    assert set(knowledge.tables.problems) == {"manifest"}
    assert knowledge.tables.problems["manifest"].values["file"] == "manifest.json"
    assert len(knowledge.profiles) == 720
    assert grade(knowledge, "atorvastatin", "clarithromycin") == "major"
    assert knowledge.missing == ("manifest",)  # a cut table would not be noticed


@pytest.mark.parametrize("value", ["", "many", "1,5"])
def test_a_limit_in_a_context_row_must_be_a_number(folder: Path, value: str) -> None:
    line = change(folder / "context.csv", "value", value, 4)
    said = assert_only(read(folder), "context").values
    assert (said["line"], said["column"]) == (line, "value")


@pytest.mark.parametrize(("line", "value"), [(2, "no"), (2, "yes "), (16, "")])
def test_a_yes_or_a_word_in_a_context_row_must_be_there(
    folder: Path, line: int, value: str
) -> None:
    place = change(folder / "context.csv", "value", value, line - 1)
    said = assert_only(read(folder), "context").values
    assert (said["line"], said["column"]) == (place, "value")


# ---- grade changes


def change_grade(folder: Path, *cells: str) -> None:
    with (folder / "grade_changes.csv").open("a", encoding="utf-8") as target:
        target.write(",".join(cells) + "\n")


def grade(knowledge: Knowledge, a: str, b: str) -> str:
    return knowledge.derive(knowledge.profiles[a], knowledge.profiles[b]).severity


def test_a_grade_changes_by_a_row_with_old_new_source_and_reason(folder: Path) -> None:
    change_grade(folder, "P0001", "major", "contraindicated", "a source", "a reason")
    knowledge = load(folder)
    assert knowledge.tables.problems == {}
    assert grade(knowledge, "atorvastatin", "clarithromycin") == "contraindicated"


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        (("P0001", "minor", "major", "a source", "a reason"), "old"),
        (("P9999", "major", "minor", "a source", "a reason"), "row"),
        (("P0001", "major", "grave", "a source", "a reason"), "new"),
        (("P0001", "major", "minor", "", "a reason"), "source"),
        (("P0001", "major", "minor", "a source", ""), "reason"),
    ],
)
def test_a_change_that_does_not_fit_is_named(
    folder: Path, cells: tuple[str, ...], column: str
) -> None:
    change_grade(folder, *cells)
    problems = read(folder).problems.values()
    assert [(p.values["file"], p.values["line"], p.values["column"]) for p in problems] == [
        ("grade_changes.csv", 2, column)
    ]


def test_a_change_for_an_unknown_row_leaves_all_changes_out(folder: Path) -> None:
    change_grade(folder, "P0001", "major", "contraindicated", "a source", "a reason")
    change_grade(folder, "P9999", "major", "minor", "a source", "a reason")
    knowledge = load(folder)
    assert set(knowledge.tables.problems) == {"grade_changes"}
    assert knowledge.tables.problems["grade_changes"].values["line"] == 3
    assert grade(knowledge, "atorvastatin", "clarithromycin") == "major"
    assert "grade_changes" in knowledge.missing


def test_a_change_is_not_unknown_because_its_table_is_missing(folder: Path) -> None:
    change_grade(folder, "P0001", "major", "contraindicated", "a source", "a reason")
    (folder / "pairs.csv").unlink()
    assert set(read(folder).problems) == {"pairs"}


# ---- what a missing table means for a check


def broken(folder: Path, *tables: str) -> Knowledge:
    for table in tables:
        (folder / f"{table}.csv").write_bytes(b"broken\n")
    return load(folder)


def run(knowledge: Knowledge, *drugs: str, **given: Any) -> Check:
    return check([Item(drug, (drug,), "exact") for drug in drugs], knowledge, **given)


def only_found_by(table: str, knowledge: Knowledge, without: Knowledge) -> tuple[str, str]:
    """Some pair of drugs with full facts that has a finding with the table and none without."""
    drugs = [p.drug.id for p in knowledge.profiles.values() if p.has_enzyme_data]
    for n, a in enumerate(drugs):
        for b in drugs[n + 1 :]:
            if grade(knowledge, a, b) != "none" and grade(without, a, b) == "none":
                return a, b
    raise AssertionError(f"no pair hangs on {table} alone")


@pytest.mark.parametrize(
    "table",
    [
        "enzyme_roles",
        "effects",
        "pairs",
        "exposure_rules",
        "effect_rules",
        "duplicate_groups",
        "food",
        "classes",
    ],
)
def test_a_pair_that_a_missing_table_would_have_found_is_not_checked(
    folder: Path, knowledge: Knowledge, table: str
) -> None:
    without = broken(folder, table)
    a, b = only_found_by(table, knowledge, without)
    found = run(without, a, b)
    assert [(pair.state, pair.reason) for pair in found.pairs] == [("not_checked", "table_missing")]
    assert (found.state, found.complete) == ("not_checked", False)
    assert table in found.missing_tables


def test_what_is_found_without_the_table_is_still_said(folder: Path) -> None:
    found = run(broken(folder, "effects"), "atorvastatin", "clarithromycin")
    assert (found.state, found.severity) == ("interaction", "major")
    assert "effects" in found.missing_tables
    assert not found.complete


@pytest.mark.parametrize(
    "table", ["three_drug_rules", "context", "topical_exceptions", "grade_changes"]
)
def test_no_list_is_complete_without_a_table(folder: Path, table: str) -> None:
    """These tables decide about more than one pair, or lower and raise what others found."""
    found = run(broken(folder, table), "atorvastatin", "clarithromycin")
    assert table in found.missing_tables
    assert not found.complete


def test_nothing_is_lowered_by_route_without_the_exceptions(folder: Path) -> None:
    without = broken(folder, "topical_exceptions")
    items = [
        Item("miconazole gel", ("miconazole",), "without_salt_or_form", topical=True),
        Item("warfarin", ("warfarin",), "exact"),
    ]
    (pair,) = check(items, without).pairs
    assert pair.severity == grade(without, "miconazole", "warfarin") == "major"
    assert not pair.capped_topical


def test_without_drugs_no_name_is_checked_and_each_says_why(folder: Path) -> None:
    found = run(broken(folder, "drugs"), "atorvastatin", "clarithromycin")
    assert [item.text for item in found.unresolved] == ["atorvastatin", "clarithromycin"]
    assert all(item.reason for item in found.unresolved)
    assert (found.state, found.complete) == ("not_checked", False)
    assert "drugs" in found.missing_tables


def test_an_alternative_is_not_offered_as_clean_when_a_table_is_missing(folder: Path) -> None:
    without = broken(folder, "effects")
    found = run(without, "atorvastatin", "clarithromycin", "warfarin")
    (main,) = [pair for pair in found.pairs if pair.key == "atorvastatin+clarithromycin"]
    held = alternatives(main, found.medicines, without)
    assert held
    assert {a.outcome for a in held} <= {"unchecked", "rejected"}


def test_every_table_may_be_broken_at_once(folder: Path) -> None:
    without = broken(folder, *TABLES)
    assert set(without.tables.problems) == set(TABLES)
    assert run(without, "atorvastatin", "clarithromycin").state == "not_checked"


@pytest.mark.parametrize("order", [sorted, lambda rows: list(reversed(list(rows)))])
def test_the_digest_names_the_content(folder: Path, order: Callable[..., list[str]]) -> None:
    before = load(folder).digest
    assert before == load(ASSETS / "pharmacy").digest
    path = folder / "timing.csv"
    head, *rest = path.read_text("utf-8").splitlines()
    path.write_text("\n".join([head, *order(rest)]) + "\n", "utf-8")
    assert (load(folder).digest == before) == (order(rest) == rest)
