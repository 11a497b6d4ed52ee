"""What page and documents say about one pair, line by line.

Knows: why, alternatives offered and rejected, sources with marks, what the context did, overrides.
Does not know: formats. Nothing here decides; it reads a `Check`.
"""

from datetime import datetime, timedelta, timezone

from core.exports.plain_text import plain
from core.pharmacy.alternatives import Alternative, alternatives
from core.pharmacy.checker import Check, Pair
from core.pharmacy.facts import Source
from core.pharmacy.findings import Finding
from core.pharmacy.knowledge import Knowledge
from core.pharmacy.overrides import Override
from core.pharmacy.wording import Words

TYPED = 80  # characters of a typed name that a document repeats
NOTE = 500  # characters of a person's note


def typed(text: str) -> str:
    """What a person typed, as a document may repeat it."""
    return plain(text, TYPED)


def moment(when: datetime) -> str:
    """`2026-11-22 22:05 UTC+08:00`: the time of this machine, with its distance from UTC."""
    local = when.astimezone()
    return f"{local:%Y-%m-%d %H:%M} {timezone(local.utcoffset() or timedelta())}"


def sources(finding: Finding) -> tuple[Source, ...]:
    return tuple(dict.fromkeys(finding.sources))


def why(finding: Finding, words: Words) -> tuple[str, ...]:
    """The derivation as a chain, each step with its source."""
    return tuple(
        f"{number}. {step.text}" + (f" [{words.source(step.source)}]" if step.source else "")
        for number, step in enumerate(words.steps(finding), 1)
    )


def other_findings(pair: Pair, words: Words) -> tuple[str, ...]:
    """What else was found between the two drugs, each with grade and rule."""
    return tuple(
        f"{words.severity(f.severity)} · {words.effect(f)} · {f.rule}"
        for f in pair.derivation.findings
        if f is not pair.decided_by
    )


def alternative_lines(
    pair: Pair, check: Check, knowledge: Knowledge, words: Words
) -> tuple[str, ...]:
    """Offered first; a rejected one says with which drug of the list and how bad."""
    found = alternatives(pair, check.medicines, knowledge, check.patient)
    if not found:
        return (words.t("pharmacy.card.no_alternatives"),)
    return tuple(alternative(a, words) for a in found)


def alternative(a: Alternative, words: Words) -> str:
    """An alternative with what was found for it in this list."""
    t = words.t
    found = t(f"pharmacy.alternative.nothing{'_partly' if a.not_checked_with else ''}")
    if a.severity != "none":
        grade = words.severity(a.severity)
        found = t("pharmacy.alternative.worst", severity=grade, drug=words.name(a.worst_with))
    replaces = words.name(a.replaces) if a.replaces else t("pharmacy.alternative.one_of_two")
    said = t(
        f"pharmacy.alternative.{a.outcome}", drug=words.name(a.drug), replaces=replaces, found=found
    )
    parts = [said]
    if a.completes:
        parts.append(t("pharmacy.alternative.completes", rule=t.text(a.completes.rule.effect)))
    if a.not_checked_with:
        parts.append(
            t("pharmacy.alternative.unchecked_with", names=words.names(a.not_checked_with))
        )
    return t("list.sentence").join(parts)


def context_lines(pair: Pair, knowledge: Knowledge, words: Words) -> tuple[str, ...]:
    """What dose, route or patient did to the grade, and what would still change it."""
    t = words.t
    lines = [
        t(
            "pharmacy.card.assumed" if a.assumed else "pharmacy.card.applied",
            note=t.text(a.row.note),
            before=words.severity(a.before),
            after=words.severity(a.after),
            source=words.source(a.row.source),
        )
        for a in pair.applied
    ]
    if pair.capped_topical:
        lines.append(t("pharmacy.card.topical"))
    for drug in pair.still_systemic:
        reason = t.text(knowledge.tables.still_systemic[drug])
        lines.append(t("pharmacy.card.still_systemic", drug=words.name(drug), reason=reason))
    return (*lines, *map(words.question, pair.questions))


def partly(pair: Pair, words: Words) -> tuple[str, ...]:
    """Drugs of which the tables hold only a part."""
    if not pair.partly_covered:
        return ()
    return (words.t("pharmacy.partly_covered", names=words.names(pair.partly_covered)),)


def override_lines(pair: Pair, override: Override | None, words: Words) -> tuple[str, ...]:
    """Reason, note and time of a person's decision; says when the grade has risen since."""
    if override is None:
        return ()
    given = words.t(
        "pharmacy.override.given_by" if override.person else "pharmacy.override.given",
        person=_who(override, words),
        reason=words.t(f"pharmacy.override.{override.reason}"),
        note=plain(override.note, NOTE) or "–",
        when=moment(override.when),
    )
    return (given,) if override.stands(pair.severity) else (given, words.t("export.override.risen"))


def _who(override: Override, words: Words) -> str:
    """Name and role of who decided; the role alone tells a doctor from who runs the place."""
    person = plain(override.person, NOTE)
    if not override.role:
        return person
    role = words.t(f"people.role.{override.role}")
    return words.t("pharmacy.override.person", person=person, role=role)
