"""Signing in with a hospital account: what the provider says, and whose account that is.

Knows: an answer of the provider counts for two minutes and once. It opens the same session as a
PIN does. An account is the provider's subject, or an e-mail that the provider calls verified.
Does not know: how the answer was asked for and that its signature is right
(`core.ui.hospital_route`).
Limits: a provider that asks for no password although it was told to, and does not say when it
last did, is not found out.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, insert, select

from core.records import audit, people, sign_in, tables
from core.records.audit import About, StaffAct
from core.records.sign_in import SignedIn
from core.records.store import Records
from core.records.tables import stamp

FRESH = timedelta(minutes=2)
SKEW = timedelta(seconds=30)  # how far the provider's clock may be ahead of this one
SOURCE = "hospital account"  # under which these sign-ins stand among the attempts


@dataclass(frozen=True, slots=True)
class Identity:
    """What the provider said of whom; `answer` names this one answer."""

    subject: str
    email: str
    moments: tuple[datetime, ...]
    answer: str

    @property
    def shown(self) -> str:
        """What an administrator would enter to bind this account."""
        return self.email or self.subject


@dataclass(frozen=True, slots=True)
class Unbound:
    """No active person has this account."""


@dataclass(frozen=True, slots=True)
class Stale:
    """The provider signed this person in some time ago, or its clock is another."""


@dataclass(frozen=True, slots=True)
class Spent:
    """This answer was taken before."""


def read(claims: Mapping[str, Any]) -> Identity | None:
    """The identity in the claims of a checked id token; None when it lacks what is needed."""
    subject, nonce, issued = (claims.get(name) for name in ("sub", "nonce", "iat"))
    told = [issued, *([claims["auth_time"]] if claims.get("auth_time") is not None else [])]
    if not (subject and nonce and isinstance(subject, str) and all(map(_is_time, told))):
        return None
    verified = claims.get("email_verified") in (True, "true")
    said = json.dumps([claims.get("iss"), subject, nonce])
    return Identity(
        subject,
        str(claims.get("email") or "") if verified else "",
        tuple(datetime.fromtimestamp(at, UTC) for at in told),
        hashlib.sha256(said.encode()).hexdigest()[:32],
    )


def sign_in_with(
    records: Records, identity: Identity, now: datetime | None = None
) -> SignedIn | Unbound | Stale | Spent:
    """A session for the person with this account, or why there is none."""
    moment = now or datetime.now(UTC)
    with records.database.writing() as connection:
        person = _person(connection, identity)
        answer = _judged(connection, identity, person, moment)
        signed_in = isinstance(answer, SignedIn)
        about = About(person=person) if signed_in else About(entry_id=person)
        act: StaffAct = "signed_in" if signed_in else "sign_in_refused"
        newest = audit.append(connection, records.keys.ring(), act, about)
    records.head_file.keep(newest)
    return answer


def _judged(
    connection: Connection, identity: Identity, person: str | None, moment: datetime
) -> SignedIn | Unbound | Stale | Spent:
    if any(not -SKEW <= moment - at <= FRESH for at in identity.moments):
        return Stale()
    column = tables.sign_in_attempt.c
    taken = select(column.id).where(column.id == identity.answer)
    if connection.execute(taken).first() is not None:
        return Spent()
    row = {"id": identity.answer, "at": stamp(moment), "person": person, "source": SOURCE}
    connection.execute(insert(tables.sign_in_attempt).values(**row, accepted=True))
    if person is None:
        return Unbound()
    return SignedIn(sign_in.open_session(connection, person, identity.answer, moment))


def _person(connection: Connection, identity: Identity) -> str | None:
    """The one active person with this account."""
    names = {people.kept_account(name) for name in (identity.subject, identity.email)} - {""}
    column = tables.person.c
    found = connection.execute(select(column.id).where(column.active, column.account.in_(names)))
    ids = found.scalars().all()
    return str(ids[0]) if len(ids) == 1 else None


def _is_time(value: object) -> bool:
    return isinstance(value, int | float) and 0 < value < 2**33
