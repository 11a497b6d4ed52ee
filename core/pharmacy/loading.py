"""Reads the files of `assets/pharmacy` into facts, table by table.

Knows: the order in which tables refer to each other. A table with a bad cell or with fewer rows
than the manifest states is left out as a whole and reported, so that nothing is decided on half a
table; a table that needs it is left out too.
Does not know: how facts combine.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from core.errors import BadTable
from core.i18n import Text
from core.pharmacy import columns, facts, rows
from core.pharmacy.manifest import UNKNOWN, Manifest, read_manifest
from core.pharmacy.selectors import Classes, members, names_drugs, selector_is_valid
from core.tables import Row, all_known, bad_table, read_table

T = TypeVar("T")
NOT_COUNTED = ("grade_changes",)  # written at the place where the tables are used
GRADED = (
    "pairs", "exposure_rules", "effect_rules", "three_drug_rules", "duplicate_groups", "context",
)  # fmt: skip
EXPOSURE_CELLS = 2 * 2 * 3 * 4 * 3 * 2  # action, target, strength, sensitivity, index, critical


@dataclass(slots=True)
class Tables:
    """What could be read. `problems` names each table that is missing here, and why."""

    drugs: dict[str, facts.Drug] = field(default_factory=dict)
    classes: Classes = field(default_factory=dict)
    roles: dict[str, tuple[facts.EnzymeRole, ...]] = field(default_factory=dict)
    effects: dict[str, dict[str, facts.Effect]] = field(default_factory=dict)
    pairs: dict[frozenset[str], tuple[facts.PairRow, ...]] = field(default_factory=dict)
    exposure_rules: dict[tuple[str, ...], facts.ExposureRule] = field(default_factory=dict)
    effect_rules: tuple[facts.EffectRule, ...] = ()
    three_drug_rules: tuple[facts.ThreeDrugRule, ...] = ()
    duplicates: dict[str, facts.DuplicateGroup] = field(default_factory=dict)
    food: dict[str, tuple[facts.FoodRow, ...]] = field(default_factory=dict)
    timing: dict[str, tuple[facts.TimingRow, ...]] = field(default_factory=dict)
    context: tuple[facts.ContextRow, ...] = ()
    still_systemic: dict[str, Text] = field(default_factory=dict)
    sources: dict[str, Row] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    marks: dict[str, dict[str, int]] = field(default_factory=dict)
    problems: dict[str, BadTable] = field(default_factory=dict)
    version: str = UNKNOWN


class Loader:
    """Reads one folder once; `stray` is a grade change that was found to fit no row."""

    def __init__(self, folder: Path, stray: BadTable | None = None) -> None:
        self.folder = folder
        self.stray = stray
        self.tables = Tables()
        self.manifest = Manifest()
        self.changes: dict[str, Row] = {}
        self.graded: set[str] = set()

    def load(self) -> Tables:
        """Never raises for what a file holds; `problems` names it."""
        steps = self._steps()
        self.manifest = read_manifest(self.folder, steps.keys() - set(NOT_COUNTED))
        self.tables.version = self.manifest.version
        if self.manifest.problem:
            self.tables.problems["manifest"] = self.manifest.problem
        for name, step in steps.items():
            try:
                step(name)
            except BadTable as problem:
                self.tables.problems[name] = problem
        stray = self._stray_change()
        return Loader(self.folder, stray).load() if stray else self.tables

    def _steps(self) -> dict[str, Callable[[str], None]]:
        return {
            "sources": self._sources,
            "grade_changes": self._grade_changes,
            "drugs": self._drugs,
            "classes": self._classes,
            "enzyme_roles": self._roles,
            "effects": self._effects,
            "pairs": self._pairs,
            "exposure_rules": self._exposure_rules,
            "effect_rules": self._effect_rules,
            "three_drug_rules": self._three_drug_rules,
            "duplicate_groups": self._duplicates,
            "food": self._food,
            "timing": self._timing,
            "context": self._context,
            "topical_exceptions": self._still_systemic,
        }

    def _stray_change(self) -> BadTable | None:
        """A change for a row that no table has; not told while a graded table is missing."""
        if any(name in self.tables.problems for name in GRADED):
            return None
        stray = (row for row_id, row in self.changes.items() if row_id not in self.graded)
        return next((row.bad("row") for row in stray), None)

    def _read(self, name: str, expected: columns.Columns) -> tuple[Row, ...]:
        found = read_table(self.folder / f"{name}.csv", expected)
        self.manifest.check(name, len(found))
        marks: dict[str, int] = defaultdict(int)
        for row in found:
            if "verified" in row.cells:
                marks[row["verified"]] += 1
        self.tables.rows[name] = len(found)
        self.tables.marks[name] = dict(marks)
        return found

    def _grade(self, row: Row, row_id: str) -> facts.Severity:
        """The grade of a row, or what `grade_changes.csv` makes of it."""
        self.graded.add(row_id)
        change = self.changes.get(row_id)
        if change is None:
            return rows.severity(row)
        if change["old"] != row["severity"]:
            raise change.bad("old")
        return rows.severity(change, "new")

    def _selector(self, cell: str) -> bool:
        return selector_is_valid(cell, self.tables.drugs, self.tables.classes)

    def _side(self, cell: str) -> bool:
        return names_drugs(cell, self.tables.drugs, self.tables.classes)

    def _sources(self, name: str) -> None:
        found = unique(self._read(name, columns.SOURCES), "source_id")
        self.tables.sources = {row["source_id"]: row for row in found}

    def _grade_changes(self, name: str) -> None:
        if self.stray:
            raise self.stray
        found = unique(self._read(name, columns.GRADE_CHANGES), "row")
        self.changes = {row["row"]: row for row in found}

    def _drugs(self, name: str) -> None:
        found = unique(self._read(name, columns.DRUGS), "id")
        ids = all_known({row["id"] for row in found})
        for row in found:
            if not ids(row["components"]):
                raise row.bad("components")
        self.tables.drugs = {row["id"]: rows.drug(row) for row in found}

    def _classes(self, name: str) -> None:
        found = unique(self._read(name, columns.classes(self.tables.drugs)), "class_id")
        self.tables.classes = {row["class_id"]: frozenset(row.many("members")) for row in found}

    def _roles(self, name: str) -> None:
        expected = columns.enzyme_roles(self.tables.drugs)
        self.tables.roles = grouped(self._read(name, expected), rows.enzyme_role)

    def _effects(self, name: str) -> None:
        found = grouped(self._read(name, columns.effects(self.tables.drugs)), rows.effect)
        self.tables.effects = {drug: {e.tag: e for e in tags} for drug, tags in found.items()}

    def _pairs(self, name: str) -> None:
        expected = columns.pairs(self.tables.drugs, self._side)
        found: dict[frozenset[str], list[facts.PairRow]] = defaultdict(list)
        for row in unique(self._read(name, expected), "id"):
            fact = rows.pair(row, self._grade(row, row["id"]), self.tables.classes)
            for key in self._member_pairs(row):
                found[key].append(fact)
        self.tables.pairs = {key: tuple(value) for key, value in found.items()}

    def _member_pairs(self, row: Row) -> set[frozenset[str]]:
        """Every two different drugs of a row; a drug never meets itself through a class."""
        first, second = (members(row[side], self.tables.classes) for side in "ab")
        return {frozenset((x, y)) for x in first for y in second if x != y}

    def _exposure_rules(self, name: str) -> None:
        found = unique(self._read(name, columns.EXPOSURE_RULES), "rule_id")
        keys = tuple(columns.EXPOSURE_RULES)[1:7]
        self.tables.exposure_rules = {
            tuple(row[key] for key in keys): rows.exposure_rule(
                row, self._grade(row, row["rule_id"])
            )
            for row in found
        }
        if len(self.tables.exposure_rules) != EXPOSURE_CELLS:
            # a look-up table with a hole would fail in the middle of a check
            self.tables.exposure_rules = {}
            held = f"{len(found)} / {EXPOSURE_CELLS}"
            raise bad_table(f"{name}.csv", len(found) + 1, "rule_id", held)

    def _effect_rules(self, name: str) -> None:
        found = unique(self._read(name, columns.effect_rules(self._selector)), "rule_id")
        self.tables.effect_rules = tuple(
            rows.effect_rule(row, self._grade(row, row["rule_id"])) for row in found
        )

    def _three_drug_rules(self, name: str) -> None:
        found = unique(self._read(name, columns.three_drug_rules(self._selector)), "rule_id")
        self.tables.three_drug_rules = tuple(
            rows.three_drug_rule(row, self._grade(row, row["rule_id"])) for row in found
        )

    def _duplicates(self, name: str) -> None:
        found = unique(self._read(name, columns.DUPLICATE_GROUPS), "drug_class")
        self.tables.duplicates = {
            row["drug_class"]: rows.duplicate_group(
                row, self._grade(row, f"duplicate:{row['drug_class']}")
            )
            for row in found
        }

    def _food(self, name: str) -> None:
        self.tables.food = grouped(self._read(name, columns.food(self.tables.drugs)), rows.food)

    def _timing(self, name: str) -> None:
        expected = columns.timing(self.tables.drugs)
        self.tables.timing = grouped(self._read(name, expected), rows.timing)

    def _context(self, name: str) -> None:
        found = unique(self._read(name, columns.context(self._side)), "id")
        for row in found:
            if not columns.CONDITIONS[row["condition"]](row["value"]):
                raise row.bad("value")
        self.tables.context = tuple(
            rows.context(row, self._grade(row, row["id"]), self.tables.classes) for row in found
        )

    def _still_systemic(self, name: str) -> None:
        found = unique(self._read(name, columns.topical_exceptions(self.tables.drugs)), "drug_id")
        self.tables.still_systemic = {row["drug_id"]: row.text("reason") for row in found}


def unique(found: tuple[Row, ...], column: str) -> tuple[Row, ...]:
    """The rows, if no value of a column comes twice."""
    seen: set[str] = set()
    for row in found:
        if row[column] in seen:
            raise row.bad(column)
        seen.add(row[column])
    return found


def grouped(found: tuple[Row, ...], make: Callable[[Row], T]) -> dict[str, tuple[T, ...]]:
    """Facts by drug, in the order of the file."""
    facts_of: dict[str, list[T]] = defaultdict(list)
    for row in found:
        facts_of[row["drug_id"]].append(make(row))
    return {drug_id: tuple(items) for drug_id, items in facts_of.items()}
