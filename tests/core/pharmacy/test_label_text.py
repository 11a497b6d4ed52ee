"""What a label sentence states about enzymes, and nothing that it does not state."""

import csv
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.pharmacy.knowledge import Knowledge
from core.pharmacy.label_text import (
    LONGEST,
    LabelFact,
    about_others,
    canonical,
    label_drug,
    read_label,
)
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


MARKS = {
    "substrate": "substrate",
    "substrate_implied": "implied",
    "activated": "activated",
    "inhibitor": "inhibitor",
    "inducer": "inducer",
}


def short(facts: tuple[LabelFact, ...]) -> set[str]:
    """`-` negated, `?` unclear, `@` said of another drug: `-CYP2D6 inhibitor`."""
    return {
        ("?" if f.unclear else "")
        + ("-" if f.negative else "")
        + f"{f.enzyme} {MARKS[f.role]}"
        + (f"@{f.about}" if f.about else "")
        for f in facts
    }


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("本品主要经CYP3A4，不经CYP2D6代谢", "CYP3A4 substrate; -CYP2D6 substrate"),
        ("本品不经CYP3A4、CYP2D6代谢", "-CYP3A4 substrate; -CYP2D6 substrate"),
        ("本品对CYP1A2、CYP2D6和CYP3A4无抑制作用",
         "-CYP1A2 inhibitor; -CYP2D6 inhibitor; -CYP3A4 inhibitor"),
        ("X does not inhibit or induce CYP3A4", "-CYP3A4 inhibitor; -CYP3A4 inducer"),
        ("X does not inhibit CYP3A4 or induce CYP1A2", "-CYP3A4 inhibitor; -CYP1A2 inducer"),
        ("X does not inhibit CYP1A2, CYP2C9 or CYP3A4",
         "-CYP1A2 inhibitor; -CYP2C9 inhibitor; -CYP3A4 inhibitor"),
        ("X is metabolized by CYP3A4 and not by CYP2D6", "CYP3A4 substrate; -CYP2D6 substrate"),
        ("X is metabolized by CYP3A4 rather than CYP2D6", "CYP3A4 substrate; -CYP2D6 substrate"),
        ("X is metabolized by CYP3A4 without inhibiting CYP2D6",
         "CYP3A4 substrate; -CYP2D6 inhibitor"),
        ("X is metabolized by CYP3A4, without gender differences", "CYP3A4 substrate"),
        ("There is no antidote and X is metabolized by CYP3A4", "CYP3A4 substrate"),
        ("In patients with no hepatic impairment X is metabolized by CYP3A4", "CYP3A4 substrate"),
        ("X is not only metabolized by CYP3A4 but also inhibits CYP2D6",
         "CYP3A4 substrate; CYP2D6 inhibitor"),
        ("X is neither a substrate nor an inhibitor of CYP3A4",
         "-CYP3A4 substrate; -CYP3A4 inhibitor"),
        ("本品经CYP3A4代谢为无活性代谢产物", "CYP3A4 substrate"),
        ("本品代谢与CYP3A4无关", "-CYP3A4 substrate"),
        ("It is not known whether X inhibits CYP3A4", "?CYP3A4 inhibitor"),
    ],
)  # fmt: skip
def test_a_negation_reaches_as_far_as_it_is_meant(text: str, facts: str) -> None:
    assert short(read_label(text)) == set(facts.split("; "))


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("X is a substrate and inhibitor of CYP3A4", "CYP3A4 substrate; CYP3A4 inhibitor"),
        ("本品为CYP3A4强抑制剂，CYP2D6弱抑制剂", "CYP3A4 inhibitor; CYP2D6 inhibitor"),
        ("X可抑制CYP3A4和P-gp", "CYP3A4 inhibitor; P-gp inhibitor"),
        ("X is a potent, selective inhibitor of CYP2D6", "CYP2D6 inhibitor"),
        ("本品为HIV蛋白酶抑制剂，经CYP3A4代谢", "CYP3A4 substrate"),
        ("X is a protease inhibitor metabolized by CYP3A4", "CYP3A4 substrate"),
        ("X is metabolized by cytochrome P450 (CYP) 3A4", "CYP3A4 substrate"),
        ("X is metabolized by CYP1A2, 2C9 and 3A4",
         "CYP1A2 substrate; CYP2C9 substrate; CYP3A4 substrate"),
        ("This drug, a strong CYP3A4 inhibitor, may increase exposure of midazolam",
         "CYP3A4 inhibitor"),
        ("本品可诱导CYP3A4，从而降低本品自身的血药浓度", "CYP3A4 inducer"),
    ],
)  # fmt: skip
def test_what_this_drug_does_is_read(text: str, facts: str) -> None:
    assert short(read_label(text)) == set(facts.split("; "))


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("Strong inhibitors of CYP3A4 raise its level", "CYP3A4 implied"),
        ("CYP3A4抑制剂可增加本品血药浓度", "CYP3A4 implied"),
        ("Ketoconazole, a strong CYP3A4 inhibitor, increased the AUC of this drug",
         "CYP3A4 implied"),
        ("利福平可诱导CYP3A4，使本品浓度降低", "CYP3A4 implied"),
        ("伊曲康唑是CYP3A4强抑制剂，可使本品的血药浓度升高", "CYP3A4 implied"),
        ("本品与利福平（为CYP3A4强诱导剂）合用", "CYP3A4 implied"),
        ("X is contraindicated in patients taking a strong CYP3A4 inhibitor", "CYP3A4 implied"),
        ("避免与抑制CYP3A4的药物合用", "CYP3A4 implied"),
        ("No dose adjustment is required with CYP3A4 inhibitors", "-CYP3A4 implied"),
        ("X may increase plasma concentrations of drugs metabolized by CYP2D6",
         "?CYP2D6 substrate"),
        ("避免与CYP2D6底物合用", "?CYP2D6 substrate"),
        ("本品可抑制CYP3A4，使经CYP3A4代谢的药物浓度升高",
         "CYP3A4 inhibitor; ?CYP3A4 substrate"),
    ],
)  # fmt: skip
def test_wording_about_others_is_implied_or_shown_and_not_used(text: str, facts: str) -> None:
    assert short(read_label(text)) == set(facts.split("; "))


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("避免与CYP3A4强抑制剂合用\n本品为CYP2D6强抑制剂", "CYP3A4 implied; CYP2D6 inhibitor"),
        ("X is not a substrate of CYP3A4 and does not\ninhibit CYP2D6.",
         "-CYP3A4 substrate; -CYP2D6 inhibitor"),
        ("本品不抑制CYP3A4，也不\n抑制CYP2D6", "-CYP3A4 inhibitor; -CYP2D6 inhibitor"),
        ("X is metabo-\nlized by CYP-\n3A4", "CYP3A4 substrate"),
        ("- 本品经CYP3A4代谢\n- 本品不抑制CYP2D6", "CYP3A4 substrate; -CYP2D6 inhibitor"),
        ("本品主要经CYP3A4代谢\n\n药物相互作用\n与CYP2D6无关", "CYP3A4 substrate"),
        ("本品在肝脏经CYP3A4\r\n和CYP2C8代谢", "CYP3A4 substrate; CYP2C8 substrate"),
    ],
)  # fmt: skip
def test_wrapped_lines_join_and_list_items_do_not(text: str, facts: str) -> None:
    assert short(read_label(text)) == set(facts.split("; "))


