"""One card per pair: what happens, why, what to do, alternatives, source, override.

Sentences are those of `pair_text`, which the exports use too; here they get their marks and places.
Every part is keyed by drugs and line ids, so that nothing moves to another pair.
"""

from functools import partial

import streamlit as st

from core.i18n import Translator
from core.pharmacy import pair_text
from core.pharmacy.alternatives import alternatives
from core.pharmacy.checker import Check, Pair, ThreeDrugs
from core.pharmacy.findings import Finding
from core.pharmacy.knowledge import knowledge
from core.pharmacy.wording import Words
from core.pharmacy.worklist import Worklist
from core.ui import badges, reasoning
from core.ui.folds import unfold
from core.ui.markup import draw, fill
from core.ui.pharmacy import explaining, list_editor, overrides
from core.ui.shared_model import desk

# Conditions stated with a line of the list; any other is a field of the patient.
OF_A_LINE = ("dose_a_at_most_mg", "route_a", "route_b", "separated_hours")


def card(
    t: Translator, words: Words, check: Check, pairs: tuple[Pair, ...], worklist: Worklist
) -> None:
    """One card; `pairs` are the same two drugs on several lines, mostly a single pair."""
    pair = pairs[0]
    decided = pair.decided_by
    assert decided is not None
    override = overrides.standing(worklist, pair)
    named = slug(pair, worklist)
    with st.container(border=True, key=f"card-{pair.severity}-{named}"):
        draw(
            _head(t, words, pair, decided),
            _several(t, pairs),
            _fields(t, words, decided),
            _notes(pair_text.context_lines(pair, knowledge(), words)),
            _alternatives(t, words, pair, check),
            _sources(t, words, decided),
            overrides.note_line(t, words, pair, override) if override else "",
        )
        with st.container(horizontal=True, gap="small", key=f"card-foot-{named}"):
            with st.container(width="stretch", key=f"why-box-{named}"):
                _why(t, words, pair, named)
            _answers(t, words, pair, worklist, named)
            overrides.control(t, pair, named, override)
        explaining.control(t, words, pair, named)


def slug(pair: Pair, worklist: Worklist) -> str:
    """Names these two drugs on these two lines, wherever the lines stand."""
    ids = sorted(worklist.lines[medicine.line].id for medicine in (pair.a, pair.b))
    return "-".join((pair.key.replace("+", "-"), *ids))


def _head(t: Translator, words: Words, pair: Pair, decided: Finding) -> str:
    """Rule with its id; marked when the rule runs on what a label says."""
    origin = badges.origin(t, "label" if decided.evidence == "label" else "rule", decided.rule)
    return _head_line(badges.severity(t, pair.severity), words.pair(pair), origin)


def _several(t: Translator, pairs: tuple[Pair, ...]) -> str:
    """Says that the two drugs stand on several lines, and how they were typed there."""
    if len(pairs) == 1:
        return ""
    typed = [
        " + ".join(pair_text.typed(medicine.item.text) for medicine in (pair.a, pair.b))
        for pair in pairs
    ]
    said = t("pharmacy.card.several", n=f"×{len(pairs)}", lines=t("list.sentence").join(typed))
    return _notes((said,))


def _answers(t: Translator, words: Words, pair: Pair, worklist: Worklist, named: str) -> None:
    """Buttons that open where an open question of this card is answered."""
    asked = [question for question in pair.questions if question.condition in OF_A_LINE]
    drugs = dict.fromkeys(question.drug or pair.a.id for question in asked)
    for medicine in (m for m in (pair.a, pair.b) if m.id in drugs):
        line = worklist.lines[medicine.line].id
        st.button(
            t("pharmacy.card.answer_dose", drug=words.name(medicine.id)),
            key=f"answer-{line}-{named}",
            on_click=partial(list_editor.open_dose, line),
        )
    if len(asked) < len(pair.questions):
        st.button(
            t("pharmacy.card.answer_patient"),
            key=f"answer-patient-{named}",
            on_click=partial(unfold, "patient"),
        )


def _head_line(pill: str, names: str, origin: str) -> str:
    named = fill('<b class="names">$names</b>', names=names)
    return f'<div class="card-head">{pill} {named} <span class="right">{origin}</span></div>'


def _field(term: str, text: str) -> str:
    return fill('<p class="field"><span class="term">$term</span> $text</p>', term=term, text=text)


def _fields(t: Translator, words: Words, decided: Finding) -> str:
    return (
        _field(t("pharmacy.card.effect"), words.effect(decided))
        + _field(t("pharmacy.card.mechanism"), words.mechanism(decided))
        + _field(t("pharmacy.card.management"), words.management(decided))
    )


def _notes(lines: tuple[str, ...]) -> str:
    return "".join(fill('<p class="context">$line</p>', line=line) for line in lines)


def _alternatives(t: Translator, words: Words, pair: Pair, check: Check) -> str:
    found = alternatives(pair, check.medicines, knowledge(), check.patient)
    term = t("pharmacy.card.alternatives")
    if not found:
        return _field(term, t("pharmacy.card.no_alternatives"))
    items = "".join(
        fill(
            "<li class='$kind'>$text</li>",
            kind=a.outcome,
            text=pair_text.alternative(a, words),
        )
        for a in found
    )
    head = fill('<span class="term">$term</span>', term=term)
    return f'<div class="field">{head}<ul class="alternatives">{items}</ul></div>'


def _sources(t: Translator, words: Words, decided: Finding) -> str:
    """Evidence and every source with its mark."""
    listed = "; ".join(map(words.source, pair_text.sources(decided)))
    line = t("pharmacy.card.sources", evidence=words.evidence(decided), sources=listed or "–")
    return fill('<p class="small">$line</p>', line=line)


def _why(t: Translator, words: Words, pair: Pair, named: str) -> None:
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
    reasoning.panel(t, f"why-{named}", chains, desk().model is not None)


def three_card(t: Translator, words: Words, three: ThreeDrugs) -> None:
    rule = three.rule
    with st.container(border=True, key=f"card-{rule.severity}-{rule.id}"):
        sources = t(
            "pharmacy.card.sources",
            evidence=t("pharmacy.evidence.derived"),
            sources=words.source(rule.source),
        )
        draw(
            _head_line(
                badges.severity(t, rule.severity),
                t.text(rule.effect),
                badges.origin(t, "rule", rule.id),
            ),
            _field(t("export.list.name"), words.names(three.members)),
            _field(t("pharmacy.card.management"), t.text(rule.management)),
            fill('<p class="small">$line</p>', line=sources),
        )
