"""Answers of the model on this page: handed in, followed in their place, compared with their rows.

Knows: a job belongs to what it is about (`slug`) and is found again after a reload by `?job=` and
`?about=`; marks of the gate are no words of the model. Does not know: what is asked.
"""

from collections.abc import Callable, Iterable
from functools import partial

import streamlit as st

from core.i18n import Translator
from core.model.job import View
from core.model.request import Request
from core.pharmacy.worded import Mark
from core.ui.follow import Following
from core.ui.gate import HELD, RULE, RULE_END
from core.ui.markup import draw, fill
from core.ui.shared_model import desk

JOB, ABOUT = "job", "about"  # of the address
JOBS, PENDING = "jobs of this page", "jobs being followed"
_MARKS = str.maketrans("", "", HELD + RULE + RULE_END)


def is_asked(slug: str) -> bool:
    return _job(slug) is not None


def place(
    t: Translator, slug: str, who: str | None, compare: Callable[[str], Iterable[Mark]] | None
) -> bool:
    """The place where an answer grows, if there is one; with `compare` it is held to its rows."""
    job = _job(slug)
    if not job or not who:
        return False
    after = partial(_compared, t, compare) if compare else _nothing
    st.session_state.setdefault(PENDING, []).append(Following(t, job, who, after))
    return True


def ask(t: Translator, request: Request, slug: str, who: str) -> None:
    """Hands a request in; a refusal is told in passing."""
    view = desk().submit(request, who)
    if view.problem:
        key, values = view.problem
        st.toast(t(key, **values))
    if view.id:
        st.session_state.setdefault(JOBS, {})[slug] = view.id
        st.query_params[JOB], st.query_params[ABOUT] = view.id, slug


def run() -> None:
    """Follows what is being answered; the last thing that a page does."""
    for following in st.session_state.pop(PENDING, []):
        following.run()


def _job(slug: str) -> str | None:
    asked = st.session_state.get(JOBS, {}).get(slug)
    if asked is None and st.query_params.get(ABOUT) == slug:
        return st.query_params.get(JOB)
    return str(asked) if asked else None


def _nothing(view: View) -> None:
    return None


def _compared(t: Translator, compare: Callable[[str], Iterable[Mark]], view: View) -> None:
    """What the answer names beyond the rows, or that nothing of the kind was found."""
    if not view.answer:
        return
    marks = tuple(compare(view.answer.translate(_MARKS)))
    if not marks:
        st.caption(t("pharmacy.explain.held"))
        return
    lines = (
        fill("<li>$what</li>", what=t(f"pharmacy.explain.beyond.{mark.kind}", said=mark.said))
        for mark in marks
    )
    head = fill("<b>? $text</b>", text=t("pharmacy.explain.beyond"))
    draw(f'<div class="notice notice-warning" role="alert">{head}<ul>', *lines, "</ul></div>")
