"""Everybody on the page People: a row each, with role, PIN, hospital account and deactivation.

Knows: a row keeps its place on this screen when its person is deactivated, so that no other
person's buttons come to lie under the pointer; whoever is deactivated is asked about by name.
Does not know: rules about people (`core.records.people`).
"""

import shlex
from functools import partial

import streamlit as st

from core.i18n import Translator
from core.records import people
from core.records.people import Person
from core.records.roles import ROLES
from core.terms import name_order
from core.ui import hospital, keeping
from core.ui.markup import draw, fill
from core.ui.people_acts import BEFORE, Said, do, forget, pin_fields, told, typed_pin

PIN_COMMAND = "python -m core records pin"


def rows(t: Translator) -> None:
    """Who may sign in first, each group by name."""
    everybody = people.everyone(keeping.records())
    _only_administrator(t, everybody)
    before: dict[str, bool] = st.session_state.get(BEFORE, {})
    in_order = sorted(
        everybody, key=lambda p: (not before.get(p.id, p.active), name_order.place(p.name))
    )
    with st.container(gap=None, key="everybody"):
        for person in in_order:
            _row(t, person)


def _row(t: Translator, person: Person) -> None:
    with st.container(key=f"person-{person.id}", gap="xsmall"):
        with st.container(
            horizontal=True, vertical_alignment="center", gap="small", key=f"acts-{person.id}"
        ):
            (_acts if person.active else _inactive)(t, person)
        if person.active:
            told(t, person.id)


def _only_administrator(t: Translator, everybody: tuple[Person, ...]) -> None:
    """While nobody else could give the administrator a new PIN."""
    active = [p for p in everybody if p.active and p.role == "administrator"]
    if len(active) == 1:
        command = f"{PIN_COMMAND} {_typed(active[0].name)}"
        text = t("people.only_administrator", name=active[0].name)
        draw(fill('<p class="context">$text <code>$command</code></p>', text=text, command=command))


def _typed(name: str) -> str:
    """A name for a command line; a plain one needs no quotes on any system."""
    return name if name.isalnum() else shlex.quote(name)


def _name(person: Person, chip: str = "", account: str = "") -> None:
    piece = (
        '<div class="person"><b>$name</b><small class="chip">$chip</small><small>$of</small></div>'
    )
    draw(fill(piece, name=person.name, chip=chip, of=account))


def _inactive(t: Translator, person: Person) -> None:
    _name(person, t("people.inactive"))
    told(t, person.id)  # in the row: nothing below it moves
    st.button(
        t("people.activate"), key=f"activate-{person.id}", on_click=partial(_switch, person, True)
    )


def _acts(t: Translator, person: Person) -> None:
    _name(person, account=person.account)
    key = f"role-{person.id}"
    st.session_state[key] = person.role
    st.selectbox(
        t("people.role"),
        ROLES,
        format_func=lambda role: t(f"people.role.{role}"),
        key=key,
        label_visibility="collapsed",
        on_change=partial(_change_role, person, key),
        width=175,
    )
    _pin(t, person)
    if hospital.configured().state != "absent" or person.account:
        _account(t, person)
    with st.popover(t("people.deactivate"), key=f"deactivate-box-{person.id}"):
        draw(fill("<p>$text</p>", text=t("people.deactivate.text", name=person.name)))
        st.button(
            t("people.deactivate.sure", name=person.name),
            key=f"deactivate-{person.id}",
            type="primary",
            on_click=partial(_switch, person, False),
        )
        told(t, f"deactivate {person.id}")


def _pin(t: Translator, person: Person) -> None:
    place = f"pin {person.id}"
    with (
        st.popover(
            t("people.reset_pin"), key=f"pin-box-{person.id}", on_change=partial(forget, place)
        ),
        st.form(f"pin-form-{person.id}", border=False),
    ):
        draw(fill("<b>$text</b>", text=t("people.reset_pin.of", name=person.name)))
        pin_fields(t, person.id)
        st.form_submit_button(
            t("people.reset_pin"), type="primary", on_click=partial(_reset_pin, person)
        )
        told(t, place)


def _account(t: Translator, person: Person) -> None:
    """Which hospital account signs this person in."""
    key, place = f"account-{person.id}", f"account {person.id}"
    with (
        st.popover(
            t("people.account"), key=f"account-box-{person.id}", on_change=partial(forget, place)
        ),
        st.form(f"account-form-{person.id}", border=False),
    ):
        draw(fill("<b>$name</b>", name=person.name))
        st.text_input(
            t("people.account"),
            value=person.account,
            key=key,
            max_chars=people.LONGEST_ACCOUNT,
            autocomplete="off",
        )
        st.caption(t("people.account.help"))
        st.form_submit_button(
            t("people.account.save"), type="primary", on_click=partial(_bind, person, key)
        )
        told(t, place)


def _switch(person: Person, on: bool) -> None:
    act, key = (
        (people.activate, "people.activated") if on else (people.deactivate, "people.deactivated")
    )
    refused = person.id if on else f"deactivate {person.id}"
    done = Said(person.id, key, {"name": person.name}, good=True)
    if do(partial(act, person=person.id), done, refused):
        st.session_state.setdefault(BEFORE, {}).setdefault(person.id, not on)


def _change_role(person: Person, key: str) -> None:
    role = st.session_state[key]
    done = Said(person.id, "people.role_changed", {"name": person.name, "role": role}, good=True)
    do(partial(people.change_role, person=person.id, role=role), done, person.id)


def _reset_pin(person: Person) -> None:
    place = f"pin {person.id}"
    pin = typed_pin(person.id, place)
    if pin is None:
        return
    done = Said(person.id, "people.pin_reset", {"name": person.name}, good=True)
    if do(partial(people.reset_pin, person=person.id, pin=pin), done, place):
        st.session_state[f"pin-box-{person.id}"] = False


def _bind(person: Person, key: str) -> None:
    account, place = st.session_state[key], f"account {person.id}"
    said = "people.account_set" if account.strip() else "people.account_removed"
    done = Said(person.id, said, {"name": person.name}, good=True)
    if do(partial(people.bind, person=person.id, account=account), done, place):
        st.session_state[f"account-box-{person.id}"] = False
