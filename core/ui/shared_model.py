"""The one desk of this process, shared by all sessions through Streamlit's resource cache."""

import streamlit as st

from core.model.address import PRIVATE, allowed
from core.model.desk import Desk
from core.model.problems import ModelProblem
from core.model.request import Request
from core.model.starting import Asked, Starter
from core.safety import egress
from core.settings import current
from core.ui.gate import OrderGate
from core.ui.kept_jobs import KeptJobs


@st.cache_resource(show_spinner=False)
def desk() -> Desk:
    return Desk(KeptJobs(), _gate)


@st.cache_resource(show_spinner=False)
def starter() -> Starter:
    """What starts the model of this process; asked once, when the server starts."""
    return Starter(desk())


def start() -> None:
    """Begins with what the settings name; without a name nothing is imported or read."""
    chosen = current()
    starter().start(
        Asked(
            chosen.model,
            chosen.precision,
            chosen.server,
            chosen.server_model,
            chosen.server_key,
            chosen.public_server,
        )
    )


def beyond() -> tuple[egress.Named, ...]:
    """The model server, when it is another machine and may be asked."""
    try:
        found = allowed(current().server, current().public_server) if current().server else None
    except ModelProblem:  # the starter says it on Home
        return ()
    if found is None or found.place == "this machine":
        return ()
    within = PRIVATE if found.place == "private" else ()
    return (egress.Named("model", found.host, found.port, within),)


def _gate(request: Request) -> OrderGate:
    return OrderGate(request.cited)
