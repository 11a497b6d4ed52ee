"""An answer of the model while it is written, and afterwards: thought chain, answer, how it ended.

Knows: twice a second; paragraphs that are complete are drawn once and left alone; several answers
of a page grow side by side. A job is found again by its id and owner, after a reload too.
Everything shown passed the gate of orders, and every line of it is escaped.
Does not know: what was asked, nor whether the answer is right.
"""

import time
from collections.abc import Callable
from functools import partial

import streamlit as st

from core.i18n import Translator
from core.model.job import View
from core.ui import badges, model_text, staff
from core.ui.markup import fill
from core.ui.shared_model import desk
from core.ui.thought_panel import ThoughtPanel

EVERY_S = 0.5
LOOK_S = 5.0
PENDING, SEEN = "answers being followed", "answers that had their place"


class Following:
    """The places of one job on a page, made where it belongs and filled by `run`.

    A loop keeps everything behind it waiting, so all are filled once the whole page stands.
    """

    def __init__(self, t: Translator, job: str, owner: str, after: Callable[[View], None]) -> None:
        self._t, self._job, self._owner, self._after = t, job, owner, after
        self._shown = 0
        self._drawn: View | None = None
        with _own_place(job):
            with st.container(horizontal=True, key=f"top-{job}", vertical_alignment="center"):
                with st.container(width="stretch"):
                    self._head = st.empty()
                self._stop = st.empty()
            thinking = st.container(key=f"thought-box-{job}")
            self._frozen, self._live = st.container(key=f"answer-{job}"), st.empty()
            self._foot = st.container(key=f"foot-{job}")
        self._thought = ThoughtPanel(t, thinking, job)
        st.session_state.setdefault(PENDING, []).append(self)

    def step(self) -> bool:
        """Draws what is new; whether more is to come."""
        view = desk().find(self._job, self._owner)
        if view is None:
            self._foot.caption(self._t("model.job.gone"))
            return False
        if view.active and self._drawn is None:
            self._stop_button()
        _head(self._t, self._head, view)
        self._thought.show(view)
        self._answer(view)
        self._drawn = view
        if not view.active:
            self._end(view)
        return view.active

    def _stop_button(self) -> None:
        self._stop.button(
            self._t("model.stop"),
            key=f"stop-{self._job}",
            icon=":material/stop:",
            on_click=partial(desk().stop, self._job, self._owner),
        )

    def _answer(self, view: View) -> None:
        cut = view.answer.rfind("\n\n", self._shown) if view.active else len(view.answer)
        if cut > self._shown:
            self._live.empty()
            self._frozen.markdown(model_text.markdown(self._t, view.answer[self._shown : cut]))
            self._shown = cut
        rest = view.answer[self._shown :].strip()
        if rest and (self._drawn is None or view.answer != self._drawn.answer):
            self._live.markdown(model_text.markdown(self._t, rest))

    def _end(self, view: View) -> None:
        self._stop.empty()
        self._thought.end(view)
        with self._foot:
            _ending(self._t, view)
            self._after(view)


def begin() -> None:
    """What a run that was cut off still wanted to follow is not followed by the next one."""
    st.session_state[PENDING] = []


def run() -> None:
    """Follows every answer of this page until all have ended; the last thing that a page does.

    A growing answer keeps the script running, and the fragment that locks an idle screen waits for
    it: so the loop itself asks whether the screen may still be shown.
    """
    growing: list[Following] = st.session_state.pop(PENDING, [])
    looked, grew = time.monotonic(), False
    while growing := [following for following in growing if following.step()]:
        grew = True
        time.sleep(EVERY_S)
        if time.monotonic() - looked > LOOK_S:
            looked = time.monotonic()
            if not staff.look().works:
                st.rerun()
    if grew:
        st.rerun()  # what was not offered while it grew is offered now


def _own_place(job: str) -> st.delta_generator.DeltaGenerator:
    """The box of a job; one that stood there before is taken away first.

    Until a script ends, the browser keeps what an earlier run drew in the same place: the words of
    the answer before would stand below the new one for as long as that grows.
    """
    seen: set[str] = st.session_state.setdefault(SEEN, set())
    place = st if job in seen else st.empty()
    seen.add(job)
    return place.container(key=f"job-{job}", border=True)


def _head(t: Translator, place: st.delta_generator.DeltaGenerator, view: View) -> None:
    """Whose words these are, and where the job stands."""
    origin = view.origin
    times = (
        t("model.seconds", n=round(view.seconds)) if view.seconds else "",
        t("model.left", n=round(view.left_s)) if view.left_s and view.left_s >= 1 else "",
    )
    named = (origin.model, origin.precision, origin.host) if origin else ()
    place.html(
        fill(
            '<div class="job-head"><b role="status">$state</b> <small>$times</small>',
            state=_state(t, view),
            times=" · ".join(filter(None, times)),
        )
        + f'<span class="right">{badges.origin(t, "model")}</span></div>'
        + fill(
            '<p class="job-from"><b>$unverified</b> $named</p>',
            unverified=t("model.unverified"),
            named=" · ".join(filter(None, named)),
        )
    )


def _state(t: Translator, view: View) -> str:
    if view.state == "running" and not view.answer:
        return t("model.thinking" if view.thought else "model.waiting")
    return t(f"model.state.{view.state}", n=view.place)


def _ending(t: Translator, view: View) -> None:
    """Why it ended, where it did not end by itself."""
    if view.problem:
        key, values = view.problem
        st.error(t(key, **values))
    elif view.state in ("truncated", "stopped", "interrupted"):
        st.warning(t(f"model.ended.{view.state}"))
    elif view.state == "finished" and not view.answer:
        st.warning(t("model.ended.empty"))
