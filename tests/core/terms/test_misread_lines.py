"""Words that could lower a grade are taken only where they can be read one way."""

import pytest

from core.terms.drug_list import read_list
from core.terms.drug_names import DrugNames


@pytest.mark.parametrize(
    ("line", "route"),
    [
        ("酮康唑片 200mg 口服，不外用", "oral"),
        ("酮康唑 200mg 口服, 外用", "oral"),
        ("ketoconazole 200mg oral not topical", "oral"),
        ("双氯芬酸钠缓释片 75mg 不要外用", None),
        ("ibuprofen 400mg tid not topical", None),
        ("midazolam 7.5 mg no IV", None),
        ("咪达唑仑片 15mg 口服 不静脉", "oral"),
        ("咪达唑仑 2mg iv 或外用", None),
        ("咪达唑仑 2mg iv", "intravenous"),
        ("双氯芬酸凝胶 外用 bid", "topical"),
    ],
)
def test_a_denied_or_second_route_is_no_route(
    line: str, route: str | None, names: DrugNames
) -> None:
    first = read_list(line, names)[0]
    assert (bool(first.drugs), first.route) == (True, route)


@pytest.mark.parametrize(
    ("line", "topical"),
    [
        ("ketoconazole 200mg tablets + cream", False),
        ("ketoconazole tablets and shampoo", False),
        ("红霉素片, 软膏", False),
        ("克拉霉素片 眼药水", False),
        ("环孢素 100mg bid 滴眼液", False),
        ("ibuprofen gel tablets", False),
        ("酮康唑乳膏", True),
        ("左氧氟沙星滴眼液 qid", True),
        ("左氧氟沙星滴眼液 5mg/ml qid", True),
    ],
)
def test_what_is_swallowed_is_not_topical(line: str, topical: bool, names: DrugNames) -> None:
    assert read_list(line, names)[0].topical is topical


@pytest.mark.parametrize(
    ("line", "mg"),
    [
        ("atorvastatin 20 mg ii hs", None),
        ("阿托伐他汀 20mg ii tabs qn", None),
        ("辛伐他汀 20mg Ⅱ qn", None),
        ("阿托伐他汀 20mg 双片 qn", None),
        ("阿托伐他汀 20mg 翻倍 qn", None),
        ("atorvastatin 20mg morning and night", 40.0),
    ],
)
def test_pieces_in_other_signs_make_no_low_dose(
    line: str, mg: float | None, names: DrugNames
) -> None:
    assert read_list(line, names)[0].mg_per_day == mg


@pytest.mark.parametrize(
    ("line", "second"),
    [
        ("spironolactone 25 mg, potassium 20 mEq", "potassium-chloride"),
        ("ceftriaxone 1 g, calcium", "calcium-carbonate"),
        ("sildenafil 50mg, nitrate", ""),
        ("螺内酯，钾", ""),
        ("Micardis Plus", ""),
        ("candesartan plus 16 mg", ""),
        ("Losartan-H", ""),
        ("Claritin-D", ""),
        ("Tylenol #3", ""),
        ("Tylenol 3", ""),
    ],
)
def test_a_second_drug_is_not_taken_for_a_salt_or_an_ordinary_word(
    line: str, second: str, names: DrugNames
) -> None:
    """It is checked, or it is named as not understood."""
    found = read_list(line, names)
    assert len(found) == 2
    assert "".join(found[1].drugs) == second
    assert bool(found[1].reason) is not bool(second)


def test_plus_between_two_names_only_joins_them(names: DrugNames) -> None:
    found = read_list("warfarin 3mg plus aspirin", names)
    assert [item.drugs for item in found] == [("warfarin",), ("aspirin",)]
