"""The self-test of the loaded model: a real question, its times, and whether structure holds.

Knows: one test at a time for the whole process; its result stays, with time and model, until the
next one. Does not know: how an answer is judged (`core.model.self_test`).
"""

import secrets
from dataclasses import dataclass, field

import streamlit as st

from core.i18n import Translator
from core.model import self_test
from core.model.job import View
from core.model.self_test import Outcome
from core.records.tables import stamp
from core.ui import clock, model_text
from core.ui.follow import Following
from core.ui.markup import draw, fill
from core.ui.model_acts import TRIAL, may, safe
from core.ui.people_acts import Said, say, told
from core.ui.shared_model import desk


@dataclass(frozen=True, slots=True)
class Result:
    at: str
    view: View
    outcome: Outcome


@dataclass(slots=True)
class Held:
    """`owner` owns the test's job, so every administrator sees it."""

    owner: str = field(default_factory=lambda: secrets.token_hex(16))
    job: str = ""
    result: Result | None = None


@st.cache_resource(show_spinner=False)
def held() -> Held:
    return Held()


def trial(t: Translator) -> Following | None:
    """The button, what is running, the last result; what is returned is followed last."""
    draw(
        fill(
            '<h2 class="section">$title</h2><p class="small">$text</p>',
            title=t("model_page.test"),
            text=t("model_page.test.text"),
        )
    )
    view = _running()
    st.button(
        t("model_page.test.button"),
        key="model-test",
        icon=":material/speed:",
        disabled=desk().model is None or view is not None,
        on_click=_ask,
    )
    told(t, TRIAL)
    if view is not None:
        return Following(t, view.id, held().owner, _judge)
    with st.container(key="model-test-result"):
        _show(t, held().result)
    return None


def _running() -> View | None:
    """The test that still runs; one that ended while nobody looked is judged."""
    view = desk().find(held().job, held().owner) if held().job else None
    if view is not None and not view.active:
        _judge(view)
        return None
    return view


def _judge(view: View) -> None:
    held().job = ""
    held().result = Result(stamp(), view, self_test.judge(view))


def _ask() -> None:
    if not may() or _running() is not None:
        return
    view = desk().submit(self_test.request(), held().owner)
    if view.problem:
        key, values = view.problem
        say(Said(TRIAL, key, values))
    elif view.id:
        held().job, held().result = view.id, None
    else:
        say(Said(TRIAL, "model_page.test.without"))


def _show(t: Translator, result: Result | None) -> None:
    if result is None:
        if desk().model is None:
            st.caption(t("model_page.test.without"))
        return
    view, outcome = result.view, result.outcome
    origin = view.origin
    _verdict(t, result)
    speed = "–" if outcome.speed is None else f"{outcome.speed:.1f}"
    lines = (
        t("model_page.test.times", first=f"{outcome.first_s:.1f}", speed=speed, n=outcome.tokens),
        t(
            "model_page.test.when",
            at=clock.day_and_time(result.at),
            model=origin.model if origin else "–",
            precision=(origin.precision if origin else "") or "–",
            state=t(f"model.state.{view.state}", n=0),
        ),
    )
    draw(*(fill('<p class="small">$line</p>', line=line) for line in lines))
    if not outcome.came:
        return
    with st.expander(t("model_page.test.came"), key="model-test-came"):
        st.markdown(model_text.markdown(t, outcome.came) or "–")


def _verdict(t: Translator, result: Result) -> None:
    """Only an answer is judged; without one it is said why there is none."""
    if result.outcome.valid:
        st.success(t("model_page.test.valid"))
    elif result.outcome.valid is not None:
        st.warning(t("model_page.test.not_valid"))
    elif result.view.problem:
        key, values = result.view.problem
        st.error(t("model_page.test.failed", problem=t(key, **safe(values))))
    else:
        st.info(t("model_page.test.stopped"))
