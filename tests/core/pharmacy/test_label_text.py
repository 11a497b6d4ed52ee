"""What a label sentence states about enzymes, and nothing that it does not state."""

import csv
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.pharmacy.knowledge import Knowledge
from core.pharmacy.label_text import LabelFact, about_others, canonical, label_drug, read_label
from core.terms.drug_names import DrugNames

with (Path(__file__).parent / "label_phrases.csv").open(encoding="utf-8", newline="") as source:
    PHRASES = list(csv.DictReader(source))


def said(text: str) -> str:
    """Facts as the phrase table writes them."""
    return ";".join(
        f"{f.enzyme}:{f.role}:{f.strength}:{'negative' if f.negative else 'positive'}"
        for f in read_label(text)
    )


def roles(text: str) -> set[tuple[str, str, bool]]:
    return {(fact.enzyme, fact.role, fact.negative) for fact in read_label(text)}


def test_there_are_thirty_eight_phrases() -> None:
    assert len(PHRASES) == 38


@pytest.mark.parametrize("phrase", PHRASES, ids=lambda phrase: phrase["id"])
def test_a_phrase_is_read_as_the_table_says(phrase: dict[str, str]) -> None:
    assert said(phrase["text"]) == phrase["expected"]


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        (
            "本品主要经CYP3A4代谢，不抑制CYP2D6",
            {("CYP3A4", "substrate", False), ("CYP2D6", "inhibitor", True)},
        ),
        (
            "本品不经CYP3A4代谢，但为CYP2D6强抑制剂",
            {("CYP3A4", "substrate", True), ("CYP2D6", "inhibitor", False)},
        ),
        (
            "X is metabolized by CYP3A4 and inhibits CYP2D6.",
            {("CYP3A4", "substrate", False), ("CYP2D6", "inhibitor", False)},
        ),
        (
            "X inhibits CYP2D6 but does not inhibit CYP3A4",
            {("CYP2D6", "inhibitor", False), ("CYP3A4", "inhibitor", True)},
        ),
        ("本品经ＣＹＰ３Ａ４代謝", {("CYP3A4", "substrate", False)}),
        ("本品為P-醣蛋白的受質", {("P-gp", "substrate", False)}),
        (
            "本品为 OATP1B1 和 OATP1B3 的底物",
            {("OATP1B1", "substrate", False), ("OATP1B3", "substrate", False)},
        ),
        ("禁用于服用CYP3A4强抑制剂的患者", {("CYP3A4", "substrate_implied", False)}),
    ],
)
def test_each_part_of_a_sentence_is_read_for_itself(
    text: str, facts: set[tuple[str, str, bool]]
) -> None:
    assert roles(text) == facts


@pytest.mark.parametrize(
    "text",
    [
        "CYP3A4抑制剂可增加本品的血药浓度",
        "CYP3A4 inhibitors may increase plasma concentrations of drug X.",
        "Strong CYP3A4 inhibitors increase the exposure of this drug",
        "利福平可诱导CYP3A4，使本品浓度降低",
        "Ketoconazole, a strong CYP3A4 inhibitor, increased the AUC of this drug",
        "本品与利福平（为CYP3A4强诱导剂）合用",
    ],
)
def test_what_others_do_is_not_what_this_drug_does(text: str) -> None:
    """These sentences are about other drugs; this one is no inhibitor and no inducer of CYP3A4."""
    facts = [f for f in read_label(text) if f.usable]
    assert not {fact.role for fact in facts} & {"inhibitor", "inducer"}


@pytest.mark.parametrize(
    ("text", "enzymes"),
    [
        ("本品主要经CYP3A4，少量经CYP2D6代谢", {"CYP3A4", "CYP2D6"}),
        ("X is metabolized by CYP3A4, CYP2D6 and CYP2C9.", {"CYP3A4", "CYP2D6", "CYP2C9"}),
        ("X is a substrate of CYP3A4, P-gp, and BCRP.", {"CYP3A4", "P-gp", "BCRP"}),
        ("X is not only metabolized by CYP3A4", {"CYP3A4"}),
        ("本品无论何种剂量均经CYP3A4代谢", {"CYP3A4"}),
        ("本品不经CYP3A4而经CYP2D6代谢", {"CYP2D6"}),
        ("X is not metabolized by CYP3A4 but by CYP2D6", {"CYP2D6"}),
        ("本品主要经\nCYP3A4\n代谢", {"CYP3A4"}),
    ],
)
def test_no_stated_enzyme_is_lost(text: str, enzymes: set[str]) -> None:
    """A lost substrate is a missed interaction."""
    usable = {f.enzyme for f in read_label(text) if f.usable and f.role.startswith("substrate")}
    assert usable == enzymes


@pytest.mark.parametrize(
    "text",
    [
        "",
        "CYP",
        "本品含CYP3A4",
        "代谢",
        "强抑制剂",
        "<script>CYP</script>",
        "本品可抑制胃酸分泌",
        "😀" * 50,
    ],
)
def test_a_sentence_that_states_nothing_gives_nothing(text: str) -> None:
    assert read_label(text) == ()


def test_a_fact_keeps_sentence_and_page() -> None:
    (fact,) = read_label("药代动力学。本品主要经CYP3A4代谢；半衰期6小时。", page=7)
    assert (fact.quote, fact.page) == ("本品主要经CYP3A4代谢", 7)


