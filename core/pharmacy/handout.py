"""A check as a sheet in plain language and large type for the person who takes the medicines.

Knows: meals, food, what to speak about with whom. It never says to stop or start a medicine: advice
of the tables is written for professionals and is not repeated here.
Does not know: the person. Effects are the tables' own words, labelled as professional wording.
"""

from collections.abc import Iterator
from datetime import datetime

from core import VERSION
from core.exports.document import Document, Fact, Facts, Note, Paragraph, Section
from core.pharmacy.check_document import grouped
from core.pharmacy.checker import Check, Medicine
from core.pharmacy.facts import SEVERITIES, Severity
from core.pharmacy.knowledge import Knowledge
from core.pharmacy.pair_text import moment, typed
from core.pharmacy.report import why_none
from core.pharmacy.wording import Words

NOT_TAKEN = ("allergy", "not_taken")  # the person does not take these, so the sheet is silent


def handout(
    check: Check, knowledge: Knowledge, words: Words, *, sample: bool, when: datetime
) -> Document:
    """The sheet. Overrides are no part of it: they are a decision between professionals."""
    t = words.t
    title = t("handout.title")
    sections = (
        Section("", (Note(t("handout.always"), "warning"),)),
        *_not_checked(check, words),
        Section(t("handout.medicines")),
        *(_medicine(m, check, words) for m in check.medicines),
        *_together(check, words),
        *_rest(check, words),
        Section(t("handout.ask.title"), (Paragraph(t("handout.ask.text")),)),
        Section("", (Paragraph(_small_print(check, knowledge, words), small=True),)),
    )
    return Document(
        title=title,
        language=t.language,
        when=when,
        running=f"{title} · Auscult {VERSION} · {moment(when)}",
        footer=t("handout.footer"),
        meta=(Fact(t("export.when"), (moment(when),)),),
        sections=sections,
        sample=sample,
        banner=t("export.sample"),
        large=True,
    )


def _not_checked(check: Check, words: Words) -> Iterator[Section]:
    t = words.t
    pairs = [p for p in check.pairs if p.state == "not_checked"]
    names = tuple(typed(item.text) for item in check.unresolved if item.reason not in NOT_TAKEN)
    if not names and not pairs:
        return
    facts = (Fact(t("handout.not_checked.names"), names), *grouped(pairs, words))
    told = Note(t("handout.not_checked.text"), "warning")
    yield Section(t("handout.not_checked.title"), (told, Facts(facts)))


def _medicine(medicine: Medicine, check: Check, words: Words) -> Section:
    t = words.t
    timing = tuple(dict.fromkeys(t.text(row.detail) for m, row in check.timing if m is medicine))
    food = tuple(dict.fromkeys(t.text(row.detail) for m, row in check.food if m is medicine))
    facts = (
        Fact(t("handout.typed"), (typed(medicine.item.text),)),
        Fact(t("handout.meals"), timing or (t("handout.meals.not_held"),)),
        Fact(t("handout.food"), food),
    )
    return Section(words.name(medicine.id), (Facts(facts),), 2)


def _together(check: Check, words: Words) -> Iterator[Section]:
    """Plain sentences by grade; the table's effect stands below, labelled."""
    found = [(s, tuple(_found(s, check, words))) for s in reversed(SEVERITIES[1:])]
    if any(facts for _, facts in found):
        yield Section(words.t("handout.together"))
    for severity, facts in found:
        if facts:
            said = Paragraph(words.t(f"handout.severity.{severity}"))
            yield Section("", (said, Facts(facts)), 2)


def _found(severity: Severity, check: Check, words: Words) -> Iterator[Fact]:
    label = words.t("handout.professional")
    for three in check.three_drugs:
        if three.rule.severity == severity:
            effect = words.t.text(three.rule.effect)
            yield Fact(words.names(three.members), (f"{label} {effect}",))
    for pair in check.pairs:
        if pair.state == "interaction" and pair.severity == severity and pair.decided_by:
            yield Fact(words.pair(pair), (f"{label} {words.effect(pair.decided_by)}",))


def _rest(check: Check, words: Words) -> Iterator[Section]:
    label = words.t("handout.professional")
    removed = [p for p in check.pairs if p.removed_by_context]
    if removed:
        facts = (Fact(words.pair(p), (f"{label} {why_none(p, words)}",)) for p in removed)
        yield Section("", (Facts(tuple(facts)),))
    if any(p.state == "no_record" and not p.removed_by_context for p in check.pairs):
        yield Section("", (Note(words.t("handout.no_record")),))


def _small_print(check: Check, knowledge: Knowledge, words: Words) -> str:
    found = [p.decided_by.rule for p in check.pairs if p.state == "interaction" and p.decided_by]
    rules = sorted({*found, *(x.rule.id for x in check.three_drugs)})
    return words.t(
        "handout.small_print",
        rules=words.t("list.comma").join(rules) or "–",
        version=knowledge.version,
        digest=knowledge.digest,
    )
