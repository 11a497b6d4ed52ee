"""Language and text size that this browser chose; they outlive a reload.

Kept like a draft, under the owner of the browser, so nobody else's choice is ever read.
"""

import contextlib

import streamlit as st

from core.errors import NotStored
from core.ui.owner import drafts, owner

SLOT = "preferences"
KEYS = ("language", "text_size")
READ = "preferences read"


def recall() -> None:
    """Puts the stored choices into a new session, once."""
    if READ in st.session_state:
        return
    st.session_state[READ] = True
    who = owner()
    found = drafts().find(who, SLOT) if who else None
    for key in KEYS:
        if isinstance(found, dict) and isinstance(found.get(key), str):
            st.session_state[key] = found[key]


def keep() -> None:
    """Stores the choices; a full disk costs only the memory of them."""
    who = owner()
    chosen = {key: st.session_state.get(key) for key in KEYS}
    if who:
        with contextlib.suppress(NotStored):
            drafts().save(who, SLOT, chosen)
