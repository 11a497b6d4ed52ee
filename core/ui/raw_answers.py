"""What the model really wrote, sentences that were held back included: for who reads the audit.

Knows: the right is asked for when it is opened, not only when the list is drawn; opening is a line
of the audit before anything is shown; the text stands on the screen for one run and nowhere else.
Does not know: why a sentence was held back (`core.safety.orders`).
"""

from collections.abc import Mapping

import streamlit as st

from core.errors import AuscultError
from core.i18n import Translator
from core.records import answers
from core.records.answers import Answer
from core.ui import badges, clock, keeping, staff
from core.ui.markup import draw, fill

CHOSEN, OPENED, PROBLEM = "raw-answer", "raw answer opened", "raw answer problem"
SHORT = 8


def raw(t: Translator, found: tuple[Answer, ...], names: Mapping[str, str], most: int) -> None:
    """Chooses one of the last answers and opens its raw text."""
    if not found:
        st.caption(t("audit.raw.none"))
        return
    by_entry = {answer.entry: answer for answer in found}
    st.selectbox(
        t("audit.raw.answer"),
        list(by_entry),
        index=None,
        placeholder=t("audit.erase.pick"),
        format_func=lambda entry: _named(t, by_entry[entry], names),
        key=CHOSEN,
    )
    st.caption(t("audit.raw.told", most=most))
    st.button(t("audit.raw.open"), key="open-raw", icon=":material/visibility:", on_click=_open)
    if problem := st.session_state.pop(PROBLEM, None):
        key, values = problem
        st.warning(t(key, **values))
    entry, text = st.session_state.pop(OPENED, (None, ""))
    if entry in by_entry:
        _show(t, by_entry[entry], text)


def said(t: Translator, held: int | None) -> str:
    """How many sentences were held back, or that the record cannot be read."""
    return t("audit.answer_unread") if held is None else t("audit.answered", n=held)


def _named(t: Translator, answer: Answer, names: Mapping[str, str]) -> str:
    who = names.get(answer.person or "", "–")
    held = said(t, answer.held)
    return f"{clock.day_and_time(answer.created)} · {who} · {held} · {answer.entry[:SHORT]}"


def _show(t: Translator, answer: Answer, text: str) -> None:
    told = t("audit.raw.what", n=answer.held or 0)
    draw(
        '<div class="notice notice-warning" role="alert">' + badges.origin(t, "model"),
        fill(" <b>$told</b>", told=told),
        fill('<pre class="raw">$text</pre></div>', text=text or "–"),
    )


def _open() -> None:
    entry, standing = st.session_state.get(CHOSEN), staff.look()
    if standing.session is None or not staff.may("people", "audit", standing):
        return
    if not entry:
        st.session_state[PROBLEM] = ("audit.raw.choose", {})
        return
    try:
        text = answers.open_raw(keeping.records(), entry, standing.session.person)
        st.session_state[OPENED] = (entry, text)
    except AuscultError as problem:
        st.session_state[PROBLEM] = (problem.key, problem.values)
