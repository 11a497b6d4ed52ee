"""An answer of the model while it is written, and afterwards: thought chain, answer, how it ended.

Knows: twice a second; paragraphs that are complete are drawn once and left alone; a job is found
again by its id and owner, after a reload too. Everything shown passed the gate of orders, and every
line of it is escaped. Does not know: what was asked, nor whether the answer is right.
"""

import time
from collections.abc import Callable
from functools import partial

import streamlit as st

from core.i18n import Translator
from core.model.job import View
from core.model.steps import steps
from core.safety.escaping import markdown_safe
from core.ui import badges
from core.ui.gate import HELD, RULE, RULE_END
from core.ui.markup import fill
from core.ui.shared_model import desk

EVERY_S = 0.5


class Following:
    """The places of one job on a page; `run` fills them until it ends.

    Places are made where the job belongs and filled once the whole page stands, since everything
    behind a running loop would wait for it.
    """

    def __init__(self, t: Translator, job: str, owner: str, after: Callable[[View], None]) -> None:
        self._t, self._job, self._owner, self._after = t, job, owner, after
        with st.container(key=f"job-{job}", border=True):
            self._head, thinking = st.empty(), st.container(key=f"thought-box-{job}")
            self._frozen, self._live = st.container(key=f"answer-{job}"), st.empty()
            self._stop, self._foot = st.empty(), st.container(key=f"foot-{job}")
        self._thought = _Thought(t, thinking, job)

    def run(self) -> None:
        """Draws the job until it ends, and then what is known of its answer."""
        t, shown = self._t, 0
        view = desk().find(self._job, self._owner)
        if view is None:
            self._foot.caption(t("model.job.gone"))
            return
        if view.active:
            stop = partial(desk().stop, self._job, self._owner)
            self._stop.button(
                t("model.stop"), key=f"stop-{self._job}", icon=":material/stop:", on_click=stop
            )
        while True:
            _head(t, self._head, view)
            self._thought.show(view)
            shown = _answer(t, self._frozen, self._live, view, shown)
            if not view.active:
                break
            time.sleep(EVERY_S)
            view = desk().find(self._job, self._owner) or view
        self._stop.empty()
        self._thought.end(view)
        with self._foot:
            _ending(t, view)
            self._after(view)


def text(t: Translator, said: str) -> str:
    """Model text as Markdown that does nothing: marks of the gate become words."""
    safe = markdown_safe(said)
    held = f"*[{t('model.held_back')}]*"
    rule = t("origin.rule")
    return safe.replace(HELD, f" {held} ").replace(RULE, "").replace(RULE_END, f" *({rule})* ")


def _head(t: Translator, place: st.delta_generator.DeltaGenerator, view: View) -> None:
    """Whose words these are, and where the job stands."""
    state = t(f"model.state.{view.state}", n=view.place)
    seconds = t("model.seconds", n=round(view.seconds)) if view.seconds >= 1 else ""
    named = view.origin.model if view.origin else ""
    host = f" · {view.origin.host}" if view.origin and view.origin.host else ""
    place.html(
        fill('<p class="job-head"><b>$state</b> <small>$seconds $named</small></p>',
             state=state, seconds=seconds, named=named + host)
        + badges.origin(t, "model")
    )  # fmt: skip


def _answer(
    t: Translator,
    frozen: st.delta_generator.DeltaGenerator,
    live: st.delta_generator.DeltaGenerator,
    view: View,
    shown: int,
) -> int:
    """Draws what is new; returns how many characters are frozen."""
    cut = view.answer.rfind("\n\n", shown) if view.active else len(view.answer)
    if cut > shown:
        live.empty()
        frozen.markdown(text(t, view.answer[shown:cut]))
        shown = cut
    rest = view.answer[shown:].strip()
    if rest:
        live.markdown(text(t, rest))
    return shown


def _ending(t: Translator, view: View) -> None:
    """Why it ended, where it did not end by itself."""
    if view.problem:
        key, values = view.problem
        st.error(t(key, **values))
    elif view.state in ("truncated", "stopped", "interrupted"):
        st.warning(t(f"model.ended.{view.state}"))
    elif view.state == "finished" and not view.answer:
        st.warning(t("model.ended.empty"))


class _Thought:
    """The panel of the thought chain: folded, which steps are there, the words as they came."""

    def __init__(self, t: Translator, box: st.delta_generator.DeltaGenerator, job: str) -> None:
        self._t = t
        with box, st.expander(t("model.thought"), key=f"thought-{job}"):
            self._chips, self._words = st.empty(), st.empty()
        self._drawn = ""

    def show(self, view: View) -> None:
        """Drawn anew only while the thought grows."""
        if view.thought != self._drawn:
            self._words.markdown(text(self._t, view.thought))
            self._drawn = view.thought

    def end(self, view: View) -> None:
        t = self._t
        found = steps(view.purpose, view.thought) if view.thought else ()
        chips = "".join(
            fill(
                '<span class="chip chip-$kind">$mark $name</span>',
                kind="there" if step.present else "missing",
                mark="✓" if step.present else "–",
                name=t(f"model.step.{view.purpose}.{step.name}"),
            )
            for step in found
        )
        said = t(f"model.thought.{view.thought_state}")
        self._chips.html(f'<p class="chips">{chips}</p>' + fill('<p class="small">$s</p>', s=said))
