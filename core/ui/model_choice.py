"""Choosing the model: a folder, a hub id on this disk, or a server; looked at before it is loaded.

Knows: nothing is loaded or met that a look refuses. A server of this machine is met at once, and so
is the one that this start named; another in the network takes effect at the next start, since what
this process may reach is fixed when it begins; a public one is named in the terminal only.
Does not know: how a checkpoint is judged (`looking`), what is loaded now (`model_page`).
"""

from dataclasses import dataclass, replace
from functools import partial

import streamlit as st

from core.errors import AuscultError
from core.i18n import Translator
from core.model import choice, looking, machine, meeting, spec
from core.model.address import Address, read_address
from core.model.looking import Look
from core.model.problems import ModelProblem
from core.model.spec import PRECISIONS
from core.model.starting import Asked
from core.safety import egress
from core.settings import current
from core.ui import choices, model_page, shared_model
from core.ui.markup import draw, fill
from core.ui.model_acts import CHOOSE, allowed, may, revision_mark, server_mark
from core.ui.model_found import found
from core.ui.people_acts import Said, forget, say, told
from core.ui.shared_model import starter

SOURCES = ("disk", "server")
FROM, NAME, PRECISION = "model-from", "model-name", "model-precision"
SERVER, SERVER_MODEL, KEY_FILE = "model-server", "model-server-model", "model-key-file"
SEEN = "model seen"
LONGEST = choice.LONGEST


@dataclass(frozen=True, slots=True)
class Seen:
    """What a look found: a checkpoint, or the models that a server offers."""

    asked: Asked
    look: Look | None = None
    offered: tuple[str, ...] = ()
    later: bool = False  # a server that only the next start may reach


def choose(t: Translator) -> None:
    """The fields, and below them what the look found."""
    _begin()
    draw(fill('<h2 class="section">$title</h2>', title=t("model_page.choose")))
    st.segmented_control(
        t("model_page.from"),
        SOURCES,
        format_func=lambda source: t(f"model_page.from.{source}"),
        key=FROM,
        required=True,
        label_visibility="collapsed",
    )
    with st.form("model-form"):
        (_disk if st.session_state[FROM] == "disk" else _server)(t)
        with st.container(horizontal=True, gap="small"):
            st.form_submit_button(
                t("model_page.look"), key="model-look", icon=":material/search:", on_click=_look
            )
            st.form_submit_button(
                t("model_page.load"),
                key="model-load",
                icon=":material/play_arrow:",
                type="primary",
                disabled=model_page.busy(),
                on_click=_load,
            )
        told(t, CHOOSE)
    seen = st.session_state.get(SEEN)
    if isinstance(seen, Seen):
        _show(t, seen)


def _begin() -> None:
    """The fields begin with what was chosen last."""
    if FROM in st.session_state:
        return
    begins = choice.at_start(current()).asked
    st.session_state[FROM] = "server" if begins.server else "disk"
    fields = {
        NAME: begins.model,
        PRECISION: begins.precision if begins.precision in PRECISIONS else "auto",
        SERVER: begins.server,
        SERVER_MODEL: begins.server_model,
        KEY_FILE: str(begins.key_file or ""),
    }
    for key, value in fields.items():
        st.session_state.setdefault(key, value)
    st.session_state.pop(SEEN, None)


def _disk(t: Translator) -> None:
    st.text_input(
        t("model_page.name"),
        key=NAME,
        max_chars=LONGEST,
        placeholder=t("model_page.name.example"),
        autocomplete="off",
        persist_state="page",
    )
    choices.speak(t, PRECISION)
    st.selectbox(
        t("model_page.precision"),
        ("auto", *PRECISIONS),
        format_func=lambda name: t(f"model_page.precision.{name}"),
        key=PRECISION,
        persist_state="page",
    )


def _server(t: Translator) -> None:
    field = partial(st.text_input, max_chars=LONGEST, autocomplete="off", persist_state="page")
    field(t("model_page.server"), key=SERVER, placeholder=t("model_page.server.example"))
    field(t("model_page.server_model"), key=SERVER_MODEL)
    field(t("model_page.key_file"), key=KEY_FILE)
    st.caption(t("model_page.server.text"))


def _typed() -> Asked:
    """What the fields say; raises a `ModelProblem` about the key file."""
    held = st.session_state
    if held[FROM] == "disk":
        return Asked(held[NAME].strip(), held[PRECISION])
    key = choice.key_file(held[KEY_FILE], current())
    return Asked("", "auto", held[SERVER].strip(), held[SERVER_MODEL].strip(), key)


def _seen() -> Seen | None:
    """Looks; `None` when it said why there is nothing to see."""
    st.session_state.pop(SEEN, None)
    if not may():
        return None
    try:
        asked = _typed()
        if not asked:
            say(Said(CHOOSE, "model_page.nothing_named"))
            return None
        choice.content(asked)  # what cannot be kept is not begun with
        seen = _met(asked) if asked.server else _looked(asked)
    except AuscultError as problem:
        say(Said(CHOOSE, problem.key, problem.values))
        return None
    st.session_state[SEEN] = seen
    forget(CHOOSE)
    return seen


def _looked(asked: Asked) -> Seen:
    loaded = starter().status.decision if starter().status.state == "ready" else None
    memory = spec.with_given_back(machine.memory(), loaded)
    return Seen(asked, looking.look(asked.model, asked.precision, memory))


def _met(asked: Asked) -> Seen:
    address = read_address(asked.server)
    if address.place != "this machine" and not _reached(address):
        if address.place == "public":
            raise ModelProblem("model_page.public")
        return Seen(asked, later=True)
    if address.place == "public":  # confirmed in the terminal, or it could not be reached
        asked = replace(asked, public=address.host)
    engine, offered = meeting.meet(asked.server, asked.server_model, asked.key_file, asked.public)
    engine.close()
    return Seen(asked, offered=offered)


def _reached(address: Address) -> bool:
    """Whether this process may ask another machine, as fixed when it began."""
    where = ("model", address.host, address.port)
    return any((one.purpose, one.host, one.port) == where for one in egress.state().exceptions)


def _look() -> None:
    _seen()


def _load() -> None:
    seen = _seen()
    if seen is None or (seen.look and seen.look.problem):
        return
    if seen.later:
        _keep_for_later(seen.asked)
        return
    mark = revision_mark(seen.look.checkpoint.revision) if seen.look else server_mark(seen.asked)
    asked = seen.asked
    if seen.offered and not asked.server_model:
        asked = replace(asked, server_model=seen.offered[0])
    if not allowed("model_loaded", mark, CHOOSE):
        return
    if not shared_model.load(asked):
        say(Said(CHOOSE, "model_page.busy"))


def _keep_for_later(asked: Asked) -> None:
    if not allowed("model_chosen", server_mark(asked), CHOOSE):
        return
    try:
        shared_model.keep(asked)
    except AuscultError as problem:
        say(Said(CHOOSE, problem.key, problem.values))
        return
    say(Said(CHOOSE, "model_page.kept", {"server": asked.server}, good=True))


def _show(t: Translator, seen: Seen) -> None:
    if seen.look:
        found(t, seen.look)
    elif seen.later:
        st.info(t("model_page.later"))
    else:
        named = ", ".join(seen.offered) or "–"
        draw(fill('<p class="context">$text</p>', text=t("model_page.offered", names=named)))
