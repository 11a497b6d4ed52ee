"""One card per pair: what happens, why, what to do, alternatives, source, override."""

from datetime import UTC, datetime
from functools import partial

import streamlit as st

from core.i18n import Translator
from core.pharmacy.alternatives import Alternative, alternatives
from core.pharmacy.checker import Check, Pair, ThreeDrugs
from core.pharmacy.facts import Source
from core.pharmacy.findings import Finding
from core.pharmacy.knowledge import knowledge
from core.pharmacy.overrides import REASONS, Override
from core.pharmacy.wording import Words
from core.pharmacy.worklist import Worklist
from core.ui import badges, reasoning
from core.ui.markup import draw, fill
from core.ui.pharmacy.session import change
from core.ui.shared_model import desk


def card(
    t: Translator, words: Words, check: Check, pair: Pair, number: int, override: Override | None
) -> None:
    decided = pair.decided_by
    assert decided is not None
    with st.container(border=True, key=f"card-{pair.severity}-{number}"):
        draw(
            _head(t, words, pair, decided),
            _fields(t, words, pair, decided),
            _context(t, words, pair),
            _alternatives(t, words, alternatives(pair, check.medicines, knowledge())),
            sources(t, words, decided),
            _override_note(t, override) if override else "",
        )
        with st.container(
            horizontal=True, gap="small", vertical_alignment="center", key=f"card-foot-{number}"
        ):
            with st.container(width="stretch", key=f"why-box-{number}"):
                _why(t, words, pair, number)
            _override(t, pair, number, override)


def _head(t: Translator, words: Words, pair: Pair, decided: Finding) -> str:
    return head_line(badges.severity(t, pair.severity), words.pair(pair), _origin(t, decided))


def head_line(pill: str, names: str, origin: str) -> str:
    named = fill('<b class="names">$names</b>', names=names)
    return f'<div class="card-head">{pill} {named} <span class="right">{origin}</span></div>'


def _origin(t: Translator, decided: Finding) -> str:
    """Rule with its id; marked when the rule runs on what a label says."""
    return badges.origin(t, "label" if decided.evidence == "label" else "rule", decided.rule)


def _fields(t: Translator, words: Words, pair: Pair, decided: Finding) -> str:
    return "".join(
        fill(
            '<p class="field"><span class="term">$term</span> $text</p>',
            term=t(f"pharmacy.card.{key}"),
            text=text,
        )
        for key, text in (
            ("effect", words.effect(decided)),
            ("mechanism", words.mechanism(decided)),
            ("management", words.management(decided)),
        )
    )


def _context(t: Translator, words: Words, pair: Pair) -> str:
    """What dose, route or patient did to the grade, and what would still change it."""
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
        reason = t.text(knowledge().tables.still_systemic[drug])
        lines.append(t("pharmacy.card.still_systemic", drug=words.name(drug), reason=reason))
    lines += [words.question(question) for question in pair.questions]
    return "".join(fill('<p class="context">$line</p>', line=line) for line in lines)


def _alternatives(t: Translator, words: Words, found: tuple[Alternative, ...]) -> str:
    if not found:
        return fill(
            '<p class="field"><span class="term">$term</span> <span class="small">$text</span></p>',
            term=t("pharmacy.card.alternatives"),
            text=t("pharmacy.card.no_alternatives"),
        )
    items = "".join(
        fill(
            "<li class='$kind'>$text</li>",
            kind="yes" if a.offered else "no",
            text=said(t, words, a),
        )
        for a in found
    )
    head = fill('<span class="term">$term</span>', term=t("pharmacy.card.alternatives"))
    return f'<div class="field">{head}<ul class="alternatives">{items}</ul></div>'


def said(t: Translator, words: Words, a: Alternative) -> str:
    """An alternative with what was found for it in this list."""
    key = "offered" if a.offered else "rejected"
    if a.severity != "none":
        found = t(
            "pharmacy.alternative.worst",
            severity=words.severity(a.severity),
            drug=words.name(a.worst_with),
        )
    else:
        found = t("pharmacy.alternative.nothing")
    replaces = words.name(a.replaces) if a.replaces else t("pharmacy.alternative.one_of_two")
    text = t(f"pharmacy.alternative.{key}", drug=words.name(a.drug), replaces=replaces, found=found)
    if a.not_checked_with:
        text += " " + t("pharmacy.alternative.unchecked", names=words.names(a.not_checked_with))
    return text


