"""Forms of the People page: the first administrator, another person, the idle time.

Knows: forms; a refused one keeps what was typed, but for PINs.
Does not know: rules about people (`core.records.people`), the rows (`person_rows`).
"""

import contextlib
from functools import partial

import streamlit as st

from core.errors import AuscultError
from core.i18n import Translator
from core.records import attempts, people, sign_in, staff_sessions
from core.records.people import Person
from core.records.roles import ROLES
from core.records.staff_sessions import LEAST_IDLE, MOST_IDLE
from core.ui import choices, first_code, folds, keeping, staff
from core.ui.owner import hand_over
from core.ui.people_acts import Said, do, pin_fields, say, told, typed_pin

FIRST, ADD, IDLE = "first-form", "add-person", "idle-time"


def first_administrator(t: Translator) -> None:
    """Sets up staff with the code from the terminal; from then on pages need a sign-in."""
    first_code.announce()
    st.write(t("people.first.text"))
    with st.form("first-form"):
        st.text_input(t("people.first.code"), key="first-code", max_chars=20, autocomplete="off")
        st.text_input(t("people.name"), key="first-name", max_chars=people.LONGEST_NAME)
        pin_fields(t, "first")
        st.form_submit_button(t("people.first.save"), type="primary", on_click=_add_first)
        told(t, FIRST)
    st.caption(t("people.first.key", file=keeping.key_file()))


def add_form(t: Translator) -> None:
    """Open while there is one person only, and as long as somebody goes on adding."""
    alone = len(people.everyone(keeping.records())) == 1
    with (
        folds.fold(t("people.add"), ADD, open_first=alone),
        st.form("person-form", border=False),
    ):
        who, pin = st.columns(2)
        with who:
            st.text_input(t("people.name"), key="person-name", max_chars=people.LONGEST_NAME)
            choices.speak(t, "person-role")
            st.selectbox(
                t("people.role"),
                ROLES,
                format_func=lambda role: t(f"people.role.{role}"),
                key="person-role",
            )
        with pin:
            pin_fields(t, "person")
        st.form_submit_button(t("people.add"), type="primary", on_click=_add)
        told(t, ADD)


def idle_time(t: Translator) -> None:
    with keeping.records().database.reading() as connection:
        minutes = staff_sessions.idle_minutes(connection)
    st.session_state["idle-minutes"] = minutes
    with folds.fold(t("people.idle.now", n=minutes), IDLE):
        # Without bounds here: the browser would drop another number without a word.
        st.number_input(
            t("people.idle", least=LEAST_IDLE, most=MOST_IDLE),
            step=1,
            key="idle-minutes",
            on_change=_set_idle,
            width=360,
        )
        told(t, IDLE)


def _add_first() -> None:
    pin = typed_pin("first", FIRST)
    if pin is None or staff.look().state != "free":
        return
    try:
        records = keeping.records()
        attempt = sign_in.may_try_code(records)
        if isinstance(attempt, attempts.Wait):
            say(Said(FIRST, "door.wait", {"n": attempt.seconds}))
        elif not first_code.is_right(st.session_state["first-code"]):
            sign_in.refuse(records)
            say(Said(FIRST, "people.first.wrong_code"))
        else:
            _first(people.add_first(records, st.session_state["first-name"], pin))
    except AuscultError as problem:
        say(Said(FIRST, problem.key, problem.values))


def _first(came: Person | people.Refused) -> None:
    if not isinstance(came, Person):
        say(Said(FIRST, f"people.refused.{came}"))
        return
    with contextlib.suppress(AuscultError):  # then the list stays this browser's
        hand_over(came.id)


def _add() -> None:
    folds.unfold(ADD)  # also when this was the second person
    name, role = st.session_state["person-name"], st.session_state["person-role"]
    pin = typed_pin("person", ADD)
    if pin is None:
        return
    done = Said(ADD, "people.added", {"name": people.shown_name(name), "role": role}, good=True)
    if do(partial(people.add, name=name, role=role, pin=pin), done, ADD):
        st.session_state["person-name"] = ""


def _set_idle() -> None:
    minutes = st.session_state["idle-minutes"]
    if minutes is None or not LEAST_IDLE <= minutes <= MOST_IDLE:
        say(Said(IDLE, "people.idle.refused", {"least": LEAST_IDLE, "most": MOST_IDLE}))
        return
    done = Said(IDLE, "people.idle.done", {"n": minutes}, good=True)
    do(partial(staff_sessions.set_idle_minutes, minutes=minutes), done, IDLE)
