"""A check as a printable document for professionals.

Knows: the order of what is printed: what was not checked stands before any result.
Does not know: PDF. Sentences are those of the tables and the catalogues.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby

from core import VERSION
from core.exports.document import Block, Document, Fact, Facts, Note, Paragraph, Section, Table
from core.pharmacy import model_words, pair_text
from core.pharmacy.checker import Check, Pair, ThreeDrugs
from core.pharmacy.facts import SEVERITIES, Severity
from core.pharmacy.knowledge import Knowledge
from core.pharmacy.model_words import Worded
from core.pharmacy.overrides import Override
from core.pharmacy.patient_text import dose, patient_section
from core.pharmacy.report import why_none
from core.pharmacy.wording import Words


def check_document(
    check: Check,
    knowledge: Knowledge,
    words: Words,
    *,
    sample: bool,
    when: datetime,
    overrides: Mapping[str, Override],
    explained: Sequence[Worded] = (),
) -> Document:
    """The whole check; `overrides` by `Pair.key`, `explained` by a model and labelled so."""
    t = words.t
    version = t("pharmacy.summary.version", version=knowledge.version, digest=knowledge.digest)
    moment = pair_text.moment(when)
    title = t("export.check.title")
    sections = (
        Section("", tuple(not_checked_notes(check, knowledge, words))),
        _medicines(check, words),
        *_interactions(check, knowledge, words, overrides),
        *model_words.sections(explained, words),
        *_not_checked(check, words),
        *_removed(check, words),
        *_without_row(check, knowledge, words),
        patient_section(check, words),
        *_food(check, words),
        *_timing(check, words),
        Section(t("export.limits.title"), (Paragraph(t("export.limits.text")),)),
        Section(t("export.signature.title"), (Paragraph(t("export.signature")),)),
    )
    return Document(
        title=title,
        language=t.language,
        when=when,
        running=f"{title} · Auscult {VERSION} · {moment}",
        footer=version,
        meta=(
            Fact(t("export.when"), (moment,)),
            Fact(t("export.knowledge"), (f"{knowledge.version} ({knowledge.digest})",)),
        ),
        sections=sections,
        sample=sample,
        banner=t("export.sample"),
        ai=model_words.ai_label(explained),
    )


def not_checked_notes(check: Check, knowledge: Knowledge, words: Words) -> Iterator[Note]:
    """How many names and pairs were not checked, which names and why; a sentence when none."""
    t = words.t
    pairs = sum(p.state == "not_checked" for p in check.pairs)
    if check.unresolved:
        yield Note(t("pharmacy.count.names_not_checked", n=len(check.unresolved)), "warning")
    if pairs:
        yield Note(t("pharmacy.count.pairs_not_checked", n=pairs), "warning")
    for item in check.unresolved:
        reason = t(f"pharmacy.unresolved.{item.reason}")
        yield Note(f"{pair_text.typed(item.text)}: {reason}")
    for name in check.missing_tables:
        problem = knowledge.tables.problems[name]
        said = t(problem.key, **problem.values)
        yield Note(t("pharmacy.table_missing", table=name, problem=said), "warning")
    if not check.pairs:
        yield Note(t("pharmacy.empty.two_needed"), "warning")
    elif check.complete:
        yield Note(t("export.all_checked"))


def _medicines(check: Check, words: Words) -> Section:
    t = words.t
    header = (t("export.list.name"), t("export.list.typed"), t("export.list.dose"))
    rows = tuple(
        (words.name(m.id), pair_text.typed(m.item.text), dose(m, words)) for m in check.medicines
    )
    block: Block = Table(header, rows) if rows else Paragraph(t("export.none"))
    return Section(t("export.list.title"), (block,))


def _interactions(
    check: Check, knowledge: Knowledge, words: Words, overrides: Mapping[str, Override]
) -> Iterator[Section]:
    """By grade, the highest first; three-drug rules before the pairs of their grade."""
    for severity in reversed(SEVERITIES[1:]):
        three = [x for x in check.three_drugs if x.rule.severity == severity]
        pairs = [p for p in check.pairs if p.state == "interaction" and p.severity == severity]
        if three or pairs:
            yield Section(_counted(severity, len(three) + len(pairs), words))
        yield from (_three(x, words) for x in three)
        yield from (_pair(p, check, knowledge, words, overrides.get(p.key)) for p in pairs)


def _counted(severity: Severity, count: int, words: Words) -> str:
    return words.t("pharmacy.group_of", severity=words.severity(severity), count=count)


def _pair(
    pair: Pair, check: Check, knowledge: Knowledge, words: Words, override: Override | None
) -> Section:
    t, decided = words.t, pair.decided_by
    assert decided is not None
    listed = tuple(map(words.source, pair_text.sources(decided)))
    facts = (
        Fact(t("export.card.override"), pair_text.override_lines(pair, override, words)),
        Fact(t("pharmacy.card.effect"), (words.effect(decided),)),
        Fact(t("pharmacy.card.mechanism"), pair_text.why(decided, words)),
        Fact(t("pharmacy.card.management"), (words.management(decided),)),
        Fact(
            t("pharmacy.card.alternatives"),
            pair_text.alternative_lines(pair, check, knowledge, words),
        ),
        Fact(t("export.card.context"), pair_text.context_lines(pair, knowledge, words)),
        Fact(t("export.card.evidence"), (words.evidence(decided),)),
        Fact(t("export.card.source"), listed or ("–",)),
        Fact(t("export.card.rule"), (decided.rule,)),
        Fact(t("export.card.also"), pair_text.other_findings(pair, words)),
        Fact(t("export.card.coverage"), pair_text.partly(pair, words)),
    )
    return Section(f"{words.pair(pair)} · {words.severity(pair.severity)}", (Facts(facts),), 2)


def _three(found: ThreeDrugs, words: Words) -> Section:
    t, rule = words.t, found.rule
    facts = (
        Fact(t("export.list.name"), (words.names(found.members),)),
        Fact(t("pharmacy.card.management"), (t.text(rule.management),)),
        Fact(t("export.card.source"), (words.source(rule.source),)),
        Fact(t("export.card.rule"), (rule.id,)),
    )
    return Section(f"{t.text(rule.effect)} · {words.severity(rule.severity)}", (Facts(facts),), 2)


def grouped(pairs: Iterable[Pair], words: Words) -> tuple[Fact, ...]:
    """`A: B, C, D`, so that a long list stays readable."""
    by_first = groupby(sorted(pairs, key=_place), key=lambda p: (p.a.line, p.a.id))
    return tuple(
        Fact(words.name(drug), (words.names([p.b.id for p in group]),))
        for (_, drug), group in by_first
    )


def _place(pair: Pair) -> tuple[int, str, int]:
    return pair.a.line, pair.a.id, pair.b.line


def _removed(check: Check, words: Words) -> Iterator[Section]:
    """A row's grade taken away by what was stated is not the same as no row."""
    pairs = [p for p in check.pairs if p.removed_by_context]
    if pairs:
        facts = tuple(Fact(words.pair(p), (why_none(p, words) or "",)) for p in pairs)
        yield Section(words.t("export.state.removed_by_context"), (Facts(facts),))


