"""Whose browser this is, and the drafts that belong to it."""

import asyncio
from functools import cache

import streamlit as st

from core.records.drafts import Drafts
from core.settings import current
from core.ui import server

BETWEEN_SWEEPS_S = 3600.0


def owner() -> str | None:
    """The random id of the browser's cookie; `None` when the browser keeps no cookie."""
    return server.owner(st.context.cookies)


@cache
def drafts() -> Drafts:
    """The draft store of this process; the server sweeps it each hour."""
    return Drafts(current().data / "drafts")


async def keep_swept() -> None:
    """Removes drafts that nobody touched for a day, at the start and then each hour."""
    while True:
        await asyncio.to_thread(drafts().sweep)
        await asyncio.sleep(BETWEEN_SWEEPS_S)
