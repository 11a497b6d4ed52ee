"""The worklist of this browser, from disk to screen and back; a demo case while one is open.

Every change is on disk before the next thing is drawn. A change from another tab is never
overwritten: additions go on top of it, anything else is refused once with the newer list shown.
"""

import threading
from collections.abc import Callable
from functools import cache

import streamlit as st

from core.errors import NotStored
from core.i18n import Language
from core.pharmacy.knowledge import knowledge
from core.pharmacy.worklist import Worklist, dump, from_names, restore
from core.terms.drug_names import drug_names
from core.terms.folding import fold, initials, pinyin
from core.ui import demo
from core.ui.drug_picker import Alias, Index, Name, build_index
from core.ui.owner import drafts, owner

SLOT = "pharmacy"
LIST, REVISION, NOTE = "worklist", "worklist revision", "worklist note"
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
        st.session_state[LIST], st.session_state[REVISION] = _stored()
    return st.session_state[LIST]  # type: ignore[no-any-return]


def change(act: Callable[[Worklist], Worklist], *, adds: bool = False, nonce: str = "") -> None:
    """Applies a change and stores it. `adds`: the change makes sense on top of any newer list.

    `nonce` names a choice of the name field: after a restart of the server the browser hands in its
    last choices again, and one that is already in the stored list must not be added twice.
    """
    if demo.case():
        st.session_state[DEMO_LIST] = act(worklist())
        return
    current = worklist()
    with _writing:
        stored, revision = _stored()
        if revision > st.session_state[REVISION]:
            st.session_state[LIST], st.session_state[REVISION] = stored, revision
            current = stored
            if not adds:
                st.session_state[NOTE] = "pharmacy.note.other_tab"
                return
        if nonce and nonce in current.heard:
            return
        st.session_state[LIST] = act(current).hear(nonce)
        st.session_state[REVISION] += 1
        _store()


def note() -> str | None:
    """A key of something to tell once."""
    told: str | None = st.session_state.pop(NOTE, None)
    return told


def _store() -> None:
    who = owner()
    if who is None:
        st.session_state[NOTE] = "pharmacy.note.no_cookie"
        return
    value = {"revision": st.session_state[REVISION], "list": dump(st.session_state[LIST])}
    try:
        drafts().save(who, SLOT, value)
    except NotStored as problem:
        st.session_state[NOTE] = problem.key


def _stored() -> tuple[Worklist, int]:
    who = owner()
    found = drafts().find(who, SLOT) if who else None
    if not found:
        return Worklist(), 0
    try:
        return restore(found["list"]), int(found["revision"])
    except (TypeError, KeyError, ValueError):
        return Worklist(), 0  # written by another version of the app; nothing in it can be trusted


@cache
def picker_index(language: Language) -> Index:
    """All names for the type-ahead field, ready in the reader's language."""
    by_drug: dict[str, list[Alias]] = {}
    for name in drug_names().names:
        chinese = name.language != "en"
        keys = (fold(name.text), name.text.lower())
        sounds = (pinyin(name.text),) if chinese else ()
        first = (initials(name.text),) if chinese else ()
        alias = Alias(name.text, tuple(dict.fromkeys(keys + sounds)), first, sure=name.in_text)
        by_drug.setdefault(name.drug, []).append(alias)
    return build_index(
        [
            Name(
                drug.id,
                drug.name(language),
                drug.name_zh_cn if language == "en" else drug.name_en,
                tuple(by_drug.get(drug.id, ())),
            )
            for drug in knowledge().drugs.values()
        ]
    )
