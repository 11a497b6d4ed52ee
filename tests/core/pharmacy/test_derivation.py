"""Frozen answers for a sample of all pairs, and each rule of the derivation by a pair for it."""

import csv
import json
from collections import Counter
from itertools import combinations
from pathlib import Path

import pytest

from core.pharmacy.derivation import Profile
from core.pharmacy.facts import RANK
from core.pharmacy.findings import Derivation, Finding
from core.pharmacy.knowledge import Knowledge

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def every_pair(knowledge: Knowledge) -> dict[tuple[str, str], Derivation]:
    """All pairs of two drugs, in alphabetical order of their ids."""
    drugs = sorted(knowledge.profiles)
    derive, profiles = knowledge.deriver.pair, knowledge.profiles
    return {(a, b): derive(profiles[a], profiles[b]) for a, b in combinations(drugs, 2)}


@pytest.fixture(scope="module")
def sample() -> list[dict[str, str]]:
    with (HERE / "pair_sample.csv").open(encoding="utf-8", newline="") as source:
        return list(csv.DictReader(source))


def derive(knowledge: Knowledge, a: str, b: str) -> Derivation:
    return knowledge.derive(knowledge.profiles[a], knowledge.profiles[b])


def of_kind(derivation: Derivation, kind: str) -> list[Finding]:
    return [finding for finding in derivation.findings if finding.kind == kind]


def test_the_sample_is_answered_as_frozen(
    sample: list[dict[str, str]], every_pair: dict[tuple[str, str], Derivation]
) -> None:
    """Grade and deciding rule; food rows carry no id of their own."""
    assert len(sample) == 3000
    wrong = []
    for row in sample:
        answer = every_pair[row["a"], row["b"]]
        rule = answer.decided_by.rule if answer.decided_by else ""
        expected = (row["severity"], row["rule"])
        if (answer.severity, "food" if rule.startswith("food:") else rule) != expected:
            wrong.append((row["a"], row["b"], expected, answer.severity, rule))
    assert wrong == []


def test_the_sample_covers_every_grade_and_most_rules(sample: list[dict[str, str]]) -> None:
    assert {row["severity"] for row in sample} == set(RANK)
    assert len({row["rule"] for row in sample}) > 700


def test_the_counts_per_grade_are_as_frozen(every_pair: dict[tuple[str, str], Derivation]) -> None:
    assert len(every_pair) == 258_840
    counts = Counter(answer.severity for answer in every_pair.values())
    assert counts == json.loads((HERE / "grade_counts.json").read_text("utf-8"))


def test_the_order_of_two_drugs_makes_no_difference(
    knowledge: Knowledge, sample: list[dict[str, str]]
) -> None:
    turned = [
        (row["a"], row["b"])
        for row in sample
        if derive(knowledge, row["b"], row["a"]).severity != row["severity"]
    ]
    assert turned == []


def test_a_grade_always_has_a_finding_that_decides(
    every_pair: dict[tuple[str, str], Derivation],
) -> None:
    for pair, answer in every_pair.items():
        if answer.severity == "none":
            assert answer.decided_by is None, pair
        else:
            assert answer.decided_by in answer.findings, pair
            assert answer.decided_by.severity == answer.severity, pair


def test_every_finding_names_rule_evidence_and_source(
    every_pair: dict[tuple[str, str], Derivation],
) -> None:
    for pair, answer in every_pair.items():
        for finding in answer.findings:
            assert finding.rule, pair
            assert finding.evidence, pair
            if finding.kind != "same_ingredient":
                assert finding.sources, pair
                assert all(source.name and source.verified for source in finding.sources), pair
            if finding.kind in {"exposure", "effect"}:
                assert finding.evidence == "derived", pair


def test_the_main_example(knowledge: Knowledge) -> None:
    answer = derive(knowledge, "atorvastatin", "clarithromycin")
    assert answer.severity == "major"
    assert answer.decided_by
    assert (answer.decided_by.kind, answer.decided_by.rule) == ("pair_row", "P0001")
    assert answer.decided_by.evidence == "established"


@pytest.mark.parametrize(
    "drug", ["simvastatin", "atorvastatin", "sertraline", "ibuprofen", "warfarin"]
)
def test_a_drug_never_meets_itself_through_a_class(knowledge: Knowledge, drug: str) -> None:
    answer = derive(knowledge, drug, drug)
    assert answer.severity == "major"
    assert [finding.kind for finding in answer.findings] == ["same_ingredient"]


def test_no_row_covers_a_drug_with_itself(knowledge: Knowledge) -> None:
    assert len(knowledge.tables.pairs) > 5000
    assert all(len(pair) == 2 for pair in knowledge.tables.pairs)


# ---- explicit rows


