"""The JSON of a check: its keys are an interface, and nothing in it is a guess."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from core.i18n import LANGUAGES, Language
from core.pharmacy.checker import Check, check
from core.pharmacy.context import Medication
from core.pharmacy.knowledge import Knowledge
from core.pharmacy.report import as_json
from core.pharmacy.wording import Words
from core.terms.drug_list import Item

Checked = Callable[..., Check]
GetWords = Callable[[Language], Words]
LIST = (
    "阿托伐他汀 40mg qn",
    "克拉黴素",
    "不知名新药",
    "华法林",
    "双氯芬酸凝胶",
    "依那普利",
    "氢氯噻嗪",
    "布洛芬",
)


@pytest.fixture
def said(checked: Checked, knowledge: Knowledge, words: GetWords) -> Callable[..., dict[str, Any]]:
    def run(*typed: str, language: Language = "en", **given: Any) -> dict[str, Any]:
        found: dict[str, Any] = as_json(checked(*typed, **given), knowledge, words(language))
        json.dumps(found, ensure_ascii=False, allow_nan=False)
        return found

    return run


def test_the_main_example(said: Callable[..., dict[str, Any]]) -> None:
    found = said("阿托伐他汀", "克拉霉素")
    assert (found["state"], found["severity"], found["complete"]) == ("interaction", "major", True)
    assert found["unresolved"] == []
    (pair,) = found["pairs"]
    assert {pair["a"], pair["b"]} == {"atorvastatin", "clarithromycin"}
    assert (pair["state"], pair["severity"], pair["rule"]) == ("interaction", "major", "P0001")
    assert "CYP3A4" in pair["mechanism"]
    assert "azithromycin" in pair["management"]
    assert "USPI" in pair["source"]
    assert (pair["evidence"], pair["reason"]) == ("established", None)
    assert pair["verified"] in {"recall", "source_copy"}
    offered = {a["id"]: a for a in pair["alternatives"]}
    assert offered["azithromycin"]["replaces"] == "clarithromycin"
    assert offered["azithromycin"]["offered"] is True
    assert offered["azithromycin"]["severity"] is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_there_in_every_language(
    said: Callable[..., dict[str, Any]], language: Language
) -> None:
    found = said(*LIST, language=language, patient={"egfr": 40, "pregnant": True})
    assert len(found["pairs"]) == 21
    assert found["three_drugs"] and found["timing"] and found["food"] and found["not_held"]
    for pair in found["pairs"]:
        if pair["state"] == "interaction":
            assert all(
                pair[key] for key in ("rule", "effect", "mechanism", "management", "evidence")
            )
            assert all(step for finding in pair["findings"] for step in finding["steps"])
        elif pair["state"] == "not_checked":
            assert pair["reason"]
    assert all(question["text"] for pair in found["pairs"] for question in pair["questions"])


def test_grade_and_rule_do_not_depend_on_the_language(said: Callable[..., dict[str, Any]]) -> None:
    def bare(language: Language) -> list[tuple[str, ...]]:
        return [
            (p["a"], p["b"], p["state"], p["severity"], p["rule"])
            for p in said(*LIST, language=language)["pairs"]
        ]

    assert bare("en") == bare("zh-CN") == bare("zh-TW")


def test_an_unresolved_name_says_why_and_what_is_near(said: Callable[..., dict[str, Any]]) -> None:
    found = said("阿托伐他汀", "clarithromicin")
    (unresolved,) = found["unresolved"]
    assert (unresolved["name"], unresolved["code"]) == ("clarithromicin", "unknown_name")
    assert unresolved["reason"]
    assert unresolved["near"][0] == "clarithromycin"
    assert (found["state"], found["complete"], found["severity"]) == ("not_checked", False, None)


def test_what_was_typed_is_given_back_as_it_is(said: Callable[..., dict[str, Any]]) -> None:
    nasty = "=cmd|' /C calc'!A0 <script>alert(1)</script> {n} %s\u202e"
    assert said("阿托伐他汀", nasty)["unresolved"][0]["name"] == nasty


def test_nothing_found_is_null_and_not_a_word(said: Callable[..., dict[str, Any]]) -> None:
    found = said("阿奇霉素", "普伐他汀")
    assert (found["state"], found["severity"], found["complete"]) == ("no_record", None, True)
    (pair,) = found["pairs"]
    assert (pair["severity"], pair["rule"], pair["effect"], pair["alternatives"]) == (
        None,
        None,
        None,
        [],
    )


def test_the_basis_is_named(said: Callable[..., dict[str, Any]], knowledge: Knowledge) -> None:
    assert said("阿托伐他汀")["knowledge"] == {
        "version": knowledge.version,
        "digest": knowledge.digest,
        "missing_tables": [],
    }


def test_a_context_that_moved_a_grade_is_told(said: Callable[..., dict[str, Any]]) -> None:
    (pair,) = said("阿托伐他汀 20mg qn", "克拉霉素")["pairs"]
    (applied,) = pair["context"]
    assert (applied["row"], applied["before"], applied["after"]) == ("X012", "major", "moderate")
    assert applied["source"] and applied["note"]
    assert applied["assumed"] is False
    (asked,) = said("阿托伐他汀", "克拉霉素")["pairs"][0]["questions"]
    assert (asked["row"], asked["would_be"]) == ("X012", "moderate")


def test_a_grade_removed_by_a_condition_is_told(said: Callable[..., dict[str, Any]]) -> None:
    (pair,) = said("左甲状腺素", "碳酸钙", given={1: Medication(separated_hours=4)})["pairs"]
    assert (pair["state"], pair["severity"]) == ("no_record", None)
    assert pair["context"][0]["row"] == "X021"
    assert pair["reason"] == "There is a row, and what was stated removes its grade: " + (
        "Separated by 4 hours or more."
    )


def test_a_topical_form_is_told(said: Callable[..., dict[str, Any]]) -> None:
    (pair,) = said("酮康唑乳膏", "阿托伐他汀")["pairs"]
    assert (pair["topical"], pair["severity"]) == (True, "minor")


def test_the_mark_is_that_of_the_weakest_fact(said: Callable[..., dict[str, Any]]) -> None:
    (pair,) = said("可待因", "利福平")["pairs"]
    marks = {source["verified"] for source in pair["findings"][0]["sources"]}
    assert "recall" in marks
    assert pair["verified"] == "recall"


def test_a_drug_that_the_tables_no_longer_hold_is_reported(
    knowledge: Knowledge, words: GetWords
) -> None:
    found = check([Item("old", ("gone-drug",), "exact")], knowledge)
    (unresolved,) = as_json(found, knowledge, words("en"))["unresolved"]
    assert unresolved["code"] == "not_in_tables"
    assert unresolved["reason"] == words("en").t("pharmacy.unresolved.not_in_tables")


def test_fewer_than_two_names_are_no_complete_answer(said: Callable[..., dict[str, Any]]) -> None:
    for typed in ((), ("阿托伐他汀",)):
        found = said(*typed)
        assert (found["state"], found["complete"]) == ("not_checked", False)
        assert found["note"] == "Two or more medicines are needed for an interaction check."
    assert said("阿托伐他汀", "克拉霉素")["note"] is None


def test_an_alternative_that_completes_a_rule_says_so(
    knowledge: Knowledge, words: GetWords
) -> None:
    drugs = ("fluoxetine", "tamoxifen", "oxybutynin", "amitriptyline")
    found = check([Item(drug, (drug,), "exact") for drug in drugs], knowledge)
    (pair,) = [
        p
        for p in as_json(found, knowledge, words("en"))["pairs"]
        if {p["a"], p["b"]} == {"fluoxetine", "tamoxifen"}
    ]
    (held,) = [a for a in pair["alternatives"] if a["id"] == "escitalopram"]
    assert (held["offered"], held["completes"], held["severity"]) == (False, "qt_three", "major")
    assert "Three or more QT-prolonging drugs" in held["note"]
