"""Acts of the Model page: who may, the line in the audit, and what came of it said in its place.

Knows: each act asks for the right anew, since a callback runs before the page does; what cannot be
written to the audit is not done. Without staff there are no records and no lines.
Does not know: what an act does.
"""

import hashlib
from collections.abc import Mapping

import streamlit as st

from core.errors import AuscultError
from core.model.starting import Asked
from core.records import model_acts
from core.records.audit import ModelAct
from core.safety.escaping import markdown_safe
from core.ui import keeping, staff
from core.ui.people_acts import TOLD, Said, say
from core.ui.shared_model import desk

CHOOSE, NOW, FETCH, TRIAL = "model choose", "model now", "model fetch", "model trial"
ARRIVED = "model-from"  # a field of the page: gone while another page is open


def come_in() -> None:
    """Whoever comes to the page anew finds nothing of before."""
    if ARRIVED not in st.session_state:
        st.session_state.pop(TOLD, None)


def may() -> bool:
    return staff.may("model", "manage", staff.look())


def allowed(action: ModelAct, mark: str, place: str) -> bool:
    """Whether the act may be done now; the audit is written before it is."""
    standing = staff.look()
    if not staff.may("model", "manage", standing):
        return False
    if standing.session is None:
        return True
    try:
        model_acts.write(keeping.records(), action, mark, standing.session.person)
    except AuscultError as problem:
        say(Said(place, problem.key, problem.values))
        return False
    return True


def safe(values: Mapping[str, object]) -> dict[str, object]:
    """Values of a sentence that is drawn as Markdown."""
    return {
        name: markdown_safe(value) if isinstance(value, str) else value
        for name, value in values.items()
    }


def server_mark(asked: Asked) -> str:
    """An address says where a house asks its questions, so the audit keeps a hash of it."""
    return _hash(asked.server, asked.server_model)


def revision_mark(revision: str) -> str:
    return revision.removeprefix("sha256:")[:64]


def loaded_mark() -> str:
    """The mark of what is loaded now."""
    origin = desk().origin
    if origin is None:
        return ""
    return revision_mark(origin.revision) or _hash(origin.host, origin.model)


def name_mark(name: str) -> str:
    return _hash(name)


def _hash(*parts: str) -> str:
    return hashlib.sha256(" ".join(parts).encode()).hexdigest()
