"""Who is at this browser, and what they may do.

Knows: four standings. `free`: no staff is set up, the person at the machine works as before.
`open`: signed in. `locked`: a sign-in is needed. `closed`: the records cannot say, so
nothing opens; but who was just seen goes on working for a while when the database is away.
Where others reach the app nobody is ever `free`: staff is set up at the machine, before that.
Limits: without staff everybody at this machine may do everything that leaves no record.
"""

import contextlib
import time
from dataclasses import dataclass
from typing import Literal

import streamlit as st

from core.errors import AuscultError
from core.records import opening, people, roles, staff_sessions
from core.records.problems import Unavailable
from core.records.roles import Action, Page
from core.records.staff_sessions import Ended, Session
from core.records.store import Records
from core.settings import current
from core.ui import keeping, server

HERE, DID = "standing of this run", "what the last run showed"
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
_left: dict[str, bool] = {}  # tokens whose end could not be stored; whether it ends the shift


def look(touch: bool = False) -> Standing:
    """The standing now; `touch` counts as activity."""
    return _of(server.staff_token(st.context.cookies), touch)


def admits(token: str | None) -> bool:
    """Whether who shows this token may work; for what is asked outside of a page."""
    return _of(token, touch=False).works


def _of(token: str | None, touch: bool) -> Standing:
    if not keeping.may_exist():
        return _without_staff()
    if current().shared and not opening.may_exist(current()):
        return _without_staff()  # a database that is open stays so when its file was taken away
    try:
        held = keeping.records()
        held.keys.ring()  # a key that is gone is said here, and not by the first page that needs it
        _finish_leaving(held)
        if not people.has_administrator(held):
            return _without_administrator(held)
        found = staff_sessions.look(held, token, touch=touch) if token else Ended(None)
    except AuscultError as problem:
        return _while_away(token, problem)
    if isinstance(found, Session) and token:
        _remember(token, found, touch)
        return Standing("open", found)
    _seen.pop(token or "", None)
    return Standing("locked", last=found.person)


def _without_administrator(held: Records) -> Standing:
    """This program never leaves staff without an administrator; then nothing opens for anybody."""
    if people.anybody(held):
        return Standing("closed", problem=AuscultError("door.no_administrator"))
    return _without_staff()


def _without_staff() -> Standing:
    if current().shared:
        return Standing("closed", problem=AuscultError("door.no_staff"))
    return Standing("free")


def arrive() -> Standing:
    """The standing of this run, for everything that is drawn in it."""
    before, standing = st.session_state.get(HERE), look(touch=_did_something())
    st.session_state[HERE] = standing
    # A tab that slept goes on with what it showed, though another person signed in meanwhile.
    if standing.state == "locked" or _whose(before) not in (None, _whose(standing)):
        _clear_screen()
    return standing


def _did_something() -> bool:
    """Whether this run follows an act: a tab that connects again runs too, with all as it was."""
    plain = (str, int, float, bool, type(None))
    held = [(str(k), v) for k, v in st.session_state.items() if isinstance(v, plain) and k != DID]
    before = st.session_state.get(DID)
    doing = st.session_state[DID] = hash((repr(sorted(held, key=str)), st.context.url))
    return doing != before


def _whose(standing: object) -> str | None:
    """Who worked on a screen; None before anybody did."""
    if not isinstance(standing, Standing) or not standing.works:
        return None
    return standing.session.person if standing.session else ""


def here() -> Standing:
    """The standing with which this run began; nothing may be shown before one did."""
    found = st.session_state.get(HERE)
    return found if isinstance(found, Standing) else Standing("locked")


def may(page: Page, action: Action, standing: Standing | None = None) -> bool:
    """Whether an action is allowed; a callback, which runs before the page, passes `look()`."""
    if standing is None:
        standing = here()
    elif _whose(standing) != _whose(here()):
        return False  # what the screen shows is another person's; the next run clears it
    if standing.session is not None:
        return roles.may(standing.session.role, page, action)
    if standing.state != "free":
        return False
    return action in ("see", "check", "override") or (page, action) == ("model", "manage")


def leave(whole_shift: bool) -> None:
    """Locks this screen, or ends every session of its person."""
    token = server.staff_token(st.context.cookies)
    if token is None:
        return
    _left[token] = whole_shift
    with contextlib.suppress(AuscultError):  # stored as soon as the database takes it
        _finish_leaving(keeping.records())


def _finish_leaving(held: Records) -> None:
    """Ends the sessions that somebody left; one that cannot be ended yet stays left."""
    for token, whole_shift in list(_left.items()):
        end = staff_sessions.end_shift if whole_shift else staff_sessions.lock
        end(held, token)
        _left.pop(token, None)


def _remember(token: str, session: Session, touch: bool) -> None:
    """Who was here and when they last did something, for a while without the database."""
    at = time.monotonic() if touch or token not in _seen else _seen[token][1]
    _seen[token] = (session, at)
    for other, (known, seen) in list(_seen.items()):
        if time.monotonic() - seen > known.idle_minutes * 60:
            _seen.pop(other, None)


def _while_away(token: str | None, problem: AuscultError) -> Standing:
    session, at = _seen.get(token or "", (None, 0.0))
    if session is None or token in _left or not isinstance(problem, Unavailable):
        return Standing("closed", problem=problem)
    if time.monotonic() - at > session.idle_minutes * 60:
        return Standing("closed", problem=problem)
    return Standing("open", session, problem=problem)


def _clear_screen() -> None:
    """What one person had on the screen is not there for the next."""
    for key in [key for key in st.session_state if key not in (*KEPT, HERE, DID)]:
        del st.session_state[key]