@pytest.mark.parametrize(
    ("a", "b", "rule", "grade"),
    [
        ("combined-oral-contraceptive", "tizanidine", "P0505", "moderate"),
        ("apixaban", "clarithromycin", "P0086", "moderate"),
        ("clarithromycin", "rivaroxaban", "P0117", "moderate"),
        ("allopurinol", "theophylline", "P0322", "minor"),
        ("clopidogrel", "rifampicin", "P0116", "moderate"),
    ],
)
def test_a_row_of_two_drugs_decides_also_below_what_is_derived(
    knowledge: Knowledge, a: str, b: str, rule: str, grade: str
) -> None:
    answer = derive(knowledge, a, b)
    assert answer.decided_by
    assert (answer.decided_by.rule, answer.severity) == (rule, grade)
    assert max(RANK[finding.severity] for finding in answer.findings) > RANK[grade]  # type: ignore[index]


def test_twelve_rows_lie_below_what_is_derived(
    every_pair: dict[tuple[str, str], Derivation],
) -> None:
    below = [
        pair
        for pair, answer in every_pair.items()
        if answer.decided_by
        and answer.decided_by.kind == "pair_row"
        and any(
            finding.kind in {"exposure", "effect", "class_row"}
            and RANK[finding.severity] > RANK[answer.severity]
            for finding in answer.findings
        )
    ]
    assert len(below) == 12


def test_a_class_row_is_a_floor_that_derived_findings_raise(knowledge: Knowledge) -> None:
    answer = derive(knowledge, "codeine", "paroxetine")
    (row,) = of_kind(answer, "class_row")
    assert (row.rule, row.severity) == ("P0245", "moderate")
    assert answer.severity == "major"
    assert answer.decided_by
    assert answer.decided_by.kind == "exposure"


def test_nothing_derived_falls_below_a_class_row(
    every_pair: dict[tuple[str, str], Derivation],
) -> None:
    floors = 0
    for pair, answer in every_pair.items():
        if not any(finding.decides for finding in answer.findings):
            for row in of_kind(answer, "class_row"):
                floors += 1
                assert RANK[answer.severity] >= RANK[row.severity], pair
    assert floors > 1000


def test_of_several_class_rows_the_strictest_counts(knowledge: Knowledge) -> None:
    shared = {pair: rows for pair, rows in knowledge.tables.pairs.items() if len(rows) > 1}
    assert shared
    for pair, rows in shared.items():
        a, b = sorted(pair)
        best = max(row.specificity for row in rows)
        grade = max((row.severity for row in rows if row.specificity == best), key=RANK.__getitem__)
        single = knowledge.deriver.single(knowledge.profiles[a], knowledge.profiles[b])
        assert [f.severity for f in single if f.row] == [grade], pair


# ---- exposure


def test_more_exposure_is_the_danger_for_a_statin(knowledge: Knowledge) -> None:
    """The therapeutic index of simvastatin counts when its exposure rises, not when it falls."""
    (inhibited,) = of_kind(derive(knowledge, "simvastatin", "clarithromycin"), "exposure")[:1]
    (induced,) = of_kind(derive(knowledge, "simvastatin", "rifampicin"), "exposure")[:1]
    assert inhibited.chain and induced.chain
    assert (inhibited.chain.active_drug, inhibited.chain.index_counts) == ("up", True)
    assert (induced.chain.active_drug, induced.chain.index_counts) == ("down", False)


def test_less_exposure_is_the_danger_for_an_antiviral(knowledge: Knowledge) -> None:
    def chains(other: str) -> set[tuple[str, bool, bool]]:
        found = derive(knowledge, "darunavir", other).findings
        own = [f.chain for f in found if f.chain and f.between[0] == "darunavir"]
        return {(chain.active_drug, chain.index_counts, chain.critical) for chain in own}

    assert chains("rifampicin") == {("down", True, True)}
    assert chains("clarithromycin") == {("up", False, False)}


def test_a_prodrug_turns_the_direction_around(knowledge: Knowledge) -> None:
    inhibited = of_kind(derive(knowledge, "codeine", "paroxetine"), "exposure")[0]
    assert inhibited.chain
    assert inhibited.between == ("codeine", "paroxetine")
    assert (inhibited.chain.prodrug, inhibited.chain.active_drug) == (True, "down")
    assert inhibited.chain.predicted.en == "less active metabolite"
    induced = of_kind(derive(knowledge, "clopidogrel", "rifampicin"), "exposure")[0]
    assert induced.chain
    assert (induced.chain.prodrug, induced.chain.active_drug) == (True, "up")
    assert induced.chain.predicted.en == "more active metabolite"


@pytest.mark.parametrize(
    ("drug", "strength", "grade"),
    [
        ("clarithromycin", "strong", "contraindicated"),
        ("erythromycin", "moderate", "major"),
        ("cimetidine", "weak", "moderate"),
    ],
)
def test_a_critical_drug_has_a_floor_by_strength(
    knowledge: Knowledge, drug: str, strength: str, grade: str
) -> None:
    """The label of pimozide forbids inhibitors of its enzymes."""
    assert "inhibition" in knowledge.drugs["pimozide"].critical_for
    found = of_kind(derive(knowledge, "pimozide", drug), "exposure")
    by_3a4 = [f for f in found if f.chain and f.chain.on.enzyme == "CYP3A4"]
    assert [(f.chain.by.strength, f.severity) for f in by_3a4 if f.chain] == [(strength, grade)]
    assert by_3a4[0].chain
    assert by_3a4[0].chain.critical


