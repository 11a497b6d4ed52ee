"""FHIR R4 (4.0.1) resources as checked JSON, from a patient to the bundle that holds all.

Knows: the elements that R4 and R4B share, the codes of required bindings (the library lets a wrong
code pass), stable `urn:uuid` addresses made from content.
Does not know: what the issues are about, profiles of a country. Nothing here carries an identifier
of a person.
"""

import importlib
import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from core import VERSION
from core.exports.plain_text import plain

Json = dict[str, Any]
MODULES = {
    "Bundle": "bundle",
    "DetectedIssue": "detectedissue",
    "Device": "device",
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
NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "urn:x-auscult:fhir")

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


@dataclass(frozen=True, slots=True)
class Entry:
    """A resource and the address under which others of the bundle refer to it."""

    url: str
    resource: Json

    @property
    def reference(self) -> Json:
        return {"reference": self.url}


@dataclass(frozen=True, slots=True)
class Outcome:
    """One line of an OperationOutcome: what it is about and what is said of it."""

    severity: str
    code: str
    said: str
    about: str = ""


@dataclass(frozen=True, slots=True)
class Mitigation:
    """A measure against an issue; `when` only for one that a person has decided."""

    text: str
    when: datetime | None = None


@dataclass(frozen=True, slots=True)
class Issue:
    """A detected issue before it is a resource; `kind` is a code of ActCode."""

    kind: str
    severity: str
    text: str
    detail: str
    rule: str
    sources: tuple[str, ...]
    implicated: tuple[Entry, ...]
    reference: str = ""
    mitigation: tuple[Mitigation, ...] = ()


