"""A whole list: three states of every pair, nothing left silent, order, combinations, routes."""

from collections.abc import Callable
from dataclasses import replace
from itertools import combinations

import pytest

from core.errors import BadInput, BadTable
from core.pharmacy.checker import MOST_DRUGS, Check, Pair, check
from core.pharmacy.context import Medication
from core.pharmacy.facts import RANK
from core.pharmacy.knowledge import Knowledge
from core.pharmacy.label_text import label_drug, read_label
from core.pharmacy.topical import LOCAL_CLASSES
from core.terms.drug_list import Item, read_entry, read_list
from core.terms.drug_names import DrugNames

Checked = Callable[..., Check]
# Drugs with enzyme data between which the tables hold nothing.
NOTHING_HELD = ("azithromycin", "pravastatin")


def only(found: Check) -> tuple[str, str, bool]:
    """State and grade of the only pair, and whether the answer is complete."""
    (pair,) = found.pairs
    return pair.state, pair.severity, found.complete


# ---- three states


def test_an_interaction_is_found(checked: Checked) -> None:
    found = checked("阿托伐他汀", "克拉霉素")
    assert only(found) == ("interaction", "major", True)
    assert (found.state, found.severity) == ("interaction", "major")
    (pair,) = found.pairs
    assert pair.decided_by
    assert pair.decided_by.rule == "P0001"
    assert pair.reason is None


def test_no_row_is_a_state_of_its_own(checked: Checked, knowledge: Knowledge) -> None:
    drugs = [knowledge.profiles[drug] for drug in NOTHING_HELD]
    assert all(drug.has_enzyme_data for drug in drugs)
    found = checked(*NOTHING_HELD)
    assert only(found) == ("no_record", "none", True)
    assert (found.state, found.severity) == ("no_record", "none")


def test_a_drug_without_enzyme_data_is_not_checked_and_named(knowledge: Knowledge) -> None:
    bare = next(
        drug
        for drug, profile in knowledge.profiles.items()
        if not profile.has_enzyme_data
        and not knowledge.derive(profile, knowledge.profiles["azithromycin"]).findings
    )
    items = [Item(drug, (drug,), "exact") for drug in ("azithromycin", bare)]
    found = check(items, knowledge)
    assert only(found) == ("not_checked", "none", False)
    assert found.state == "not_checked"
    (pair,) = found.pairs
    assert (pair.reason, pair.not_covered) == ("no_enzyme_data", (bare,))


def test_every_pair_without_finding_and_without_data_says_so(knowledge: Knowledge) -> None:
    """Over a list of two hundred drugs: a pair is silent about nothing."""
    items = [Item(drug, (drug,), "exact") for drug in sorted(knowledge.drugs)[:200]]
    found = check(items, knowledge)
    assert len(found.pairs) == 199 * 200 // 2
    for pair in found.pairs:
        covered = pair.a.profile.has_enzyme_data and pair.b.profile.has_enzyme_data
        if pair.severity != "none":
            assert pair.state == "interaction"
            assert pair.decided_by
        else:
            assert pair.state == ("no_record" if covered else "not_checked")
            assert bool(pair.reason) == (not covered)
    assert {pair.state for pair in found.pairs} == {"interaction", "no_record", "not_checked"}


def test_a_drug_of_which_only_part_is_held_is_named(checked: Checked, knowledge: Knowledge) -> None:
    partial = next(d.id for d in knowledge.drugs.values() if d.coverage == "partial")
    found = check([Item(d, (d,), "exact") for d in ("atorvastatin", partial)], knowledge)
    assert found.pairs[0].partly_covered == (partial,)
    assert checked("阿托伐他汀", "克拉霉素").pairs[0].partly_covered == ()


def test_a_name_that_is_not_held_leaves_the_other_pairs_answered(checked: Checked) -> None:
    found = checked("阿托伐他汀", "不知名新药", "克拉霉素")
    assert [(item.text, item.reason) for item in found.unresolved] == [
        ("不知名新药", "unknown_name")
    ]
    assert [(pair.state, pair.severity) for pair in found.pairs] == [("interaction", "major")]
    assert (found.state, found.complete) == ("interaction", False)