def test_an_unknown_strength_counts_as_moderate_and_is_said(
    every_pair: dict[tuple[str, str], Derivation],
) -> None:
    assumed = [
        finding.chain
        for answer in every_pair.values()
        for finding in answer.findings
        if finding.chain and finding.chain.strength_assumed
    ]
    assert assumed
    assert all(chain.by.strength == "" for chain in assumed)


def test_ugt_as_a_whole_covers_each_ugt_enzyme(
    every_pair: dict[tuple[str, str], Derivation],
) -> None:
    crossed = {
        (finding.chain.by.enzyme, finding.chain.on.enzyme)
        for answer in every_pair.values()
        for finding in answer.findings
        if finding.chain and finding.chain.by.enzyme != finding.chain.on.enzyme
    }
    assert crossed
    assert all(by == "UGT" and on.startswith("UGT") for by, on in crossed)


def test_a_role_for_induction_only_is_not_inhibited(knowledge: Knowledge) -> None:
    only = [
        role
        for roles in knowledge.tables.roles.values()
        for role in roles
        if role.only == "induction"
    ]
    assert only
    for role in only:
        suffering = knowledge.profiles[role.drug]
        for acting in knowledge.profiles.values():
            for finding in knowledge.deriver.exposure(acting, suffering):
                if finding.chain and finding.chain.on is role:
                    assert finding.chain.by.role == "inducer"


# ---- effects, duplication, food


def test_the_serotonin_rule_is_silent_under_an_maoi(
    every_pair: dict[tuple[str, str], Derivation],
) -> None:
    under_maoi = 0
    for pair, answer in every_pair.items():
        by_parts: dict[tuple[str, str], set[str]] = {}
        for finding in of_kind(answer, "effect"):
            by_parts.setdefault(finding.between, set()).add(finding.group)
        for groups in by_parts.values():
            under_maoi += "maoi" in groups
            assert not {"maoi", "serotonergic"} <= groups, pair
    assert under_maoi > 100


def test_the_serotonin_rule_speaks_without_an_maoi(knowledge: Knowledge) -> None:
    effects = of_kind(derive(knowledge, "sertraline", "tramadol"), "effect")
    assert "serotonergic" in {finding.group for finding in effects}
    under = of_kind(derive(knowledge, "phenelzine", "sertraline"), "effect")
    assert [finding.rule for finding in under if finding.group in {"maoi", "serotonergic"}] == [
        "D024"
    ]


def test_one_rule_of_each_group_counts(every_pair: dict[tuple[str, str], Derivation]) -> None:
    for pair, answer in every_pair.items():
        groups = [
            (finding.between, finding.group)
            for finding in of_kind(answer, "effect")
            if finding.group != "additive"
        ]
        assert len(groups) == len(set(groups)), pair


def test_two_drugs_of_one_therapeutic_group_are_a_duplication(knowledge: Knowledge) -> None:
    (found,) = of_kind(derive(knowledge, "enalapril", "lisinopril"), "duplicate_group")
    assert (found.rule, found.severity) == ("duplicate:acei", "major")


def test_food_that_is_typed_as_a_drug_is_found(knowledge: Knowledge) -> None:
    answer = derive(knowledge, "disulfiram", "alcohol")
    assert answer.severity == "contraindicated"
    assert "food:disulfiram:alcohol" in {finding.rule for finding in answer.findings}
    assert derive(knowledge, "grapefruit", "felodipine").severity != "none"


# ---- combinations


def test_a_combination_is_taken_apart(knowledge: Knowledge) -> None:
    answer = derive(knowledge, "ibuprofen-codeine", "warfarin")
    assert answer.severity == derive(knowledge, "ibuprofen", "warfarin").severity == "major"
    assert {"ibuprofen", "codeine"} & {drug for f in answer.findings for drug in f.between}


def test_the_same_ingredient_in_a_combination_is_found(knowledge: Knowledge) -> None:
    for a, b in (
        ("oxycodone-paracetamol", "paracetamol"),
        ("tramadol-paracetamol", "oxycodone-paracetamol"),
    ):
        same = of_kind(derive(knowledge, a, b), "same_ingredient")
        assert [finding.between for finding in same] == [("paracetamol", "paracetamol")]


def test_a_combination_is_never_milder_than_each_part_unless_a_row_says_so(
    knowledge: Knowledge,
) -> None:
    checked = 0
    for drug in knowledge.drugs.values():
        for part in drug.components:
            for other in knowledge.profiles.values():
                whole = knowledge.deriver.pair(knowledge.profiles[drug.id], other)
                if other.drug.id in (drug.id, part) or any(f.decides for f in whole.findings):
                    continue
                checked += 1
                alone = derive(knowledge, part, other.drug.id)
                assert RANK[whole.severity] >= RANK[alone.severity], (drug.id, part, other.drug.id)
    assert checked > 10_000


def test_two_empty_profiles_give_nothing(knowledge: Knowledge) -> None:
    a, b = (Profile(knowledge.drugs[drug]) for drug in ("warfarin", "aspirin"))
    bare = [f for f in knowledge.deriver.single(a, b) if f.kind in {"exposure", "effect", "food"}]
    assert bare == []
