"""A check as a FHIR R4 bundle.

Knows: which state of the check becomes which resource; what was not checked becomes an outcome.
Does not know: FHIR's structure, which `core.exports.fhir` makes and checks. Recommended actions
stand in `mitigation` with the words "proposed, not done", since nobody has taken them.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby

from core.exports.fhir import Entry, Issue, Mitigation, Outcome, Said, Writer
from core.exports.fhir_r4 import is_uri
from core.pharmacy import model_words, pair_text
from core.pharmacy.checker import Check, Medicine, Pair
from core.pharmacy.facts import Severity
from core.pharmacy.findings import Finding
from core.pharmacy.knowledge import Knowledge
from core.pharmacy.model_words import Worded
from core.pharmacy.overrides import Override
from core.pharmacy.patient_text import dose
from core.pharmacy.report import why_none
from core.pharmacy.wording import Words

GRADES: dict[Severity, str] = {
    "contraindicated": "high",
    "major": "high",
    "moderate": "moderate",
    "minor": "low",
}
Statements = dict[tuple[int, str], Entry]


def fhir_bundle(
    check: Check,
    knowledge: Knowledge,
    words: Words,
    *,
    sample: bool,
    when: datetime,
    overrides: Mapping[str, Override],
    explained: Sequence[Worded] = (),
) -> bytes:
    """The file as UTF-8 JSON; the same check at the same time gives the same bytes."""
    writer = Writer(words.t.language, when, sample)
    patient = writer.patient(check.patient.sex, _place(check, when))
    device = writer.device("Auscult")
    statements = {(m.line, m.id): _statement(m, patient, writer, words) for m in check.medicines}
    three = _three(check, statements, words)
    pairs = _pairs(check, statements, knowledge, words, overrides)
    issues = [writer.detected_issue(patient, device, issue) for issue in (*three, *pairs)]
    outcome = writer.operation_outcome(tuple(outcomes(check, knowledge, words)))
    listed = [*statements.values(), *_unknown(check, patient, writer)]
    version = f"{knowledge.version}+{knowledge.digest}"
    named = words.t("pharmacy.summary.version", version=knowledge.version, digest=knowledge.digest)
    provenance = writer.provenance([*issues, outcome], device, named, version)
    made = [patient, *listed, *issues, outcome, device, provenance]
    for one in explained:
        about = [statements[m.line, m.id] for m in check.medicines if m.id in one.pair.split("+")]
        author, text = _worded(one, patient, about, writer, words)
        origin = writer.provenance([text], author, named, version)
        made += [*([] if author in made else [author]), text, origin]
    return writer.bundle(made)


def _worded(
    found: Worded, patient: Entry, about: Sequence[Entry], writer: Writer, words: Words
) -> tuple[Entry, Entry]:
    """The model and what it wrote, apart from the issues, which tables and code decided."""
    label = model_words.ai_label((found,))
    assert label is not None
    author = writer.model(found.model, found.revision, found.precision)
    title = f"{words.t('export.worded.title')}: {model_words.named(found, words)}"
    said = Said(title, model_words.label(found, words), model_words.whole(found, words))
    return author, writer.worded(patient, author, label, said, about)


def _place(check: Check, when: datetime) -> str:
    """What tells this list from another: its lines and its time."""
    lines = (*((m.line, m.item.text) for m in check.medicines), *(i.text for i in check.unresolved))
    return f"{when.isoformat()} {lines}"


def _statement(medicine: Medicine, patient: Entry, writer: Writer, words: Words) -> Entry:
    said = medicine.medication
    stated = said.mg_per_day is not None or said.route or said.separated_hours is not None
    return writer.medication_statement(
        patient,
        words.name(medicine.id),
        place=f"{medicine.line}.{medicine.id}",
        atc=medicine.profile.drug.atc,
        mg_per_day=said.mg_per_day,
        dosage=dose(medicine, words) if stated else "",
    )


def _unknown(check: Check, patient: Entry, writer: Writer) -> Iterator[Entry]:
    """A name that no table knows is still a stated medicine, as text and without a code."""
    for number, item in enumerate(check.unresolved):
        text = pair_text.typed(item.text)
        if item.reason == "unknown_name" and text:
            yield writer.medication_statement(patient, text, place=f"unresolved.{number}")


def _three(check: Check, statements: Statements, words: Words) -> Iterator[Issue]:
    t = words.t
    for three in check.three_drugs:
        rule = three.rule
        members = tuple(
            statements[m.line, m.id]
            for m in check.medicines
            if {m.id, *m.profile.drug.components} & set(three.members)
        )
        yield Issue(
            kind="DRG",
            severity=GRADES[rule.severity],
            text=f"{words.severity(rule.severity)}: {words.names(three.members)}",
            detail=t.text(rule.effect),
            rule=rule.id,
            sources=(words.source(rule.source),),
            implicated=members,
            mitigation=(_proposed(t.text(rule.management), words),),
        )


def _pairs(
    check: Check,
    statements: Statements,
    knowledge: Knowledge,
    words: Words,
    overrides: Mapping[str, Override],
) -> Iterator[Issue]:
    for pair in check.pairs:
        decided = pair.decided_by
        if pair.state != "interaction" or decided is None:
            continue
        override = overrides.get(pair.key)
        taken = _taken(pair, override, words)
        yield Issue(
            kind=_kind(decided),
            severity=GRADES[pair.severity],
            text=f"{words.severity(pair.severity)}: {words.pair(pair)}",
            detail=_detail(pair, decided, knowledge, words),
            rule=decided.rule,
            sources=tuple(map(words.source, pair_text.sources(decided))),
            implicated=(statements[pair.a.line, pair.a.id], statements[pair.b.line, pair.b.id]),
            reference=_reference(decided, knowledge),
            mitigation=(_proposed(words.management(decided), words), *taken),
        )


def _kind(finding: Finding) -> str:
    if finding.is_duplicate:
        return "DUPTHPY"
    return "FOOD" if finding.kind == "food" else "DRG"


def _detail(pair: Pair, decided: Finding, knowledge: Knowledge, words: Words) -> str:
    """What happens, why, how sure, and what the context did."""
    lines = (
        words.effect(decided),
        words.mechanism(decided),
        words.evidence(decided),
        *pair_text.context_lines(pair, knowledge, words),
        *pair_text.partly(pair, words),
    )
    return words.t("list.sentence").join(lines)


def _proposed(text: str, words: Words) -> Mitigation:
    return Mitigation(words.t("export.fhir.proposed", action=text))


def _taken(pair: Pair, override: Override | None, words: Words) -> tuple[Mitigation, ...]:
    if override is None:
        return ()
    lines = pair_text.override_lines(pair, override, words)
    return (Mitigation(words.t("list.sentence").join(lines), override.when),)


def _reference(decided: Finding, knowledge: Knowledge) -> str:
    """Where the row was read, else the page of its source if the tables know exactly one."""
    if decided.row and is_uri(decided.row.check_url):
        return decided.row.check_url
    rows = [knowledge.tables.sources.get(source.name) for source in decided.sources]
    found = {row["url"] for row in rows if row and is_uri(row["url"])}
    return found.pop() if len(found) == 1 else ""


def outcomes(check: Check, knowledge: Knowledge, words: Words) -> Iterator[Outcome]:
    """Counts first, then every name and pair that was not checked, then pairs without a row."""
    t = words.t
    pairs = [p for p in check.pairs if p.state == "not_checked"]
    names = t("pharmacy.count.names_not_checked", n=len(check.unresolved))
    counted = t("pharmacy.count.pairs_not_checked", n=len(pairs))
    said = t("list.sentence").join((names, counted, t("export.limits.text")))
    if check.complete:
        yield Outcome("information", "informational", said)
    else:
        yield Outcome("warning", "incomplete", said)
    for item in check.unresolved:
        reason = t(f"pharmacy.unresolved.{item.reason}")
        yield Outcome("warning", "not-found", reason, pair_text.typed(item.text))
    for name in check.missing_tables:
        problem = knowledge.tables.problems[name]
        told = t(problem.key, **problem.values)
        lost = t("pharmacy.table_missing", table=name, problem=told)
        yield Outcome("warning", "incomplete", lost)
    for pair in pairs:
        yield Outcome("warning", "incomplete", words.reason(pair), words.pair(pair))
    for name in check.not_held:
        yield Outcome("warning", "not-supported", t(f"pharmacy.not_held.{name}"))
    for pair in check.pairs:
        if pair.removed_by_context:
            removed = why_none(pair, words) or ""
            yield Outcome("information", "informational", removed, words.pair(pair))
    yield from _without_row(check, knowledge, words)


def _without_row(check: Check, knowledge: Knowledge, words: Words) -> Iterator[Outcome]:
    """One line per drug: "A: B, C", so that a long list does not make a file of megabytes."""
    said = words.t("pharmacy.state.no_record_long", version=knowledge.version)
    pairs = sorted(
        (p for p in check.pairs if p.state == "no_record" and not p.removed_by_context),
        key=lambda p: (p.a.line, p.a.id, p.b.line),
    )
    for (_, drug), group in groupby(pairs, key=lambda p: (p.a.line, p.a.id)):
        with_others = f"{words.name(drug)} + {words.names([p.b.id for p in group])}"
        yield Outcome("information", "informational", said, with_others)