def test_one_unknown_name_beside_a_clean_pair_is_not_checked(checked: Checked) -> None:
    found = checked(*NOTHING_HELD, "zzzzzz")
    assert (found.state, found.severity, found.complete) == ("not_checked", "none", False)


@pytest.mark.parametrize("typed", [(), ("阿托伐他汀",)])
def test_fewer_than_two_drugs_have_no_pairs(checked: Checked, typed: tuple[str, ...]) -> None:
    found = checked(*typed)
    assert found.pairs == ()
    assert (found.state, found.severity, found.complete) == ("not_checked", "none", False)
    assert found.too_few


@pytest.mark.parametrize("name", ["", " ", "😀", "\x00", "=cmd", "<script>", "1" * 500])
def test_what_is_no_name_is_unresolved(checked: Checked, name: str) -> None:
    found = checked("阿托伐他汀", name)
    assert [item.reason for item in found.unresolved] == ["unknown_name"]
    assert (found.state, found.complete) == ("not_checked", False)


# ---- the same drug, combinations


def test_the_same_drug_under_two_brands_is_found(checked: Checked) -> None:
    found = checked("立普妥", "Lipitor 20mg")
    assert [medicine.id for medicine in found.medicines] == ["atorvastatin", "atorvastatin"]
    (pair,) = found.pairs
    assert (pair.severity, pair.decided_by and pair.decided_by.kind) == ("major", "same_ingredient")
    assert pair.key == "atorvastatin+atorvastatin"


def test_the_same_drug_typed_twice_is_found(checked: Checked) -> None:
    assert only(checked("atorvastatin", "atorvastatin")) == ("interaction", "major", True)


def test_the_parts_of_a_combination_without_a_row_are_paired_too(checked: Checked) -> None:
    found = checked("缬沙坦氨氯地平片", "辛伐他汀")
    assert [medicine.id for medicine in found.medicines] == [
        "valsartan",
        "amlodipine",
        "simvastatin",
    ]
    assert {pair.key for pair in found.pairs} == {
        "simvastatin+valsartan",
        "amlodipine+simvastatin",
        "amlodipine+valsartan",
    }


def test_the_components_of_a_product_are_not_paired(checked: Checked) -> None:
    found = checked("诺欣妥")
    assert [medicine.id for medicine in found.medicines] == ["sacubitril-valsartan"]
    assert found.pairs == ()


def test_a_dose_beside_several_drugs_is_the_dose_of_none(knowledge: Knowledge) -> None:
    """10 mg of which? As the dose of simvastatin it would lower the grade."""
    both = Item("辛伐他汀氨氯地平", ("simvastatin", "amlodipine"), "combination", mg_per_day=10)
    for given in ({}, {0: Medication(mg_per_day=10)}):
        (pair,) = check([both], knowledge, medications=given).pairs
        assert (pair.severity, pair.applied) == ("moderate", ())
        assert [question.row for question in pair.questions] == ["X008"]


@pytest.mark.parametrize(
    "line",
    [
        "华法林 阿司匹林",
        "华法林和阿司匹林",
        "华法林与阿司匹林",
        "华法林及阿司匹林",
        "华法林，阿司匹林",
        "华法林、阿司匹林",
        "华法林+阿司匹林",
        "华法林/阿司匹林",
        "warfarin, aspirin",
        "warfarin and aspirin",
        "warfarin aspirin",
        "warfarin/aspirin",
        "华法林 3mg qn 阿司匹林 100mg qd",
    ],
)
def test_two_drugs_written_in_one_line_are_checked_against_each_other(
    names: DrugNames, knowledge: Knowledge, line: str
) -> None:
    """As one typed name and as a pasted line; warfarin with aspirin must never be "no record"."""
    for read in (read_entry, read_list):
        found = check(read(line, names), knowledge)
        assert (found.state, found.severity) == ("interaction", "major")
        assert "aspirin+warfarin" in {pair.key for pair in found.pairs}