@dataclass(frozen=True, slots=True)
class Writer:
    """Makes entries in one language at one time; with `sample` each carries the tag HTEST."""

    language: str
    when: datetime
    sample: bool

    def patient(self, gender: str | None, place: str) -> Entry:
        """Nobody's name: `place` keeps two people of the same gender from sharing an address."""
        return self._entry("Patient", {"gender": _code(gender, GENDER) if gender else None}, place)

    def medication_statement(
        self,
        patient: Entry,
        text: str,
        *,
        place: str,
        atc: Sequence[str] = (),
        mg_per_day: float | None = None,
        dosage: str = "",
        status: str = "unknown",
    ) -> Entry:
        """`place` tells equal lines apart; give a dosage only where one was stated."""
        rate = {"rateQuantity": _mg_per_day(mg_per_day)} if mg_per_day is not None else None
        dose = {"text": plain(dosage) or None, "doseAndRate": [rate] if rate else None}
        content = {
            "status": _code(status, STATEMENT_STATUS),
            "medicationCodeableConcept": {
                "coding": [{"system": ATC, "code": code} for code in atc],
                "text": plain(text),
            },
            "subject": patient.reference,
            "dateAsserted": _instant(self.when),
            "dosage": [dose],
        }
        return self._entry("MedicationStatement", content, place)

    def device(self, name: str) -> Entry:
        """This program."""
        named = {"name": name, "type": "user-friendly-name"}
        content = {"status": "active", "deviceName": [named], "version": [{"value": VERSION}]}
        return self._entry("Device", content)

    def detected_issue(self, patient: Entry, author: Entry, issue: Issue) -> Entry:
        """Always preliminary: a person has not confirmed it."""
        kind = {"system": ACT_CODE, "code": _code(issue.kind, ISSUE_KIND)}
        content = {
            "identifier": [{"system": RULE_SYSTEM, "value": issue.rule}],
            "status": _code("preliminary", ISSUE_STATUS),
            "code": {
                "coding": [kind | {"display": ISSUE_KIND[issue.kind]}],
                "text": plain(issue.text),
            },
            "severity": _code(issue.severity, ISSUE_GRADE),
            "patient": patient.reference,
            "identifiedDateTime": _instant(self.when),
            "author": author.reference,
            "implicated": [entry.reference for entry in issue.implicated],
            "evidence": [{"detail": [{"display": plain(s)}]} for s in issue.sources],
            "detail": plain(issue.detail),
            "reference": issue.reference if is_uri(issue.reference) else None,
            "mitigation": [
                {"action": {"text": plain(m.text)}, "date": _instant(m.when) if m.when else None}
                for m in issue.mitigation
            ],
        }
        return self._entry("DetectedIssue", content)

    def operation_outcome(self, outcomes: Sequence[Outcome]) -> Entry:
        """What was not done, one issue each; R4 wants at least one."""
        issues = [
            {
                "severity": _code(outcome.severity, OUTCOME_GRADE),
                "code": _code(outcome.code, OUTCOME_CODE),
                "details": {"text": plain(outcome.said)},
                "diagnostics": plain(outcome.about) or None,
            }
            for outcome in outcomes
        ]
        return self._entry("OperationOutcome", {"issue": issues})

    def provenance(
        self, targets: Sequence[Entry], agent: Entry, knowledge: str, version: str
    ) -> Entry:
        """Made by `agent` from the knowledge of one version."""
        author = {"system": TERMINOLOGY + "provenance-participant-type", "code": "author"}
        source = {
            "identifier": {"system": KNOWLEDGE_SYSTEM, "value": version},
            "display": knowledge,
        }
        created = {"system": TERMINOLOGY + "v3-DataOperation", "code": "CREATE"}
        content = {
            "target": [entry.reference for entry in targets],
            "recorded": _instant(self.when),
            "activity": {"coding": [created]},
            "agent": [{"type": {"coding": [author]}, "who": agent.reference}],
            "entity": [{"role": "source", "what": source}],
        }
        return self._entry("Provenance", content)

    def bundle(self, entries: Sequence[Entry]) -> bytes:
        """The file: a collection in UTF-8 JSON; raises `ValueError` for a doubled address."""
        if len({entry.url for entry in entries}) != len(entries):
            raise ValueError("two entries have the same address")
        content = {
            "type": "collection",
            "timestamp": _instant(self.when),
            "entry": [{"fullUrl": entry.url, "resource": entry.resource} for entry in entries],
        }
        return json.dumps(self._resource("Bundle", content), ensure_ascii=False, indent=1).encode()

    def _entry(self, kind: str, content: Json, place: str = "") -> Entry:
        resource = self._resource(kind, content)
        said = json.dumps([place, resource], sort_keys=True, ensure_ascii=False)
        return Entry(uuid.uuid5(NAMESPACE, said).urn, resource)

    def _resource(self, kind: str, content: Json) -> Json:
        """The resource without empty elements, after the library has checked its structure."""
        tags: Json = {"meta": {"tag": [TEST_DATA]}} if self.sample else {}
        filled: Json = _filled({"resourceType": kind, **tags, "language": self.language, **content})
        _model(kind).model_validate(filled)
        return filled


def is_uri(text: str) -> bool:
    """An absolute http(s) address or URN without blanks: what `uri` may hold."""
    parts = urlsplit(text) if not any(c.isspace() for c in text) else urlsplit("")
    return bool(parts.scheme in {"http", "https"} and parts.netloc) or text.startswith("urn:")


def _model(kind: str) -> Any:
    """The library at first use: it costs 0.4 s of start."""
    return getattr(importlib.import_module(f"fhir.resources.R4B.{MODULES[kind]}"), kind)


def _code(code: str, allowed: "frozenset[str] | dict[str, str]") -> str:
    if code not in allowed:
        raise ValueError(f"{code!r} is none of {sorted(allowed)}")
    return code


def _instant(when: datetime) -> str:
    """FHIR wants a zone; a time without one is local time."""
    return when.astimezone().isoformat(timespec="seconds")


def _mg_per_day(mg: float) -> Json:
    return {"value": mg, "unit": "mg/d", "system": UCUM, "code": "mg/d"}


def _filled(value: Any) -> Any:
    """Without empty strings, lists and objects: FHIR forbids them."""
    if isinstance(value, dict):
        found = {key: _filled(inner) for key, inner in value.items()}
        return {key: inner for key, inner in found.items() if inner not in (None, "", [], {})}
    if isinstance(value, list):
        return [inner for inner in map(_filled, value) if inner not in (None, "", [], {})]
    return value
