"""FHIR R4 (4.0.1) resources as checked JSON, from a patient to the bundle that holds all.

Knows: which elements each resource takes, stable `urn:uuid` addresses made from content.
Does not know: what the issues are about, nor the codes of R4, which `fhir_r4` holds it to. Nothing
here carries an identifier of a person.
"""

import base64
import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from core import VERSION
from core.exports import ai_label
from core.exports import fhir_r4 as r4
from core.exports.ai_label import AiLabel
from core.exports.fhir_r4 import Json
from core.exports.plain_text import plain

NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "urn:x-auscult:fhir")


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
class Said:
    """A text with its title and the label that readers see."""

    title: str
    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Writer:
    """Makes entries in one language at one time; with `sample` each carries the tag HTEST."""

    language: str
    when: datetime
    sample: bool

    def patient(self, gender: str | None, place: str) -> Entry:
        """Nobody's name: `place` keeps two people of the same gender from sharing an address."""
        stated = r4.bound(gender, r4.GENDER) if gender else None
        return self._entry("Patient", {"gender": stated}, place)

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
        rates = [r4.milligrams_per_day(mg_per_day)] if mg_per_day is not None else []
        dose = {
            "text": plain(dosage) or None,
            "doseAndRate": [{"rateQuantity": rate} for rate in rates],
        }
        content = {
            "status": r4.bound(status, r4.STATEMENT_STATUS),
            "medicationCodeableConcept": {
                "coding": [{"system": r4.ATC, "code": code} for code in atc],
                "text": plain(text),
            },
            "subject": patient.reference,
            "dateAsserted": r4.instant(self.when),
            "dosage": [dose],
        }
        return self._entry("MedicationStatement", content, place)

    def device(self, name: str) -> Entry:
        """This program."""
        named = {"name": name, "type": "user-friendly-name"}
        content = {"status": "active", "deviceName": [named], "version": [{"value": VERSION}]}
        return self._entry("Device", content)

    def model(self, name: str, revision: str, precision: str) -> Entry:
        """A language model, as the author of a text."""
        named = {"name": name, "type": "model-name"}
        version = [{"value": revision}] if revision else []
        version += [{"value": precision}] if precision else []
        return self._entry("Device", {"deviceName": [named], "version": version})

    def worded(
        self, patient: Entry, author: Entry, label: AiLabel, said: Said, about: Sequence[Entry]
    ) -> Entry:
        """A text that a model wrote; preliminary, labelled for readers and for programs."""
        tag = {"system": ai_label.NAMESPACE, "code": ai_label.FIELD, "display": label.json()}
        attachment = {
            "contentType": "text/plain; charset=utf-8",
            "language": self.language,
            "data": base64.b64encode(said.text.encode()).decode(),
            "title": plain(said.title),
        }
        content = {
            "meta": {"security": [r4.BY_A_MODEL], "tag": [tag]},
            "status": "current",
            "docStatus": "preliminary",
            "subject": patient.reference,
            "date": r4.instant(self.when),
            "author": [author.reference],
            "description": plain(said.label),
            "content": [{"attachment": attachment}],
            "context": {"related": [entry.reference for entry in about]},
        }
        return self._entry("DocumentReference", content, label.id)

    def detected_issue(self, patient: Entry, author: Entry, issue: Issue) -> Entry:
        """Always preliminary: a person has not confirmed it."""
        kind = {"system": r4.ACT_CODE, "code": r4.bound(issue.kind, r4.ISSUE_KIND)}
        content = {
            "identifier": [{"system": r4.RULE_SYSTEM, "value": issue.rule}],
            "status": r4.bound("preliminary", r4.ISSUE_STATUS),
            "code": {
                "coding": [kind | {"display": r4.ISSUE_KIND[issue.kind]}],
                "text": plain(issue.text),
            },
            "severity": r4.bound(issue.severity, r4.ISSUE_GRADE),
            "patient": patient.reference,
            "identifiedDateTime": r4.instant(self.when),
            "author": author.reference,
            "implicated": [entry.reference for entry in issue.implicated],
            "evidence": [{"detail": [{"display": plain(s)}]} for s in issue.sources],
            "detail": plain(issue.detail),
            "reference": issue.reference if r4.is_uri(issue.reference) else None,
            "mitigation": [
                {"action": {"text": plain(m.text)}, "date": r4.instant(m.when) if m.when else None}
                for m in issue.mitigation
            ],
        }
        return self._entry("DetectedIssue", content)

    def operation_outcome(self, outcomes: Sequence[Outcome]) -> Entry:
        """What was not done, one issue each; R4 wants at least one."""
        issues = [
            {
                "severity": r4.bound(outcome.severity, r4.OUTCOME_GRADE),
                "code": r4.bound(outcome.code, r4.OUTCOME_CODE),
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
        author = {"system": r4.TERMINOLOGY + "provenance-participant-type", "code": "author"}
        source = {
            "identifier": {"system": r4.KNOWLEDGE_SYSTEM, "value": version},
            "display": knowledge,
        }
        created = {"system": r4.TERMINOLOGY + "v3-DataOperation", "code": "CREATE"}
        content = {
            "target": [entry.reference for entry in targets],
            "recorded": r4.instant(self.when),
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
            "timestamp": r4.instant(self.when),
            "entry": [{"fullUrl": entry.url, "resource": entry.resource} for entry in entries],
        }
        return json.dumps(self._resource("Bundle", content), ensure_ascii=False, indent=1).encode()

    def _entry(self, kind: str, content: Json, place: str = "") -> Entry:
        resource = self._resource(kind, content)
        said = json.dumps([place, resource], sort_keys=True, ensure_ascii=False)
        return Entry(uuid.uuid5(NAMESPACE, said).urn, resource)

    def _resource(self, kind: str, content: Json) -> Json:
        meta: Json = {**content.get("meta", {})}
        meta["tag"] = [*([r4.TEST_DATA] if self.sample else []), *meta.get("tag", [])]
        first: Json = {"meta": meta, "language": self.language}
        return r4.checked(kind, first | content | {"meta": meta})