def test_a_product_with_its_own_row_is_one_medicine(checked: Checked) -> None:
    """Written as its parts it must not count its own component a second time."""
    for name in (
        "沙库巴曲缬沙坦",
        "沙库巴曲缬沙坦钠片",
        "sacubitril/valsartan",
        "sacubitril-valsartan",
    ):
        found = checked(name, "氨氯地平")
        assert [medicine.id for medicine in found.medicines] == [
            "sacubitril-valsartan",
            "amlodipine",
        ]


def test_every_part_is_paired_with_every_part_of_another_line(checked: Checked) -> None:
    found = checked("缬沙坦氨氯地平片", "氯沙坦钾氢氯噻嗪片")
    assert len(found.medicines) == 4
    assert len(found.pairs) == 6
    assert "losartan+valsartan" in {pair.key for pair in found.pairs}


# ---- route


def test_a_cream_is_at_most_minor(checked: Checked) -> None:
    found = checked("酮康唑乳膏", "阿托伐他汀")
    (pair,) = found.pairs
    assert (pair.severity, pair.capped_topical, pair.still_systemic) == ("minor", True, ())
    assert pair.state == "interaction"
    whole = checked("酮康唑", "阿托伐他汀").pairs[0]
    assert RANK[whole.severity] > RANK["minor"]
    assert not whole.capped_topical


def test_a_cream_is_no_contraindication(checked: Checked) -> None:
    """Ketoconazole by mouth forbids simvastatin; a false alarm for its cream hides true ones."""
    assert checked("酮康唑", "辛伐他汀").severity == "contraindicated"
    (pair,) = checked("酮康唑乳膏", "辛伐他汀").pairs
    assert (pair.severity, pair.capped_topical) == ("minor", True)


@pytest.mark.parametrize(
    ("drug", "other"),
    [
        ("硝酸甘油", "西地那非"),
        ("芬太尼", "地西泮"),
        ("可乐定", "普萘洛尔"),
        ("司来吉兰", "氟西汀"),
    ],
)
def test_what_acts_through_the_skin_is_not_lowered(checked: Checked, drug: str, other: str) -> None:
    """Ointments and patches of drugs whose classes have no local use."""
    plain = checked(drug, other).severity
    assert RANK[plain] > RANK["minor"]
    (pair,) = checked(drug, other, given={0: Medication(route="topical")}).pairs
    assert (pair.severity, pair.capped_topical) == (plain, False)


def test_every_local_class_is_one_of_the_tables(knowledge: Knowledge) -> None:
    assert {drug.drug_class for drug in knowledge.drugs.values()} >= LOCAL_CLASSES


def test_a_gel_does_not_hide_what_a_stated_condition_raised(checked: Checked) -> None:
    """The row for topical NSAIDs holds by the name alone; a bleed in the history outweighs it."""
    (pair,) = checked("华法林", "双氯芬酸凝胶").pairs
    assert (pair.severity, [a.row.id for a in pair.applied]) == ("minor", ["X018"])
    assert [question.row for question in pair.questions] == ["X019"]
    (pair,) = checked("华法林", "双氯芬酸凝胶", patient={"history": "gi_bleed"}).pairs
    assert (pair.severity, [a.row.id for a in pair.applied]) == ("contraindicated", ["X019"])


def test_a_raised_grade_is_not_capped(pair: Callable[..., Pair]) -> None:
    """Diclofenac cream with methotrexate: major by a stated indication."""
    given = {1: Medication(route="topical")}
    low = pair("methotrexate", "diclofenac", {"indication": ["low_dose_weekly"]}, given)
    assert (low.severity, low.capped_topical) == ("minor", True)
    high = pair("methotrexate", "diclofenac", {"indication": ["high_dose_oncology"]}, given)
    assert (high.severity, high.capped_topical) == ("contraindicated", False)


def test_a_stated_route_wins_over_the_name(checked: Checked) -> None:
    by_mouth = checked("酮康唑乳膏", "阿托伐他汀", given={0: Medication(route="oral")})
    assert not by_mouth.pairs[0].capped_topical
    on_skin = checked("双氯芬酸", "华法林", given={0: Medication(route="topical")})
    assert on_skin.pairs[0].severity == "minor"


