"""The right side: what was not checked first, then alerts, the rest folded, food and timing."""

from itertools import groupby

import streamlit as st

from core.i18n import Translator
from core.pharmacy.checker import Check, Pair, ThreeDrugs
from core.pharmacy.facts import RANK, SEVERITIES
from core.pharmacy.knowledge import knowledge
from core.pharmacy.wording import Words
from core.pharmacy.worklist import Worklist
from core.terms.drug_names import drug_names
from core.ui import badges, states
from core.ui.markup import draw, fill
from core.ui.pharmacy.cards import card, standing, three_card
from core.ui.pharmacy.matrix import matrix

MOST_ALERTS = 3  # more interrupting alerts get clicked away (Paterno 2009)
MOST_CARDS = 40  # in one folded group; the exports hold all


def results(t: Translator, words: Words, check: Check, worklist: Worklist) -> None:
    _not_checked_line(t, check)
    _summary(t, words, check)
    matrix(t, words, check)
    _alerts(t, words, check, worklist)
    _no_record(t, words, check)
    _not_checked(t, words, check)
    _food_and_timing(t, words, check)


def one_medicine(t: Translator, words: Words, check: Check) -> None:
    """What can be said of a single line: whether it is known, and its food and timing."""
    _not_checked_line(t, check)
    _food_and_timing(t, words, check, open_at_once=True)


def _not_checked_line(t: Translator, check: Check) -> None:
    """Names and pairs that were not checked, above every result."""
    pairs = sum(p.state == "not_checked" for p in check.pairs)
    names = len(check.unresolved)
    parts = [
        t("pharmacy.count.names_not_checked", n=names) if names else "",
        t("pharmacy.count.pairs_not_checked", n=pairs) if pairs else "",
    ]
    if any(parts):
        states.not_covered(t("list.sentence").join(filter(None, parts)))
    broken = drug_names().problem
    if broken:
        states.not_covered(t("pharmacy.names_missing", problem=t(broken.key, **broken.values)))
    for name in check.missing_tables:
        problem = knowledge().tables.problems[name]
        states.not_covered(
            t("pharmacy.table_missing", table=name, problem=t(problem.key, **problem.values))
        )
    for name in check.not_held:
        states.not_covered(t(f"pharmacy.not_held.{name}"))


def _summary(t: Translator, words: Words, check: Check) -> None:
    counts = {s: sum(p.severity == s for p in check.pairs) for s in reversed(SEVERITIES[1:])}
    for three in check.three_drugs:
        counts[three.rule.severity] += 1
    pills = "".join(
        badges.severity(t, s) + fill('<b class="count">$n</b>', n=n) for s, n in counts.items() if n
    )
    total = t("pharmacy.count.pairs", n=len(check.pairs))
    version = t("pharmacy.summary.version", version=knowledge().version, digest=knowledge().digest)
    nothing = "" if pills else fill("<b>$text</b>", text=t("pharmacy.state.none_found"))
    draw(
        f'<div class="summary">{pills}{nothing}',
        fill('<span class="small">$a · $b</span></div>', a=total, b=version),
    )


Alert = Pair | ThreeDrugs


def grade(alert: Alert) -> str:
    return alert.rule.severity if isinstance(alert, ThreeDrugs) else alert.severity


def _alerts(t: Translator, words: Words, check: Check, worklist: Worklist) -> None:
    """Up to three interrupting cards; the others stand folded by grade, counted."""
    found: list[Alert] = [p for p in check.pairs if p.state == "interaction"]
    found = sorted([*check.three_drugs, *found], key=lambda a: -RANK[grade(a)])  # type: ignore[index]
    urgent = [a for a in found if RANK[grade(a)] >= RANK["major"] and not _overridden(a, worklist)]  # type: ignore[index]
    first = urgent[:MOST_ALERTS]
    number = 0
    for alert in first:
        _draw(t, words, check, worklist, alert, number)
        number += 1
    rest = [a for a in found if not any(a is shown for shown in first)]
    for severity, group in groupby(rest, key=grade):
        members = list(group)
        label = t("pharmacy.group_of", severity=words.severity(severity), count=len(members))
        with st.expander(
            label, key=f"rest-{severity}", expanded=not first and len(rest) <= MOST_ALERTS
        ):
            for alert in members[:MOST_CARDS]:
                _draw(t, words, check, worklist, alert, number)
                number += 1
            if len(members) > MOST_CARDS:
                st.info(t("pharmacy.more_in_export", count=len(members) - MOST_CARDS))


def _overridden(alert: Alert, worklist: Worklist) -> bool:
    return isinstance(alert, Pair) and standing(worklist, alert) is not None


def _draw(
    t: Translator, words: Words, check: Check, worklist: Worklist, alert: Alert, number: int
) -> None:
    if isinstance(alert, ThreeDrugs):
        three_card(t, words, alert, number)
    else:
        card(t, words, check, alert, number, standing(worklist, alert))


def _no_record(t: Translator, words: Words, check: Check) -> None:
    pairs = [p for p in check.pairs if p.state == "no_record"]
    if not pairs:
        return
    with st.expander(t("pharmacy.count.no_record", n=len(pairs)), key="no-record"):
        st.caption(t("pharmacy.state.no_record_long", version=knowledge().version))
        draw("<ul>", *(_no_record_line(t, words, p) for p in pairs[:200]), "</ul>")


def _no_record_line(t: Translator, words: Words, pair: Pair) -> str:
    notes = [t.text(a.row.note) for a in pair.applied]
    if pair.partly_covered:
        notes.append(t("pharmacy.partly_covered", names=words.names(pair.partly_covered)))
    return fill(
        "<li>$pair <small>$notes</small></li>", pair=words.pair(pair), notes=" ".join(notes)
    )


def _not_checked(t: Translator, words: Words, check: Check) -> None:
    pairs = [p for p in check.pairs if p.state == "not_checked"]
    if not pairs and not check.unresolved:
        return
    with st.expander(t("pharmacy.not_checked.title"), key="not-checked", expanded=True):
        lines = [
            fill(
                "<li><b>$name</b> <small>$why</small></li>",
                name=i.text[:120],
                why=t(f"pharmacy.unresolved.{i.reason}"),
            )
            for i in check.unresolved
        ]
        lines += [
            fill("<li>$pair <small>$why</small></li>", pair=words.pair(p), why=words.reason(p))
            for p in pairs[:200]
        ]
        draw("<ul>", *lines, "</ul>")


def _food_and_timing(t: Translator, words: Words, check: Check, open_at_once: bool = False) -> None:
    if not check.food and not check.timing:
        return
    with st.expander(t("pharmacy.food.title"), key="food", expanded=open_at_once):
        rows = [
            _food_row(
                words.name(m.id),
                t(f"pharmacy.timing.{r.with_food}"),
                t.text(r.detail),
                words.source(r.source),
            )
            for m, r in check.timing
        ]
        rows += [
            _food_row(
                words.name(m.id),
                t(f"pharmacy.food.{r.food}"),
                t.text(r.detail),
                words.source(r.source),
                badges.severity(t, r.severity),
            )
            for m, r in check.food
        ]
        draw('<table class="plain">', *rows, "</table>")


def _food_row(name: str, what: str, detail: str, source: str, pill: str = "") -> str:
    first = fill('<tr><th scope="row">$name</th><td>$what ', name=name, what=what)
    last = fill(
        "</td><td>$detail<br><small>$source</small></td></tr>", detail=detail, source=source
    )
    return first + pill + last