def test_the_same_sentence_twice_is_one_fact() -> None:
    assert len(read_label("本品经CYP3A4代谢。本品经CYP3A4代谢。")) == 1


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("CYP3A", "CYP3A4"),
        ("cyp 3a4/5", "CYP3A4"),
        ("CYP-2D6", "CYP2D6"),
        ("2C19", "CYP2C19"),
        ("P-glycoprotein", "P-gp"),
        ("P-糖蛋白", "P-gp"),
        ("细胞色素P450 3A", "CYP3A4"),
        ("MATE2K", "MATE2-K"),
        ("UGT 1A1", "UGT1A1"),
    ],
)
def test_an_enzyme_is_spelled_as_in_the_tables(written: str, read: str) -> None:
    assert canonical(written) == read


def test_a_sentence_about_another_known_drug_is_marked(names: DrugNames) -> None:
    facts = read_label("克拉霉素是CYP3A4的强效抑制剂。本品经CYP3A4代谢。")
    marked = about_others(facts, "新药", names)
    assert [(fact.role, fact.about, fact.usable) for fact in marked] == [
        ("inhibitor", "clarithromycin", False),
        ("substrate", "", True),
    ]


def test_a_sentence_about_the_drug_itself_is_kept(names: DrugNames) -> None:
    facts = read_label("克拉霉素是CYP3A4的强效抑制剂。")
    assert about_others(facts, "克拉霉素片", names) == facts


# ---- the temporary drug


def temporary(*texts: str) -> tuple[LabelFact, ...]:
    return tuple(fact for text in texts for fact in read_label(text))


def test_a_temporary_drug_has_what_the_label_states_and_no_more() -> None:
    facts = temporary(
        "本品主要经CYP3A4代谢", "本品为CYP2D6强抑制剂", "本品不抑制CYP2C9", "本品不经CYP450酶代谢"
    )
    drug = label_drug("label-1", "新药", facts)
    assert [(role.enzyme, role.role) for role in drug.suffers] == [("CYP3A4", "substrate")]
    assert [(role.enzyme, role.role, role.strength) for role in drug.acts] == [
        ("CYP2D6", "inhibitor", "strong")
    ]
    assert drug.drug.coverage == "label"
    assert drug.has_enzyme_data
    assert all(role.source.verified == "label" for role in (*drug.acts, *drug.suffers))
    assert "本品主要经CYP3A4代谢" in drug.suffers[0].source.name


def test_negated_statements_alone_are_no_data() -> None:
    drug = label_drug("label-1", "新药", temporary("本品不抑制CYP3A4", "本品不经CYP450酶代谢"))
    assert not drug.has_enzyme_data


@pytest.mark.parametrize(
    ("text", "other", "grade", "direction"),
    [
        ("本品主要经CYP3A4代谢", "clarithromycin", "moderate", "up"),
        ("本品主要经CYP3A4代谢", "rifampicin", "moderate", "down"),
        ("避免与CYP3A4强抑制剂合用", "clarithromycin", "moderate", "up"),
        ("本品为CYP3A4强抑制剂", "simvastatin", "contraindicated", "up"),
        ("本品为CYP2D6强抑制剂", "codeine", "major", "down"),
        ("本品是P-gp底物", "rifampicin", "moderate", "down"),
    ],
)
def test_it_runs_through_the_rules_marked_as_from_the_label(
    knowledge: Knowledge, text: str, other: str, grade: str, direction: str
) -> None:
    answer = knowledge.derive(
        label_drug("label-1", "新药", temporary(text)), knowledge.profiles[other]
    )
    found = [f for f in answer.findings if f.chain]
    assert found
    best = found[0]
    assert best.chain
    assert (best.evidence, best.chain.active_drug) == ("label", direction)
    if grade != "contraindicated":
        assert answer.severity == grade
    assert "label" in {source.verified for source in best.sources}


def test_nothing_is_found_with_a_drug_of_another_enzyme(knowledge: Knowledge) -> None:
    new = label_drug("label-1", "新药", temporary("本品主要经CYP2C9代谢"))
    assert knowledge.derive(new, knowledge.profiles["clarithromycin"]).findings == ()


def test_it_is_compared_with_every_drug_and_nothing_is_stored(knowledge: Knowledge) -> None:
    before = (len(knowledge.profiles), len(knowledge.tables.roles), knowledge.digest)
    new = label_drug(
        "label-1", "canary-新药", temporary("本品主要经CYP3A4代谢", "本品为CYP2D6强抑制剂")
    )
    grades = {knowledge.derive(new, profile).severity for profile in knowledge.profiles.values()}
    assert {"none", "minor", "moderate", "major"} <= grades
    assert (len(knowledge.profiles), len(knowledge.tables.roles), knowledge.digest) == before
    assert "canary" not in repr(knowledge)


@given(st.text(max_size=300))
@settings(max_examples=150, deadline=None)
def test_any_text_is_read_without_an_error(text: str) -> None:
    for fact in read_label(text):
        assert fact.enzyme
        assert fact.quote


@pytest.mark.parametrize(
    "text",
    [
        "CYP3A4" * 3000,
        "经CYP3A4代谢，" * 3000,
        "和" * 4_000,
        "为" * 20_000,
        "." * 20_000,
        "P" * 20_000,
    ],
)
def test_a_long_text_is_read(text: str) -> None:
    assert all(fact.enzyme == "CYP3A4" for fact in read_label(text))
