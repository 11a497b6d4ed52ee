"""The right side: what was not checked first, the verdict, alerts, the rest folded, food.

Knows: the order, how many cards interrupt, how many lines a long list shows. Every list that is cut
says how many more the exports hold.
"""

from collections.abc import Callable, Sequence
from itertools import groupby

import streamlit as st

from core.i18n import Translator
from core.pharmacy.checker import Check, Pair, ThreeDrugs
from core.pharmacy.facts import RANK, SEVERITIES, Severity
from core.pharmacy.knowledge import knowledge
from core.pharmacy.report import why_none
from core.pharmacy.wording import Words
from core.pharmacy.worklist import Worklist
from core.terms.drug_names import drug_names
from core.ui import badges, states
from core.ui.folds import fold
from core.ui.markup import draw, fill
from core.ui.pharmacy.cards import card, three_card
from core.ui.pharmacy.food import food_and_timing
from core.ui.pharmacy.matrix import matrix
from core.ui.pharmacy.overrides import standing

MOST_ALERTS = 3  # more interrupting alerts get clicked away (Paterno 2009)
MOST_CARDS = 20  # in one folded group; the exports hold all
MOST_PAIRS = 200  # in one list of pairs without a card; the exports hold all


def results(t: Translator, words: Words, check: Check, worklist: Worklist) -> None:
    not_checked_line(t, check)
    if check.pairs:
        _verdict(t, check)
        matrix(t, words, check)
        _alerts(t, words, check, worklist)
    else:
        states.not_covered(t("pharmacy.empty.two_needed"))
    _not_checked(t, words, check)
    _removed(t, words, check)
    _no_record(t, words, check)
    food_and_timing(t, words, check)


def one_medicine(t: Translator, words: Words, check: Check) -> None:
    """What can be said of a single line: whether it is known, and its food and timing."""
    not_checked_line(t, check)
    food_and_timing(t, words, check, open_first=True)


def not_checked_line(t: Translator, check: Check) -> None:
    """Names and pairs that were not checked, above every result."""
    pairs = len(_in_state(check, "not_checked"))
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


def _in_state(check: Check, state: str) -> list[Pair]:
    return [pair for pair in check.pairs if pair.state == state]


def _verdict(t: Translator, check: Check) -> None:
    """What was found, and in the same line how much was compared and how much was not."""
    counts = {s: sum(p.severity == s for p in check.pairs) for s in reversed(SEVERITIES[1:])}
    for three in check.three_drugs:
        counts[three.rule.severity] += 1
    pills = "".join(
        badges.severity(t, s) + fill('<b class="count">$n</b>', n=n) for s, n in counts.items() if n
    )
    partly, wholly = "pharmacy.state.none_found_partly", "pharmacy.state.none_found"
    nothing = "" if pills else fill("<b>$text</b>", text=t(wholly if check.complete else partly))
    version = t("pharmacy.summary.version", version=knowledge().version, digest=knowledge().digest)
    said = " · ".join([*_compared(t, check), version])
    line = fill('<span class="small">$said</span>', said=said)
    draw(f'<div class="summary">{pills}{nothing}{line}</div>')


def _compared(t: Translator, check: Check) -> list[str]:
    missed, names = len(_in_state(check, "not_checked")), len(check.unresolved)
    every = len(check.pairs)
    parts = [t("pharmacy.summary.compared", done=every - missed, every=every)]
    if names:
        parts.append(t("pharmacy.count.names_not_checked", n=names))
    return parts


Alert = Pair | ThreeDrugs


def grade(alert: Alert) -> Severity:
    return alert.rule.severity if isinstance(alert, ThreeDrugs) else alert.severity


def _alerts(t: Translator, words: Words, check: Check, worklist: Worklist) -> None:
    """Up to three interrupting cards; the others stand folded by grade, counted."""
    found: list[Alert] = [*check.three_drugs, *_in_state(check, "interaction")]
    found.sort(key=lambda alert: -RANK[grade(alert)])
    urgent = [a for a in found if RANK[grade(a)] >= RANK["major"] and not _overridden(a, worklist)]
    first = urgent[:MOST_ALERTS]
    for alert in first:
        _draw(t, words, check, worklist, alert)
    shown = set(map(id, first))
    rest = [alert for alert in found if id(alert) not in shown]
    few = not first and len(rest) <= MOST_ALERTS
    for severity, group in groupby(rest, key=grade):
        members = list(group)
        label = t("pharmacy.group_of", severity=words.severity(severity), count=len(members))
        panel = fold(label, f"rest-{severity}", open_first=few)
        if panel.open:
            with panel:
                for alert in members[:MOST_CARDS]:
                    _draw(t, words, check, worklist, alert)
                _more(t, members, MOST_CARDS)


def _overridden(alert: Alert, worklist: Worklist) -> bool:
    return isinstance(alert, Pair) and standing(worklist, alert) is not None


def _draw(t: Translator, words: Words, check: Check, worklist: Worklist, alert: Alert) -> None:
    if isinstance(alert, ThreeDrugs):
        three_card(t, words, alert)
    else:
        card(t, words, check, alert, worklist)


def _more(t: Translator, whole: Sequence[object], shown: int) -> None:
    """A list that is cut says so."""
    if len(whole) > shown:
        st.info(t("pharmacy.more_in_export", count=len(whole) - shown))


def _listed(
    t: Translator, words: Words, pairs: list[Pair], why: Callable[[Pair], str], *first: str
) -> None:
    lines = [
        fill("<li>$pair <small>$why</small></li>", pair=words.pair(p), why=why(p))
        for p in pairs[:MOST_PAIRS]
    ]
    draw("<ul>", *first, *lines, "</ul>")
    _more(t, pairs, MOST_PAIRS)


def _not_checked(t: Translator, words: Words, check: Check) -> None:
    pairs = _in_state(check, "not_checked")
    if not pairs and not check.unresolved:
        return
    names = [
        fill(
            "<li><b>$name</b> <small>$why</small></li>",
            name=item.text[:120],
            why=t(f"pharmacy.unresolved.{item.reason}"),
        )
        for item in check.unresolved
    ]
    with st.expander(t("pharmacy.not_checked.title"), key="not-checked", expanded=True):
        _listed(t, words, pairs, words.reason, *names)


def _removed(t: Translator, words: Words, check: Check) -> None:
    """A row's grade taken away by what was stated; never folded, since that may be a slip."""
    pairs = [pair for pair in check.pairs if pair.removed_by_context]
    if pairs:
        with st.container(border=True, key="removed"):
            _listed(t, words, pairs, lambda pair: why_none(pair, words) or "")


def _no_record(t: Translator, words: Words, check: Check) -> None:
    pairs = [pair for pair in _in_state(check, "no_record") if not pair.removed_by_context]
    if not pairs:
        return
    panel = fold(t("pharmacy.count.no_record", n=len(pairs)), "no-record")
    if panel.open:
        with panel:
            st.caption(t("pharmacy.state.no_record_long", version=knowledge().version))
            _listed(t, words, pairs, lambda pair: _partly(t, words, pair))


def _partly(t: Translator, words: Words, pair: Pair) -> str:
    names = words.names(pair.partly_covered)
    return t("pharmacy.partly_covered", names=names) if names else ""
