"""One card per pair: what happens, why, what to do, alternatives, source, override.

Sentences are those of `pair_text`, which the exports use too; here they get their marks and places.
Every part is keyed by drugs and line ids, so that nothing moves to another pair.
"""

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
from core.ui.markup import draw, fill
from core.ui.pharmacy import overrides
from core.ui.shared_model import desk


def card(t: Translator, words: Words, check: Check, pair: Pair, worklist: Worklist) -> None:
    decided = pair.decided_by
    assert decided is not None
    override = overrides.standing(worklist, pair)
    named = slug(pair, worklist)
    with st.container(border=True, key=f"card-{pair.severity}-{named}"):
        draw(
            _head(t, words, pair, decided),
            _fields(t, words, decided),
            _notes(pair_text.context_lines(pair, knowledge(), words)),
            _alternatives(t, words, pair, check),
            _sources(t, words, decided),
            overrides.note_line(t, words, pair, override) if override else "",
        )
        with st.container(horizontal=True, gap="small", key=f"card-foot-{named}"):
            with st.container(width="stretch", key=f"why-box-{named}"):
                _why(t, words, pair, named)
            overrides.control(t, pair, named, override)


def slug(pair: Pair, worklist: Worklist) -> str:
    """Names these two drugs on these two lines, wherever the lines stand."""
    ids = sorted(worklist.lines[medicine.line].id for medicine in (pair.a, pair.b))
    return "-".join((pair.key.replace("+", "-"), *ids))


def _head(t: Translator, words: Words, pair: Pair, decided: Finding) -> str:
    """Rule with its id; marked when the rule runs on what a label says."""
    origin = badges.origin(t, "label" if decided.evidence == "label" else "rule", decided.rule)
    return _head_line(badges.severity(t, pair.severity), words.pair(pair), origin)


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
            kind="yes" if a.offered else "no",
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
    reasoning.panel(t, f"why-{named}", chains, desk().submit("interaction"))


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
                words.names(three.members),
                badges.origin(t, "rule", rule.id),
            ),
            _field(t("pharmacy.card.effect"), t.text(rule.effect)),
            _field(t("pharmacy.card.management"), t.text(rule.management)),
            fill('<p class="small">$line</p>', line=sources),
        )
