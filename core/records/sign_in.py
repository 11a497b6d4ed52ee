"""Signing in with a PIN, and changing the own PIN.

Knows: a right PIN opens a session; a wrong one, and a wait, do not (`attempts`). Who changes their
own PIN types the present one, which counts like a sign-in.
Does not know: cookies, screens, other ways to sign in (`hospital_account`).
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, select

from core.records import attempts, audit, people, pins, staff_sessions, tables
from core.records.attempts import TRUSTED, Comer, Wait
from core.records.audit import About
from core.records.pins import PinProblem
from core.records.store import Records

CODE = "first-code"  # the source under which attempts at the one-time code are counted

_ID = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class SignedIn:
    token: str


@dataclass(frozen=True, slots=True)
class Wrong:
    """Not this PIN."""


@dataclass(frozen=True, slots=True)
class Changed:
    """The PIN is a new one."""


def sign_in(
    records: Records,
    person: str,
    pin: str,
    browser: str,
    now: datetime | None = None,
    address: str = "",
) -> SignedIn | Wrong | Wait:
    """A session for this person, or why there is none.

    `browser` is the owner of its cookie, `address` its network; those without one count together.
    """
    moment = now or datetime.now(UTC)
    attempt = _attempt(records, person, pin, Origin(browser, address), moment)
    if not isinstance(attempt, Right):
        return attempt
    with records.database.writing() as connection:
        if not _still_right(connection, person, attempt):
            return Wrong()
        token = open_session(connection, person, attempt.id, moment)
        newest = audit.append(connection, records.keys.ring(), "signed_in", About(person=person))
    records.head_file.keep(newest)
    return SignedIn(token)


def change_pin(
    records: Records,
    token: str,
    present: str,
    new: str,
    browser: str,
    now: datetime | None = None,
    address: str = "",
) -> Changed | Wrong | Wait | PinProblem:
    """Gives the person of an open session another PIN and ends their other sessions."""
    moment = now or datetime.now(UTC)
    session = staff_sessions.look(records, token, moment, touch=False)
    if isinstance(session, staff_sessions.Ended):
        return Wrong()
    if refused := pins.problem(new):
        return refused
    attempt = _attempt(records, session.person, present, Origin(browser, address), moment)
    if not isinstance(attempt, Right):
        return attempt
    pin_hash, about = pins.hashed(new), About(entry_id=session.person, person=session.person)
    with records.database.writing() as connection:
        if not _still_right(connection, session.person, attempt):
            return Wrong()
        attempts.accept(connection, attempt.id, moment)
        people.put_pin(connection, session.person, pin_hash)
        staff_sessions.end_all(connection, session.person, but=token)
        newest = audit.append(connection, records.keys.ring(), "pin_changed", about)
    records.head_file.keep(newest)
    return Changed()


def open_session(connection: Connection, person: str, attempt: str, moment: datetime) -> str:
    """Inside the transaction of a sign-in: accepts its attempt and returns the session's token."""
    attempts.accept(connection, attempt, moment)
    staff_sessions.forget(connection, moment - TRUSTED)
    return staff_sessions.start(connection, person, moment)


def may_try_code(records: Records, now: datetime | None = None) -> Wait | str:
    """Counts an attempt at the one-time code; the id of the attempt when it may be looked at.

    All count together, whatever network they come from.
    """
    return attempts.begin(records, Comer(None, CODE, None), now or datetime.now(UTC))


def refuse(records: Records, person: str | None = None) -> None:
    """A refusal in the audit; what was typed is nowhere."""
    with records.database.writing() as connection:
        known = select(tables.person.c.id).where(tables.person.c.id == person)
        about = About(entry_id=connection.execute(known).scalar())
        newest = audit.append(connection, records.keys.ring(), "sign_in_refused", about)
    records.head_file.keep(newest)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a PIN is typed: the owner of the browser's cookie, and its network."""

    browser: str
    address: str


@dataclass(frozen=True, slots=True)
class Right:
    """An attempt whose PIN was right; `pin_hash` is what it was compared with."""

    id: str
    pin_hash: str


def _attempt(
    records: Records, person: str, pin: str, origin: Origin, moment: datetime
) -> Right | Wrong | Wait:
    pin_hash = _pin_hash(records, person)
    if pin_hash is None:  # nobody's PIN: unread, uncounted, or made-up ids would make others wait
        return Wrong()
    network = attempts.network(records.keys.ring(), origin.address)
    comer = Comer(person, attempts.source(origin.browser), network)
    attempt = attempts.begin(records, comer, moment)
    if isinstance(attempt, Wait):
        return attempt
    if not pins.matches(pin_hash, pin):
        refuse(records, person)
        return Wrong()
    return Right(attempt, pin_hash)


def _pin_hash(records: Records, person: str) -> str | None:
    """Of an active person; None for anybody else."""
    if not _ID.fullmatch(person):
        return None
    column = tables.person.c
    known = select(column.pin_hash).where(column.id == person, column.active)
    with records.database.reading() as connection:
        return connection.execute(known).scalar()


def _still_right(connection: Connection, person: str, attempt: Right) -> bool:
    """Not deactivated, nor given another PIN, while this one was looked at."""
    column = tables.person.c
    same = (column.id == person, column.active, column.pin_hash == attempt.pin_hash)
    return connection.execute(select(column.id).where(*same)).first() is not None
