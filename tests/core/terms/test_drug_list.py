"""A pasted list becomes medicines; what no name explains comes back with its reason."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from core.terms.drug_list import Item, read_list, read_name
from core.terms.drug_names import DrugNames

SHARED: dict[str, DrugNames] = {}


@pytest.fixture(autouse=True)
def _shared(names: DrugNames) -> None:
    """Hypothesis takes no fixtures of a test's own scope."""
    SHARED["names"] = names


def drugs(text: str, names: DrugNames) -> list[str]:
    return [drug for item in read_list(text, names) for drug in item.drugs]


def left(text: str, names: DrugNames) -> list[tuple[str, str | None]]:
    return [(item.text, item.reason) for item in read_list(text, names) if not item.drugs]


THREE = ["atorvastatin", "clarithromycin", "warfarin"]


@pytest.mark.parametrize(
    "text",
    [
        "阿托伐他汀\n克拉霉素\n华法林",
        "阿托伐他汀，克拉霉素，华法林",
        "阿托伐他汀, 克拉霉素, 华法林",
        "阿托伐他汀、克拉霉素、华法林",
        "阿托伐他汀；克拉霉素；华法林",
        "阿托伐他汀;克拉霉素|华法林",
        "阿托伐他汀 + 克拉霉素 + 华法林",
        "1. 阿托伐他汀\n2. 克拉霉素\n3. 华法林",
        "1、阿托伐他汀\n2、克拉霉素\n3、华法林",
        "（1）阿托伐他汀\n（2）克拉霉素\n（3）华法林",
        "① 阿托伐他汀\n② 克拉霉素\n③ 华法林",
        "- 阿托伐他汀\n* 克拉霉素\n• 华法林",
        "阿托伐他汀钙片 20mg qn\n克拉霉素片 0.5g bid\n华法林钠片 3mg qd",
        "阿托伐他汀20mg,克拉霉素500mg,华法林3mg",
        "atorvastatin 20 mg qn\r\nclarithromycin 500 mg bid\r\nwarfarin 3 mg daily",
        "Lipitor 20mg\tKlacid 500mg\tCoumadin 3mg",
        "患者目前服用阿托伐他汀20mg qn、克拉霉素0.5g bid及华法林3mg qd",
    ],
)
def test_a_list_is_split_into_its_drugs(names: DrugNames, text: str) -> None:
    assert drugs(text, names) == THREE
    assert left(text, names) == []


def test_each_line_carries_its_own_dose_and_route(names: DrugNames) -> None:
    text = "阿托伐他汀钙片 20mg qn\n克拉霉素 0.5g bid 口服\n双氯芬酸凝胶 外用\n华法林"
    items = read_list(text, names)
    assert [(item.mg_per_day, item.route, item.topical) for item in items] == [
        (20, None, False),
        (1000, "oral", False),
        (None, "topical", True),
        (None, None, False),
    ]


def test_a_thousands_comma_splits_nothing(names: DrugNames) -> None:
    (item,) = read_list("metformin 1,000 mg bid", names)
    assert (item.drugs, item.mg_per_day) == (("metformin",), 2000)


def test_a_number_before_a_comma_splits(names: DrugNames) -> None:
    assert drugs("华法林3,阿司匹林100", names) == ["warfarin", "aspirin"]


def test_doses_of_two_drugs_in_a_sentence_are_not_mixed(names: DrugNames) -> None:
    items = read_list("患者服用阿托伐他汀20mg qn及华法林3mg qd", names)
    assert [(item.drugs, item.mg_per_day) for item in items] == [
        (("atorvastatin",), 20),
        (("warfarin",), 3),
    ]


