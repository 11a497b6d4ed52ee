"""Resources carry only codes of R4 and never an empty element."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from core.exports.fhir import Entry, Issue, Mitigation, Outcome, Writer
from core.exports.fhir_r4 import is_uri

WHEN = datetime(2026, 11, 22, 14, 5, tzinfo=UTC)
WRITER = Writer("en", WHEN, sample=False)


def issue(*implicated: Entry, **changed: Any) -> Issue:
    values: dict[str, Any] = {
        "kind": "DRG",
        "severity": "high",
        "text": "a + b",
        "detail": "what happens",
        "rule": "P1",
        "sources": ("label",),
        "implicated": implicated,
    }
    return Issue(**values | changed)


def detected(**changed: Any) -> dict[str, Any]:
    patient = WRITER.patient("female", "list 1")
    return WRITER.detected_issue(
        patient, WRITER.device("Auscult"), issue(patient, **changed)
    ).resource


def test_a_patient_has_a_gender_only_when_one_was_stated_and_no_identifier() -> None:
    assert WRITER.patient("male", "1").resource == {
        "resourceType": "Patient",
        "language": "en",
        "gender": "male",
    }
    assert WRITER.patient(None, "1").resource == {"resourceType": "Patient", "language": "en"}


def test_two_people_of_one_gender_do_not_share_an_address() -> None:
    assert WRITER.patient("male", "list 1").url == WRITER.patient("male", "list 1").url
    assert WRITER.patient("male", "list 1").url != WRITER.patient("male", "list 2").url


def test_a_statement_says_a_dose_only_where_one_was_stated() -> None:
    patient = WRITER.patient(None, "1")
    bare = WRITER.medication_statement(patient, "Warfarin", place="0").resource
    assert bare["status"] == "unknown"
    assert "dosage" not in bare and "coding" not in bare["medicationCodeableConcept"]
    full = WRITER.medication_statement(
        patient, "Warfarin", place="0", atc=["B01AA03"], mg_per_day=5, dosage="5 mg per day"
    ).resource
    assert full["medicationCodeableConcept"]["coding"] == [
        {"system": "http://www.whocc.no/atc", "code": "B01AA03"}
    ]
    assert full["dosage"][0]["doseAndRate"][0]["rateQuantity"]["code"] == "mg/d"
    assert full["subject"] == {"reference": patient.url}


def test_the_same_drug_on_two_lines_has_two_addresses() -> None:
    patient = WRITER.patient(None, "1")
    first, second = (WRITER.medication_statement(patient, "x", place=p) for p in "01")
    assert first.resource == second.resource and first.url != second.url
    assert first.url.startswith("urn:uuid:")


def test_an_issue_is_preliminary_with_grade_rule_source_and_measure() -> None:
    found = detected(mitigation=(Mitigation("watch"), Mitigation("done", WHEN)))
    assert found["status"] == "preliminary"
    assert found["severity"] == "high"
    assert found["identifier"] == [{"system": "urn:x-auscult:rule", "value": "P1"}]
    assert found["code"]["coding"][0]["code"] == "DRG"
    assert found["identifiedDateTime"].startswith("2026-11-22T")
    assert found["evidence"] == [{"detail": [{"display": "label"}]}]
    assert found["mitigation"][0] == {"action": {"text": "watch"}}
    assert datetime.fromisoformat(found["mitigation"][1]["date"]) == WHEN


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("https://example.org/a?b=1", True),
        ("urn:oid:1.2.3", True),
        ("USPI s7", False),
        ("https://a.org/ , https://b.org/", False),
        ("javascript:alert(1)", False),
        ("https://", False),
        ("", False),
    ],
)
def test_a_reference_is_kept_only_when_it_is_an_address(text: str, kept: bool) -> None:
    assert is_uri(text) is kept
    assert detected(reference=text).get("reference", "") == (text if kept else "")


@pytest.mark.parametrize("changed", [{"severity": "contraindicated"}, {"kind": "DRUG"}])
def test_a_code_that_r4_does_not_have_is_refused(changed: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="is none of"):
        detected(**changed)


def test_other_wrong_codes_are_refused_too() -> None:
    patient = WRITER.patient(None, "1")
    with pytest.raises(ValueError, match="'woman' is none of"):
        WRITER.patient("woman", "1")
    with pytest.raises(ValueError, match="'bogus' is none of"):
        WRITER.medication_statement(patient, "x", place="0", status="bogus")
    with pytest.raises(ValueError, match="'loud' is none of"):
        WRITER.operation_outcome([Outcome("loud", "incomplete", "x")])
    with pytest.raises(ValueError, match="'missing' is none of"):
        WRITER.operation_outcome([Outcome("warning", "missing", "x")])


def test_a_structure_that_fhir_does_not_allow_is_refused() -> None:
    with pytest.raises(ValidationError):
        WRITER.operation_outcome([])
    with pytest.raises(ValidationError):
        WRITER.provenance([], WRITER.device("Auscult"), "tables", "1")


def test_sample_resources_carry_the_test_tag_and_others_do_not() -> None:
    tag = {
        "system": "http://terminology.hl7.org/CodeSystem/v3-ActReason",
        "code": "HTEST",
        "display": "test health data",
    }
    assert Writer("en", WHEN, sample=True).patient(None, "1").resource["meta"] == {"tag": [tag]}
    assert "meta" not in WRITER.patient(None, "1").resource


def test_a_bundle_is_a_collection_and_refuses_one_address_twice() -> None:
    patient = WRITER.patient(None, "1")
    bundle = json.loads(WRITER.bundle([patient]))
    assert bundle["type"] == "collection"
    assert bundle["entry"] == [{"fullUrl": patient.url, "resource": patient.resource}]
    with pytest.raises(ValueError, match="same address"):
        WRITER.bundle([patient, patient])


def test_a_time_without_a_zone_gets_one() -> None:
    naive = Writer("en", datetime(2026, 11, 22, 14, 5), sample=False)
    stamp = json.loads(naive.bundle([naive.patient(None, "1")]))["timestamp"]
    assert datetime.fromisoformat(stamp).tzinfo is not None
