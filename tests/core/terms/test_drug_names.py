"""Names as people write them: what is sure is taken, what is near is offered."""

import csv
import string
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from core.settings import ASSETS
from core.terms.drug_names import DrugNames, Match, load
from core.terms.folding import fold

SHARED: dict[str, DrugNames] = {}


@pytest.fixture(autouse=True)
def _shared(names: DrugNames) -> None:
    """Hypothesis takes no fixtures of a test's own scope."""
    SHARED["names"] = names


def table(name: str) -> list[dict[str, str]]:
    with (ASSETS / "terms" / name).open(encoding="utf-8", newline="") as source:
        return list(csv.DictReader(source))


def one(names: DrugNames, text: str) -> str | None:
    match = names.resolve(text)
    return match.drugs[0] if match and len(match.drugs) == 1 else None


def test_every_listed_name_is_its_drug(names: DrugNames) -> None:
    rows = table("drug_names.csv")
    assert len(rows) == 3763
    wrong = [
        (row["name"], row["drug_id"], names.resolve(row["name"]))
        for row in rows
        if names.resolve(row["name"]) != Match((row["drug_id"],), "exact")
    ]
    assert wrong == []


def test_every_name_is_found_in_other_case_width_and_space(names: DrugNames) -> None:
    wide = {ord(c): ord(c) + 0xFEE0 for c in string.ascii_letters + string.digits}
    for row in table("drug_names.csv")[::7]:
        for form in (row["name"].upper(), f"  {row['name']} ", row["name"].translate(wide)):
            assert one(names, form) == row["drug_id"], form


@pytest.mark.parametrize(
    ("typed", "drug", "how"),
    [
        ("阿托伐他汀", "atorvastatin", "exact"),
        ("阿托伐他汀钙片 20mg qn", "atorvastatin", "without_salt_or_form"),
        ("阿托伐他汀 20mg qn", "atorvastatin", "without_dose"),
        ("Atorvastatin calcium tablets", "atorvastatin", "without_salt_or_form"),
        ("ＡＴＯＲＶＡＳＴＡＴＩＮ", "atorvastatin", "exact"),
        ("克拉黴素", "clarithromycin", "exact"),
        ("克拉霉素缓释片 500mg", "clarithromycin", "without_salt_or_form"),
        ("立普妥", "atorvastatin", "exact"),
        ("Lipitor 20 mg", "atorvastatin", "without_dose"),
        ("立普妥（阿托伐他汀钙片）", "atorvastatin", "without_dose"),
        ("盐酸二甲双胍缓释片 0.5g", "metformin", "without_salt_or_form"),
        ("富马酸比索洛尔片", "bisoprolol", "without_salt_or_form"),
        ("硫酸氢氯吡格雷片", "clopidogrel", "without_salt_or_form"),
        ("硝酸甘油片", "nitroglycerin", "without_salt_or_form"),
        ("atuofatating", "atorvastatin", "pinyin"),
        ("atftt", "atorvastatin", "pinyin"),
        ("ATFTT", "atorvastatin", "pinyin"),
        ("拜阿司匹林 100mg qd", "aspirin", "without_dose"),
        ("碳酸锂 0.3g bid", "lithium", "without_dose"),
        ("Cardizem CD", "diltiazem", "without_salt_or_form"),
        ("metoprolol succinate ER 47.5mg qd", "metoprolol", "without_salt_or_form"),
        ("\u202e\u200b阿托伐他汀\ufeff", "atorvastatin", "exact"),
    ],
)
def test_a_name_is_read_as_it_is_written(names: DrugNames, typed: str, drug: str, how: str) -> None:
    assert names.resolve(typed) == Match((drug,), how)  # type: ignore[arg-type]


def test_every_chinese_generic_is_found_with_salt_and_form_around_it(names: DrugNames) -> None:
    generics = [
        r for r in table("drug_names.csv") if r["lang"] == "zh-CN" and r["kind"] == "generic"
    ]
    assert len(generics) > 600
    for row in generics[::5]:
        for form in (f"{row['name']}片", f"{row['name']}缓释胶囊 20mg qd"):
            assert one(names, form) == row["drug_id"], form


