"""The worklist of this browser, from disk to screen and back; a demo case while one is open.

Every change is on disk before the next thing is drawn. A change from another tab is never
overwritten: additions go on top of it, anything else is refused once with the newer list shown.
What went otherwise than a person meant is told once, by `told`.
"""

import contextlib
import threading
from collections.abc import Callable

import streamlit as st

from core.errors import AuscultError, NotStored
from core.pharmacy.checker import Check, check
from core.pharmacy.context import read_patient
from core.pharmacy.knowledge import knowledge
from core.pharmacy.worklist import MOST_LINES, Worklist, dump, from_names, restore
from core.records.problems import Erased
from core.terms.drug_names import drug_names
from core.ui import demo, keeping, staff
from core.ui.owner import drafts, owner

SLOT = "pharmacy"
LIST, REVISION, TOLD = "worklist", "worklist revision", "pharmacy told"
CHECKED = "worklist checked"
DEMO_LIST = "demo worklist"
_writing = threading.Lock()


def worklist() -> Worklist:
    """The list to show now."""
    case = demo.case()
    if case:
        if DEMO_LIST not in st.session_state:
            st.session_state[DEMO_LIST] = from_names(list(case.content["drugs"]), drug_names())  # type: ignore[call-overload]
        return st.session_state[DEMO_LIST]  # type: ignore[no-any-return]
    if LIST not in st.session_state:
        st.session_state[LIST], st.session_state[REVISION] = _stored(owner())
    return st.session_state[LIST]  # type: ignore[no-any-return]


def change(act: Callable[[Worklist], Worklist], *, adds: bool = False, nonce: str = "") -> bool:
    """Applies a change and stores it; False when it was refused.

    `adds`: the change makes sense on top of any newer list.

    `nonce` names a choice of the name field: after a restart of the server the browser hands in its
    last choices again, and one that is already in the stored list must not be added twice.
    """
    if not staff.may("pharmacy", "check", staff.look()):
        return False  # the screen was locked meanwhile; the sign-in stands there next
    if demo.case():
        st.session_state[DEMO_LIST] = act(worklist())
        return True
    current = worklist()
    who = owner()  # asks the database, for which no other person's list may wait
    with _writing:
        stored, revision = _stored(who)
        if revision > st.session_state[REVISION]:
            st.session_state[LIST], st.session_state[REVISION] = stored, revision
            current = stored
            if not adds:
                tell("pharmacy.note.other_tab")
                return False
        if nonce and nonce in current.heard:
            return False
        st.session_state[LIST] = act(current).hear(nonce)
        st.session_state[REVISION] += 1
        _store(who)
    return True


def grow(count: int, act: Callable[[Worklist], Worklist], nonce: str = "") -> bool:
    """Adds `count` lines by `act`, or none of them and says that the list is full."""
    refused = False

    def add(current: Worklist) -> Worklist:
        nonlocal refused
        refused = count > current.room
        return current if refused else act(current)

    change(add, adds=True, nonce=nonce)
    if refused:
        tell("pharmacy.list.too_many", count=count, most=MOST_LINES)
    return not refused


def forget_erased() -> None:
    """Decisions whose record was erased are not shown, kept or exported any longer."""
    group = worklist().group
    if not group or staff.here().session is None:
        return
    try:
        keeping.records().shares.find(group)
    except Erased:
        change(lambda shown: shown.without_recorded())
    except AuscultError:
        return  # the records cannot say it now; the next run asks again


def checked(shown: Worklist) -> Check:
    """The check of a list, kept while the list is the same; raises `BadInput` for the patient."""
    held: tuple[Worklist, Check] | None = st.session_state.get(CHECKED)
    if held is None or held[0] is not shown:
        patient = read_patient(shown.patient)
        result = check(shown.items, knowledge(), patient, shown.medications, shown.extra)
        held = st.session_state[CHECKED] = (shown, result)
    return held[1]


def tell(key: str, **values: object) -> None:
    """Keeps a sentence for the next time that the page is drawn."""
    st.session_state.setdefault(TOLD, []).append((key, False, values))


def tell_good(key: str) -> None:
    """As `tell`, of something that went well."""
    st.session_state.setdefault(TOLD, []).append((key, True, {}))


def told() -> tuple[tuple[str, bool, dict[str, object]], ...]:
    """What is to be told once: keys, whether it is good, and their values."""
    worklist()  # reading the stored list may have something to tell
    return tuple(st.session_state.pop(TOLD, ()))


def _store(who: str | None) -> None:
    if who is None:
        tell("pharmacy.note.no_cookie")
        return
    value = {"revision": st.session_state[REVISION], "list": dump(st.session_state[LIST])}
    try:
        drafts().save(who, SLOT, value)
    except NotStored as problem:
        tell(problem.key)


def _stored(who: str | None) -> tuple[Worklist, int]:
    if who is None:
        return Worklist(), 0
    found = drafts().look(who, SLOT)
    if found.state == "absent":
        return Worklist(), 0
    # An unreadable draft has no value; one of another version of the app is not to be trusted.
    with contextlib.suppress(TypeError, KeyError, ValueError, AttributeError):
        return restore(found.value["list"]), int(found.value["revision"])
    drafts().set_aside(who, SLOT)
    tell("pharmacy.note.draft_unreadable")
    return Worklist(), 0
