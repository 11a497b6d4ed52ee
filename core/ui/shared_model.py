"""The one desk of this process and what starts its model, shared by all sessions.

Knows: Streamlit's resource cache holds them; what was loaded last is loaded at the next start.
Does not know: who may load a model (`model_acts`).
"""

import logging

import streamlit as st

from core.errors import AuscultError
from core.model import choice
from core.model.address import PRIVATE, allowed
from core.model.desk import Desk
from core.model.fetching import Fetching
from core.model.problems import ModelProblem
from core.model.request import Request
from core.model.starting import Asked, Starter
from core.records.files import put
from core.safety import egress
from core.settings import current
from core.ui.gate import OrderGate
from core.ui.kept_jobs import KeptJobs

LOG = logging.getLogger("auscult")


@st.cache_resource(show_spinner=False)
def desk() -> Desk:
    return Desk(KeptJobs(), _gate)


@st.cache_resource(show_spinner=False)
def starter() -> Starter:
    """What starts and ends the model of this process."""
    return Starter(desk())


@st.cache_resource(show_spinner=False)
def fetching() -> Fetching:
    """The one download of this process."""
    return Fetching()


def start() -> None:
    """Begins with what the settings name, or the choice; without one nothing is imported."""
    starter().start(choice.at_start(current()).asked)


def load(asked: Asked) -> bool:
    """Loads or meets a model; it is kept as the choice once it answers, so no crash repeats.

    A public server is named in the terminal each time, so it is never kept.
    """
    return starter().start(asked, None if asked.public else _keep)


def keep(asked: Asked) -> None:
    """Stores a choice for the next start; raises `NotStored`."""
    put(current().data / choice.FILE, choice.content(asked))


def forget() -> None:
    """The next start begins without a model."""
    try:
        choice.forget(current().data)
    except AuscultError as problem:
        LOG.warning("the choice of a model was not removed: %s", problem.detail)


def close() -> None:
    """When the server ends."""
    fetching().cancel()
    desk().close()


def _keep(asked: Asked) -> None:
    try:
        keep(asked)
    except AuscultError as problem:
        LOG.warning("the choice of a model was not stored: %s", problem.detail)


def beyond() -> tuple[egress.Named, ...]:
    """The model server, when it is another machine and may be asked."""
    asked = choice.at_start(current()).asked
    try:
        found = allowed(asked.server, asked.public) if asked.server else None
    except ModelProblem:  # the starter says it on Home
        return ()
    if found is None or found.place == "this machine":
        return ()
    within = PRIVATE if found.place == "private" else ()
    return (egress.Named("model", found.host, found.port, within),)


def _gate(request: Request) -> OrderGate:
    return OrderGate(request.cited)