@pytest.mark.parametrize(
    ("name", "drug", "other"),
    [
        ("咪康唑凝胶", "miconazole", "华法林"),
        ("噻吗洛尔滴眼液", "timolol", "维拉帕米"),
        ("甲氨蝶呤软膏", "methotrexate", "甲氧苄啶"),
        ("他克莫司软膏", "tacrolimus", "克拉霉素"),
        ("睾酮凝胶", "testosterone", "华法林"),
        ("雌二醇凝胶", "estradiol", "利福平"),
    ],
)
def test_the_exceptions_are_not_lowered(checked: Checked, name: str, drug: str, other: str) -> None:
    """The six drugs of `topical_exceptions.csv` act through the skin, the eye or the mouth."""
    (pair,) = checked(name, other).pairs
    assert pair.a.id == drug or pair.b.id == drug
    assert not pair.capped_topical
    assert pair.still_systemic == (drug,)
    plain = checked(drug, other).pairs[0]
    assert pair.severity == plain.severity != "none"


def test_all_exceptions_are_tried(knowledge: Knowledge) -> None:
    assert sorted(knowledge.tables.still_systemic) == [
        "estradiol",
        "methotrexate",
        "miconazole",
        "tacrolimus",
        "testosterone",
        "timolol",
    ]


@pytest.mark.parametrize("name", ["氢氧化铝凝胶", "硫糖铝混悬凝胶", "aluminium hydroxide gel"])
def test_a_gel_that_is_swallowed_is_not_topical(checked: Checked, name: str) -> None:
    found = checked(name, "左氧氟沙星")
    if found.pairs:
        assert not found.pairs[0].capped_topical
        assert found.severity == "moderate"
    else:
        assert found.unresolved


# ---- dose from the line


def test_a_dose_in_the_line_is_used(checked: Checked) -> None:
    assert checked("阿托伐他汀 20mg qn", "克拉霉素").severity == "moderate"
    assert checked("阿托伐他汀 40mg qn", "克拉霉素").severity == "major"
    assert checked("阿托伐他汀 20mg bid", "克拉霉素").severity == "major"
    assert checked("阿托伐他汀 20mg", "克拉霉素").severity == "major"


def test_a_stated_dose_wins_over_the_line(checked: Checked) -> None:
    given = {0: Medication(mg_per_day=40)}
    assert checked("阿托伐他汀 20mg qn", "克拉霉素", given=given).severity == "major"


# ---- three drugs


def rules(found: Check) -> list[str]:
    return [three.rule.id for three in found.three_drugs]


@pytest.mark.parametrize(
    ("rule", "typed"),
    [
        ("triple_whammy", ("依那普利", "氢氯噻嗪", "布洛芬")),
        ("triple_antithrombotic", ("华法林", "阿司匹林", "氯吡格雷")),
        ("sedative_triad", ("吗啡", "地西泮", "普瑞巴林")),
        ("potassium_triad", ("依那普利", "螺内酯", "氯化钾")),
        ("qt_three", ("胺碘酮", "克拉霉素", "莫西沙星")),
        ("serotonin_three", ("舍曲林", "文拉法辛", "曲马多")),
        ("anticholinergic_three", ("奥昔布宁", "阿米替林", "苯海索")),
        ("statin_fibrate_inhibitor", ("辛伐他汀", "克拉霉素", "非诺贝特")),
    ],
)
def test_a_rule_of_three_holds_for_three_and_for_no_two(
    checked: Checked, rule: str, typed: tuple[str, ...]
) -> None:
    found = checked(*typed)
    assert not found.unresolved
    assert rule in rules(found)
    (three,) = [three for three in found.three_drugs if three.rule.id == rule]
    assert sorted(three.drugs) == sorted(medicine.id for medicine in found.medicines)
    assert set(three.drugs) <= set(three.members)
    for two in combinations(typed, 2):
        assert rule not in rules(checked(*two))


def test_all_rules_of_three_are_tried(knowledge: Knowledge) -> None:
    assert len(knowledge.tables.three_drug_rules) == 8


def test_a_component_takes_part_in_a_rule_of_three(checked: Checked) -> None:
    assert "triple_whammy" in rules(checked("缬沙坦氢氯噻嗪片", "布洛芬"))
    assert "triple_whammy" in rules(checked("ibuprofen-codeine", "依那普利", "氢氯噻嗪")) or (
        "triple_whammy" in rules(checked("布洛芬可待因", "依那普利", "氢氯噻嗪"))
    )


