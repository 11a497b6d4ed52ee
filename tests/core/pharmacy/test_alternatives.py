"""An alternative is checked against the rest of the list before it is offered."""

from collections.abc import Callable
from dataclasses import replace
from typing import get_args

from core.errors import BadTable
from core.pharmacy.alternatives import Alternative, Outcome, alternatives
from core.pharmacy.checker import Check, check
from core.pharmacy.context import Patient
from core.pharmacy.facts import RANK
from core.pharmacy.knowledge import Knowledge
from core.terms.drug_list import Item

Checked = Callable[..., Check]


def of(found: Check, key: str, knowledge: Knowledge) -> dict[str, Alternative]:
    (pair,) = [pair for pair in found.pairs if pair.key == key]
    return {a.drug: a for a in alternatives(pair, found.medicines, knowledge)}


def test_the_main_example(checked: Checked, knowledge: Knowledge) -> None:
    held = of(checked("阿托伐他汀", "克拉霉素"), "atorvastatin+clarithromycin", knowledge)
    assert set(held) == {"azithromycin", "rosuvastatin", "pravastatin"}
    azithromycin = held["azithromycin"]
    assert (azithromycin.replaces, azithromycin.offered) == ("clarithromycin", True)
    assert azithromycin.severity == "none"
    for statin in ("rosuvastatin", "pravastatin"):
        assert held[statin].replaces == "atorvastatin"


def test_pravastatin_is_not_free_of_interaction(checked: Checked, knowledge: Knowledge) -> None:
    held = of(checked("阿托伐他汀", "克拉霉素"), "atorvastatin+clarithromycin", knowledge)
    pravastatin = held["pravastatin"]
    assert (pravastatin.severity, pravastatin.worst_with) == ("moderate", "clarithromycin")
    rosuvastatin = held["rosuvastatin"]
    assert (rosuvastatin.severity, rosuvastatin.offered) == ("minor", True)


def test_one_that_meets_another_drug_of_the_list_badly_is_rejected(
    checked: Checked, knowledge: Knowledge
) -> None:
    """Azithromycin with amiodarone lengthens QT: it is shown as rejected, with whom and how bad."""
    found = checked("阿托伐他汀", "克拉霉素", "胺碘酮")
    held = of(found, "atorvastatin+clarithromycin", knowledge)["azithromycin"]
    assert not held.offered
    assert held.worst_with == "amiodarone"
    assert RANK[held.severity] >= RANK["major"]


def test_offered_ones_come_first_then_the_milder(checked: Checked, knowledge: Knowledge) -> None:
    found = checked("阿托伐他汀", "克拉霉素", "胺碘酮")
    (pair,) = [pair for pair in found.pairs if pair.key == "atorvastatin+clarithromycin"]
    order = [
        (get_args(Outcome).index(a.outcome), RANK[a.severity])
        for a in alternatives(pair, found.medicines, knowledge)
    ]
    assert order == sorted(order)


def test_a_drug_of_the_list_is_no_alternative(checked: Checked, knowledge: Knowledge) -> None:
    found = checked("阿托伐他汀", "克拉霉素", "阿奇霉素")
    assert "azithromycin" not in of(found, "atorvastatin+clarithromycin", knowledge)


def test_beside_a_drug_without_data_it_is_named_and_not_offered(
    checked: Checked, knowledge: Knowledge
) -> None:
    bare = next(
        drug
        for drug, profile in knowledge.profiles.items()
        if not profile.has_enzyme_data
        and not profile.drug.components
        and not knowledge.derive(knowledge.profiles["azithromycin"], profile).findings
    )
    name = knowledge.drugs[bare].name_zh_cn
    found = checked("阿托伐他汀", "克拉霉素", name)
    held = of(found, "atorvastatin+clarithromycin", knowledge)["azithromycin"]
    assert (held.outcome, held.not_checked_with) == ("unchecked", (bare,))


def test_a_derived_pair_has_none(checked: Checked, knowledge: Knowledge) -> None:
    found = checked("可待因", "利福平")
    (pair,) = found.pairs
    assert pair.decided_by
    assert pair.decided_by.row is None
    assert alternatives(pair, found.medicines, knowledge) == ()