def test_a_combination_written_as_its_parts(names: DrugNames) -> None:
    expected = Match(("valsartan", "amlodipine"), "combination")
    assert names.resolve("缬沙坦氨氯地平片") == expected
    assert names.resolve("盐酸缬沙坦氨氯地平片 1片 qd") == expected
    assert names.resolve("立普妥阿托伐他汀钙片") == Match(("atorvastatin",), "without_salt_or_form")


@pytest.mark.parametrize(
    "typed",
    [
        "缬沙坦/氨氯地平",
        "缬沙坦 氨氯地平",
        "缬沙坦和氨氯地平",
        "warfarin aspirin",
        "华法林 3mg 阿司匹林",
    ],
)
def test_names_that_do_not_touch_are_no_combination(names: DrugNames, typed: str) -> None:
    assert names.resolve(typed) is None


@pytest.mark.parametrize(
    ("typed", "drug"),
    [
        ("sacubitril/valsartan", "sacubitril-valsartan"),
        ("sacubitril-valsartan 50mg bid", "sacubitril-valsartan"),
        ("Sacubitril and valsartan tablets", "sacubitril-valsartan"),
        ("沙库巴曲缬沙坦钠片", "sacubitril-valsartan"),
        ("levodopa and carbidopa", "levodopa-carbidopa"),
        ("奈玛特韦-利托那韦", "nirmatrelvir-ritonavir"),
    ],
)
def test_a_joined_name_of_the_table_is_one_drug(names: DrugNames, typed: str, drug: str) -> None:
    assert one(names, typed) == drug


def test_every_name_is_found_with_a_dose_behind_it(names: DrugNames) -> None:
    wrong = [
        (row["name"], tail)
        for row in table("drug_names.csv")
        for tail in (" 20mg qd", " 0.5g bid 口服", " (20mg) 每晚1片")
        if one(names, row["name"] + tail) != row["drug_id"]
    ]
    assert wrong == []


@pytest.mark.parametrize(
    "typed",
    [
        *("Vicodin", "Suboxone", "Cafergot", "胃舒平", "钙尔奇", "白加黑", "优思明", "Yasmin"),
        *("复方甘草片", "复方丹参", "复方氢氧化铝片", "复方甘草酸苷", "碳酸钙D3片"),
    ],
)
def test_a_product_that_holds_more_than_one_drug_is_not_taken_for_one(
    names: DrugNames, typed: str
) -> None:
    assert names.resolve(typed) is None


def test_a_compound_name_stands_only_for_a_row_that_is_a_compound(names: DrugNames) -> None:
    compounds = {r["drug_id"] for r in table("drug_names.csv") if r["name"][:2] in ("复方", "複方")}
    assert compounds == {
        "sulfamethoxazole-trimethoprim",
        "artemether-lumefantrine",
        "compound-cold-apap-amantadine",
        "combined-oral-contraceptive",
    }


@pytest.mark.parametrize(
    "typed",
    [
        "立普妥(20mg)",
        "立普妥(口服)",
        "立普妥（阿托伐他汀钙片）",
        "阿托伐他汀(立普妥)片",
        "atorvastatin (Lipitor) 20 mg",
        "阿托伐他汀钙片(Ⅰ)",
    ],
)
def test_a_bracket_that_says_no_more_is_passed_over(names: DrugNames, typed: str) -> None:
    assert one(names, typed) == "atorvastatin"


@pytest.mark.parametrize(
    "typed", ["华法林(已停)", "华法林(同时服用胺碘酮)", "华法林(某某)", "华法林(CBZ)"]
)
def test_a_bracket_that_says_more_is_no_name(names: DrugNames, typed: str) -> None:
    assert names.resolve(typed) is None


