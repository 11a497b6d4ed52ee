"""The right side: what was not checked first, the verdict, alerts, the rest folded, food.

Knows: the order, how many lines a long list shows; a list that is cut says how many more the
exports hold. A summary of it also stands above the list, for screens with one column.
"""

from collections.abc import Callable, Sequence

import streamlit as st

from core.i18n import Translator
from core.pharmacy.checker import Check, Pair
from core.pharmacy.knowledge import knowledge
from core.pharmacy.report import why_none
from core.pharmacy.wording import Words
from core.pharmacy.worklist import Worklist
from core.terms.drug_names import drug_names
from core.ui import badges, states
from core.ui.folds import fold
from core.ui.markup import draw, fill
from core.ui.pharmacy.alerts import alerts, counts
from core.ui.pharmacy.food import food_and_timing
from core.ui.pharmacy.matrix import matrix

MOST_PAIRS = 200  # in one list of pairs without a card; the exports hold all


def results(t: Translator, words: Words, check: Check, worklist: Worklist) -> None:
    not_checked_line(t, check)
    if check.pairs:
        _verdict(t, check)
        matrix(t, words, check)
        alerts(t, words, check, worklist)
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


def strip(t: Translator, check: Check) -> None:
    """The verdict in one line above the list, which leads to the results."""
    missed = len(_in_state(check, "not_checked"))
    parts = [
        t("pharmacy.count.names_not_checked", n=len(check.unresolved)) if check.unresolved else "",
        t("pharmacy.count.pairs_not_checked", n=missed) if missed else "",
    ]
    draw(
        f'<div class="strip">{_pills(t, check) or _nothing(t, check)}',
        fill('<span class="small">$said</span> ', said=" · ".join(filter(None, parts))),
        fill('<a href="#results" target="_self">$open</a></div>', open=t("pharmacy.strip.open")),
    )


def _pills(t: Translator, check: Check) -> str:
    return "".join(
        badges.severity(t, s) + fill('<b class="count">$n</b>', n=n)
        for s, n in counts(check).items()
    )


def _nothing(t: Translator, check: Check) -> str:
    """Nothing found, which is said of what was compared only."""
    partly, wholly = "pharmacy.state.none_found_partly", "pharmacy.state.none_found"
    key = wholly if check.complete else partly
    return fill("<b>$text</b>", text=t(key if check.pairs else "pharmacy.empty.two_needed"))


def _verdict(t: Translator, check: Check) -> None:
    """What was found, and in the same line how much was compared and how much was not."""
    version = t("pharmacy.summary.version", version=knowledge().version, digest=knowledge().digest)
    said = " · ".join([*_compared(t, check), version])
    line = fill('<span class="small">$said</span>', said=said)
    shown = _pills(t, check) or _nothing(t, check)
    draw(f'<div class="summary" id="results">{shown}{line}</div>')


def _compared(t: Translator, check: Check) -> list[str]:
    missed, names = len(_in_state(check, "not_checked")), len(check.unresolved)
    every = len(check.pairs)
    parts = [t("pharmacy.summary.compared", done=every - missed, every=every)]
    if names:
        parts.append(t("pharmacy.count.names_not_checked", n=names))
    return parts


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
