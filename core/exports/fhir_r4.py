"""The rules of FHIR R4 (4.0.1) that a file must keep: codes, filled elements, structure.

Knows: the code systems and required bindings used here (the library lets a wrong code pass), the
elements that R4 and R4B share. Does not know: which resource says what; profiles of a country.
"""

import importlib
from collections.abc import Collection
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

Json = dict[str, Any]
MODULES = {
    "Bundle": "bundle",
    "DetectedIssue": "detectedissue",
    "Device": "device",
    "DocumentReference": "documentreference",
    "MedicationStatement": "medicationstatement",
    "OperationOutcome": "operationoutcome",
    "Patient": "patient",
    "Provenance": "provenance",
}
ATC = "http://www.whocc.no/atc"
UCUM = "http://unitsofmeasure.org"
TERMINOLOGY = "http://terminology.hl7.org/CodeSystem/"
ACT_CODE = TERMINOLOGY + "v3-ActCode"
RULE_SYSTEM = "urn:x-auscult:rule"
KNOWLEDGE_SYSTEM = "urn:x-auscult:knowledge"

# Codes of the required bindings of 4.0.1 as far as they are used here.
GENDER = frozenset({"male", "female", "other", "unknown"})
STATEMENT_STATUS = frozenset({"active", "completed", "stopped", "unknown", "not-taken"})
ISSUE_STATUS = frozenset({"registered", "preliminary", "final", "amended", "cancelled"})
ISSUE_GRADE = frozenset({"high", "moderate", "low"})
OUTCOME_GRADE = frozenset({"fatal", "error", "warning", "information"})
OUTCOME_CODE = frozenset({"not-found", "not-supported", "incomplete", "informational"})
# Codes of ActCode that stand in the value set `detectedissue-category` of DetectedIssue.code.
ISSUE_KIND = {
    "DRG": "Drug Interaction Alert",
    "DUPTHPY": "Duplicate Therapy Alert",
    "FOOD": "Food Interaction Alert",
}
TEST_DATA = {"system": TERMINOLOGY + "v3-ActReason", "code": "HTEST", "display": "test health data"}

# By HL7's guide on AI transparency: the label of what an artificial intelligence asserted.
BY_A_MODEL = {
    "system": TERMINOLOGY + "v3-ObservationValue",
    "code": "AIAST",
    "display": "Artificial Intelligence asserted",
}


def is_uri(text: str) -> bool:
    """An absolute http(s) address or URN without blanks: what `uri` may hold."""
    parts = urlsplit(text) if not any(c.isspace() for c in text) else urlsplit("")
    return bool(parts.scheme in {"http", "https"} and parts.netloc) or text.startswith("urn:")


def checked(kind: str, content: Json) -> Json:
    """A resource without its empty elements, after the library has checked its structure."""
    resource: Json = filled({"resourceType": kind, **content})
    _model(kind).model_validate(resource)
    return resource


def _model(kind: str) -> Any:
    """The library at first use: it costs 0.4 s of start."""
    return getattr(importlib.import_module(f"fhir.resources.R4B.{MODULES[kind]}"), kind)


def bound(code: str, allowed: Collection[str]) -> str:
    """The code, when its required binding has it; raises `ValueError` otherwise."""
    if code not in allowed:
        raise ValueError(f"{code!r} is none of {sorted(allowed)}")
    return code


def instant(when: datetime) -> str:
    """FHIR wants a zone; a time without one is local time."""
    return when.astimezone().isoformat(timespec="seconds")


def milligrams_per_day(mg: float) -> Json:
    """A rate as a UCUM quantity."""
    return {"value": mg, "unit": "mg/d", "system": UCUM, "code": "mg/d"}


def filled(value: Any) -> Any:
    """Without empty strings, lists and objects: FHIR forbids them."""
    if isinstance(value, dict):
        found = {key: filled(inner) for key, inner in value.items()}
        return {key: inner for key, inner in found.items() if inner not in (None, "", [], {})}
    if isinstance(value, list):
        return [inner for inner in map(filled, value) if inner not in (None, "", [], {})]
    return value
