"""Signing in with a PIN, and how guessing is slowed down.

Knows: an attempt is stored before its PIN is looked at, so attempts at the same time and in several
processes all count, and a restart forgets none. After a few wrong PINs of one person each further
one waits longer, at most a quarter of an hour; after many wrong PINs of anybody, all wait a little.
A browser in which the person signed in before counts for itself, so nobody who guesses elsewhere
keeps a person from the tablet they always use.
Does not know: cookies, screens. Attempts while waiting are refused unread and leave no row.
"""

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, delete, insert, select, update

from core.records import audit, pins, staff_sessions, tables
from core.records.audit import About, StaffAct
from core.records.store import Records
from core.records.tables import new_id, stamp

FREE = 4  # wrong PINs of one person before the first wait
FIRST_WAIT_S, LONGEST_WAIT_S = 5.0, 900.0
FREE_OVERALL = 40  # wrong PINs of anybody within the window below
LONGEST_OVERALL_S = 30.0
WINDOW = timedelta(hours=24)  # older wrong PINs no longer count
TRUSTED = timedelta(days=90)  # how long a browser counts as the person's own
SKEW = timedelta(minutes=1)  # between machines; what lies further ahead was a wrong clock
CODE = "first-code"  # the source under which attempts at the one-time code are counted

_ID = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class SignedIn:
    token: str


@dataclass(frozen=True, slots=True)
class Wrong:
    """Not this PIN."""


@dataclass(frozen=True, slots=True)
class Wait:
    seconds: int


Answer = SignedIn | Wrong | Wait


def sign_in(
    records: Records, person: str, pin: str, browser: str, now: datetime | None = None
) -> Answer:
    """A session for this person, or why there is none; `browser` is the owner of its cookie."""
    moment, source = now or datetime.now(UTC), _hashed(browser)
    if not _ID.fullmatch(person):
        return Wrong()
    attempt = _begin(records, person, source, moment)
    if isinstance(attempt, Wait):
        return attempt
    with records.database.reading() as connection:
        column = tables.person.c
        known = select(column.pin_hash).where(column.id == person, column.active)
        pin_hash = connection.execute(known).scalar()
    if not pins.matches(pin_hash, pin):
        _note(records, "sign_in_refused", person)
        return Wrong()
    return _accept(records, attempt, person, str(pin_hash), moment)


def may_try_code(records: Records, now: datetime | None = None) -> Wait | str:
    """Counts an attempt at the one-time code; the id of the attempt when it may be looked at."""
    return _begin(records, None, CODE, now or datetime.now(UTC))


def refuse_code(records: Records) -> None:
    """A wrong code is in the audit like a wrong PIN."""
    _note(records, "sign_in_refused", None)


def _begin(records: Records, person: str | None, source: str, moment: datetime) -> Wait | str:
    attempt = new_id()
    with records.database.writing() as connection:
        wait = _wait(connection, person, source, moment)
        if wait > 0:
            return Wait(int(wait) + 1)
        row = {"id": attempt, "at": stamp(moment), "person": person, "source": source}
        connection.execute(insert(tables.sign_in_attempt).values(**row, accepted=False))
    return attempt


def _accept(records: Records, attempt: str, person: str, pin_hash: str, moment: datetime) -> Answer:
    attempts, known = tables.sign_in_attempt, tables.person.c
    with records.database.writing() as connection:
        same = select(known.id).where(known.id == person, known.active, known.pin_hash == pin_hash)
        if connection.execute(same).first() is None:
            return Wrong()  # deactivated, or given another PIN, while this one was looked at
        connection.execute(update(attempts).where(attempts.c.id == attempt).values(accepted=True))
        connection.execute(delete(attempts).where(attempts.c.at < stamp(moment - TRUSTED)))
        staff_sessions.forget(connection, moment - TRUSTED)
        token = staff_sessions.start(connection, person, moment)
        about = About(person=person)
        newest = audit.append(connection, records.keys.ring(), "signed_in", about)
    records.head_file.keep(newest)
    return SignedIn(token)


def _note(records: Records, action: StaffAct, subject: str | None) -> None:
    """A refusal in the audit; what was typed is nowhere."""
    with records.database.writing() as connection:
        known = select(tables.person.c.id).where(tables.person.c.id == subject)
        about = About(entry_id=connection.execute(known).scalar())
        newest = audit.append(connection, records.keys.ring(), action, about)
    records.head_file.keep(newest)


def _wait(connection: Connection, person: str | None, source: str, moment: datetime) -> float:
    """Seconds until the next attempt is looked at."""
    mine = _own_since(connection, person, source, moment)
    wrong = _wrong(connection, person, moment, source if mine else None, mine)
    wait = _left(wrong, _growing(len(wrong)), moment)
    if mine:
        return wait
    overall = _wrong_of_anybody(connection, moment)
    grown = min(LONGEST_OVERALL_S, max(0.0, (len(overall) - FREE_OVERALL) / 2))
    return max(wait, _left(overall, grown, moment))


def _growing(wrong: int) -> float:
    if wrong < FREE:
        return 0.0
    return float(min(LONGEST_WAIT_S, FIRST_WAIT_S * 2.0 ** min(wrong - FREE, 20)))


def _left(wrong: list[str], wait: float, moment: datetime) -> float:
    if not wrong:
        return 0.0
    return (datetime.fromisoformat(wrong[-1]) - moment).total_seconds() + wait


def _own_since(
    connection: Connection, person: str | None, source: str, moment: datetime
) -> str | None:
    """When this person last signed in with this browser; None when it is not their own."""
    column = tables.sign_in_attempt.c
    before = select(column.at).where(
        column.person == person,
        column.source == source,
        column.accepted,
        column.at >= stamp(moment - TRUSTED),
    )
    return connection.execute(before.order_by(column.at.desc()).limit(1)).scalar()


def _wrong(
    connection: Connection,
    person: str | None,
    moment: datetime,
    source: str | None,
    since: str | None,
) -> list[str]:
    """Times of the wrong PINs of a person: of their own browser since it was last let in, or of all
    browsers that are not their own. A right PIN in one browser forgives nothing in another.
    """
    column = tables.sign_in_attempt.c
    chosen = select(column.at).where(
        column.person == person,
        column.accepted.is_(False),
        column.at >= max(since or "", stamp(moment - WINDOW)),
        column.at <= stamp(moment + SKEW),
    )
    if source is None:
        own = select(column.source).where(column.person == person, column.accepted)
        chosen = chosen.where(column.source.not_in(own))
    else:
        chosen = chosen.where(column.source == source)
    return list(connection.execute(chosen.order_by(column.at)).scalars())


def _wrong_of_anybody(connection: Connection, moment: datetime) -> list[str]:
    column = tables.sign_in_attempt.c
    chosen = select(column.at).where(
        column.at >= stamp(moment - WINDOW),
        column.at <= stamp(moment + SKEW),
        column.accepted.is_(False),
    )
    return list(connection.execute(chosen.order_by(column.at)).scalars())


def _hashed(browser: str) -> str:
    return hashlib.sha256(browser.encode()).hexdigest()
