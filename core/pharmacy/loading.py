"""Turns the files of `assets/pharmacy` into facts, each cell checked on the way.

Knows: the columns of each file and what they may hold. A table with a bad cell is left out as a
whole and reported, so that nothing is decided on half a table; what needs it says so.
Does not know: how facts combine.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar, cast

from core.errors import BadTable
from core.i18n import Text
from core.pharmacy import facts
from core.pharmacy.facts import Family, Mark, Source, severity_of
from core.pharmacy.selectors import Classes, members, selector_is_valid
from core.tables import Check, Row, all_known, anything, filled, known, one_of, read_table

T = TypeVar("T")
GRADE = one_of("minor", "moderate", "major", "contraindicated")
GRADE_OR_NONE = one_of("none", "minor", "moderate", "major", "contraindicated")
MARK = one_of("source_copy", "recall", "convention")
SURE = one_of("high", "medium")
ROLES = (
    "substrate sensitive_substrate moderate_sensitive_substrate minor_substrate inhibitor inducer "
    "prodrug_activated_by no_relevant_cyp_role"
).split()
MECHANISM_FAMILY: dict[str, Family] = {
    "pk_cyp": "exposure",
    "pk_transporter": "exposure",
    "pk_ugt": "exposure",
    "pk_renal": "exposure",
    "pk_metabolism": "exposure",
    "pk_absorption": "absorption",
    "incompatibility": "absorption",
    "pd_additive": "effect",
    "pd_antagonism": "effect",
    "unknown": "effect",
    "duplicate": "duplicate",
}
TIMING = one_of("with", "without", "before_meal", "after_meal", "either")
SOURCED: dict[str, Check] = {"source": filled, "verified": MARK}
TEXTS = dict.fromkeys(("effect_en", "effect_zh", "management_en", "management_zh"), filled)


@dataclass(slots=True)
class Tables:
    """What could be read. `problems` names each table that is missing here, and why."""

    drugs: dict[str, facts.Drug] = field(default_factory=dict)
    classes: Classes = field(default_factory=dict)
    class_names: dict[str, Text] = field(default_factory=dict)
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


class Loader:
    """Reads one folder, table by table, in the order in which they refer to each other."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.tables = Tables()
        self.changes: dict[str, Row] = {}

    def load(self) -> Tables:
        for name, step in self._steps().items():
            try:
                step(name)
            except BadTable as problem:
                self.tables.problems[name] = problem
        return self.tables

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

    def _read(self, name: str, columns: Mapping[str, Check]) -> tuple[Row, ...]:
        rows = read_table(self.folder / f"{name}.csv", columns)
        self.tables.rows[name] = len(rows)
        marks: dict[str, int] = defaultdict(int)
        for row in rows:
            if "verified" in row.cells:
                marks[row["verified"]] += 1
        self.tables.marks[name] = dict(marks)
        return rows

    def _grade(self, row: Row, row_id: str) -> facts.Severity:
        """The grade of a row, or what `grade_changes.csv` makes of it."""
        change = self.changes.get(row_id)
        if change is None:
            return severity_of(row["severity"])
        if change["old"] != row["severity"]:
            raise change.bad("old")
        return severity_of(change["new"])

    def _sources(self, name: str) -> None:
        columns = {"source_id": filled, "title": filled, **dict.fromkeys(("url", "licence", "note"), anything)}
        self.tables.sources = {row["source_id"]: row for row in self._read(name, columns)}

    def _grade_changes(self, name: str) -> None:
        columns = {
            "row": filled,
            "old": GRADE_OR_NONE,
            "new": GRADE_OR_NONE,
            "source": filled,
            "reason": filled,
        }
        self.changes = {row["row"]: row for row in self._read(name, columns)}

    def _drugs(self, name: str) -> None:
        columns = {
            **dict.fromkeys(("id", "name_en", "name_zh_cn", "name_zh_tw"), filled),
            "atc": anything,
            "drug_class": filled,
            "kind": one_of("drug", "food", "lifestyle", "herbal"),
            "coverage": one_of("full", "partial", "name_only"),
            "therapeutic_index": one_of("", "narrow", "high_risk"),
            "ti_direction": one_of("", "both", "toxicity", "loss"),
            "ti_source": anything,
            "critical_for": one_of("", "inhibition", "induction", "both"),
            "critical_source": anything,
            "components": anything,
            "source": filled,
            "verified": MARK,
            "zh_verified": one_of("yes", "no"),
            "confidence": SURE,
        }
        rows = self._read(name, columns)
        unique(rows, "id")
        ids = {row["id"] for row in rows}
        for row in rows:
            if not all_known(ids)(row["components"]):
                raise row.bad("components")
        self.tables.drugs = {row["id"]: drug(row) for row in rows}

    def _classes(self, name: str) -> None:
        columns = {
            "class_id": filled,
            "name_en": filled,
            "name_zh": filled,
            "members": all_known(self.tables.drugs),
        }
        rows = self._read(name, columns)
        self.tables.classes = {row["class_id"]: frozenset(row.many("members")) for row in rows}
        self.tables.class_names = {row["class_id"]: row.text("name") for row in rows}

    def _roles(self, name: str) -> None:
        columns = {
            "drug_id": known(self.tables.drugs),
            "enzyme": filled,
            "role": one_of(*ROLES),
            "strength": one_of("", "strong", "moderate", "weak"),
            "direction": one_of("", "induction_only", "inhibition_only"),
            "source": filled,
            "confidence": SURE,
            "verified": MARK,
            "note": anything,
        }
        self.tables.roles = grouped(self._read(name, columns), role)

    def _effects(self, name: str) -> None:
        columns = {
            "drug_id": known(self.tables.drugs),
            "effect": filled,
            "grade": one_of("", "strong", "moderate", "weak", "minimal"),
            "source": filled,
            "confidence": SURE,
            "verified": MARK,
        }
        found: dict[str, dict[str, facts.Effect]] = defaultdict(dict)
        for row in self._read(name, columns):
            found[row["drug_id"]][row["effect"]] = facts.Effect(row["effect"], row["grade"], source(row))
        self.tables.effects = dict(found)

    def _pairs(self, name: str) -> None:
        side = self._selector
        columns = {
            "id": filled,
            "a": side,
            "b": side,
            "severity": GRADE,
            "object": one_of("a", "b", "both"),
            "mechanism_type": known(MECHANISM_FAMILY),
            "effect_en": filled,
            "effect_zh": filled,
            "mechanism_en": filled,
            "mechanism_zh": filled,
            "management_en": filled,
            "management_zh": filled,
            "alternatives": all_known(self.tables.drugs),
            "evidence": one_of("established", "probable", "suspected"),
            "source": filled,
            "confidence": SURE,
            "verified": MARK,
            **dict.fromkeys(("check_verdict", "check_url", "check_note"), anything),
        }
        found: dict[frozenset[str], list[facts.PairRow]] = defaultdict(list)
        rows = self._read(name, columns)
        unique(rows, "id")
        for row in rows:
            fact = pair_row(row, self._grade(row, row["id"]))
            for key in self._member_pairs(row):
                found[key].append(fact)
        self.tables.pairs = {key: tuple(value) for key, value in found.items()}

    def _member_pairs(self, row: Row) -> set[frozenset[str]]:
        """Every two different drugs that a row covers; a drug never meets itself through a class."""
        first, second = (members(row[side], self.tables.classes) for side in "ab")
        return {frozenset((x, y)) for x in first for y in second if x != y}

    def _selector(self, cell: str) -> bool:
        return selector_is_valid(cell, self.tables.drugs, self.tables.classes)

    def _exposure_rules(self, name: str) -> None:
        columns = {
            "rule_id": filled,
            "action": one_of("inhibition", "induction"),
            "target": one_of("cyp", "transporter_or_other"),
            "strength": one_of("strong", "moderate", "weak"),
            "sensitivity": one_of(*ROLES[:4]),
            "therapeutic_index": one_of("", "narrow", "high_risk"),
            "critical": one_of("yes", "no"),
            "severity": GRADE_OR_NONE,
            "predicted_change_en": anything,
            "predicted_change_zh": anything,
            **SOURCED,
        }
        keys = tuple(columns)[1:7]
        rows = self._read(name, columns)
        self.tables.exposure_rules = {
            tuple(row[key] for key in keys): facts.ExposureRule(
                row["rule_id"],
                self._grade(row, row["rule_id"]),
                row.text("predicted_change"),
                source(row),
            )
            for row in rows
        }
        if len(self.tables.exposure_rules) != 2 * 2 * 3 * 4 * 3 * 2:
            raise rows[-1].bad("rule_id")  # a lookup table with a hole would fail in the middle of a check

    def _effect_rules(self, name: str) -> None:
        columns = {
            "rule_id": filled,
            "group": filled,
            "a_selector": self._selector,
            "b_selector": self._selector,
            "severity": GRADE,
            **TEXTS,
            "suppressed_by": anything,
            **SOURCED,
        }
        self.tables.effect_rules = tuple(
            facts.EffectRule(
                row["rule_id"],
                row["group"],
                row["a_selector"],
                row["b_selector"],
                self._grade(row, row["rule_id"]),
                row.text("effect"),
                row.text("management"),
                row["suppressed_by"],
                source(row),
            )
            for row in self._read(name, columns)
        )

    def _three_drug_rules(self, name: str) -> None:
        selectors = ("a_selector", "b_selector", "c_selector")
        columns = {
            "rule_id": filled,
            **dict.fromkeys(selectors, self._selector),
            "severity": GRADE,
            **TEXTS,
            **SOURCED,
        }
        self.tables.three_drug_rules = tuple(
            facts.ThreeDrugRule(
                row["rule_id"],
                (row["a_selector"], row["b_selector"], row["c_selector"]),
                self._grade(row, row["rule_id"]),
                row.text("effect"),
                row.text("management"),
                source(row),
            )
            for row in self._read(name, columns)
        )

    def _duplicates(self, name: str) -> None:
        columns = {"drug_class": filled, "duplicate_group": filled, "severity": GRADE, **SOURCED}
        self.tables.duplicates = {
            row["drug_class"]: facts.DuplicateGroup(
                row["duplicate_group"], severity_of(row["severity"]), source(row)
            )
            for row in self._read(name, columns)
        }

    def _food(self, name: str) -> None:
        columns = {
            "drug_id": known(self.tables.drugs),
            "food": filled,
            "severity": GRADE,
            "detail_en": filled,
            "detail_zh": filled,
            "source": filled,
            "confidence": SURE,
            "verified": MARK,
        }
        self.tables.food = grouped(
            self._read(name, columns),
            lambda row: facts.FoodRow(
                row["food"], severity_of(row["severity"]), row.text("detail"), source(row)
            ),
        )

    def _timing(self, name: str) -> None:
        columns = {
            "drug_id": known(self.tables.drugs),
            "with_food": TIMING,
            "detail_en": filled,
            "detail_zh": filled,
            "source": filled,
            "confidence": SURE,
            "verified": MARK,
        }
        self.tables.timing = grouped(
            self._read(name, columns),
            lambda row: facts.TimingRow(row["with_food"], row.text("detail"), source(row)),
        )

    def _context(self, name: str) -> None:
        columns = {
            "id": filled,
            "a": self._selector,
            "b": self._selector,
            "condition": filled,
            "value": filled,
            "severity": GRADE_OR_NONE,
            "note_en": filled,
            "note_zh": filled,
            "unless": one_of("", "hepatic_impairment"),
            **SOURCED,
        }
        classes = self.tables.classes
        self.tables.context = tuple(
            facts.ContextRow(
                row["id"],
                members(row["a"], classes),
                members(row["b"], classes),
                row["condition"],
                row["value"],
                self._grade(row, row["id"]),
                row.text("note"),
                row["unless"],
                source(row),
            )
            for row in self._read(name, columns)
        )

    def _still_systemic(self, name: str) -> None:
        columns = {
            "drug_id": known(self.tables.drugs),
            **dict.fromkeys(("route", "reason_en", "reason_zh"), filled),
            **SOURCED,
        }
        self.tables.still_systemic = {
            row["drug_id"]: row.text("reason") for row in self._read(name, columns)
        }


