"""The worded explanation of a pair: asked for on its card, followed there, compared with its rows.

Knows: the model gets the rows only, and what it says beyond them is named. A reload finds the
answer again by `?job=` and the card it belongs to. Without a model the card says nothing of it.
"""

from functools import partial

import streamlit as st

from core.i18n import Translator
from core.model.job import View
from core.pharmacy import explanation
from core.pharmacy.checker import Pair
from core.pharmacy.knowledge import knowledge
from core.ui import owner
from core.ui.follow import Following
from core.ui.gate import HELD, RULE, RULE_END
from core.ui.markup import draw, fill
from core.ui.shared_model import desk

JOB, ABOUT = "job", "about"  # of the address
JOBS = "explanations"
_MARKS = str.maketrans("", "", HELD + RULE + RULE_END)


def control(t: Translator, pair: Pair, slug: str) -> None:
    """The button that asks, or the place where the answer grows."""
    who = owner.owner()
    job = _job(slug)
    if job and who:
        Following(t, job, who, partial(_compared, t, pair))
    if desk().model is None or who is None:
        return
    st.button(
        t("pharmacy.explain.again" if job else "pharmacy.explain"),
        key=f"explain-{slug}",
        icon=":material/notes:",
        on_click=partial(_ask, t, pair, slug, who),
    )


def _job(slug: str) -> str | None:
    asked = st.session_state.get(JOBS, {}).get(slug)
    if asked is None and st.query_params.get(ABOUT) == slug:
        return st.query_params.get(JOB)
    return str(asked) if asked else None


def _ask(t: Translator, pair: Pair, slug: str, who: str) -> None:
    view = desk().submit(explanation.request(pair, knowledge(), t.language), who)
    if view.problem:
        key, values = view.problem
        st.toast(t(key, **values))
    if view.id:
        st.session_state.setdefault(JOBS, {})[slug] = view.id
        st.query_params[JOB], st.query_params[ABOUT] = view.id, slug


def _compared(t: Translator, pair: Pair, view: View) -> None:
    """What the answer names beyond the rows, or that nothing of the kind was found."""
    if not view.answer:
        return
    marks = explanation.compare(view.answer.translate(_MARKS), pair, knowledge())
    if not marks:
        st.caption(t("pharmacy.explain.held"))
        return
    lines = (
        fill("<li>$what</li>", what=t(f"pharmacy.explain.beyond.{mark.kind}", said=mark.said))
        for mark in marks
    )
    head = fill("<b>? $text</b>", text=t("pharmacy.explain.beyond"))
    draw(f'<div class="notice notice-warning" role="alert">{head}<ul>', *lines, "</ul></div>")