def sources(t: Translator, words: Words, decided: Finding) -> str:
    """Evidence, every source with its mark, and what re-reading found where it was done."""
    listed = "; ".join(words.source(s) for s in dict.fromkeys(decided.sources))
    line = t("pharmacy.card.sources", evidence=words.evidence(decided), sources=listed or "–")
    return fill('<p class="small">$line</p>', line=line)


def _why(t: Translator, words: Words, pair: Pair, number: int) -> None:
    chains = [
        (
            t("pharmacy.why.head", effect=words.effect(f), severity=words.severity(f.severity)),
            [(s.text, words.source(s.source) if s.source else "") for s in words.steps(f)],
        )
        for f in pair.derivation.findings
    ]
    checked = pair.decided_by.row if pair.decided_by else None
    if checked and checked.check_url:
        chains.append((t("pharmacy.why.checked"), [(checked.check_note or "–", checked.check_url)]))
    reasoning.panel(t, f"why-{number}", chains, desk().submit("interaction"))


def _override(t: Translator, pair: Pair, number: int, override: Override | None) -> None:
    if override:
        st.button(
            t("pharmacy.override.undo"),
            key=f"undo-{number}",
            on_click=partial(change, partial(_set, key=pair.key, override=None)),
        )
        return
    with (
        st.popover(t("pharmacy.override.button"), key=f"override-{number}"),
        st.form(f"override-form-{number}", border=False),
    ):
        st.caption(t("pharmacy.override.what"))
        reason = st.selectbox(
            t("pharmacy.override.reason"),
            REASONS,
            index=None,
            format_func=lambda r: t(f"pharmacy.override.{r}"),
            key=f"reason-{number}",
        )
        note = st.text_input(t("pharmacy.override.note"), max_chars=300, key=f"note-{number}")
        if st.form_submit_button(t("pharmacy.override.save"), type="primary"):
            if reason is None:
                st.warning(t("pharmacy.override.reason_needed"))
                return
            given = Override(reason, note, datetime.now(UTC), pair.severity)
            change(partial(_set, key=pair.key, override=given))
            st.rerun()


def _set(worklist: Worklist, key: str, override: Override | None) -> Worklist:
    return worklist.override(key, override)


def _override_note(t: Translator, override: Override) -> str:
    text = t(
        "pharmacy.override.given",
        reason=t(f"pharmacy.override.{override.reason}"),
        note=override.note or "–",
        when=f"{override.when:%Y-%m-%d %H:%M} UTC",
    )
    return f'<p class="context">{badges.origin(t, "person")} {fill("$text", text=text)}</p>'


def standing(worklist: Worklist, pair: Pair) -> Override | None:
    """The override of a pair, unless the grade has risen since it was given."""
    override = worklist.overrides.get(pair.key)
    return override if override and override.stands(pair.severity) else None


def three_card(t: Translator, words: Words, three: ThreeDrugs, number: int) -> None:
    with st.container(border=True, key=f"card-{three.rule.severity}-three-{number}"):
        fields = "".join(
            fill(
                '<p class="field"><span class="term">$term</span> $text</p>',
                term=t(f"pharmacy.card.{key}"),
                text=t.text(text),
            )
            for key, text in (("effect", three.rule.effect), ("management", three.rule.management))
        )
        draw(
            head_line(
                badges.severity(t, three.rule.severity),
                words.names(three.members),
                badges.origin(t, "rule", three.rule.id),
            ),
            fields,
            fill('<p class="small">$line</p>', line=_source(t, words, three.rule.source)),
        )


def _source(t: Translator, words: Words, source: Source) -> str:
    return t(
        "pharmacy.card.sources",
        evidence=t("pharmacy.evidence.derived"),
        sources=words.source(source),
    )
