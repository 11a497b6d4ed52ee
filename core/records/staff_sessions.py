"""Sessions of staff: a random token in a browser's cookie, of which only the hash is stored.

Knows: a session ends when nothing was done for the idle time, when its screen is locked, and at the
end of the shift, which ends all of a person's sessions. An ended token is never taken again. While
the database takes no writes, this process remembers who was active itself.
Does not know: cookies, PINs. Roles are read anew each time, so a change holds at once.
"""

import hashlib
import logging
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from core.records import audit, tables
from core.records.audit import About
from core.records.problems import Unavailable
from core.records.roles import Role
from core.records.store import Records
from core.records.tables import stamp

LOG = logging.getLogger("auscult")
IDLE = "idle_minutes"
IDLE_MINUTES, LEAST_IDLE, MOST_IDLE = 10, 1, 120
TOUCH_S = 20  # a session seen this lately is not written again
MOST_REMEMBERED = 1000  # sessions whose activity could not be stored
_active: dict[str, datetime] = {}  # by hash of the token; what could not be stored


@dataclass(frozen=True, slots=True)
class Session:
    """An open session of a person; `others` are that person's further open ones, by their start.

    `idle_minutes`: after so long without activity it ends.
    """

    person: str
    name: str
    role: Role
    started: str
    others: tuple[str, ...]
    idle_minutes: int


@dataclass(frozen=True, slots=True)
class Ended:
    """A token that opens nothing; the sign-in screen offers its person first."""

    person: str | None


def start(connection: Connection, person: str, now: datetime | None = None) -> str:
    """A new session inside the transaction of a sign-in; returns the token for the cookie."""
    token, at = secrets.token_hex(16), stamp(now)
    row = {"token_hash": _hashed(token), "person": person, "created": at, "last_seen": at}
    connection.execute(insert(tables.staff_session).values(**row))
    return token


def look(
    records: Records, token: str, now: datetime | None = None, touch: bool = True
) -> Session | Ended:
    """Who this token stands for; `touch` counts the look as activity."""
    moment = now or datetime.now(UTC)
    with records.database.reading() as connection:
        minutes = idle_minutes(connection)
        idle = timedelta(minutes=minutes)
        row = _row(connection, token)
        if row is None:
            return Ended(None)
        seen = _last_active(row)
        # Either way: a clock that was set back must not keep a session open.
        if row.ended is not None or not row.active or abs(moment - seen) > idle:
            return Ended(row.person)
        others = _open_since(connection, row.person, stamp(moment - idle), _hashed(token))
    if touch and (moment - seen).total_seconds() >= TOUCH_S:
        _touch(records, token, moment)
    return Session(row.person, row.name, row.role, row.created, others, minutes)


def lock(records: Records, token: str) -> None:
    """Ends this session alone."""
    _end(records, token, "locked")


def end_shift(records: Records, token: str) -> None:
    """Ends every session of the person whose token this is."""
    _end(records, token, "shift_ended")


def end_all(connection: Connection, person: str, but: str = "") -> None:
    """Ends every session of a person, inside a transaction of another act; `but` is a token."""
    column = tables.staff_session.c
    still_open = update(tables.staff_session).where(
        column.person == person, column.ended.is_(None), column.token_hash != _hashed(but)
    )
    connection.execute(still_open.values(ended=stamp()))


def forget(connection: Connection, before: datetime) -> None:
    """Removes sessions that were last seen long ago."""
    column = tables.staff_session.c
    connection.execute(delete(tables.staff_session).where(column.last_seen < stamp(before)))


def idle_minutes(connection: Connection) -> int:
    column = tables.staff_setting.c
    chosen = connection.execute(select(column.value).where(column.name == IDLE)).scalar()
    return IDLE_MINUTES if chosen is None else int(chosen)


def set_idle_minutes(records: Records, minutes: int, by: str) -> None:
    """The idle time for everybody; raises `ValueError` outside its bounds."""
    if not LEAST_IDLE <= minutes <= MOST_IDLE:
        raise ValueError(minutes)
    dialect = postgresql if records.database.file is None else sqlite
    with records.database.writing() as connection:
        values = dialect.insert(tables.staff_setting).values(name=IDLE, value=minutes)
        keyed = values.on_conflict_do_update(index_elements=["name"], set_={"value": minutes})
        connection.execute(keyed)
        about = About(person=by)
        newest = audit.append(connection, records.keys.ring(), "idle_time_set", about)
    records.head_file.keep(newest)


def _end(records: Records, token: str, action: Literal["locked", "shift_ended"]) -> None:
    with records.database.writing() as connection:
        row = _row(connection, token)
        if row is None or row.ended is not None:
            return
        if action == "shift_ended":
            end_all(connection, row.person)
        else:
            this = tables.staff_session.c.token_hash == _hashed(token)
            connection.execute(update(tables.staff_session).where(this).values(ended=stamp()))
        newest = audit.append(connection, records.keys.ring(), action, About(person=row.person))
    records.head_file.keep(newest)


def _row(connection: Connection, token: str) -> "_Row | None":
    session, person = tables.staff_session.c, tables.person.c
    columns = (*tables.staff_session.columns, person.name, person.role, person.active)
    joined = tables.staff_session.join(tables.person, session.person == person.id)
    chosen = select(*columns).select_from(joined).where(session.token_hash == _hashed(token))
    row = connection.execute(chosen).first()
    return _Row(**row._asdict()) if row else None


@dataclass(frozen=True, slots=True)
class _Row:
    token_hash: str
    person: str
    created: str
    last_seen: str
    ended: str | None
    name: str
    role: Role
    active: bool


def _open_since(connection: Connection, person: str, since: str, but: str) -> tuple[str, ...]:
    column = tables.staff_session.c
    chosen = select(column.created).where(
        column.person == person,
        column.ended.is_(None),
        column.last_seen >= since,
        column.token_hash != but,
    )
    return tuple(connection.execute(chosen.order_by(column.created)).scalars())


def _last_active(row: _Row) -> datetime:
    """The later of what is stored and what this process could not store."""
    stored = datetime.fromisoformat(row.last_seen)
    return max(stored, _active.get(row.token_hash, stored))


def _touch(records: Records, token: str, moment: datetime) -> None:
    """Stores an activity; a database that takes no writes now leaves the session open."""
    name = _hashed(token)
    try:
        _store_activity(records, name, moment)
    except Unavailable as problem:
        LOG.warning("an activity is not stored: %s", problem.detail)
        _active.pop(name, None)
        _active[name] = moment
        while len(_active) > MOST_REMEMBERED:
            _active.pop(next(iter(_active)), None)
    else:
        _active.pop(name, None)


def _store_activity(records: Records, name: str, moment: datetime) -> None:
    column = tables.staff_session.c
    this = update(tables.staff_session).where(column.token_hash == name, column.ended.is_(None))
    with records.database.writing() as connection:
        connection.execute(this.values(last_seen=stamp(moment)))


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
