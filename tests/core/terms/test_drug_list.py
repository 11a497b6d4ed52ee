"""A pasted list becomes medicines; what no name explains comes back with its reason."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from core.errors import BadInput
from core.terms.drug_list import LONGEST, MOST_OFFERED, Item, read_entry, read_list, read_name
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


@pytest.mark.parametrize(
    "text",
    ["未服用华法林", "已停用华法林", "华法林已停用", "华法林(已停)", "华法林 3mg qd，已停用"],
)
def test_what_is_not_taken_is_said_and_not_checked(names: DrugNames, text: str) -> None:
    (item,) = [i for i in read_list(text, names) if i.reason != "leftover_text"]
    assert (item.drugs, item.reason) == ((), "not_taken")


def test_words_that_no_name_explains_come_back(names: DrugNames) -> None:
    text = "患者服用阿托伐他汀20mg和某某新药胶囊"
    assert drugs(text, names) == ["atorvastatin"]
    ((rest, reason),) = left(text, names)
    assert rest == "某某新药胶囊"
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
        "\n" * 19_999 + "1",
        "1," * 10_000,
        "未" * 20_000,
        "青过敏、" * 5_000,
        "停用：" * 6_000,
        "男 " * 10_000,
        "药物过敏史" * 4_000,
        "复方华法林" * 4_000,
        "\n".join(f"某某药{n}" for n in range(500)),
        "华法林 " * 2_000,
        "去甲肾上腺素 " * 1_000,
        "+" * 20_000,
        "😀" * 5_000,
    ],
)
def test_a_long_list_is_answered(names: DrugNames, text: str) -> None:
    read_list(text, names)


# ---- several drugs in one line


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("西地那非 硝酸甘油", ["sildenafil", "nitroglycerin"]),
        ("华法林和阿司匹林", ["warfarin", "aspirin"]),
        ("华法林与阿司匹林", ["warfarin", "aspirin"]),
        ("华法林及阿司匹林", ["warfarin", "aspirin"]),
        ("warfarin and aspirin", ["warfarin", "aspirin"]),
        ("warfarin/aspirin", ["warfarin", "aspirin"]),
        ("warfarin,aspirin", ["warfarin", "aspirin"]),
        ("warfarin+aspirin", ["warfarin", "aspirin"]),
        ("warfarin-aspirin", ["warfarin", "aspirin"]),
        ("华法林 3mg qn 阿司匹林 100mg qd", ["warfarin", "aspirin"]),
        ("losartan potassium 50mg aspirin 100mg qd", ["losartan", "aspirin"]),
        ("安定 速尿", ["diazepam", "furosemide"]),
        ("代文+可定", ["valsartan", "rosuvastatin"]),
        ("诺和龙和二甲双胍", ["repaglinide", "metformin"]),
        ("华法林(同时服用胺碘酮)", ["warfarin", "amiodarone"]),
        ("氯沙坦(氢氯噻嗪)", ["losartan", "hydrochlorothiazide"]),
        ("amlodipine (with atorvastatin)", ["amlodipine", "atorvastatin"]),
    ],
)
def test_drugs_in_one_line_are_items_of_their_own(
    names: DrugNames, text: str, found: list[str]
) -> None:
    for items in (read_list(text, names), read_entry(text, names)):
        assert [item.drugs for item in items] == [(drug,) for drug in found]


def test_each_drug_of_a_line_has_its_own_dose(names: DrugNames) -> None:
    items = read_entry("华法林 3mg qn 阿司匹林 100mg qd", names)
    assert [item.mg_per_day for item in items] == [3, 100]


def test_names_that_touch_are_one_item_without_a_dose(names: DrugNames) -> None:
    for dose in ("", " 5mg/10mg qd", " 10mg qd"):
        (item,) = read_entry(f"氨氯地平阿托伐他汀钙片{dose}", names)
        assert (item.drugs, item.how) == (("amlodipine", "atorvastatin"), "combination")
        assert item.mg_per_day is None


@pytest.mark.parametrize(
    "text",
    [
        "amlodipine/atorvastatin 10mg qd",
        "服用氨氯地平阿托伐他汀钙片 10mg qd",
        "10mg 辛伐他汀 qn 5mg 华法林 qd",
        "复方阿司匹林 500mg bid",
    ],
)
def test_a_dose_that_may_belong_to_another_drug_is_given_to_none(
    names: DrugNames, text: str
) -> None:
    found = [item for item in read_entry(text, names) if item.drugs]
    assert found
    assert [item.mg_per_day for item in found] == [None] * len(found)


def test_a_brand_beside_its_substance_is_one_drug(names: DrugNames) -> None:
    (item,) = read_entry("立普妥 阿托伐他汀钙片 20mg qn", names)
    assert (item.drugs, item.mg_per_day) == (("atorvastatin",), 20)
    assert drugs("立普妥+阿托伐他汀", names) == ["atorvastatin", "atorvastatin"]


def test_an_entry_is_never_empty(names: DrugNames) -> None:
    for text in ("", " ", "片", "目前用药", "20mg qn", "- "):
        (item,) = read_entry(text, names)
        assert (item.drugs, item.reason) == ((), "unknown_name")


# ---- what is left over


@pytest.mark.parametrize(
    ("text", "drug", "rest"),
    [
        ("warfarin CBZ", "warfarin", "cbz"),
        ("warfarin VPA", "warfarin", "vpa"),
        ("阿司匹林 SMZ 2片", "aspirin", "smz"),
        ("lisinopril HCT", "lisinopril", "hct"),
        ("Tylenol PM", "paracetamol", "pm"),
        ("华法林 酒", "warfarin", "酒"),
        ("华法林 钙", "warfarin", "钙"),
        ("碳酸钙D3片", "calcium-carbonate", "d3片"),
        ("复方利血平片", "reserpine", "复方利血平"),
        ("复方氨氯地平", "amlodipine", "复方氨氯地平"),
    ],
)
def test_a_short_word_beside_a_name_is_said(
    names: DrugNames, text: str, drug: str, rest: str
) -> None:
    assert drugs(text, names) == [drug]
    assert left(text, names) == [(rest, "leftover_text")]


@pytest.mark.parametrize(
    "text",
    [
        "warfarin ER",
        "metoprolol succinate XR 50 mg daily",
        "cotrimoxazole DS 1 tab bid",
        "患者长期口服华法林片",
        "patient is currently taking warfarin",
        "warfarin 5 mg tablet Sig: 1 tab PO daily",
        "商品名：华法林钠片 规格：3mg 用法：每次1片 每日1次",
    ],
)
def test_ordinary_words_are_no_noise(names: DrugNames, text: str) -> None:
    assert len(drugs(text, names)) == 1
    assert left(text, names) == []


@pytest.mark.parametrize(
    ("text", "per_day"),
    [
        ("阿托伐他汀，20mg qn", 20),
        ("阿托伐他汀\t20mg\tqn", 20),
        ("阿托伐他汀\n20mg qn", 20),
        ("阿托伐他汀钙片 20mg, take 1 tablet by mouth twice daily", 40),
    ],
)
def test_a_dose_that_stands_alone_joins_the_name_before_it(
    names: DrugNames, text: str, per_day: float
) -> None:
    (item,) = read_list(text, names)
    assert (item.drugs, item.mg_per_day) == (("atorvastatin",), per_day)


def test_a_heading_is_no_item_and_a_stop_on_its_own_line_is_one(names: DrugNames) -> None:
    assert [i.drugs for i in read_list("目前用药：\n华法林", names)] == [("warfarin",)]
    items = read_list("华法林\n停用\n阿司匹林", names)
    assert [(i.drugs, i.reason) for i in items] == [
        (("warfarin",), None),
        ((), "unknown_name"),
        (("aspirin",), None),
    ]


@pytest.mark.parametrize(
    ("text", "taken"),
    [
        ("没有停用华法林", ["warfarin"]),
        ("has not stopped warfarin", ["warfarin"]),
        ("否认服用华法林", []),
        ("华法林 停用阿司匹林", ["warfarin"]),
        ("华法林已停用和阿司匹林", ["aspirin"]),
        ("停用华法林和阿司匹林", []),
    ],
)
def test_a_stop_counts_for_the_drug_it_is_said_of(
    names: DrugNames, text: str, taken: list[str]
) -> None:
    assert drugs(text, names) == taken


@pytest.mark.parametrize(
    ("text", "taken", "rest"),
    [
        ("青霉素过敏", [], ["青霉素过敏"]),
        ("对阿司匹林过敏", [], ["阿司匹林过敏"]),
        ("无青霉素过敏史", [], ["无青霉素过敏史"]),
        ("阿司匹林 青霉素过敏", ["aspirin"], ["青霉素过敏"]),
        ("penicillin allergy", [], ["penicillin allergy"]),
    ],
)
def test_an_allergy_has_a_reason_of_its_own(
    names: DrugNames, text: str, taken: list[str], rest: list[str]
) -> None:
    assert drugs(text, names) == taken
    assert left(text, names) == [(words, "allergy") for words in rest]


@pytest.mark.parametrize(
    ("text", "drug"),
    [
        ("- 5-FU 500mg", "fluorouracil"),
        ("-5-FU", "fluorouracil"),
        ("* 654-2 10mg", "anisodamine"),
        ("2. 3TC 300mg", "lamivudine"),
        ("•Lasix", "furosemide"),
        ("①Xarelto", "rivaroxaban"),
        ("1 阿司匹林", "aspirin"),
    ],
)
def test_a_bullet_is_no_part_of_a_name(names: DrugNames, text: str, drug: str) -> None:
    assert [item.drugs for item in read_list(text, names)] == [(drug,)]


# ---- limits


def test_a_text_over_the_limit_is_refused_whole(names: DrugNames) -> None:
    for read in (read_list, read_entry):
        with pytest.raises(BadInput) as refused:
            read("华" * (LONGEST + 1), names)
        assert refused.value.values == {"length": LONGEST + 1, "most": LONGEST}


def test_names_beyond_the_bound_of_a_line_come_back_as_text(names: DrugNames) -> None:
    items = read_list("华法林和阿司匹林和" * 100, names)
    assert sum(bool(item.drugs) for item in items) == 100
    assert items[-1].reason == "leftover_text"
    assert len(items[-1].text) > 400


def test_near_names_are_looked_up_for_as_many_lines_as_a_list_holds(names: DrugNames) -> None:
    items = read_list("\n".join(f"warfarni{n}" for n in range(MOST_OFFERED + 5)), names)
    assert len(items) == MOST_OFFERED + 5
    assert [bool(item.near) for item in items] == [True] * MOST_OFFERED + [False] * 5


@pytest.mark.parametrize("text", ["\ud800", "华法林\ud800", "\ud800\ndata"])
def test_half_a_character_reaches_no_encoder(names: DrugNames, text: str) -> None:
    for items in (read_list(text, names), read_entry(text, names), (read_name(text, names),)):
        for item in items:
            item.text.encode()
    assert read_name("\ud800", names).reason == "unknown_name"


# ---- words that speak of a whole line


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("过敏史：青霉素、阿莫西林", 2),
        ("药物过敏史:青霉素，布洛芬", 2),
        ("青霉素、布洛芬过敏", 2),
        ("青霉素和布洛芬过敏", 2),
        ("Allergies: penicillin, ibuprofen", 2),
        ("药物过敏：磺胺类、头孢", 2),
        ("藥物過敏：磺胺類、頭孢", 2),
        ("对青霉素、头孢过敏", 2),
        ("对青霉素，头孢过敏", 2),
        ("过敏史：青霉素和布洛芬、头孢", 3),
        ("过敏史：无", 1),
    ],
)
def test_a_list_of_allergies_holds_no_medicine(names: DrugNames, text: str, count: int) -> None:
    for items in (read_list(text, names), read_entry(text, names)):
        assert [(i.drugs, i.reason, i.near) for i in items] == [((), "allergy", ())] * count


@pytest.mark.parametrize(
    ("text", "taken"),
    [
        ("华法林 3mg，青霉素过敏", ["warfarin"]),
        ("华法林，青霉素过敏", ["warfarin"]),
        ("华法林 3mg qd\n过敏史：青霉素、阿莫西林\n阿司匹林 100mg qd", ["warfarin", "aspirin"]),
        ("华法林 3mg qd 过敏史：青霉素、阿莫西林", ["warfarin"]),
        ("过敏史：青霉素、布洛芬；华法林", ["warfarin"]),
        ("过敏史：青霉素、布洛芬。华法林", ["warfarin"]),
        ("过敏史：青霉素，华法林 3mg qd", ["warfarin"]),
        ("过敏史：青霉素，目前服用华法林", ["warfarin"]),
        ("过敏史：无，华法林", ["warfarin"]),
        ("allergic to penicillin, takes warfarin", ["warfarin"]),
        ("华法林3mg、对青霉素、头孢过敏", ["warfarin"]),
        ("华法林3mg、阿司匹林、青霉素过敏", ["warfarin", "aspirin"]),
        ("抗过敏：氯雷他定", ["loratadine"]),
    ],
)
def test_an_allergy_takes_no_drug_out_of_the_check(
    names: DrugNames, text: str, taken: list[str]
) -> None:
    assert drugs(text, names) == taken


@pytest.mark.parametrize(
    ("text", "taken", "stopped"),
    [
        ("停用：胺碘酮、地高辛、布洛芬", [], ["胺碘酮", "地高辛", "布洛芬"]),
        ("停用:胺碘酮，地高辛", [], ["胺碘酮", "地高辛"]),
        ("Stopped: amiodarone, digoxin", [], ["amiodarone", "digoxin"]),
        ("Discontinued: amiodarone and digoxin", [], ["amiodarone", "digoxin"]),
        ("未服用胺碘酮、地高辛", [], ["胺碘酮", "地高辛"]),
        ("停用胺碘酮、某某新药，华法林 3mg", ["warfarin"], ["胺碘酮", "某某新药"]),
        ("停用胺碘酮、华法林 3mg qd", ["warfarin"], ["胺碘酮"]),
        ("停用：胺碘酮 0.2g qd，地高辛；华法林", ["warfarin"], ["胺碘酮 0.2g qd", "地高辛"]),
        ("停用华法林，改用利伐沙班", ["rivaroxaban"], ["华法林"]),
        ("没有停用华法林、阿司匹林", ["warfarin", "aspirin"], []),
        ("华法林 3mg qd，没有停用", ["warfarin"], []),
    ],
)
def test_a_list_of_stopped_drugs_is_not_checked(
    names: DrugNames, text: str, taken: list[str], stopped: list[str]
) -> None:
    assert drugs(text, names) == taken
    assert left(text, names) == [(name, "not_taken") for name in stopped]


@pytest.mark.parametrize(
    "text",
    [
        "胺碘酮 0.2g qd（2周前停用）",
        "地高辛 0.125mg qd，住院期间停用",
        "（华法林 2.5mg qd 入院后已停）",
        "华法林 3mg qd 已停用",
        "warfarin 5mg daily, stopped 2 weeks ago",
        "digoxin 0.125 mg daily (discontinued on admission)",
    ],
)
def test_a_stop_behind_the_dose_speaks_of_the_drug_before_it(names: DrugNames, text: str) -> None:
    for items in (read_list(text, names), read_entry(text, names)):
        assert [(i.drugs, i.reason) for i in items] == [((), "not_taken")]
    both = f"{text}，阿司匹林 100mg qd"
    assert drugs(both, names) == ["aspirin"]


@pytest.mark.parametrize(
    ("text", "taken"),
    [
        ("华法林 3mg qd（1周后停用）", ["warfarin"]),
        ("华法林 3mg qd，术前停用", ["warfarin"]),
        ("华法林 3mg qd，某某新药停用", ["warfarin"]),
        ("华法林 3mg qd 停用 阿司匹林", ["warfarin"]),
        ("warfarin 5mg daily, not stopped", ["warfarin"]),
    ],
)
def test_a_planned_or_other_stop_leaves_the_drug_in_the_check(
    names: DrugNames, text: str, taken: list[str]
) -> None:
    assert drugs(text, names) == taken


# ---- lines that name no medicine


@pytest.mark.parametrize(
    "text",
    [
        *(
            "患者张某",
            "患者张某, 男 78岁 eGFR 32",
            "男 78岁 eGFR 32",
            "男",
            "eGFR 32",
            "年龄：78岁",
        ),
        *("年龄：78岁", "出院诊断：房颤", "2型糖尿病", "高血压3级", "既往史：高血压3级、2型糖尿病"),
        *("Mr. Smith", "Ms. Jones", "DOB 1950-03-02", "Name: John Smith", "Diagnosis: gout"),
        *("出院带药：", "Discharge medications:", "住院号：123456", "type 2 diabetes"),
    ],
)
def test_a_heading_or_a_person_is_no_medicine_and_is_said(names: DrugNames, text: str) -> None:
    expected = [Item(text, reason="not_a_medicine"), Item("华法林", ("warfarin",), "exact")]
    assert list(read_list(f"{text}\n华法林", names)) == expected


@pytest.mark.parametrize(
    "text",
    [
        *("女贞子", "男宝胶囊", "患者服用某某新药", "患者某某新药 20mg qd", "MS Foo", "namexyz"),
        *("出院带药：某某新药", "Discharge medications: foonib 20mg qd", "dxfoo", "抗糖尿病药"),
    ],
)
def test_an_unknown_name_is_no_heading(names: DrugNames, text: str) -> None:
    (item,) = read_list(text, names)
    assert (item.drugs, item.reason) == ((), "unknown_name")


@pytest.mark.parametrize(
    "text",
    [
        "出院带药：阿托伐他汀 20mg qn",
        "Discharge medications: atorvastatin 20 mg qn",
        "[1] 阿托伐他汀 20mg qn",
        "【1】阿托伐他汀 20mg qn",
        "Lipitor 20mg tablet, take one at bedtime",
        "Lipitor 20mg tablet\ntake one at bedtime",
        "阿托伐他汀钙片 20mg*7片 用法：20mg 口服 每晚一次",
    ],
)
def test_a_heading_number_or_instruction_keeps_drug_and_dose(names: DrugNames, text: str) -> None:
    (item,) = read_list(text, names)
    assert (item.drugs, item.mg_per_day) == (("atorvastatin",), 20)


def test_a_person_in_a_line_with_a_drug_hides_no_drug(names: DrugNames) -> None:
    assert [(i.drugs, i.reason) for i in read_list("患者张某，男，78岁，华法林 3mg qd", names)] == [
        ((), "not_a_medicine"),
        ((), "not_a_medicine"),
        (("warfarin",), None),
    ]


@pytest.mark.parametrize(
    ("text", "drug"),
    [("Tramadol 50mg prn pain", "tramadol"), ("Cardizem CD", "diltiazem")],
)
def test_a_purpose_or_a_release_mark_is_no_second_drug(
    names: DrugNames, text: str, drug: str
) -> None:
    (item,) = read_list(text, names)
    assert item.drugs == (drug,)


def test_a_brand_in_brackets_of_an_unexplained_word_stays_whole(names: DrugNames) -> None:
    assert left("碳酸钙D3片（钙尔奇）", names) == [("d3片(钙尔奇)", "leftover_text")]