def test_nothing_is_offered_that_is_as_bad_as_what_is_there(
    knowledge: Knowledge, checked: Checked
) -> None:
    """Over every row of two drugs that names an alternative."""
    offered = rejected = 0
    for pair, rows in knowledge.tables.pairs.items():
        if not any(row.specificity == 2 and row.alternatives for row in rows):
            continue
        a, b = (knowledge.drugs[drug].name_zh_cn for drug in sorted(pair))
        found = checked(a, b)
        if len(found.pairs) != 1:
            continue
        for held in alternatives(found.pairs[0], found.medicines, knowledge):
            offered, rejected = offered + held.offered, rejected + (not held.offered)
            if held.offered:
                assert RANK[held.severity] < RANK[found.severity], (a, b, held)
                assert RANK[held.severity] < RANK["major"], (a, b, held)
            elif held.outcome == "rejected":
                assert held.worst_with, (a, b, held)
            else:
                assert held.not_checked_with, (a, b, held)
    assert offered > 50
    assert rejected > 0


def test_one_that_would_complete_a_rule_of_three_is_not_offered(knowledge: Knowledge) -> None:
    """Escitalopram instead of fluoxetine: harmless with each, a major rule with two of the list."""

    def of_list(*drugs: str) -> Check:
        return check([Item(drug, (drug,), "exact") for drug in drugs], knowledge)

    found = of_list("fluoxetine", "tamoxifen", "oxybutynin", "amitriptyline")
    assert "qt_three" not in {three.rule.id for three in found.three_drugs}
    replaced = of_list("escitalopram", "tamoxifen", "oxybutynin", "amitriptyline")
    assert "qt_three" in {three.rule.id for three in replaced.three_drugs}
    held = of(found, "fluoxetine+tamoxifen", knowledge)["escitalopram"]
    assert held.replaces == "fluoxetine"
    assert not held.offered
    assert held.completes
    assert held.completes.rule.id == "qt_three"
    assert held.severity == "major"


def test_with_a_missing_table_none_is_clean(checked: Checked, knowledge: Knowledge) -> None:
    found = checked("阿托伐他汀", "克拉霉素")
    problems = {"effects": BadTable("error.table")}
    torn = replace(knowledge, tables=replace(knowledge.tables, problems=problems), _derived={})
    held = of(found, "atorvastatin+clarithromycin", torn)
    assert held["azithromycin"].severity == "none"
    assert held["azithromycin"].not_checked_with == ("atorvastatin",)


def test_a_class_row_keeps_its_alternatives_below_a_derived_grade(knowledge: Knowledge) -> None:
    tried = 0
    for drugs, rows in knowledge.tables.pairs.items():
        if max(row.specificity for row in rows) == 2 or len(drugs) != 2:
            continue
        items = [Item(drug, (drug,), "exact") for drug in sorted(drugs)]
        (pair,) = check(items, knowledge).pairs
        decided = pair.decided_by
        if decided and decided.row is None and any(row.alternatives for row in rows):
            tried += bool(alternatives(pair, (pair.a, pair.b), knowledge))
    assert tried > 10


def test_a_stated_condition_counts_for_an_alternative(knowledge: Knowledge) -> None:
    """What is moderate by the tables is contraindicated in this patient."""
    items = [Item(drug, (drug,), "exact") for drug in ("dabigatran", "amlodipine", "simvastatin")]
    found = check(items, knowledge)
    (pair,) = [p for p in found.pairs if p.key == "amlodipine+simvastatin"]
    assert pair.decided_by and pair.decided_by.row
    row = replace(pair.decided_by.row, alternatives=("verapamil",))
    decided = replace(pair.decided_by, row=row)
    pair = replace(pair, derivation=replace(pair.derivation, decided_by=decided))
    for patient, grade in ((Patient(crcl=20), "contraindicated"), (Patient(crcl=90), "moderate")):
        (held,) = alternatives(pair, found.medicines, knowledge, patient)
        met = "dabigatran" if grade == "contraindicated" else held.worst_with
        assert held.worst_with == met
        assert RANK[held.severity] >= RANK[grade]
