"""Whether audit and records are whole: the first place where they are not.

Knows: every line is sealed to the one before, numbers have no gap, the head kept outside is in the
chain, every entry is as the audit saw it, and what is gone was erased.
Does not know: who did it. Reads one moment of the database and changes nothing.
"""

import hmac
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection, func, select

from core.records import audit, tables
from core.records.head import BEGINNING, Head
from core.records.keys import Ring
from core.records.shares import Shares

State = Literal["whole", "gap", "changed", "cut", "entry_changed", "entry_gone", "entry_foreign"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """`place` is the number of the audit line where it breaks, 0 when none can be named."""

    state: State
    place: int
    lines: int
    unfinished: tuple[str, ...] = ()  # groups whose key is destroyed while rows still stand


def verify(connection: Connection, ring: Ring, shares: Shares, *heads: Head | None) -> Verdict:
    """The first break, or `whole`; `heads` were kept outside the database."""
    outside = {head.seq: head.mac for head in heads if head is not None}
    found = _chain(connection, ring, outside)
    if found.state != "whole":
        return found
    state, place = _entries(connection, ring)
    groups = connection.execute(select(tables.record_group.c.id)).scalars()
    unfinished = tuple(group for group in groups if shares.is_erased(group))
    return Verdict(state, place, found.lines, unfinished)


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


def _entries(connection: Connection, ring: Ring) -> tuple[State, int]:
    line, entry = tables.audit.c, tables.entry.c
    was_erased = select(line.group_id).where(line.action == "erase")
    erased = set(connection.execute(was_erased).scalars())
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
