"""Attempts to sign in, and how guessing is slowed down.

Knows: an attempt is stored before its PIN is looked at, so attempts at the same time and in several
processes all count, and a restart forgets none. Wrong PINs count for the network they come from:
after a few of one person each further one waits longer, at most a quarter of an hour; after many of
anybody, that network waits a little. A browser in which the person signed in before counts for
itself, so nobody who guesses elsewhere keeps a person from the tablet they always use.
Does not know: PINs, sessions. Attempts while waiting are refused unread and leave no row.
Limits: who guesses one person's PIN from many networks makes that person wait a little everywhere.
"""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, delete, insert, select, update

from core.records import tables
from core.records.keys import Ring
from core.records.store import Records
from core.records.tables import new_id, stamp

FREE = 4  # wrong PINs of one person before the first wait
FIRST_WAIT_S, LONGEST_WAIT_S = 5.0, 900.0
FREE_OVERALL = 40  # wrong PINs of anybody from one network within the window below
FREE_EVERYWHERE = 200  # of one person from all networks; more than one network gets to in a day
LONGEST_OVERALL_S = 30.0
WINDOW = timedelta(hours=24)  # older wrong PINs no longer count
TRUSTED = timedelta(days=90)  # how long a browser counts as the person's own
SKEW = timedelta(minutes=1)  # between machines; what lies further ahead was a wrong clock


@dataclass(frozen=True, slots=True)
class Wait:
    seconds: int


@dataclass(frozen=True, slots=True)
class Comer:
    """Who is tried, with which browser (`source`) and from where (`network`, None for nowhere)."""

    person: str | None
    source: str
    network: str | None


def begin(records: Records, comer: Comer, moment: datetime) -> Wait | str:
    """Counts an attempt as wrong until it is accepted; its id when it may be looked at."""
    attempt = new_id()
    with records.database.writing() as connection:
        wait = _wait(connection, comer, moment)
        if wait > 0:
            return Wait(int(wait) + 1)
        row = {"id": attempt, "at": stamp(moment), "accepted": False}
        row |= {"person": comer.person, "source": comer.source, "network": comer.network}
        connection.execute(insert(tables.sign_in_attempt).values(row))
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


def network(ring: Ring, address: str) -> str:
    """How a network is named among the attempts: by an HMAC that a rotation does not change."""
    key = ring.derived(min(ring.masters), "network")
    return hmac.new(key, address.encode(), "sha256").hexdigest()


def _wait(connection: Connection, comer: Comer, moment: datetime) -> float:
    """Seconds until the next attempt is looked at."""
    column = tables.sign_in_attempt.c
    mine = _own_since(connection, comer, moment)
    if mine is not None:
        since = (column.at >= mine, column.source == comer.source)
        wrong = _wrong(connection, moment, column.person == comer.person, *since)
        return _left(wrong, _growing(len(wrong)), moment)
    own = select(column.source).where(column.person == comer.person, column.accepted)
    of_person = (column.person == comer.person, column.source.not_in(own))
    from_here = column.network == comer.network
    here = _wrong(connection, moment, *of_person, from_here)
    anybody = _wrong(connection, moment, from_here)
    everywhere = _wrong(connection, moment, *of_person)
    return max(
        _left(here, _growing(len(here)), moment),
        _left(anybody, _gentle(len(anybody) - FREE_OVERALL), moment),
        _left(everywhere, _gentle(len(everywhere) - FREE_EVERYWHERE), moment),
    )


def _growing(wrong: int) -> float:
    if wrong < FREE:
        return 0.0
    return float(min(LONGEST_WAIT_S, FIRST_WAIT_S * 2.0 ** min(wrong - FREE, 20)))


def _gentle(too_many: int) -> float:
    return min(LONGEST_OVERALL_S, max(0.0, too_many / 2))


def _left(wrong: Sequence[str], wait: float, moment: datetime) -> float:
    if not wrong:
        return 0.0
    return (datetime.fromisoformat(wrong[-1]) - moment).total_seconds() + wait


def _own_since(connection: Connection, comer: Comer, moment: datetime) -> str | None:
    """When this person last signed in with this browser; None when it is not their own.

    A right PIN in one browser forgives nothing in another.
    """
    column = tables.sign_in_attempt.c
    before = select(column.at).where(
        column.person == comer.person,
        column.source == comer.source,
        column.accepted,
        column.at >= stamp(moment - TRUSTED),
    )
    return connection.execute(before.order_by(column.at.desc()).limit(1)).scalar()


def _wrong(connection: Connection, moment: datetime, *which: ColumnElement[bool]) -> Sequence[str]:
    """Times of wrong PINs within the window, in order."""
    column = tables.sign_in_attempt.c
    chosen = select(column.at).where(
        column.accepted.is_(False),
        column.at >= stamp(moment - WINDOW),
        column.at <= stamp(moment + SKEW),
        *which,
    )
    return connection.execute(chosen.order_by(column.at)).scalars().all()