@pytest.mark.parametrize(
    "typed",
    [
        "缬沙坦某某片",
        "缬沙坦氨氯地平新药",
        "复方阿司匹林某某",
        "amlodipine and something",
        "复方氨氯地平",
    ],
)
def test_a_combination_with_an_unexplained_part_is_unknown(names: DrugNames, typed: str) -> None:
    assert names.resolve(typed) is None


@pytest.mark.parametrize(
    "typed", ["氯沙坦(氢氯噻嗪)", "氯沙坦（含氢氯噻嗪）片", "amlodipine (with atorvastatin)"]
)
def test_a_second_drug_in_brackets_is_not_dropped(names: DrugNames, typed: str) -> None:
    match = names.resolve(typed)
    assert match is None or len(match.drugs) == 2


# ---- traps


def test_no_trap_reads_as_the_drug_that_it_contains(names: DrugNames) -> None:
    """去甲肾上腺素 contains 肾上腺素 and is another drug."""
    traps = table("drug_name_traps.csv")
    assert len(traps) == 64
    for trap in traps:
        phrase, blocked = trap["phrase"], trap["blocks_drug_id"]
        for text in (phrase, f"患者服用{phrase} 5mg", f"{phrase}片"):
            mentioned = {mention.drug for mention in names.mentions(fold(text))}
            assert blocked not in mentioned, (text, blocked)
        match = names.resolve(phrase)
        assert match is None or blocked not in match.drugs, phrase


@pytest.mark.parametrize(
    "typed", ["asp", "pro", "mg", "钙", "片", "盐酸", "calcium tablets", "20mg qd", "片剂"]
)
def test_a_fragment_is_no_name(names: DrugNames, typed: str) -> None:
    match = names.resolve(typed)
    assert match is None or typed in {"mg"}


def test_a_latin_name_is_not_cut_out_of_a_longer_word(names: DrugNames) -> None:
    assert [m.drug for m in names.mentions("aspirin aspirinlike xaspirin")] == ["aspirin"]


def test_the_longest_name_wins(names: DrugNames) -> None:
    assert [m.drug for m in names.mentions(fold("左氧氟沙星"))] == ["levofloxacin"]
    assert [m.drug for m in names.mentions(fold("服用左旋氨氯地平"))] == ["levamlodipine"]


# ---- typing errors


TYPOS = [
    ("atrovastatin", "atorvastatin"),
    ("clarithromicin", "clarithromycin"),
    ("warfrin", "warfarin"),
    ("amlodipin", "amlodipine"),
    ("metformine", "metformin"),
    ("阿托伐他丁", "atorvastatin"),
    ("阿拖伐他汀", "atorvastatin"),
    ("克拉酶素", "clarithromycin"),
    ("华法琳", "warfarin"),
    ("氯吡格蕾", "clopidogrel"),
    ("辛伐他丁", "simvastatin"),
    ("omeprazol", "omeprazole"),
    ("atuofatatin", "atorvastatin"),
]


@pytest.mark.parametrize(("typed", "meant"), TYPOS)
def test_a_typing_error_is_offered_and_never_taken(
    names: DrugNames, typed: str, meant: str
) -> None:
    assert names.resolve(typed) is None
    assert meant in names.near(typed)


def test_one_wrong_letter_never_becomes_another_drug(names: DrugNames) -> None:
    """Every English generic name with a letter doubled, left out, or changed."""
    generics = [r for r in table("drug_names.csv") if r["lang"] == "en" and r["kind"] == "generic"]
    assert len(generics) > 600
    taken = []
    for row in generics:
        name = row["name"].lower()
        if len(name) < 7 or not name.isascii() or not name.isalpha():
            continue
        middle = len(name) // 2
        for typo in (
            name[:middle] + name[middle] + name[middle:],
            name[:middle] + name[middle + 1 :],
            name[:middle] + ("x" if name[middle] != "x" else "y") + name[middle + 1 :],
        ):
            match = names.resolve(typo)
            if match and match.drugs != (row["drug_id"],):
                taken.append((typo, row["drug_id"], match))
    assert taken == []


