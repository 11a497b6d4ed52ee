"""The Model page's panel of what is there now: model, precision and why, memory, speed, queue.

Knows: the panel draws itself anew while a model is loading or answering, and the whole page once
that is over. Does not know: what may be chosen (`model_choice`), how it is loaded.
"""

import streamlit as st

from core.i18n import Translator
from core.model import choice
from core.model.engine import Origin
from core.model.spec import Decision, Estimate, gib
from core.model.starting import Status
from core.settings import current
from core.ui import home, shared_model
from core.ui.markup import draw, fill
from core.ui.model_acts import NOW, allowed, loaded_mark
from core.ui.people_acts import Said, say, told
from core.ui.shared_model import desk, starter

EVERY_S = 1.0
SHORT = 12  # of a revision; the whole one is its title
PARTS = ("weights", "cache", "images", "overhead", "total")
STARTING = ("looking", "loading")


def busy() -> bool:
    """Whether a model is being started."""
    return starter().status.state in STARTING


def now(t: Translator) -> None:
    """What answers, and the way to give it back."""
    draw(fill('<h2 class="section">$title</h2>', title=t("model_page.now")))
    st.fragment(_panel, run_every=EVERY_S if _moving() else None)(t)
    if desk().model is not None:
        st.button(
            t("model_page.unload"),
            key="model-unload",
            icon=":material/eject:",
            disabled=busy(),
            on_click=_unload,
        )
        st.caption(t("model_page.unload.text"))
    told(t, NOW)
    _next_start(t)


def _moving() -> bool:
    seen = desk().activity
    return busy() or bool(seen.running or seen.waiting)


def _panel(t: Translator) -> None:
    # A fragment that was made to repeat ends with what it waited for; the page then draws anew.
    status, was = starter().status, st.session_state.get("model state")
    st.session_state["model state"] = status.state
    if was in STARTING and status.state not in STARTING:
        st.rerun()
    draw(
        fill(
            '<p class="state"><span class="dot dot-$dot"></span><b>$state</b></p>',
            dot="on" if status.state == "ready" else "off",
            state=home.model_state(t, status),
        )
    )
    if status.state == "loading" and status.whole:
        st.progress(status.done / status.whole, t("model_page.loading", **_counts(status)))
    elif status.state == "ready":
        draw(*(fill('<p class="small">$line</p>', line=s) for s in home.model_lines(t, status)))
        _facts(t, status)
    else:
        draw(fill('<p class="small">$line</p>', line=t("model_page.without")))


def _counts(status: Status) -> dict[str, object]:
    return {"done": status.done, "whole": status.whole}


def _facts(t: Translator, status: Status) -> None:
    """Revision, speed and queue; what the loaded model was estimated to need."""
    seen, origin = desk().activity, desk().origin
    speed = t("model_page.no_speed")
    if seen.pace.speed is not None:
        speed = t("model_page.speed.text", speed=f"{seen.pace.speed:.1f}", n=seen.pace.answers)
    queue = t("model_page.queue.text", running=seen.running, waiting=seen.waiting)
    draw(
        '<table class="plain facts">',
        _row(t("model_page.revision"), _revision(t, origin)),
        _row(t("model_page.speed"), fill("$text", text=speed)),
        _row(t("model_page.queue"), fill("$text", text=queue)),
        "</table>",
    )
    if status.decision:
        _memory(t, status.decision)


def _row(head: str, drawn: str) -> str:
    return fill('<tr><th scope="row">$head</th>', head=head) + f"<td>{drawn}</td></tr>"


def _revision(t: Translator, origin: Origin | None) -> str:
    if origin is None or not origin.revision:
        return fill("$text", text=t("model_page.revision.unknown"))
    short = origin.revision.removeprefix("sha256:")[:SHORT]
    return fill('<code title="$whole">$short</code>', whole=origin.revision, short=short)


def _memory(t: Translator, decision: Decision) -> None:
    head = "".join(fill("<th>$h</th>", h=t(f"model_page.memory.{part}")) for part in PARTS)
    draw(
        fill('<p class="small">$text</p>', text=t("model_page.memory.of_loaded")),
        f'<div class="log"><table class="plain numbers memory"><tr>{head}</tr>',
        f"<tr>{cells(decision.estimate)}</tr></table></div>",
    )


def cells(needed: Estimate) -> str:
    """One cell of a table for each part of an estimate, in GiB."""
    return "".join(fill("<td>$n</td>", n=size(getattr(needed, part))) for part in PARTS)


def size(count: int) -> str:
    """Bytes in GiB; little is not nothing."""
    said = gib(count)
    return "< 0.1" if said == "0.0" and count else said


def _next_start(t: Translator) -> None:
    """What the next start begins with, and who says so."""
    begins = choice.at_start(current())
    name = begins.asked.server or begins.asked.model
    draw(
        fill(
            '<p class="context">$text</p>',
            text=t(f"model_page.next_start.{begins.source}", name=name),
        )
    )


def _unload() -> None:
    if not allowed("model_unloaded", loaded_mark(), NOW):
        return
    if not starter().end():
        say(Said(NOW, "model_page.busy"))
        return
    shared_model.forget()
    say(Said(NOW, "model_page.unloaded", good=True))
