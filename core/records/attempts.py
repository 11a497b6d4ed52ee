"""Attempts to sign in, and how guessing is slowed down.

Knows: an attempt is stored before its PIN is looked at, so attempts at the same time and in several
processes all count, and a restart forgets none. After a few wrong PINs of one person each further
one waits longer, at most a quarter of an hour; after many wrong PINs of anybody, all wait a little.
A browser in which the person signed in before counts for itself, so nobody who guesses elsewhere
keeps a person from the tablet they always use.
Does not know: PINs, sessions. Attempts while waiting are refused unread and leave no row.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, select, update

from core.records import tables
from core.records.store import Records
from core.records.tables import new_id, stamp

FREE = 4  # wrong PINs of one person before the first wait
FIRST_WAIT_S, LONGEST_WAIT_S = 5.0, 900.0
FREE_OVERALL = 40  # wrong PINs of anybody within the window below
LONGEST_OVERALL_S = 30.0
WINDOW = timedelta(hours=24)  # older wrong PINs no longer count
TRUSTED = timedelta(days=90)  # how long a browser counts as the person's own
SKEW = timedelta(minutes=1)  # between machines; what lies further ahead was a wrong clock


@dataclass(frozen=True, slots=True)
class Wait:
    seconds: int


def begin(records: Records, person: str | None, source: str, moment: datetime) -> Wait | str:
    """Counts an attempt as wrong until it is accepted; its id when it may be looked at."""
    attempt = new_id()
    with records.database.writing() as connection:
        wait = _wait(connection, person, source, moment)
        if wait > 0:
            return Wait(int(wait) + 1)
        row = {"id": attempt, "at": stamp(moment), "person": person, "source": source}
        connection.execute(insert(tables.sign_in_attempt).values(**row, accepted=False))
    return attempt


def accept(connection: Connection, attempt: str, moment: datetime) -> None:
    """This attempt was right; what nobody asks for any more is removed."""
    column = tables.sign_in_attempt.c
    right = update(tables.sign_in_attempt).where(column.id == attempt)
    connection.execute(right.values(accepted=True))
    connection.execute(delete(tables.sign_in_attempt).where(column.at < stamp(moment - TRUSTED)))


def source(browser: str) -> str:
    """How a browser is named among the attempts: by a hash of its cookie."""
    return hashlib.sha256(browser.encode()).hexdigest()


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
