"""What leaves the page: what was not checked comes first, samples are marked, codes are real."""

import csv
import io
import json
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from core.exports.document import Document, Facts, Note, Paragraph, Table
from core.exports.pdf import pdf
from core.i18n import LANGUAGES, Language, translator
from core.pharmacy.alternatives import alternatives
from core.pharmacy.check_document import check_document
from core.pharmacy.check_rows import check_csv
from core.pharmacy.checker import Check, check
from core.pharmacy.context import Medication, Patient
from core.pharmacy.fhir_bundle import fhir_bundle
from core.pharmacy.handout import handout
from core.pharmacy.knowledge import Knowledge, load
from core.pharmacy.model_words import Worded
from core.pharmacy.overrides import REASONS, Override
from core.pharmacy.pair_text import moment
from core.pharmacy.report import why_none
from core.pharmacy.wording import Words
from core.settings import ASSETS
from core.terms import drug_names
from core.terms.drug_list import Item, read_name

PLAIN: dict[str, Any] = {"sample": False, "when": datetime(2026, 11, 22, tzinfo=UTC)}
WHEN = datetime(2026, 11, 22, 14, 5, tzinfo=UTC)
VALIDATE = Path(__file__).parents[1] / "exports" / "validate.js"
STATIN, ANTIBIOTIC, UNKNOWN = "阿托伐他汀钙片 20mg qn", "克拉黴素", "=cmd|' /C calc'!A0 <b>x</b>"


@cache
def knowledge() -> Knowledge:
    return load(ASSETS / "pharmacy")


@cache
def names_held() -> drug_names.DrugNames:
    return drug_names.load(ASSETS / "terms")


def checked(*names: str, patient: Patient | None = None, **given: Any) -> Check:
    items: list[Item] = [read_name(name, names_held()) for name in names]
    return check(items, knowledge(), patient, **given)


def words(language: Language = "en") -> Words:
    return Words(translator(language), knowledge().profiles)


def printed(found: Check, language: Language = "en", **given: Any) -> Document:
    options: dict[str, Any] = {"sample": False, "when": WHEN, "overrides": {}}
    return check_document(found, knowledge(), words(language), **options | given)


def rows(found: Check, **given: Any) -> list[dict[str, str]]:
    options: dict[str, Any] = {"sample": False, "when": WHEN, "overrides": {}}
    file = check_csv(found, knowledge(), words(), **options | given)
    return list(csv.DictReader(io.StringIO(file.decode("utf-8-sig"))))


def bundle(found: Check, language: Language = "en", **given: Any) -> dict[str, Any]:
    options: dict[str, Any] = {"sample": False, "when": WHEN, "overrides": {}}
    answer: dict[str, Any] = json.loads(
        fhir_bundle(found, knowledge(), words(language), **options | given)
    )
    return answer