def test_a_product_and_its_own_component_are_not_two_drugs(checked: Checked) -> None:
    """Sacubitril-valsartan with spironolactone are two products, not "three potassium raisers"."""
    found = checked("诺欣妥", "螺内酯")
    assert [medicine.id for medicine in found.medicines] == [
        "sacubitril-valsartan",
        "spironolactone",
    ]
    assert "potassium_triad" not in rules(found)


def test_what_stays_on_the_skin_is_none_of_three(checked: Checked) -> None:
    assert "triple_whammy" in rules(checked("依那普利", "氢氯噻嗪", "双氯芬酸"))
    assert "triple_whammy" not in rules(checked("依那普利", "氢氯噻嗪", "双氯芬酸凝胶"))


def test_an_exception_takes_part_in_a_rule_of_three_in_any_form(knowledge: Knowledge) -> None:
    items = [
        Item(drug, (drug,), "exact", topical=drug == "miconazole")
        for drug in ("simvastatin", "miconazole", "fenofibrate")
    ]
    by_mouth = [Item(item.text, item.drugs, "exact") for item in items]
    assert rules(check(items, knowledge)) == rules(check(by_mouth, knowledge))


def test_a_product_and_others_name_the_product_only(checked: Checked) -> None:
    found = checked("诺欣妥", "螺内酯", "氯化钾")
    (three,) = [three for three in found.three_drugs if three.rule.id == "potassium_triad"]
    assert three.members == ("potassium-chloride", "sacubitril-valsartan", "spironolactone")
    assert sorted(three.drugs) == sorted(three.members)


def test_the_same_drug_twice_is_not_two_of_three(checked: Checked) -> None:
    assert "triple_antithrombotic" not in rules(checked("华法林", "阿司匹林", "阿司匹林肠溶片"))


def test_members_name_everybody_who_takes_part(checked: Checked) -> None:
    found = checked("胺碘酮", "克拉霉素", "莫西沙星", "昂丹司琼", "对乙酰氨基酚")
    (three,) = [three for three in found.three_drugs if three.rule.id == "qt_three"]
    assert set(three.members) == {"amiodarone", "clarithromycin", "moxifloxacin", "ondansetron"}


def test_a_rule_of_three_counts_for_the_answer(checked: Checked) -> None:
    found = checked("华法林", "阿司匹林", "氯吡格雷")
    assert found.state == "interaction"
    assert RANK[found.severity] >= RANK["major"]


# ---- food, timing


def test_food_and_timing_of_each_medicine_are_told(checked: Checked) -> None:
    found = checked("阿托伐他汀", "阿卡波糖")
    assert [(medicine.id, row.food) for medicine, row in found.food] == [
        ("atorvastatin", "grapefruit")
    ]
    timing = {medicine.id: row.with_food for medicine, row in found.timing}
    assert timing["acarbose"] == "with"


# ---- order and size


def test_pairs_come_by_severity(checked: Checked) -> None:
    found = checked("辛伐他汀", "克拉霉素", "华法林", "布洛芬", "对乙酰氨基酚", "地高辛", "胺碘酮")
    ranks = [RANK[pair.severity] for pair in found.pairs]
    assert ranks == sorted(ranks, reverse=True)
    assert found.pairs[0].severity == found.severity == "contraindicated"


def test_the_order_of_the_list_makes_no_difference(checked: Checked) -> None:
    names = ("辛伐他汀", "克拉霉素", "华法林", "布洛芬", "地高辛")
    there = [(pair.key, pair.severity) for pair in checked(*names).pairs]
    back = [(pair.key, pair.severity) for pair in checked(*reversed(names)).pairs]
    assert there == back


def test_established_comes_before_derived_within_a_grade(checked: Checked) -> None:
    found = checked("辛伐他汀", "克拉霉素", "华法林", "布洛芬", "地高辛", "胺碘酮", "伊曲康唑")
    weight = {"established": 0, "probable": 1, "suspected": 2, "convention": 3, "derived": 3}
    keys = [(-RANK[p.severity], weight[p.decided_by.evidence]) for p in found.pairs if p.decided_by]
    assert keys == sorted(keys)


