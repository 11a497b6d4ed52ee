"""Answers of the model on this page: handed in, followed in their place, compared with their rows.

Knows: a job belongs to what it is about (`slug`); it is found again after a reload by `?job=` and
`?about=`, and all of a person or browser by their drafts. With staff set up it is asked in the name
of the person, and so recorded. Does not know: what is asked.
"""

import contextlib
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Literal

import streamlit as st

from core.errors import NotStored
from core.i18n import Translator
from core.model.job import View
from core.model.request import Request
from core.pharmacy.model_words import Worded
from core.pharmacy.worded import Mark
from core.ui import demo, gate, kept_jobs, owner, staff
from core.ui.follow import Following
from core.ui.markup import draw, fill
from core.ui.owner import drafts
from core.ui.shared_model import desk

JOB, ABOUT = "job", "about"  # of the address
JOBS, SLOT = "jobs of this page", "answers"
KEPT = 40  # of one person or browser
INCOMPLETE = ("truncated", "stopped", "interrupted")

AsNow = Callable[[], Request]
Standing = Literal["none", "growing", "there"]
Compare = Callable[[str], Iterable[Mark]]


def job_of(slug: str, who: str) -> str | None:
    """The last job about this, of this tab, of the address or of the drafts; none once erased."""
    asked = _held(who).get(slug)
    if asked is None and st.query_params.get(ABOUT) == slug:
        asked = st.query_params.get(JOB)
    return str(asked) if asked and not kept_jobs.is_erased(who, str(asked)) else None


def place(
    t: Translator, slug: str, who: str | None, now: AsNow, compare: Compare | None
) -> Standing:
    """The place where an answer grows, if there is one; with `compare` it is held to its rows.

    `now` gives the request as it would be asked now: an answer to another one says so.
    """
    job = job_of(slug, who) if who else None
    if not job or not who:
        return "none"
    Following(t, job, who, partial(_after, t, now, compare))
    view = _standing(slug, who)
    return "growing" if view and view.active else "there"


def _standing(slug: str, who: str) -> View | None:
    """The last answer about this, as it stands."""
    job = job_of(slug, who)
    return desk().find(job, who) if job else None


def ask(t: Translator, request: Request, slug: str, who: str) -> None:
    """Hands a request in; a refusal is told in passing."""
    here = staff.look()
    # The screen may have been locked, or be another person's, since the button was drawn.
    if not staff.may("pharmacy", "check", here) or owner.owner() != who:
        return
    before = _standing(slug, who)
    if before and before.active:  # a button of the run before can be pressed while this one grows
        return
    recorded = here.session is not None and demo.case() is None
    person = here.session.person if here.session and recorded else None
    view = desk().submit(request, who, person)
    if view.problem:
        key, values = view.problem
        st.toast(t(key, **values))
    if view.id:
        _remember(slug, view.id, who)
        st.query_params[JOB], st.query_params[ABOUT] = view.id, slug


def beyond(t: Translator, view: View, compare: Compare) -> tuple[str, ...]:
    """What an answer names that its rows do not hold, in words."""
    marks = compare(gate.unmarked(view.answer))
    return tuple(t(f"pharmacy.explain.beyond.{mark.kind}", said=mark.said) for mark in marks)


def for_export(t: Translator, view: View, about: str, now: AsNow, compare: Compare) -> Worded:
    """A finished answer as an export holds it."""
    if view.origin is None:
        raise ValueError("an answer without an origin is not exported")
    return Worded(
        id=view.id,
        pair=about,
        text=gate.in_words(t, view.answer),
        model=view.origin.model,
        revision=view.origin.revision,
        precision=view.origin.precision,
        host=view.origin.host,
        notes=tuple(_notes(t, view, now)),
        beyond=beyond(t, view, compare),
    )


def _held(who: str) -> dict[str, str]:
    """Jobs by what they are about; read again when somebody else is here."""
    whose, held = st.session_state.get(JOBS, ("", {}))
    if whose != who:
        held = drafts().find(who, SLOT) or {}
        st.session_state[JOBS] = (who, held)
    return dict(held)


def _remember(slug: str, job: str, who: str) -> None:
    # Another tab may have asked meanwhile; the newest stands last.
    held = {**(drafts().find(who, SLOT) or {}), **_held(who)}
    held.pop(slug, None)
    held[slug] = job
    st.session_state[JOBS] = (who, dict(list(held.items())[-KEPT:]))
    with contextlib.suppress(NotStored):  # this tab and the address know it still
        drafts().save(who, SLOT, st.session_state[JOBS][1])


def _after(t: Translator, now: AsNow, compare: Compare | None, view: View) -> None:
    """What the answer names beyond the rows, or that nothing of the kind was found."""
    if not view.answer:
        return
    if view.inputs != now().inputs:
        st.warning(t("pharmacy.explain.earlier"))
    if compare is None:
        return
    found = beyond(t, view, compare)
    if not found:
        st.caption(t("pharmacy.explain.held"))
        return
    lines = (fill("<li>$what</li>", what=what) for what in found)
    head = fill("<b>? $text</b>", text=t("pharmacy.explain.beyond"))
    draw(f'<div class="notice notice-warning" role="alert">{head}<ul>', *lines, "</ul></div>")


def _notes(t: Translator, view: View, now: AsNow) -> Iterator[str]:
    """Why the answer is not whole, and that the list is another one by now."""
    if view.problem:
        key, values = view.problem
        yield t(key, **values)
    elif view.state in INCOMPLETE:
        yield t(f"model.ended.{view.state}")
    if view.inputs != now().inputs:
        yield t("pharmacy.explain.earlier")
