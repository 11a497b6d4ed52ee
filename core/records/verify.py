"""Whether audit and records are whole: the first place where they are not.

Knows: every line is sealed to the one before, numbers have no gap, the head kept outside is in the
chain, groups and entries are as the audit saw them, their keys open, what is gone was erased, and
the triggers stand. Reads one moment of the database and changes nothing.
Does not know: who did it; people, sessions and attempts, which no line seals.
"""

import hmac
from dataclasses import dataclass, replace
from typing import Any, Literal

from sqlalchemy import Connection, Row, func, select

from core.records import audit, guards, tables, writes
from core.records.head import BEGINNING, Head
from core.records.keys import Ring
from core.records.problems import Erased, KeyMissing, KeyWrong
from core.records.shares import Shares

State = (
    Literal["whole", "gap", "changed", "cut"]
    | Literal["group_changed", "group_gone", "group_foreign"]
    | Literal["entry_changed", "entry_gone", "entry_foreign"]
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """`place` is the number of the audit line where it breaks, 0 when none can be named."""

    state: State
    place: int
    lines: int
    unfinished: tuple[str, ...] = ()  # groups whose key is destroyed while rows still stand
    closed: tuple[str, ...] = ()  # groups whose half of the key is not where it was
    unguarded: tuple[str, ...] = ()  # triggers that were taken away or replaced


def verify(connection: Connection, ring: Ring, shares: Shares, *heads: Head | None) -> Verdict:
    """The first break, or `whole`; `heads` were kept outside the database."""
    found = _records(connection, ring, shares, *heads)
    return replace(found, unguarded=guards.missing(connection))


def _records(connection: Connection, ring: Ring, shares: Shares, *heads: Head | None) -> Verdict:
    outside = {head.seq: head.mac for head in heads if head is not None}
    found = _chain(connection, ring, outside)
    if found.state != "whole":
        return found
    erased = _erased(connection)
    state, place = _groups(connection, ring, shares, erased)
    if state != "whole":
        return Verdict(state, place, found.lines)
    state, place = _entries(connection, ring, erased)
    groups = connection.execute(select(tables.record_group.c.id)).scalars()
    halves = {group: shares.state(group) for group in groups}
    unfinished = tuple(group for group, half in halves.items() if half == "erased")
    closed = tuple(group for group, half in halves.items() if half == "missing")
    return Verdict(state, place, found.lines, unfinished, closed)


def _chain(connection: Connection, ring: Ring, outside: dict[int, str]) -> Verdict:
    last = Head(0, BEGINNING)
    for row in audit.lines(connection):
        line = row._asdict()
        if row.seq != last.seq + 1:
            return Verdict("gap", last.seq + 1, last.seq)
        known = row.key_version in ring.masters
        sealed = known and hmac.compare_digest(audit.line_mac(ring, line), row.mac)
        if row.previous != last.mac or not sealed:
            return Verdict("changed", row.seq, last.seq)
        if outside.get(row.seq, row.mac) != row.mac:
            return Verdict("cut", row.seq, last.seq)
        last = Head(row.seq, row.mac)
    if max(outside, default=0) > last.seq:
        return Verdict("cut", last.seq + 1, last.seq)
    return Verdict("whole", 0, last.seq)


def _erased(connection: Connection) -> set[str]:
    line = tables.audit.c
    chosen = select(line.group_id).where(line.action == "erase")
    return set(connection.execute(chosen).scalars())


def _groups(
    connection: Connection, ring: Ring, shares: Shares, erased: set[str]
) -> tuple[State, int]:
    line, group = tables.audit.c, tables.record_group
    stored = connection.execute(select(func.count()).select_from(group)).scalar_one()
    joined = tables.audit.outerjoin(group, line.group_id == group.c.id)
    columns = (line.seq, line.key_version.label("line_version"), line.digest, line.group_id, group)
    chosen = select(*columns).select_from(joined).where(line.action == "group").order_by(line.seq)
    with connection.execute(chosen, execution_options={"yield_per": 500}) as rows:
        for row in rows:
            if row.id is None and row.group_id not in erased:
                return "group_gone", row.seq
            if row.id is None:
                continue
            same = audit.group_digest(ring, row.line_version, row) == row.digest
            if not same or not _opens(ring, shares, row):
                return "group_changed", row.seq
            stored -= 1
    return ("group_foreign", 0) if stored else ("whole", 0)


def _opens(ring: Ring, shares: Shares, row: Row[Any]) -> bool:
    """Whether the wrapped key is the one that was stored, as far as its half is there to tell."""
    try:
        writes.data_key(ring, shares, row)
    except KeyWrong:
        return False
    except (Erased, KeyMissing):
        return True
    return True


def _entries(connection: Connection, ring: Ring, erased: set[str]) -> tuple[State, int]:
    line, entry = tables.audit.c, tables.entry.c
    stored = connection.execute(select(func.count()).select_from(tables.entry)).scalar_one()
    joined = tables.audit.outerjoin(tables.entry, line.entry_id == entry.id)
    columns = (line.seq, line.key_version, line.digest, line.group_id.label("of"), tables.entry)
    chosen = select(*columns).select_from(joined).where(line.action == "entry").order_by(line.seq)
    with connection.execute(chosen, execution_options={"yield_per": 500}) as rows:
        for row in rows:
            if row.id is None and row.of not in erased:
                return "entry_gone", row.seq
            if row.id is None:
                continue
            if audit.entry_digest(ring, row.key_version, row) != row.digest:
                return "entry_changed", row.seq
            stored -= 1
    return ("entry_foreign", 0) if stored else ("whole", 0)
