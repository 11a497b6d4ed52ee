"""Who is at this browser, and what they may do.

Knows: four standings. `free`: no staff is set up, the person at the machine works as before.
`open`: signed in. `locked`: a sign-in is needed. `closed`: the records cannot say, so
nothing opens; but who was just seen goes on working for a while when the database is away.
Where others reach the app nobody is ever `free`: staff is set up at the machine, before that.
Limits: without staff everybody at this machine may do everything that leaves no record.
"""

import time
from dataclasses import dataclass
from typing import Literal

import streamlit as st

from core.errors import AuscultError
from core.records import opening, people, roles, staff_sessions
from core.records.problems import Unavailable
from core.records.roles import Action, Page
from core.records.staff_sessions import IDLE_MINUTES, Ended, Session
from core.settings import current
from core.ui import keeping, server

HERE = "standing of this run"
KEPT = ("language", "text_size", "preferences read", "router ran")  # what a lock leaves on a screen


@dataclass(frozen=True, slots=True)
class Standing:
    """`last`: whose session ended in this browser. `problem`: why the records cannot say."""

    state: Literal["free", "open", "locked", "closed"]
    session: Session | None = None
    last: str | None = None
    problem: AuscultError | None = None

    @property
    def works(self) -> bool:
        return self.state in ("free", "open")


_seen: dict[str, tuple[Session, float]] = {}  # by token; of this process only
_left: set[str] = set()  # tokens whose end could not be stored


def look(touch: bool = False) -> Standing:
    """The standing now; `touch` counts as activity."""
    if not keeping.may_exist():
        return _without_staff()
    if current().shared and not opening.may_exist(current()):
        return _without_staff()  # a database that is open stays so when its file was taken away
    token = server.staff_token(st.context.cookies)
    try:
        held = keeping.records()
        if not people.has_administrator(held):
            return _without_staff()
        found = staff_sessions.look(held, token, touch=touch) if token else Ended(None)
    except AuscultError as problem:
        return _while_away(token, problem)
    if isinstance(found, Session) and token and token not in _left:
        _seen[token] = (found, time.monotonic())
        return Standing("open", found)
    _seen.pop(token or "", None)
    return Standing("locked", last=found.person)


def _without_staff() -> Standing:
    if current().shared:
        return Standing("closed", problem=AuscultError("door.no_staff"))
    return Standing("free")


def arrive() -> Standing:
    """The standing of this run, for everything that is drawn in it."""
    standing = look(touch=True)
    st.session_state[HERE] = standing
    if standing.state == "locked":
        _clear_screen()
    return standing


def here() -> Standing:
    """The standing with which this run began; nothing may be shown before one did."""
    found = st.session_state.get(HERE)
    return found if isinstance(found, Standing) else Standing("locked")


def may(page: Page, action: Action, standing: Standing | None = None) -> bool:
    """Whether an action is allowed; a callback, which runs before the page, passes `look()`."""
    standing = standing or here()
    if standing.session is not None:
        return roles.may(standing.session.role, page, action)
    return standing.state == "free" and action in ("see", "check", "override")


def leave(whole_shift: bool) -> None:
    """Locks this screen, or ends every session of its person."""
    token = server.staff_token(st.context.cookies)
    if token is None:
        return
    try:
        end = staff_sessions.end_shift if whole_shift else staff_sessions.lock
        end(keeping.records(), token)
    except AuscultError:
        _left.add(token)


def _while_away(token: str | None, problem: AuscultError) -> Standing:
    session, at = _seen.get(token or "", (None, 0.0))
    lately = time.monotonic() - at < IDLE_MINUTES * 60
    if session and lately and token not in _left and isinstance(problem, Unavailable):
        return Standing("open", session, problem=problem)
    return Standing("closed", problem=problem)


def _clear_screen() -> None:
    """What one person had on the screen is not there for the next."""
    for key in [key for key in st.session_state if key not in (*KEPT, HERE)]:
        del st.session_state[key]