@pytest.mark.parametrize(
    "text",
    [
        "本品经CYP2C19代谢为活性产物",
        "X is converted to its active metabolite by CYP2C19",
        "本品为前药，经CYP2C19转化为活性代谢物",
        "X is a prodrug activated by CYP2C19",
    ],
)
def test_less_of_a_prodrug_is_made_active_when_its_enzyme_is_inhibited(
    knowledge: Knowledge, text: str
) -> None:
    facts = read_label(text)
    assert short(facts) == {"CYP2C19 activated"}
    answer = knowledge.derive(label_drug("label-1", "X", facts), knowledge.profiles["fluconazole"])
    chains = [f.chain for f in answer.findings if f.chain]
    assert chains
    assert {(chain.prodrug, chain.active_drug) for chain in chains} == {(True, "down")}


def test_activation_outweighs_a_plain_statement_on_the_same_enzyme() -> None:
    drug = label_drug("label-1", "X", temporary("本品经CYP2C19代谢", "本品经CYP2C19转化为活性产物"))
    assert [(role.enzyme, role.role) for role in drug.suffers] == [
        ("CYP2C19", "prodrug_activated_by")
    ]


def test_its_own_name_is_this_drug() -> None:
    text = "酮康唑可抑制CYP3A4，新药的血药浓度升高"
    assert short(read_label(text, own="新药")) == {"CYP3A4 implied"}
    assert short(read_label("Newdrug, a CYP3A4 inhibitor, was given", own="newdrug")) == {
        "CYP3A4 inhibitor"
    }


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


def test_only_the_clause_about_another_drug_is_marked(names: DrugNames) -> None:
    facts = read_label("本品经CYP3A4代谢，利福平可诱导CYP3A4")
    assert short(about_others(facts, "新药", names)) == {
        "CYP3A4 substrate",
        "CYP3A4 inducer@rifampicin",
    }


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
    "unit",
    ["和", "and ", "CYP3A4", "经CYP3A4代谢，", "为", ".", "P", "\n", "a\n", "不", "is a CYP3A4 ",
     "not ", "(", "\ufdfa", "经CYP3A4代谢\n", "with CYP3A4 inhibit "],
)  # fmt: skip
def test_the_longest_text_is_read(unit: str) -> None:
    """Quadratic work on 400 000 characters would take hours, so that a run ends is the proof."""
    text = unit * (LONGEST // len(unit))
    assert {fact.enzyme for fact in read_label(text)} <= {"CYP3A4"}


def test_a_statement_at_the_end_of_a_long_sentence_is_read() -> None:
    assert short(read_label("头痛、" * 2000 + "本品经CYP3A4代谢")) == {"CYP3A4 substrate"}
