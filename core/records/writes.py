"""The two writes, a new group and a new entry: as values that can wait, and applied once.

Knows: how a group's data key is made, wrapped and opened; that a write whose id is already there
was stored before. Every write adds its audit line in the same transaction.
Does not know: when the database is away (see `store`).
"""

import json
import secrets
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection, Row, insert, select

from core.records import audit, tables
from core.records.audit import About
from core.records.head import Head
from core.records.keys import Keys, Ring
from core.records.kinds import KEPT_DAYS, GroupKind, keep_until
from core.records.problems import Unknown
from core.records.sealing import KEY, seal, unseal
from core.records.shares import Shares

_WRAP = ("record_group", "wrapped")


@dataclass(frozen=True, slots=True)
class NewGroup:
    """`patient` is the HMAC of the reference already."""

    id: str
    kind: GroupKind
    patient: str | None
    owner: str | None
    created: str


@dataclass(frozen=True, slots=True)
class NewEntry:
    """`content` and `provenance` are JSON in clear; they leave this process sealed only."""

    id: str
    group_id: str
    kind: str
    content: str
    provenance: str | None
    person: str | None
    supersedes: str | None
    created: str


Write = NewGroup | NewEntry


def dump(write: Write) -> bytes:
    return json.dumps([type(write).__name__, asdict(write)], ensure_ascii=False).encode()


def load(content: bytes) -> Write:
    name, fields = json.loads(content)
    return NewGroup(**fields) if name == NewGroup.__name__ else NewEntry(**fields)


def group_id(write: Write) -> str:
    return write.id if isinstance(write, NewGroup) else write.group_id


def apply(connection: Connection, keys: Keys, shares: Shares, write: Write) -> Head | None:
    """Stores a write; None when it was stored before."""
    table = tables.record_group if isinstance(write, NewGroup) else tables.entry
    if connection.execute(select(table.c.id).where(table.c.id == write.id)).first():
        return None
    if isinstance(write, NewGroup):
        return _add_group(connection, keys.ring(), shares, write)
    return _add_entry(connection, keys.ring(), shares, write)


def kept_days(connection: Connection) -> dict[GroupKind, int | None]:
    """Days by kind: what was set in this database, else what holds until somebody sets it."""
    chosen = {row.kind: row.days for row in connection.execute(select(tables.retention))}
    return {kind: chosen.get(kind, days) for kind, days in KEPT_DAYS.items()}


def group_row(connection: Connection, group: str) -> Row[Any]:
    """The row of a group; raises `Unknown`."""
    found = connection.execute(
        select(tables.record_group).where(tables.record_group.c.id == group)
    ).first()
    if found is None:
        raise Unknown("records.problem.unknown", "group", id=group)
    return found


def data_key(ring: Ring, shares: Shares, row: Row[Any]) -> bytes:
    """The key of a group; raises `Erased`, `KeyMissing` or `KeyWrong`."""
    return unseal(wrapping_key(ring, shares, row.id, row.key_version), row.wrapped, *_WRAP, row.id)


def wrap(ring: Ring, shares: Shares, group: str, key: bytes) -> bytes:
    """A data key under the current master key and the group's half."""
    return seal(wrapping_key(ring, shares, group, ring.current), key, *_WRAP, group)


def wrapping_key(ring: Ring, shares: Shares, group: str, version: int) -> bytes:
    return ring.derived(version, "wrap", group.encode(), shares.find(group))


def _add_group(connection: Connection, ring: Ring, shares: Shares, new: NewGroup) -> Head:
    days = kept_days(connection)[new.kind]
    row = {
        **asdict(new),
        "keep_until": keep_until(new.created, days),
        "key_version": ring.current,
        "wrapped": wrap(ring, shares, new.id, secrets.token_bytes(KEY)),
    }
    stored = connection.execute(insert(tables.record_group).returning(tables.record_group), row)
    digest = audit.group_digest(ring, ring.current, stored.one())
    about = About(group_id=new.id, person=new.owner, patient=new.patient, digest=digest)
    return audit.append(connection, ring, "group", about)


def _add_entry(connection: Connection, ring: Ring, shares: Shares, new: NewEntry) -> Head:
    key = data_key(ring, shares, group_row(connection, new.group_id))
    if new.supersedes:
        _must_stand(connection, new.supersedes, new.group_id)
    row = asdict(new)
    row["content"] = seal(key, new.content.encode(), "entry", new.id, "content")
    if new.provenance is not None:
        row["provenance"] = seal(key, new.provenance.encode(), "entry", new.id, "provenance")
    stored = connection.execute(insert(tables.entry).returning(tables.entry), row).one()
    digest = audit.entry_digest(ring, ring.current, stored)
    about = About(group_id=new.group_id, entry_id=new.id, person=new.person, digest=digest)
    return audit.append(connection, ring, "entry", about)


def _must_stand(connection: Connection, entry: str, group: str) -> None:
    column = tables.entry.c
    found = select(column.id).where(column.id == entry, column.group_id == group)
    if connection.execute(found).first() is None:
        raise Unknown("records.problem.unknown", "entry", id=entry)
