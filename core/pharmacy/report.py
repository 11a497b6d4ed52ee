"""A check as plain data for the command line and for programs; keys are part of the interface.

Knows: the JSON shape (`state`, `severity`, `complete`, `pairs`, `unresolved` …).
Does not know: files, FHIR, screens.
"""

from typing import Any

from core.pharmacy.alternatives import Alternative, alternatives
from core.pharmacy.checker import Check, Pair, ThreeDrugs
from core.pharmacy.facts import Source
from core.pharmacy.findings import Finding
from core.pharmacy.knowledge import Knowledge
from core.pharmacy.regrading import Applied
from core.pharmacy.wording import Words

Json = dict[str, Any]


def as_json(check: Check, knowledge: Knowledge, words: Words) -> Json:
    """One object per list. `severity` is null when no interaction was found."""
    return {
        "state": check.state,
        "severity": None if check.severity == "none" else check.severity,
        "complete": check.complete,
        "note": words.t("pharmacy.empty.two_needed") if check.too_few else None,
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
        "not_held": not_held(check, words),
        "knowledge": {
            "version": knowledge.version,
            "digest": knowledge.digest,
            "missing_tables": list(check.missing_tables),
        },
    }


def not_held(check: Check, words: Words) -> list[str]:
    """Sentences on what was stated and no table holds."""
    said = [words.t("pharmacy.unread", said=said) for said in check.unread]
    return [words.t(f"pharmacy.not_held.{name}") for name in check.not_held] + said


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
        "reason": why_none(pair, words),
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
            _alternative(a, words)
            for a in alternatives(pair, check.medicines, knowledge, check.patient)
        ]
    return found


def why_none(pair: Pair, words: Words) -> str | None:
    """Why a pair has no grade: it was not checked, or a stated condition removed the grade."""
    if pair.reason:
        return words.reason(pair)
    if not pair.removed_by_context:
        return None
    notes = words.t("list.comma").join(words.t.text(a.row.note) for a in pair.applied)
    return words.t("pharmacy.state.removed_by_context", note=notes)


def _alternative(found: Alternative, words: Words) -> Json:
    rule = found.completes.rule if found.completes else None
    return {
        "id": found.drug,
        "name": words.name(found.drug),
        "replaces": found.replaces or None,
        "offered": found.offered,
        "severity": None if found.severity == "none" else found.severity,
        "worst_with": found.worst_with or None,
        "not_checked_with": list(found.not_checked_with),
        "completes": rule.id if rule else None,
        "note": words.t("pharmacy.alternative.completes", rule=words.t.text(rule.effect))
        if rule
        else None,
    }


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


def _three(found: ThreeDrugs, words: Words) -> Json:
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