@pytest.mark.parametrize(
    "text", ["阿托伐他汀 20mg qn 克拉霉素 0.5g bid", "辛伐他汀 20mg qn 华法林 3mg qd"]
)
def test_doses_of_two_drugs_in_one_line_are_not_mixed(names: DrugNames, text: str) -> None:
    doses = {item.drugs: item.mg_per_day for item in read_list(text, names)}
    for found, dose in doses.items():
        if found == ("atorvastatin",) or found == ("simvastatin",):
            assert dose in (20, None)
        if len(found) > 1:
            assert dose is None


@pytest.mark.parametrize("text", ["未服用华法林", "已停用华法林", "华法林已停用", "对阿司匹林过敏"])
def test_what_is_not_taken_is_said_and_not_checked(names: DrugNames, text: str) -> None:
    (item,) = [i for i in read_list(text, names) if i.reason != "leftover_text"]
    assert (item.drugs, item.reason) == ((), "not_taken")


def test_words_that_no_name_explains_come_back(names: DrugNames) -> None:
    text = "患者服用阿托伐他汀20mg和某某新药胶囊"
    assert drugs(text, names) == ["atorvastatin"]
    ((rest, reason),) = left(text, names)
    assert "某某新药" in rest
    assert reason == "leftover_text"


def test_an_unknown_line_comes_back_whole_with_what_is_near(names: DrugNames) -> None:
    items = read_list("阿托伐他汀\nclarithromicin\n%%%", names)
    assert [(item.text, item.reason) for item in items[1:]] == [
        ("clarithromicin", "unknown_name"),
        ("%%%", "unknown_name"),
    ]
    assert items[1].near[0] == "clarithromycin"


@pytest.mark.parametrize("text", ["", " ", "\n\n", "\t", ",,,", ";；、|", "\u2028"])
def test_an_empty_list_is_empty(names: DrugNames, text: str) -> None:
    assert read_list(text, names) == ()


@pytest.mark.parametrize(
    "text",
    [
        "😀",
        "<script>alert(1)</script>",
        "=cmd|' /C calc'!A0",
        "<|im_start|>",
        "{{7*7}}",
        "\x1b[31m",
    ],
)
def test_what_is_no_medicine_resolves_to_nothing(names: DrugNames, text: str) -> None:
    assert drugs(text, names) == []
    assert left(text, names)


def test_markup_around_a_name_does_not_hide_it(names: DrugNames) -> None:
    assert "warfarin" in drugs("<b>华法林</b>\n- **阿司匹林** 100mg", names)


def test_a_single_name_is_read_like_a_line(names: DrugNames) -> None:
    item = read_name("阿托伐他汀钙片 20mg qn", names)
    assert item == Item(
        "阿托伐他汀钙片 20mg qn", ("atorvastatin",), "without_salt_or_form", False, 20.0, None
    )
    assert read_name("atrovastatin", names).reason == "unknown_name"


def test_the_same_drug_twice_stays_twice(names: DrugNames) -> None:
    assert drugs("立普妥\n阿托伐他汀", names) == ["atorvastatin", "atorvastatin"]


LINES = st.text(
    st.one_of(
        st.characters(codec="utf-8"),
        st.sampled_from("\n,，;；、+()（）1234567890. 阿托伐他汀华法林未服用停mgqdbid"),
    ),
    max_size=160,
)


@given(LINES)
@example("1," * 80)
@example("未服用华法林" * 20)
@example("去甲肾上腺素" * 20)
@example("\n" * 150 + "1")
@settings(max_examples=200, deadline=None)
def test_any_text_is_answered_and_nothing_is_dropped(text: str) -> None:
    for item in read_list(text, SHARED["names"]):
        assert item.text.strip()
        assert bool(item.drugs) != bool(item.reason)


@pytest.mark.parametrize(
    "text",
    [
        "1,\n" * 100,
        "\n" * 4_000 + "1",
        "华法林 " * 2_000,
        "去甲肾上腺素 " * 1_000,
        "+" * 20_000,
        "😀" * 5_000,
    ],
)
def test_a_long_list_is_answered(names: DrugNames, text: str) -> None:
    read_list(text, names)
