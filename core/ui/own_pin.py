"""A signed-in person changes their own PIN: a quiet way in beside their name, a dialog.

Knows: the form and what came of it. The present PIN is asked for, since a screen may stand open.
Does not know: when a PIN is right, or too simple (`core.records`).
"""

import streamlit as st

from core.errors import AuscultError
from core.i18n import Translator
from core.records import pins
from core.records.attempts import Wait
from core.records.pins import PinProblem
from core.records.sign_in import Changed, Wrong, change_pin
from core.ui import keeping, server, staff
from core.ui.limits import address_of
from core.ui.owner import browser

TOLD = "own pin told"
DONE: tuple[str, dict[str, object]] = ("own_pin.done", {})
HERE = "127.0.0.1"  # what Streamlit gives no address for
FIELDS = ("present", "new", "again")


def button(t: Translator) -> None:
    """The way in; says once that the PIN was changed."""
    if st.session_state.get(TOLD) == DONE:
        del st.session_state[TOLD]
        st.toast(t(DONE[0]), icon=":material/check:")
    pressed = st.button(
        t("own_pin.open"), key="own-pin", type="tertiary", icon=":material/password:"
    )
    if pressed or TOLD in st.session_state:
        st.dialog(t("own_pin.title"))(_form)(t)


def _form(t: Translator) -> None:
    if st.session_state.get(TOLD) == DONE:
        st.rerun()  # the whole page, without this dialog
    st.write(t("own_pin.text"))
    with st.form("own-pin-form", border=False, clear_on_submit=True):
        for name in FIELDS:
            st.text_input(
                t(f"own_pin.{name}"),
                type="password",
                key=f"own-pin-{name}",
                max_chars=pins.LONGEST,
                autocomplete="off",
            )
        st.caption(t("people.pin.rules", least=pins.SHORTEST))
        st.form_submit_button(t("own_pin.save"), type="primary", on_click=_change)
    if TOLD in st.session_state:
        key, values = st.session_state.pop(TOLD)
        st.warning(t(key, **values))


def _change() -> None:
    present, new, again = (st.session_state[f"own-pin-{name}"] for name in FIELDS)
    token = server.staff_token(st.context.cookies)
    if token is None or not staff.may("home", "own_pin", staff.look()):
        return
    if pins.typed(new) != pins.typed(again):
        st.session_state[TOLD] = ("people.refused.pin_differs", {})
        return
    try:
        held, here = keeping.records(), address_of({"client": (st.context.ip_address or HERE, 0)})
        answer = change_pin(held, token, present, new, browser() or "", address=here)
        st.session_state[TOLD] = _said(answer)
    except AuscultError as problem:
        st.session_state[TOLD] = (problem.key, problem.values)


def _said(answer: Changed | Wrong | Wait | PinProblem) -> tuple[str, dict[str, object]]:
    if isinstance(answer, Changed):
        return DONE
    if isinstance(answer, Wait):
        return "door.wait", {"n": answer.seconds}
    if isinstance(answer, Wrong):
        return "own_pin.wrong", {}
    return f"people.refused.{answer}", {}
