"""What is done on the page People and what came of it, said beside where it was done.

Knows: each act asks for the right anew, since a callback runs before the page does. Typed PINs are
wiped from their fields whatever came of them. What was said stays until the next act.
Does not know: rules about people (`core.records.people`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import streamlit as st

from core.errors import AuscultError
from core.i18n import Translator
from core.records import pins
from core.safety.escaping import markdown_safe
from core.ui import keeping, staff

TOLD, BEFORE = "people told", "people active before"


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence that belongs to a place of the page; a `role` among its values is worded there."""

    place: str
    key: str
    values: Mapping[str, object] = field(default_factory=dict)
    good: bool = False


def come_in() -> None:
    """Whoever comes to the page anew finds nothing of before."""
    if "idle-minutes" not in st.session_state:  # the field is gone while another page is open
        for kept in (TOLD, BEFORE):
            st.session_state.pop(kept, None)


def say(said: Said) -> None:
    st.session_state[TOLD] = said


def forget(place: str) -> None:
    """What was said here has been read."""
    said = st.session_state.get(TOLD)
    if isinstance(said, Said) and said.place == place:
        del st.session_state[TOLD]


def told(t: Translator, place: str) -> None:
    """What came of the last act on this page, if it was done here."""
    said = st.session_state.get(TOLD)
    if not isinstance(said, Said) or said.place != place:
        return
    values = {
        name: markdown_safe(value) if isinstance(value, str) else value
        for name, value in said.values.items()
    }
    if "role" in values:
        values["role"] = t(f"people.role.{said.values['role']}")
    (st.success if said.good else st.warning)(t(said.key, **values))


def do(act: Callable[..., object], done: Said, refused: str) -> bool:
    """Does what an administrator asked for, if they still may; `refused` is where a no is said."""
    standing = staff.look()
    if standing.session is None or not staff.may("people", "manage", standing):
        return False
    try:
        came = act(keeping.records(), by=standing.session.person)
    except AuscultError as problem:
        say(Said(refused, problem.key, problem.values))
        return False
    say(Said(refused, f"people.refused.{came}") if isinstance(came, str) else done)
    return not isinstance(came, str)


def pin_fields(t: Translator, of: str) -> None:
    fields = {f"pin-{of}": t("people.pin"), f"pin-again-{of}": t("people.pin.again")}
    for key, label in fields.items():
        st.text_input(label, type="password", key=key, max_chars=pins.LONGEST, autocomplete="off")
    st.caption(t("people.pin.rules", least=pins.SHORTEST))


def typed_pin(of: str, place: str) -> str | None:
    """The PIN that was typed twice alike; the fields do not keep it."""
    typed, again = (str(st.session_state[key]) for key in (f"pin-{of}", f"pin-again-{of}"))
    st.session_state[f"pin-{of}"] = st.session_state[f"pin-again-{of}"] = ""
    if pins.typed(typed) == pins.typed(again):
        return typed
    say(Said(place, "people.refused.pin_differs"))
    return None
