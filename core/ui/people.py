"""The blocks of the People page: the first administrator, staff, idle time.

Knows: forms and what came of them, told once. Each act asks for the right anew, since a callback
runs before the page does.
Does not know: rules about people (`core.records.people`).
"""

import contextlib
from collections.abc import Callable
from functools import partial

import streamlit as st

from core.errors import AuscultError
from core.i18n import Translator
from core.records import attempts, people, pins, sign_in, staff_sessions
from core.records.people import Person
from core.records.roles import ROLES
from core.ui import first_code, hospital, keeping, staff
from core.ui.markup import draw, fill
from core.ui.owner import hand_over

TOLD = "people told"


def told(t: Translator) -> None:
    """What came of the last act."""
    found = st.session_state.pop(TOLD, None)
    if found is not None:
        good, key, values = found
        (st.success if good else st.warning)(t(key, **values))


def first_administrator(t: Translator) -> None:
    """Sets up staff with the code from the terminal; from then on pages need a sign-in."""
    first_code.announce()
    st.write(t("people.first.text"))
    with st.form("first-form"):
        st.text_input(t("people.first.code"), key="first-code", max_chars=20, autocomplete="off")
        st.text_input(t("people.name"), key="first-name", max_chars=people.LONGEST_NAME)
        _pin_fields(t, "first")
        st.form_submit_button(t("people.first.save"), type="primary", on_click=_add_first)
    st.caption(t("people.first.key", file=keeping.key_file()))


def staff_list(t: Translator) -> None:
    """Everybody, with role, PIN and whether they may sign in."""
    for person in people.everyone(keeping.records()):
        with st.container(border=True, key=f"person-{person.id}"):
            state = person.account if person.active else t("people.inactive")
            draw(fill("<b>$name</b> <small>$state</small>", name=person.name, state=state))
            with st.container(horizontal=True, gap="small", key=f"acts-{person.id}"):
                _acts(t, person)


def add_form(t: Translator) -> None:
    with st.form("person-form", clear_on_submit=True):
        st.text_input(t("people.name"), key="person-name", max_chars=people.LONGEST_NAME)
        st.selectbox(
            t("people.role"),
            ROLES,
            format_func=lambda role: t(f"people.role.{role}"),
            key="person-role",
        )
        _pin_fields(t, "person")
        st.form_submit_button(t("people.add"), type="primary", on_click=_add)


def idle_time(t: Translator) -> None:
    with keeping.records().database.reading() as connection:
        minutes = staff_sessions.idle_minutes(connection)
    st.session_state.setdefault("idle-minutes", minutes)
    st.number_input(
        t("people.idle"),
        staff_sessions.LEAST_IDLE,
        staff_sessions.MOST_IDLE,
        key="idle-minutes",
        on_change=_set_idle,
    )


def _acts(t: Translator, person: Person) -> None:
    if not person.active:
        st.button(
            t("people.activate"),
            key=f"activate-{person.id}",
            on_click=partial(_act, partial(people.activate, person=person.id)),
        )
        return
    key = f"role-{person.id}"
    st.session_state[key] = person.role
    st.selectbox(
        t("people.role"),
        ROLES,
        format_func=lambda role: t(f"people.role.{role}"),
        key=key,
        label_visibility="collapsed",
        on_change=partial(_change_role, person.id, key),
    )
    with (
        st.popover(t("people.reset_pin"), key=f"pin-box-{person.id}"),
        st.form(f"pin-form-{person.id}", border=False, clear_on_submit=True),
    ):
        _pin_fields(t, person.id)
        st.form_submit_button(
            t("people.reset_pin"), type="primary", on_click=partial(_reset_pin, person.id)
        )
    if hospital.configured().state != "absent" or person.account:
        _account(t, person)
    st.button(
        t("people.deactivate"),
        key=f"deactivate-{person.id}",
        on_click=partial(_act, partial(people.deactivate, person=person.id)),
    )


def _account(t: Translator, person: Person) -> None:
    """Which hospital account signs this person in."""
    key = f"account-{person.id}"
    with (
        st.popover(t("people.account"), key=f"account-box-{person.id}"),
        st.form(f"account-form-{person.id}", border=False),
    ):
        st.text_input(
            t("people.account"),
            value=person.account,
            key=key,
            max_chars=people.LONGEST_ACCOUNT,
            autocomplete="off",
        )
        st.caption(t("people.account.help"))
        st.form_submit_button(
            t("people.account.save"), type="primary", on_click=partial(_bind, person.id, key)
        )


def _pin_fields(t: Translator, of: str) -> None:
    hint = t("people.pin.rules", least=pins.SHORTEST)
    fields = {f"pin-{of}": t("people.pin"), f"pin-again-{of}": t("people.pin.again")}
    for key, label in fields.items():
        st.text_input(
            label, type="password", key=key, max_chars=pins.LONGEST, help=hint, autocomplete="off"
        )


def _typed_pin(of: str) -> str | None:
    """The PIN that was typed twice alike; the fields do not keep it."""
    typed = st.session_state[f"pin-{of}"]
    again = st.session_state[f"pin-again-{of}"]
    if pins.typed(typed) == pins.typed(again):
        return str(typed)
    _tell(False, "people.refused.pin_differs")
    return None


def _add_first() -> None:
    pin = _typed_pin("first")
    if pin is None or staff.look().state != "free":
        return
    try:
        records = keeping.records()
        attempt = sign_in.may_try_code(records)
        if isinstance(attempt, attempts.Wait):
            _tell(False, "door.wait", n=attempt.seconds)
        elif not first_code.is_right(st.session_state["first-code"]):
            sign_in.refuse(records)
            _tell(False, "people.first.wrong_code")
        else:
            _first(people.add_first(records, st.session_state["first-name"], pin))
    except AuscultError as problem:
        _tell(False, problem.key, **problem.values)


def _first(came: Person | people.Refused) -> None:
    _answer(came)
    if isinstance(came, Person):
        with contextlib.suppress(AuscultError):  # then the list stays this browser's
            hand_over(came.id)


def _add() -> None:
    pin = _typed_pin("person")
    if pin is not None:
        name, role = st.session_state["person-name"], st.session_state["person-role"]
        _act(partial(people.add, name=name, role=role, pin=pin))


def _change_role(person: str, key: str) -> None:
    _act(partial(people.change_role, person=person, role=st.session_state[key]))


def _reset_pin(person: str) -> None:
    pin = _typed_pin(person)
    if pin is not None:
        _act(partial(people.reset_pin, person=person, pin=pin))


def _bind(person: str, key: str) -> None:
    _act(partial(people.bind, person=person, account=st.session_state[key]))


def _set_idle() -> None:
    _act(partial(staff_sessions.set_idle_minutes, minutes=st.session_state["idle-minutes"]))


def _act(act: Callable[..., object]) -> None:
    """Does what an administrator asked for, if they still may, and says what came of it."""
    standing = staff.look()
    if standing.session is None or not staff.may("people", "manage", standing):
        return
    try:
        _answer(act(keeping.records(), by=standing.session.person))
    except AuscultError as problem:
        _tell(False, problem.key, **problem.values)


def _answer(came: object) -> None:
    if isinstance(came, str):
        _tell(False, f"people.refused.{came}")
    else:
        _tell(True, "people.done")


def _tell(good: bool, key: str, **values: object) -> None:
    st.session_state[TOLD] = (good, key, values)