def _without_row(check: Check, knowledge: Knowledge, words: Words) -> Iterator[Section]:
    pairs = [p for p in check.pairs if p.state == "no_record" and not p.removed_by_context]
    if not pairs:
        return
    t = words.t
    said = Paragraph(t("pharmacy.state.no_record_long", version=knowledge.version))
    blocks: tuple[Block, ...] = (said, Facts(grouped(pairs, words)))
    notes = tuple(
        Fact(words.pair(p), pair_text.context_lines(p, knowledge, words))
        for p in pairs
        if p.questions
    )
    partly = tuple(dict.fromkeys(drug for p in pairs for drug in p.partly_covered))
    if partly:
        blocks += (Paragraph(t("pharmacy.partly_covered", names=words.names(partly))),)
    yield Section(t("pharmacy.count.no_record", n=len(pairs)), (*blocks, Facts(notes)))


def _not_checked(check: Check, words: Words) -> Iterator[Section]:
    reasons: dict[str, list[Pair]] = {}
    pairs = [p for p in check.pairs if p.state == "not_checked"]
    for pair in pairs:
        reasons.setdefault(words.reason(pair), []).append(pair)
    if pairs:
        yield Section(words.t("pharmacy.count.pairs_not_checked", n=len(pairs)))
    for reason, group in reasons.items():
        yield Section("", (Paragraph(reason), Facts(grouped(group, words))), 2)


def _food(check: Check, words: Words) -> Iterator[Section]:
    t = words.t
    rows = tuple(
        (words.name(m.id), words.severity(r.severity), t.text(r.detail), words.source(r.source))
        for m, r in check.food
    )
    if rows:
        header = (t("export.list.name"), t("export.card.severity"), t("pharmacy.card.effect"))
        yield Section(t("export.food.title"), (Table((*header, t("export.card.source")), rows),))


def _timing(check: Check, words: Words) -> Iterator[Section]:
    t = words.t
    rows = tuple(
        (words.name(m.id), t.text(row.detail), words.source(row.source)) for m, row in check.timing
    )
    if rows:
        header = (t("export.list.name"), t("export.timing.when"), t("export.card.source"))
        yield Section(t("export.timing.title"), (Table(header, rows),))
