"""One checked row of an interaction table as a fact.

Knows: which column goes where. Every cell was checked against `columns` before.
"""

from typing import Literal, cast

from core.pharmacy import facts
from core.pharmacy.columns import MECHANISMS
from core.pharmacy.facts import Mark, Severity, Source
from core.pharmacy.selectors import Classes, members
from core.tables import Row


def severity(row: Row, column: str = "severity") -> Severity:
    return cast(Severity, row[column])


def source(row: Row) -> Source:
    return Source(row["source"], cast(Mark, row["verified"]), row.cells.get("confidence", ""))


def drug(row: Row) -> facts.Drug:
    critical = row["critical_for"]
    return facts.Drug(
        id=row["id"],
        name_en=row["name_en"],
        name_zh_cn=row["name_zh_cn"],
        name_zh_tw=row["name_zh_tw"],
        atc=tuple(filter(None, row["atc"].replace(",", "|").split("|"))),
        drug_class=row["drug_class"],
        kind=row["kind"],
        coverage=cast(facts.Coverage, row["coverage"]),
        therapeutic_index=row["therapeutic_index"],
        danger=cast(facts.Danger, row["ti_direction"]),
        critical_for=frozenset(("inhibition", "induction") if critical == "both" else {critical}),
        components=row.many("components"),
        source=source(row),
    )


def enzyme_role(row: Row) -> facts.EnzymeRole:
    only = row["direction"].removesuffix("_only")
    return facts.EnzymeRole(
        row["drug_id"], row["enzyme"], row["role"], row["strength"], only, source(row)
    )


def effect(row: Row) -> facts.Effect:
    return facts.Effect(row["effect"], row["grade"], source(row))


def pair(row: Row, grade: Severity, classes: Classes) -> facts.PairRow:
    return facts.PairRow(
        id=row["id"],
        severity=grade,
        specificity=sum(row[side].startswith("drug:") for side in "ab"),
        first=members(row["a"], classes),
        second=members(row["b"], classes),
        object=cast(Literal["a", "b", "both"], row["object"]),
        family=MECHANISMS[row["mechanism_type"]],
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


def exposure_rule(row: Row, grade: Severity) -> facts.ExposureRule:
    return facts.ExposureRule(row["rule_id"], grade, row.text("predicted_change"), source(row))


def effect_rule(row: Row, grade: Severity) -> facts.EffectRule:
    return facts.EffectRule(
        id=row["rule_id"],
        group=row["group"],
        first=row["a_selector"],
        second=row["b_selector"],
        severity=grade,
        effect=row.text("effect"),
        management=row.text("management"),
        suppressed_by=row["suppressed_by"],
        source=source(row),
    )


def three_drug_rule(row: Row, grade: Severity) -> facts.ThreeDrugRule:
    return facts.ThreeDrugRule(
        id=row["rule_id"],
        selectors=(row["a_selector"], row["b_selector"], row["c_selector"]),
        severity=grade,
        effect=row.text("effect"),
        management=row.text("management"),
        source=source(row),
    )


def duplicate_group(row: Row, grade: Severity) -> facts.DuplicateGroup:
    return facts.DuplicateGroup(row["duplicate_group"], grade, source(row))


def food(row: Row) -> facts.FoodRow:
    return facts.FoodRow(row["food"], severity(row), row.text("detail"), source(row))


def timing(row: Row) -> facts.TimingRow:
    return facts.TimingRow(row["with_food"], row.text("detail"), source(row))


def context(row: Row, grade: Severity, classes: Classes) -> facts.ContextRow:
    return facts.ContextRow(
        id=row["id"],
        first=members(row["a"], classes),
        second=members(row["b"], classes),
        condition=row["condition"],
        value=row["value"],
        severity=grade,
        note=row.text("note"),
        unless=row["unless"],
        source=source(row),
    )