def resources(found: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [e["resource"] for e in found["entry"] if e["resource"]["resourceType"] == kind]


def pages(document: Document) -> list[str]:
    import pymupdf

    return ["".join(page.get_text().split()) for page in pymupdf.open("pdf", pdf(document))]


def said(document: Document) -> str:
    """All text of a document in the order of print."""
    lines = []
    for section in document.sections:
        lines.append(section.heading)
        for block in section.blocks:
            match block:
                case Paragraph() | Note():
                    lines.append(block.text)
                case Facts():
                    lines += [line for f in block.facts for line in (f.label, *f.lines)]
                case _:
                    lines += [*block.header, *(cell for row in block.rows for cell in row)]
    return "\n".join(lines)


@cache
def seed() -> Check:
    """An interaction, a pair without a row, a name that is not held; 克拉黴素 and so on."""
    return checked(STATIN, ANTIBIOTIC, UNKNOWN, "华法林")


@cache
def uncovered() -> Check:
    """A list with a drug that has no enzyme data."""
    bare = next(p for p in knowledge().profiles.values() if p.drug.coverage == "name_only")
    found = checked(bare.drug.name_en, "metformin", "atorvastatin")
    assert any(p.state == "not_checked" for p in found.pairs)
    return found


# The printed check


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_print_says_grade_source_and_what_was_not_checked_before_any_result(
    language: Language,
) -> None:
    text = "".join(pages(printed(seed(), language, sample=True)))
    t = words(language)
    first = next(p for p in seed().pairs if p.state == "interaction")
    unchecked = text.index("".join(t.t("pharmacy.count.names_not_checked", n=1).split()))
    heading = f"{t.pair(first)} · {t.severity(first.severity)}"
    assert unchecked < text.index("".join(heading.split()))
    assert first.decided_by is not None
    assert "".join(t.source(first.decided_by.sources[0]).split()) in text


def test_pairs_that_were_not_checked_are_counted_on_top_and_listed_with_their_reason() -> None:
    found = uncovered()
    document = printed(found)
    count = sum(p.state == "not_checked" for p in found.pairs)
    top = [b.text for b in document.sections[0].blocks if isinstance(b, Note)]
    assert words().t("pharmacy.count.pairs_not_checked", n=count) == top[0]
    pair = next(p for p in found.pairs if p.state == "not_checked")
    assert words().reason(pair) in said(document)


def test_a_sample_is_marked_on_every_page_of_print_and_sheet() -> None:
    found = checked("warfarin", "aspirin", "ibuprofen", "spironolactone", "enalapril", "digoxin")
    sheet = handout(found, knowledge(), words(), sample=True, when=WHEN)
    for document in (printed(found, sample=True), sheet):
        all_pages = pages(document)
        assert len(all_pages) > 1
        banner = "".join(words().t("export.sample").split())
        assert all(banner in page for page in all_pages)
    assert banner not in "".join(pages(printed(found)))


def test_a_pair_without_a_row_is_never_called_safe() -> None:
    found = checked("atorvastatin", "azithromycin")
    assert [p.state for p in found.pairs] == ["no_record"]
    text = said(printed(found)) + said(
        handout(found, knowledge(), words(), sample=False, when=WHEN)
    )
    expected = words().t("pharmacy.state.no_record_long", version=knowledge().version)
    assert expected in text
    assert "safe" not in text.replace(expected, "").lower()


def test_an_override_stands_with_reason_note_and_time_and_the_finding_stays() -> None:
    pair = next(p for p in seed().pairs if p.state == "interaction")
    given = Override("monitored", "INR\x00 weekly", WHEN, pair.severity)
    text = said(printed(seed(), overrides={pair.key: given}))
    for part in (words().t("pharmacy.override.monitored"), "INR weekly", moment(WHEN)):
        assert part in text
    assert f"{words().pair(pair)} · {words().severity(pair.severity)}" in text
    assert words().t("export.override.risen") not in text


def test_an_override_given_at_a_lower_grade_is_said_to_hold_no_longer() -> None:
    pair = next(p for p in seed().pairs if p.state == "interaction")
    given = Override("other", "", WHEN, "none")
    assert not given.stands(pair.severity)
    text = said(printed(seed(), overrides={pair.key: given}))
    assert words().t("export.override.risen") in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_of_an_override_has_words(language: Language) -> None:
    assert all(translator(language)(f"pharmacy.override.{reason}") for reason in REASONS)


def test_the_context_is_printed_with_what_the_tables_do_not_hold() -> None:
    patient = Patient(
        age_years=80, sex="female", weight_kg=50, creatinine_umol_l=110, indication=("own word",)
    )
    text = said(printed(checked("warfarin", "aspirin", patient=patient), "en"))
    assert f"{patient.clearance:.0f} mL/min" in text
    assert words().t("pharmacy.value.female") in text
    assert "own word" in text
    assert words().t("pharmacy.not_held.age") in text


def test_a_grade_changed_by_a_dose_says_so() -> None:
    found = checked(STATIN, ANTIBIOTIC)
    (pair,) = found.pairs
    assert pair.applied
    assert words().t.text(pair.applied[0].row.note) in said(printed(found))


def test_alternatives_say_what_was_found_and_rejected_ones_with_which_drug() -> None:
    found = checked("atorvastatin", "clarithromycin", "ciclosporin")
    pair = next(p for p in found.pairs if {p.a.id, p.b.id} == {"atorvastatin", "clarithromycin"})
    listed = alternatives(pair, found.medicines, knowledge())
    assert {a.offered for a in listed} == {True, False}
    text, t = said(printed(found)), words().t
    for a in listed:
        worst = t(
            "pharmacy.alternative.worst", severity=words().severity(a.severity), drug="Ciclosporin"
        )
        line = t(
            f"pharmacy.alternative.{a.outcome}",
            drug=words().name(a.drug),
            replaces=words().name(a.replaces),
            found=worst,
        )
        assert line in text


@pytest.mark.parametrize("names", [(), ("warfarin",), (UNKNOWN,)])
def test_short_lists_print_and_export(names: tuple[str, ...]) -> None:
    found = checked(*names)
    assert words().t("pharmacy.empty.two_needed") in said(printed(found))
    assert pages(printed(found))
    assert resources(bundle(found), "OperationOutcome")
    assert len(rows(found)) == len(found.unresolved)


def test_a_pasted_megabyte_is_shortened_and_escaped() -> None:
    found = check([Item("<script>" * 100_000, reason="unknown_name")], knowledge())
    text = said(printed(found))
    assert "<script>" in text and len(text) < 3000
    assert "<script>" in "".join(pages(printed(found)))
    assert len(json.dumps(bundle(found))) < 5000


@pytest.fixture
def in_shanghai(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "Asia/Shanghai")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("in_shanghai")
def test_times_are_those_of_this_machine_with_their_distance_from_utc() -> None:
    assert moment(WHEN) == "2026-11-22 22:05 UTC+08:00"
    found = checked("warfarin", "ibuprofen")
    assert "2026-11-2222:05UTC+08:00" in pages(printed(found))[0]
    (row,) = rows(found)
    assert row[words().t("export.csv.when")] == "2026-11-22 22:05 UTC+08:00"


def test_a_label_is_set_apart_from_its_text_and_no_heading_is_broken() -> None:
    import pymupdf

    found = checked("warfarin", "spironolactone", "atorvastatin", "digoxin")
    with pymupdf.open("pdf", pdf(printed(found))) as file:
        text = "".join(page.get_text() for page in file)
    lines = text.splitlines()
    assert words().t("export.card.severity") in [line.strip() for line in lines]
    assert f"{words().t('export.knowledge')}: {knowledge().version} (" in text
    assert f"{words().t('export.card.rule')}: " in text
    assert "：：" not in "".join(pages(handout(found, knowledge(), words("zh-CN"), **PLAIN)))


def test_a_three_drug_rule_is_headed_by_what_happens_and_names_its_drugs() -> None:
    found = checked("enalapril", "ibuprofen", "spironolactone")
    three = next(x for x in found.three_drugs if x.rule.id == "triple_whammy")
    t = words()
    headings = [section.heading for section in printed(found).sections]
    assert f"{t.t.text(three.rule.effect)} · {t.severity(three.rule.severity)}" in headings
    assert t.names(three.members) in said(printed(found))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_report_ends_with_a_line_for_the_person_who_reviewed_it(language: Language) -> None:
    t = translator(language)
    last = printed(seed(), language).sections[-1]
    assert last.heading == t("export.signature.title")
    assert last.blocks == (Paragraph(t("export.signature")),)
    assert t("export.signature").count("____") >= 3


# The patient sheet


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_sheet_says_meals_effects_and_whom_to_ask_in_plain_words(language: Language) -> None:
    t = words(language)
    sheet = handout(seed(), knowledge(), t, sample=False, when=WHEN)
    text = said(sheet)
    assert sheet.large
    assert text.index(t.t("handout.always")) == 1
    assert text.index(t.t("handout.not_checked.title")) < text.index(t.t("handout.together"))
    medicine, row = seed().timing[0]
    assert t.name(medicine.id) in text and t.t.text(row.detail) in text
    pair = next(p for p in seed().pairs if p.state == "interaction")
    assert t.t(f"handout.severity.{pair.severity}") in text
    assert pair.decided_by is not None and t.effect(pair.decided_by) in text
    assert t.t("handout.ask.text") in text


def test_the_sheet_gives_no_order_and_no_grade_and_keeps_rules_to_the_small_print() -> None:
    found = checked("simvastatin", "clarithromycin", "warfarin", "ibuprofen")
    assert found.severity == "contraindicated"
    sheet = handout(found, knowledge(), words(), sample=False, when=WHEN)
    small = [
        b.text for s in sheet.sections for b in s.blocks if isinstance(b, Paragraph) and b.small
    ]
    body = said(sheet).replace(small[0], "")
    for pair in found.pairs:
        if pair.decided_by and pair.state == "interaction":
            assert words().management(pair.decided_by) not in body
            assert pair.decided_by.rule in small[0]
            assert pair.decided_by.rule not in body
    assert "contraindicated" not in body.lower()


def test_a_drug_without_a_meal_row_says_that_none_is_held() -> None:
    timed = set(knowledge().tables.timing)
    drug = next(p.drug for p in knowledge().profiles.values() if p.drug.id not in timed)
    text = said(handout(checked(drug.name_en), knowledge(), words(), sample=False, when=WHEN))
    assert words().t("handout.meals.not_held") in text


def test_the_sheet_is_silent_about_what_is_not_taken_and_names_what_was_not_recognised() -> None:
    items = [
        Item("penicillin", reason="allergy"),
        Item("aspirin stopped", reason="not_taken"),
        Item("qwxyz", reason="unknown_name"),
    ]
    text = said(handout(check(items, knowledge()), knowledge(), words(), **PLAIN))
    assert "qwxyz" in text
    assert "penicillin" not in text and "aspirin stopped" not in text


# CSV


def test_the_table_begins_with_what_was_not_checked_and_runs_no_formula() -> None:
    t = words().t
    found = rows(seed(), sample=True)
    first = found[0]
    assert first[t("export.csv.state")] == t("export.state.name_not_checked")
    assert first[t("export.csv.first")] == "'" + UNKNOWN
    assert first[t("export.csv.reason")] == t("pharmacy.unresolved.unknown_name")
    assert {row[t("export.csv.sample")] for row in found} == {t("export.sample")}
    assert {row[t("export.csv.knowledge")] for row in found} == {
        f"{knowledge().version} ({knowledge().digest})"
    }
    assert len(found) == 1 + len(seed().pairs)


def test_each_pair_is_a_row_with_state_grade_rule_and_mark() -> None:
    t = words().t
    found = {
        (r[t("export.csv.first")], r[t("export.csv.second")]): r
        for r in rows(checked(STATIN, ANTIBIOTIC))
    }
    (pair,) = checked(STATIN, ANTIBIOTIC).pairs
    row = found["Atorvastatin", "Clarithromycin"]
    assert pair.decided_by is not None
    assert row[t("export.csv.state")] == t("export.state.interaction")
    assert row[t("export.csv.severity")] == words().severity(pair.severity)
    assert row[t("export.csv.rule")] == pair.decided_by.rule
    assert row[t("export.csv.management")] == words().management(pair.decided_by)
    assert row[t("export.csv.mark")] == words().mark(pair.decided_by.sources[0])


def test_pairs_not_checked_come_before_those_that_were() -> None:
    t = words().t
    states = [row[t("export.csv.state")] for row in rows(uncovered())]
    last = len(states) - 1 - states[::-1].index(t("export.state.not_checked"))
    assert set(states[: last + 1]) == {t("export.state.not_checked")}


# FHIR


def test_every_state_of_the_check_is_in_the_bundle() -> None:
    found = bundle(seed())
    assert found["type"] == "collection"
    issues = resources(found, "DetectedIssue")
    interactions = [p for p in seed().pairs if p.state == "interaction"]
    assert len(issues) == len(interactions) and {i["status"] for i in issues} == {"preliminary"}
    (outcome,) = resources(found, "OperationOutcome")
    lines = [(i["severity"], i["code"], i.get("diagnostics", "")) for i in outcome["issue"]]
    assert ("warning", "not-found", UNKNOWN) in lines
    assert lines[0][:2] == ("warning", "incomplete")
    assert any(code == "informational" for _, code, _ in lines)
    names = [
        m["medicationCodeableConcept"]["text"] for m in resources(found, "MedicationStatement")
    ]
    assert names == ["Atorvastatin", "Clarithromycin", "Warfarin", UNKNOWN]


def test_pairs_not_checked_are_outcomes_with_their_reason() -> None:
    (outcome,) = resources(bundle(uncovered()), "OperationOutcome")
    pair = next(p for p in uncovered().pairs if p.state == "not_checked")
    line = next(i for i in outcome["issue"] if i.get("diagnostics") == words().pair(pair))
    assert (line["severity"], line["code"]) == ("warning", "incomplete")
    assert line["details"]["text"] == words().reason(pair)


def test_all_references_point_into_the_bundle() -> None:
    found = bundle(seed())
    text = json.dumps(found)
    addresses = {entry["fullUrl"] for entry in found["entry"]}
    pointed = {part.split('"')[0] for part in text.split('"reference": "')[1:]}
    assert {p for p in pointed if p.startswith("urn:uuid:")} <= addresses
    assert len(addresses) == len(found["entry"])


def test_grades_kinds_and_advice_of_the_issues() -> None:
    found = bundle(checked("simvastatin", "clarithromycin"))
    (issue,) = resources(found, "DetectedIssue")
    assert issue["severity"] == "high"
    assert issue["code"]["coding"][0]["code"] == "DRG"
    proposed = words().t("export.fhir.proposed", action="").strip()
    assert all(m["action"]["text"].startswith(proposed) for m in issue["mitigation"])
    assert "date" not in issue["mitigation"][0]


@pytest.mark.parametrize(
    ("names", "kind"),
    [
        (("warfarin", "华法林"), "DUPTHPY"),
        (("ibuprofen", "naproxen"), "DUPTHPY"),
        (("simvastatin", "grapefruit"), "FOOD"),
        (("warfarin", "aspirin"), "DRG"),
    ],
)
def test_an_issue_says_whether_it_is_a_duplicate_a_food_or_an_interaction(
    names: tuple[str, ...], kind: str
) -> None:
    (issue,) = resources(bundle(checked(*names)), "DetectedIssue")
    assert issue["code"]["coding"][0]["code"] == kind


def test_an_override_is_a_dated_measure() -> None:
    pair = next(p for p in seed().pairs if p.state == "interaction")
    given = Override("monitored", "INR weekly", WHEN, pair.severity)
    issues = resources(bundle(seed(), overrides={pair.key: given}), "DetectedIssue")
    dated = [m for i in issues for m in i["mitigation"] if "date" in m]
    assert len(dated) == 1 and "INR weekly" in dated[0]["action"]["text"]


def test_provenance_names_program_version_and_exact_tables() -> None:
    found = bundle(seed())
    (origin,) = resources(found, "Provenance")
    (device,) = resources(found, "Device")
    agent = origin["agent"][0]["who"]["reference"]
    assert [e["resource"] for e in found["entry"] if e["fullUrl"] == agent] == [device]
    assert device["version"] == [{"value": "0.1.0"}]
    exact = f"{knowledge().version}+{knowledge().digest}"
    assert origin["entity"][0]["what"]["identifier"]["value"] == exact
    assert len(origin["target"]) == len(resources(found, "DetectedIssue")) + 1


def test_a_sample_bundle_is_tagged_on_every_resource() -> None:
    found = bundle(seed(), sample=True)
    everything = [found, *(entry["resource"] for entry in found["entry"])]
    assert all(r["meta"]["tag"][0]["code"] == "HTEST" for r in everything)
    assert "HTEST" not in json.dumps(bundle(seed()))


def test_the_same_check_gives_the_same_bundle_and_another_list_another_person() -> None:
    assert bundle(seed()) == bundle(seed())
    other = bundle(checked("warfarin", "aspirin"))
    assert other["entry"][0]["resource"] == bundle(seed())["entry"][0]["resource"]
    assert other["entry"][0]["fullUrl"] != bundle(seed())["entry"][0]["fullUrl"]


def test_two_texts_of_one_model_have_one_author_and_an_origin_each() -> None:
    pair = next(p for p in seed().pairs if p.state == "interaction")
    found = bundle(
        seed(), sample=True,
        explained=tuple(Worded(job, pair.key, "A reason.", "m", "1", "nf4") for job in ("a", "b")),
    )  # fmt: skip
    assert len(resources(found, "Device")) == 2 and len(resources(found, "Provenance")) == 3
    texts = resources(found, "DocumentReference")
    assert [[tag["code"] for tag in text["meta"]["tag"]] for text in texts] == [
        ["HTEST", "AIGC"]
    ] * 2
    assert texts[0]["author"] == texts[1]["author"]


def test_a_long_text_of_a_model_is_printed_whole() -> None:
    pair = next(p for p in seed().pairs if p.state == "interaction")
    text = " ".join(str(n) for n in range(10_000, 12_000))
    document = printed(seed(), explained=(Worded("a", pair.key, text, "m", "1", "nf4"),))
    shown = "".join(pages(document))
    assert all(number in shown for number in text.split())


# An independent validator


@pytest.fixture(scope="module")
def problems() -> Callable[[dict[str, Any]], list[str]]:
    """What the npm package `fhir` finds wrong with a resource as R4."""
    modules = os.environ.get("AUSCULT_TEST_NODE_MODULES")
    node = shutil.which("node")
    if not modules or not node:
        pytest.skip("Node.js with the npm package fhir is not there (AUSCULT_TEST_NODE_MODULES)")

    def validate(resource: dict[str, Any]) -> list[str]:
        asked = [node, str(VALIDATE), modules]
        ran = subprocess.run(asked, input=json.dumps(resource).encode(), capture_output=True)
        assert ran.returncode == 0, ran.stderr.decode()
        found: list[str] = json.loads(ran.stdout)
        return found

    return validate


Problems = Callable[[dict[str, Any]], list[str]]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_bundle_is_valid_r4(problems: Problems, language: Language) -> None:
    pair = next(p for p in seed().pairs if p.state == "interaction")
    given = {pair.key: Override("other", "note", WHEN, pair.severity)}
    assert problems(bundle(seed(), language, sample=True, overrides=given)) == []
    explained = tuple(Worded(job, pair.key, "A reason.", "m", "1", "nf4") for job in ("a", "b"))
    assert problems(bundle(seed(), language, explained=explained)) == []


def test_unusual_lists_are_valid_r4_too(problems: Problems) -> None:
    dosed = {0: Medication(20, "oral", 4)}
    lists = (
        uncovered(),
        checked(),
        checked(UNKNOWN),
        checked("warfarin", "华法林", "grapefruit", "simvastatin"),
        checked("enalapril", "furosemide", "ibuprofen", patient=Patient(sex="male", pregnant=True)),
        checked("atorvastatin", "clarithromycin", medications=dosed),
    )
    assert [problems(bundle(found)) for found in lists] == [[]] * len(lists)


def test_a_broken_bundle_is_refused(problems: Problems) -> None:
    wrong_code, from_r5, missing = bundle(seed()), bundle(seed()), bundle(seed())
    resources(wrong_code, "DetectedIssue")[0]["status"] = "bogus"
    resources(from_r5, "DetectedIssue")[0]["category"] = [{"text": "x"}]
    del resources(missing, "MedicationStatement")[0]["subject"]
    assert any("bogus" in problem for problem in problems(wrong_code))
    assert any("Unexpected property" in problem for problem in problems(from_r5))
    assert any("Missing property" in problem for problem in problems(missing))


# A grade that a stated condition took away


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_removed_grade_is_said_with_its_condition_and_not_as_no_row(language: Language) -> None:
    apart = {0: Medication(separated_hours=4.0)}
    found = checked("levothyroxine", "calcium carbonate", medications=apart)
    (pair,) = found.pairs
    assert pair.removed_by_context
    said_of_it = why_none(pair, words(language)) or ""
    assert words(language).t.text(pair.applied[0].row.note) in said_of_it
    text = said(printed(found, language))
    assert said_of_it in text
    assert words(language).t("pharmacy.count.no_record", n=1) not in text
    sheet = said(handout(found, knowledge(), words(language), sample=False, when=WHEN))
    assert said_of_it in sheet
    assert words(language).t("handout.no_record") not in sheet
    assert said_of_it in json.dumps(bundle(found, language), ensure_ascii=False)
    (row,) = rows(found)
    t = words().t
    assert row[t("export.csv.state")] == t("export.state.removed_by_context")
    assert row[t("export.csv.reason")] == why_none(pair, words())


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_route_is_printed_in_the_language_of_the_print(language: Language) -> None:
    given = {0: Medication(route="intravenous")}
    found = checked("amiodarone", "warfarin", medications=given)
    assert words(language).t("pharmacy.route.intravenous") in said_in_tables(
        printed(found, language)
    )


def said_in_tables(document: Document) -> set[str]:
    tables = (b for s in document.sections for b in s.blocks if isinstance(b, Table))
    return {cell for table in tables for row in table.rows for cell in row}
