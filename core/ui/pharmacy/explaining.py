"""The worded explanation of a pair: asked for on its card, followed there, compared with its rows.

Knows: the model gets the rows only, and what it says beyond them is named. A reload finds the
answer again by `?job=` and the card it belongs to; exports take it in. Without a model the card
says nothing of it. With staff set up it is asked in the name of the person, and so recorded.
"""

from collections.abc import Callable, Iterator
from functools import partial

import streamlit as st

from core.i18n import Translator
from core.model.job import View
from core.pharmacy import explanation
from core.pharmacy.checker import Pair
from core.pharmacy.knowledge import knowledge
from core.pharmacy.explained import Worded
from core.ui import demo, gate, owner, staff
from core.ui.follow import Following
from core.ui.markup import draw, fill
from core.ui.shared_model import desk

JOB, ABOUT = "job", "about"  # of the address
JOBS = "explanations"
INCOMPLETE = ("truncated", "stopped", "interrupted")


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
    now = staff.look()
    recorded = now.session is not None and demo.case() is None
    person = now.session.person if now.session and recorded else None
    view = desk().submit(explanation.request(pair, knowledge(), t.language), who, person)
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
    if _is_earlier(t, view, pair):
        st.warning(t("pharmacy.explain.earlier"))
    beyond = _beyond(t, view, pair)
    if not beyond:
        st.caption(t("pharmacy.explain.held"))
        return
    lines = (fill("<li>$what</li>", what=what) for what in beyond)
    head = fill("<b>? $text</b>", text=t("pharmacy.explain.beyond"))
    draw(f'<div class="notice notice-warning" role="alert">{head}<ul>', *lines, "</ul></div>")


def _beyond(t: Translator, view: View, pair: Pair) -> tuple[str, ...]:
    marks = explanation.compare(gate.unmarked(view.answer), pair, knowledge())
    return tuple(t(f"pharmacy.explain.beyond.{mark.kind}", said=mark.said) for mark in marks)


def exported(t: Translator, pairs: dict[str, Pair]) -> Callable[[], tuple[Worded, ...]]:
    """The explanations of a list for its exports, looked up when a file is built.

    `pairs` by the slug of their card. What is still being written is in no export.
    """
    who, held = owner.owner(), desk()
    jobs = {slug: job for slug in pairs if (job := _job(slug))}

    def found() -> Iterator[Worded]:
        for slug, job in jobs.items():
            view = held.find(job, who) if who else None
            if view and view.answer and view.origin and not view.active:
                yield _worded(t, view, pairs[slug])

    return lambda: tuple(found())


def _worded(t: Translator, view: View, pair: Pair) -> Worded:
    assert view.origin is not None
    return Worded(
        id=view.id,
        pair=pair.key,
        text=gate.in_words(t, view.answer),
        model=view.origin.model,
        revision=view.origin.revision,
        precision=view.origin.precision,
        host=view.origin.host,
        notes=tuple(_notes(t, view, pair)),
        beyond=_beyond(t, view, pair),
    )


def _notes(t: Translator, view: View, pair: Pair) -> Iterator[str]:
    """Why the answer is not whole, and that the list is another one by now."""
    if view.problem:
        key, values = view.problem
        yield t(key, **values)
    elif view.state in INCOMPLETE:
        yield t(f"model.ended.{view.state}")
    if _is_earlier(t, view, pair):
        yield t("pharmacy.explain.earlier")


def _is_earlier(t: Translator, view: View, pair: Pair) -> bool:
    """Whether the model was given other rows than those that hold now."""
    return view.inputs != explanation.request(pair, knowledge(), t.language).inputs
