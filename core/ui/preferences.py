"""Language and text size that a person or a browser chose; they outlive a reload.

Kept like a draft under its owner, so nobody else's choice is ever read. Who has chosen nothing yet
finds what was chosen in this browser, on the sign-in screen too.
"""

import contextlib

import streamlit as st

from core.errors import NotStored
from core.ui.owner import browser, drafts, owner

SLOT = "preferences"
KEYS = ("language", "text_size")
READ = "preferences read"


def recall() -> None:
    """Puts the stored choices into a new session, once."""
    if READ in st.session_state:
        return
    st.session_state[READ] = True
    kept = (drafts().find(who, SLOT) for who in (owner(), browser()) if who)
    found = next(filter(None, kept), None)
    for key in KEYS:
        if isinstance(found, dict) and isinstance(found.get(key), str):
            st.session_state[key] = found[key]


def keep() -> None:
    """Stores the choices; a full disk costs only the memory of them."""
    who = owner() or browser()
    chosen = {key: st.session_state.get(key) for key in KEYS}
    if who:
        with contextlib.suppress(NotStored):
            drafts().save(who, SLOT, chosen)
