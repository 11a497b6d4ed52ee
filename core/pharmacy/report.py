"""A check as plain data for the command line and for programs; keys are part of the interface.

Knows: the JSON shape (`state`, `severity`, `complete`, `pairs`, `unresolved` …).
Does not know: files, FHIR, screens.
"""

from typing import Any

from core.pharmacy.alternatives import alternatives
from core.pharmacy.checker import Check, Pair
from core.pharmacy.context import Applied
from core.pharmacy.facts import Source
from core.pharmacy.findings import Finding
from core.pharmacy.knowledge import Knowledge
from core.pharmacy.wording import Words

Json = dict[str, Any]


def as_json(check: Check, knowledge: Knowledge, words: Words) -> Json:
    """One object per list. `severity` is null when no interaction was found."""
    return {
        "state": check.state,
        "severity": None if check.severity == "none" else check.severity,
        "complete": check.complete,
        "drugs": [_drug(m.id, m.item.text, m.item.how, words) for m in check.medicines],
        "pairs": [_pair(p, check, knowledge, words) for p in check.pairs],
        "three_drugs": [_three(t, words) for t in check.three_drugs],
        "timing": [
            {
                "drug": m.id,
                "with_food": row.with_food,
                "text": words.t.text(row.detail),
                **_source(row.source),
            }
            for m, row in check.timing
        ],
        "food": [
            {
                "drug": m.id,
                "food": row.food,
                "severity": row.severity,
                "text": words.t.text(row.detail),
                **_source(row.source),
            }
            for m, row in check.food
        ],
        "unresolved": [
            {
                "name": i.text,
                "reason": words.t(f"pharmacy.unresolved.{i.reason}"),
                "code": i.reason,
                "near": list(i.near),
            }
            for i in check.unresolved
        ],
        "not_held": [words.t(f"pharmacy.not_held.{name}") for name in check.not_held],
        "knowledge": {
            "version": knowledge.version,
            "digest": knowledge.digest,
            "missing_tables": list(check.missing_tables),
        },
    }


def _drug(drug: str, typed: str, how: str | None, words: Words) -> Json:
    return {"id": drug, "name": words.name(drug), "input": typed, "how": how}


def _source(source: Source) -> Json:
    return {"source": source.name, "verified": source.verified}


def _pair(pair: Pair, check: Check, knowledge: Knowledge, words: Words) -> Json:
    decided = pair.decided_by
    found: Json = {
        "a": pair.a.id,
        "b": pair.b.id,
        "names": [words.name(pair.a.id), words.name(pair.b.id)],
        "state": pair.state,
        "severity": None if pair.severity == "none" else pair.severity,
        "rule": decided.rule if decided else None,
        "effect": words.effect(decided) if decided else None,
        "mechanism": words.mechanism(decided) if decided else None,
        "management": words.management(decided) if decided else None,
        "alternatives": [],
        "source": "; ".join(s.name for s in dict.fromkeys(decided.sources)) if decided else None,
        "evidence": decided.evidence if decided else None,
        "verified": _weakest(decided) if decided else None,
        "reason": words.reason(pair) if pair.reason else None,
        "partly_covered": list(pair.partly_covered),
        "findings": [_finding(f, words) for f in pair.derivation.findings],
        "context": [_applied(a, words) for a in pair.applied],
        "questions": [
            {
                "row": q.row,
                "condition": q.condition,
                "value": q.value,
                "would_be": q.severity,
                "text": words.question(q),
            }
            for q in pair.questions
        ],
        "topical": pair.capped_topical,
    }
    if pair.state == "interaction":
        found["alternatives"] = [
            {
                "id": a.drug,
                "name": words.name(a.drug),
                "replaces": a.replaces or None,
                "offered": a.offered,
                "severity": None if a.severity == "none" else a.severity,
                "worst_with": a.worst_with or None,
                "not_checked_with": list(a.not_checked_with),
            }
            for a in alternatives(pair, check.medicines, knowledge)
        ]
    return found


def _weakest(finding: Finding) -> str:
    """The mark of a result is that of its least verified fact."""
    marks = {source.verified for source in finding.sources}
    return next(
        (m for m in ("recall", "label", "convention", "source_copy") if m in marks), "convention"
    )


def _finding(finding: Finding, words: Words) -> Json:
    return {
        "kind": finding.kind,
        "severity": finding.severity,
        "rule": finding.rule,
        "between": list(finding.between),
        "effect": words.effect(finding),
        "evidence": finding.evidence,
        "sources": [_source(s) for s in finding.sources],
        "steps": [s.text for s in words.steps(finding)],
    }


def _applied(applied: Applied, words: Words) -> Json:
    return {
        "row": applied.row.id,
        "condition": applied.row.condition,
        "before": applied.before,
        "after": applied.after,
        "assumed": applied.assumed,
        "note": words.t.text(applied.row.note),
        **_source(applied.row.source),
    }


def _three(found: Any, words: Words) -> Json:
    return {
        "rule": found.rule.id,
        "severity": found.rule.severity,
        "drugs": list(found.drugs),
        "members": list(found.members),
        "effect": words.t.text(found.rule.effect),
        "management": words.t.text(found.rule.management),
        **_source(found.rule.source),
    }


def snapshot(check: Check, knowledge: Knowledge) -> Json:
    """The answer without anything typed and without the patient's numbers, for an incident."""
    stated = sorted(k for k in check.patient.__slots__ if getattr(check.patient, k) is not None)
    return {
        "knowledge": {"version": knowledge.version, "digest": knowledge.digest},
        "drugs": [m.id if m.profile.drug.coverage != "label" else "label" for m in check.medicines],
        "unresolved": len(check.unresolved),
        "patient_fields_stated": stated,
        "pairs": [
            {
                "state": p.state,
                "severity": p.severity,
                "rules": [f.rule for f in p.derivation.findings],
                "context": [a.row.id for a in p.applied],
            }
            for p in check.pairs
        ],
        "three_drugs": [t.rule.id for t in check.three_drugs],
    }