def unique(rows: tuple[Row, ...], column: str) -> None:
    seen: set[str] = set()
    for row in rows:
        if row[column] in seen:
            raise row.bad(column)
        seen.add(row[column])


def grouped(rows: tuple[Row, ...], make: Callable[[Row], T]) -> dict[str, tuple[T, ...]]:
    """Facts by drug, in the order of the file."""
    found: dict[str, list[T]] = defaultdict(list)
    for row in rows:
        found[row["drug_id"]].append(make(row))
    return {drug_id: tuple(items) for drug_id, items in found.items()}


def source(row: Row) -> Source:
    confidence = row.cells.get("confidence", "")
    return Source(row["source"], cast(Mark, row["verified"]), confidence)


def drug(row: Row) -> facts.Drug:
    critical = {"": (), "both": ("inhibition", "induction")}.get(row["critical_for"], (row["critical_for"],))
    return facts.Drug(
        id=row["id"],
        name_en=row["name_en"],
        name_zh_cn=row["name_zh_cn"],
        name_zh_tw=row["name_zh_tw"],
        atc=tuple(row["atc"].replace(",", "|").split("|")) if row["atc"] else (),
        drug_class=row["drug_class"],
        kind=row["kind"],
        coverage=cast(facts.Coverage, row["coverage"]),
        therapeutic_index=row["therapeutic_index"],
        danger=cast(facts.Danger, row["ti_direction"]),
        critical_for=frozenset(critical),
        components=row.many("components"),
        source=replace(source(row), name=row["source"]),
    )


def role(row: Row) -> facts.EnzymeRole:
    only = row["direction"].removesuffix("_only")
    return facts.EnzymeRole(row["drug_id"], row["enzyme"], row["role"], row["strength"], only, source(row))


def pair_row(row: Row, severity: facts.Severity) -> facts.PairRow:
    return facts.PairRow(
        id=row["id"],
        severity=severity,
        specificity=sum(row[side].startswith("drug:") for side in "ab"),
        object=row["object"],
        family=MECHANISM_FAMILY[row["mechanism_type"]],
        effect=row.text("effect"),
        mechanism=row.text("mechanism"),
        management=row.text("management"),
        alternatives=row.many("alternatives"),
        evidence=row["evidence"],
        source=source(row),
        check_verdict=row["check_verdict"],
        check_url=row["check_url"],
        check_note=row["check_note"],
    )