def test_what_is_offered_is_a_known_drug_and_short(names: DrugNames) -> None:
    for typed, _ in TYPOS:
        near = names.near(typed)
        assert 1 <= len(near) <= 5
        assert len(set(near)) == len(near)
    assert len(names.near("atorva", limit=2)) <= 2


def test_the_beginning_of_a_name_is_offered(names: DrugNames) -> None:
    assert "atorvastatin" in names.near("阿托伐")
    assert "clarithromycin" in names.near("clari")


@pytest.mark.parametrize(
    "typed",
    ["", " ", "x", "zzzzqqqq", "😀😀", "!!!", "\x00", "xyzabc", "cd", "la", "tab", "pain", "cbz"],
)
def test_nothing_near_is_offered_for_what_is_no_name(names: DrugNames, typed: str) -> None:
    assert names.near(typed) == ()


@pytest.mark.parametrize(
    ("typed", "topical"),
    [
        ("双氯芬酸钠凝胶", True),
        ("酮康唑乳膏", True),
        ("酮康唑洗剂", True),
        ("噻吗洛尔滴眼液", True),
        ("Diclofenac gel 1%", True),
        ("ketoconazole shampoo", True),
        ("双氯芬酸钠缓释片", False),
        ("芬太尼透皮贴剂", False),
        ("ibuprofen gel capsules", False),
        ("布洛芬凝胶胶囊", False),
        ("硫糖铝混悬凝胶", False),
        ("angel", False),
        ("creamy", False),
    ],
)
def test_a_form_for_the_skin_or_the_eye_is_known(
    names: DrugNames, typed: str, topical: bool
) -> None:
    assert names.is_topical(typed) is topical


# ---- any text


ODD = st.text(
    st.one_of(
        st.characters(codec="utf-8"),
        st.sampled_from(
            "😀👩‍⚕️\x00\x1b\u202e\u200b()[]（）盐酸片钙阿托伐他汀和+/、,，0123456789mgqd "
        ),
    ),
    max_size=120,
)


@given(ODD)
@example("(" * 500)
@example("盐酸" * 60)
@example("盐酸" * 20 + "片" * 20)
@example("阿托伐他汀" * 50)
@example("<|im_start|>system\n阿托伐他汀<|im_end|>")
@settings(max_examples=250, deadline=None)
def test_any_text_is_answered(text: str) -> None:
    names = SHARED["names"]
    match = names.resolve(text)
    assert match is None or match.drugs
    assert len(names.near(text)) <= 5
    names.is_topical(text)


@pytest.mark.parametrize("text", ["\ud800", "阿托\udfff伐他汀"])
def test_half_a_character_is_no_name(names: DrugNames, text: str) -> None:
    """JSON may carry a lone surrogate, which no encoder takes."""
    assert names.resolve(text) is None
    assert isinstance(names.near(text), tuple)


@pytest.mark.parametrize(
    "text",
    [
        "(" * 20_000,
        "(a" * 10_000,
        "盐酸" * 2_000 + "x",
        "盐酸" * 2_000,
        "盐酸" * 100 + "片" * 100,
        "1," * 5_000,
        "a" * 20_000,
        "华法林" * 6_000,
    ],
)
def test_a_long_text_is_answered(names: DrugNames, text: str) -> None:
    names.resolve(text)
    names.near(text)


def test_a_bad_table_gives_an_empty_index_that_says_where(tmp_path: Path) -> None:
    (tmp_path / "drug_names.csv").write_text(
        "name,drug_id,lang,kind,text_safe\nx,y,en,generic,maybe\n"
    )
    (tmp_path / "drug_name_traps.csv").write_text("phrase,blocks_drug_id,reason\n")
    found = load(tmp_path)
    assert found.names == ()
    assert found.resolve("x") is None
    assert found.near("xyz") == ()
    assert found.problem
    assert found.problem.values["line"] == 2
    assert found.problem.values["column"] == "text_safe"
