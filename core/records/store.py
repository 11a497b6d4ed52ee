"""The records: groups and their entries, added and read, never changed in place.

Knows: that a write is either `stored` or, while the database takes nothing, `waiting` on this disk,
sealed; what waits is stored first when the database is back.
Does not know: who may read what; a page asks for the owner's or the patient's groups only.
"""

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Row, select

from core.records import provenance, tables, writes
from core.records.database import Database
from core.records.head import HeadFile
from core.records.keys import Keys, plain_reference
from core.records.kinds import GroupKind
from core.records.outbox import Outbox, group_of
from core.records.problems import Erased, KeyMissing, KeyWrong, Unavailable, Unknown
from core.records.provenance import Provenance
from core.records.sealing import unseal
from core.records.shares import Shares
from core.records.tables import new_id, stamp

LOG = logging.getLogger("auscult")


@dataclass(frozen=True, slots=True)
class Added:
    """`waiting`: safe on this disk, not yet in the database; the page says so."""

    id: str
    state: Literal["stored", "waiting"]


@dataclass(frozen=True, slots=True)
class Group:
    id: str
    kind: GroupKind
    owner: str | None
    created: str
    keep_until: str | None


@dataclass(frozen=True, slots=True)
class Entry:
    id: str
    group_id: str
    kind: str
    content: Mapping[str, Any]
    provenance: Provenance | None
    person: str | None
    supersedes: str | None
    created: str


@dataclass(frozen=True, slots=True)
class Records:
    """One per process; its methods may be called from several threads."""

    database: Database
    keys: Keys
    shares: Shares
    outbox: Outbox
    head_file: HeadFile

    def new_group(
        self, kind: GroupKind, patient: str | None = None, owner: str | None = None
    ) -> Added:
        """Opens a record group; of the patient's reference only an HMAC is kept."""
        group = new_id()
        self.keys.ring()  # no half is made while the key folder is not there
        sealed = None
        if patient and plain_reference(patient):
            sealed = self.keys.patients(patient)[0]
        self.shares.make(group)
        return self._write(writes.NewGroup(group, kind, sealed, owner, stamp()))

    def add(
        self,
        group: str,
        kind: str,
        content: Mapping[str, Any],
        person: str | None = None,
        supersedes: str | None = None,
        origin: Provenance | None = None,
    ) -> Added:
        """Adds an entry; a correction names the one it supersedes, and both stay.

        Raises `Unknown` or `Erased` for its group, and `NotStored` when the disk takes nothing
        either: then the caller still holds the answer and says so.
        """
        self.shares.find(group)
        clear = json.dumps(content, ensure_ascii=False)
        where_from = origin.dump().decode() if origin else None
        return self._write(
            writes.NewEntry(new_id(), group, kind, clear, where_from, person, supersedes, stamp())
        )

    def later(
        self,
        kind: GroupKind,
        entries: Sequence[tuple[str, Mapping[str, Any]]],
        person: str,
        origin: Provenance,
    ) -> str:
        """A group with its entries on this disk, sealed, stored by the next flush; returns its id.

        The database is not asked, so a thread that must not wait may call it. Raises `NotStored`
        when the disk takes nothing. `origin` belongs to the first entry.
        """
        group, now = new_id(), stamp()
        self.keys.ring()
        self.shares.make(group)
        self.outbox.put(group, writes.dump(writes.NewGroup(group, kind, None, person, now)))
        where_from: str | None = origin.dump().decode()
        for name, content in entries:
            clear = json.dumps(content, ensure_ascii=False)
            new = writes.NewEntry(new_id(), group, name, clear, where_from, person, None, stamp())
            self.outbox.put(group, writes.dump(new))
            where_from = None
        return group

    def read(self, entry: str) -> Entry | None:
        """An entry by its id; None when there is none. Raises `Erased` for an erased group."""
        with self.database.reading() as connection:
            row = connection.execute(select(tables.entry).where(tables.entry.c.id == entry)).first()
            if row is None:
                return None
            group = writes.group_row(connection, row.group_id)
        return opened(row, writes.data_key(self.keys.ring(), self.shares, group))

    def list(self, group: str, superseded: bool = False) -> tuple[Entry, ...]:
        """The entries of a group, oldest first; those that a later one supersedes when asked."""
        column = tables.entry.c
        with self.database.reading() as connection:
            row = writes.group_row(connection, group)
            of_group = select(tables.entry).where(column.group_id == group)
            found = connection.execute(of_group.order_by(column.created, column.id)).all()
        key = writes.data_key(self.keys.ring(), self.shares, row)
        old = set() if superseded else {entry.supersedes for entry in found}
        return tuple(opened(entry, key) for entry in found if entry.id not in old)

    def groups(
        self,
        patient: str | None = None,
        owner: str | None = None,
        kind: GroupKind | None = None,
        newest: int | None = None,
    ) -> tuple[Group, ...]:
        """The groups of a patient, of an owner, of a kind, oldest first; the last ones if asked."""
        column = tables.record_group.c
        chosen = select(column.id, column.kind, column.owner, column.created, column.keep_until)
        if patient is not None:
            chosen = chosen.where(column.patient.in_(self.keys.patients(patient)))
        if owner is not None:
            chosen = chosen.where(column.owner == owner)
        if kind is not None:
            chosen = chosen.where(column.kind == kind)
        last_first = chosen.order_by(column.created.desc(), column.id.desc()).limit(newest)
        with self.database.reading() as connection:
            rows = connection.execute(last_first).all()
        return tuple(Group(*row) for row in reversed(rows))

    def flush(self) -> int:
        """Stores what waits, oldest first; returns how many were stored. Raises `Unavailable`.

        A write whose group was erased is dropped; one that its key does not open stays.
        """
        stored = 0
        for file in self.outbox.waiting():
            try:
                self._apply(writes.load(self.outbox.open(file)))
                stored += 1
            except Erased:
                LOG.info("a waiting write of an erased group was dropped")
            except (KeyMissing, KeyWrong, Unknown) as problem:
                if self.outbox.is_news(file):
                    LOG.warning("a waiting write cannot be stored yet: %s", problem.detail)
                continue
            self.outbox.remove(file)
        return stored

    def drop_waiting(self, group: str) -> None:
        """Removes what waits for an erased group."""
        for file in self.outbox.waiting():
            if group_of(file) == group:
                self.outbox.remove(file)

    def close(self) -> None:
        self.database.close()

    def _write(self, write: writes.Write) -> Added:
        try:
            self.flush()
            self._apply(write)
        except Unavailable as problem:
            LOG.warning("an answer waits for the database: %s", problem.detail)
            self.outbox.put(writes.group_id(write), writes.dump(write))
            return Added(write.id, "waiting")
        return Added(write.id, "stored")

    def _apply(self, write: writes.Write) -> None:
        with self.database.writing() as connection:
            newest = writes.apply(connection, self.keys, self.shares, write)
        if newest is not None:
            self.head_file.keep(newest)


def opened(row: Row[Any], key: bytes) -> Entry:
    """An entry from its row, with the key of its group."""
    content = json.loads(unseal(key, row.content, "entry", row.id, "content"))
    origin = None
    if row.provenance is not None:
        origin = provenance.load(unseal(key, row.provenance, "entry", row.id, "provenance"))
    return Entry(
        row.id, row.group_id, row.kind, content, origin, row.person, row.supersedes, row.created
    )
