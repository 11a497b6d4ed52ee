"""Whose work this is, and the drafts that belong to it: the person's, or the browser's.

Knows: after sign-in the person owns drafts, so a list begun on one tablet is found on another; as
long as no staff is set up, the browser does. While nobody is signed in there is no owner.
"""

import asyncio
from functools import cache

import streamlit as st

from core.records.drafts import Drafts
from core.settings import current
from core.ui import keeping, server, staff

SLOTS = ("pharmacy",)  # what a person works on; language and text size stay the browser's
BETWEEN_SWEEPS_S = 3600.0


def owner() -> str | None:
    """The random id under which drafts are kept now; `None` when nothing can be kept."""
    standing = staff.look()
    if standing.session is not None:
        return keeping.records().keys.drafts_of(standing.session.person)
    return browser() if standing.state == "free" else None


def browser() -> str | None:
    """The random id of the browser's cookie; `None` when the browser keeps no cookie."""
    return server.owner(st.context.cookies)


def hand_over(person: str) -> None:
    """What was begun in this browser before staff was set up is the first administrator's now."""
    who = browser()
    if who:
        for slot in SLOTS:
            drafts().hand_over(who, keeping.records().keys.drafts_of(person), slot)


@cache
def drafts() -> Drafts:
    """The draft store of this process; the server sweeps it each hour."""
    return Drafts(current().data / "drafts")


async def keep_swept() -> None:
    """Removes drafts that nobody touched for a day, at the start and then each hour."""
    while True:
        await asyncio.to_thread(drafts().sweep)
        await asyncio.sleep(BETWEEN_SWEEPS_S)