def test_two_hundred_drugs_of_every_kind_are_checked(knowledge: Knowledge) -> None:
    items = [Item(drug, (drug,), "exact") for drug in sorted(knowledge.drugs)[::3][:200]]
    found = check(items, knowledge)
    assert len(found.medicines) == 200
    assert len(found.pairs) == 19_900
    assert found.severity == "contraindicated"


# ---- a drug read from a label


def test_a_label_drug_is_checked_against_the_others(knowledge: Knowledge) -> None:
    new = label_drug("label-1", "新药", read_label("本品主要经CYP3A4代谢"))
    items = [Item("新药", ("label-1",), "from_label"), Item("c", ("clarithromycin",), "exact")]
    found = check(items, knowledge, extra={"label-1": new})
    (pair,) = found.pairs
    assert (pair.state, pair.severity) == ("interaction", "moderate")
    assert pair.decided_by
    assert pair.decided_by.evidence == "label"
    assert pair.partly_covered == ("label-1",)


def test_a_label_drug_whose_label_says_nothing_is_not_checked(knowledge: Knowledge) -> None:
    new = label_drug("label-1", "新药", ())
    items = [Item("新药", ("label-1",), "from_label"), Item("c", ("clarithromycin",), "exact")]
    found = check(items, knowledge, extra={"label-1": new})
    assert only(found) == ("not_checked", "none", False)
    assert found.pairs[0].not_covered == ("label-1",)


def test_enzyme_sentences_that_fit_nothing_are_no_whole_check(knowledge: Knowledge) -> None:
    """A label read for enzymes says nothing of effects, duplication or food."""
    new = label_drug("label-1", "新药", read_label("本品主要经CYP2D6代谢"))
    items = [Item("新药", ("label-1",), "from_label"), Item("c", ("clarithromycin",), "exact")]
    found = check(items, knowledge, extra={"label-1": new})
    assert only(found) == ("not_checked", "none", False)
    assert (found.pairs[0].reason, found.pairs[0].not_covered) == ("label_only", ("label-1",))


def test_a_drug_that_the_tables_no_longer_hold_is_unresolved_with_a_reason(
    knowledge: Knowledge,
) -> None:
    """As in a draft that was stored before the tables changed."""
    found = check(
        [Item("old", ("gone-drug",), "exact"), Item("w", ("warfarin",), "exact")], knowledge
    )
    (item,) = found.unresolved
    assert (item.text, item.reason) == ("old", "not_in_tables")
    assert not found.complete


def test_a_list_that_grows_too_long_by_its_combinations_is_refused(knowledge: Knowledge) -> None:
    both = Item("x", ("valsartan", "amlodipine"), "combination")
    assert len(check([both] * 3, knowledge).medicines) == 6
    with pytest.raises(BadInput) as refused:
        check([both] * (MOST_DRUGS // 2 + 1), knowledge)
    assert refused.value.values["n"] == MOST_DRUGS + 2


# ---- a grade that a stated condition removed


def test_a_removed_grade_is_not_the_same_as_no_row(checked: Checked) -> None:
    apart = {1: Medication(separated_hours=6)}
    (pair,) = checked("左甲状腺素", "碳酸钙", given=apart).pairs
    assert (pair.state, pair.removed_by_context) == ("no_record", True)
    assert not checked(*NOTHING_HELD).pairs[0].removed_by_context
    assert not checked("左甲状腺素", "碳酸钙").pairs[0].removed_by_context


def test_a_removed_grade_is_not_checked_where_a_table_is_missing(
    knowledge: Knowledge, pair: Callable[..., Pair]
) -> None:
    problems = {"effects": BadTable("error.table")}
    torn = replace(knowledge, tables=replace(knowledge.tables, problems=problems))
    found = pair(
        "levothyroxine",
        "calcium-carbonate",
        given={1: Medication(separated_hours=6)},
        tables=torn,
    )
    assert (found.state, found.reason) == ("not_checked", "table_missing")
