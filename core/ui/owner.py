"""Whose browser this is, and the drafts that belong to it."""

from functools import cache

import streamlit as st

from core.records.drafts import Drafts
from core.settings import current
from core.ui import server


def owner() -> str | None:
    """The random id of the browser's cookie; `None` when the browser keeps no cookie."""
    return server.owner(st.context.cookies)


@cache
def drafts() -> Drafts:
    """The draft store of this process; old drafts are swept when it is opened."""
    store = Drafts(current().data / "drafts")
    store.sweep()
    return store
