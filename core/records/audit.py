"""The audit: one line for each act, each sealed to the line before it.

Knows: ids, actions and HMACs only, so a chain still verifies after its records were erased. Lines
are written in the transaction of the act, by one writer at a time. The head (the newest line) is
also kept outside the database, so that lines cut off at the end are noticed.
Does not know: content. Who holds the master key and the head file can forge both.
"""

import hmac
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, Literal

from sqlalchemy import Connection, Row, insert, select

from core.records import tables
from core.records.head import BEGINNING, Head
from core.records.keys import Ring
from core.records.tables import stamp

# `raw_opened`: a person read what the model wrote before any of it was held back.
RecordAct = Literal[
    "group", "entry", "erase", "backup", "restore", "rotate", "retention", "raw_opened"
]
# What is done with people; `entry_id` then names the person it was done to.
StaffAct = Literal[
    "person_added",
    "role_changed",
    "pin_changed",
    "person_deactivated",
    "person_activated",
    "account_set",
    "idle_time_set",
    "signed_in",
    "sign_in_refused",
    "locked",
    "shift_ended",
]
# What is done with the shared model; `digest` then is the mark of which one.
ModelAct = Literal["model_loaded", "model_unloaded", "model_chosen", "model_fetched"]
Action = RecordAct | StaffAct | ModelAct


@dataclass(frozen=True, slots=True)
class About:
    """What a line is about; `digest` seals what was stored, or names the head that was replaced.

    `person` is who acted.
    """

    group_id: str | None = None
    entry_id: str | None = None
    person: str | None = None
    patient: str | None = None
    digest: str | None = None


def append(connection: Connection, ring: Ring, action: Action, about: About) -> Head:
    """Adds a line; the connection must be in a writing transaction."""
    last = head(connection)
    line: dict[str, Any] = {
        "seq": last.seq + 1,
        "at": stamp(),
        "action": action,
        **asdict(about),
        "key_version": ring.current,
        "previous": last.mac,
    }
    line["mac"] = line_mac(ring, line)
    connection.execute(insert(tables.audit), line)
    return Head(line["seq"], line["mac"])


def head(connection: Connection) -> Head:
    """The newest line of the database; number 0 before the first."""
    columns = select(tables.audit.c.seq, tables.audit.c.mac)
    row = connection.execute(columns.order_by(tables.audit.c.seq.desc()).limit(1)).first()
    return Head(row.seq, row.mac) if row else Head(0, BEGINNING)


def line_mac(ring: Ring, line: dict[str, Any]) -> str:
    """The seal of a line: HMAC-SHA256 over every other column, the seal of the line before too."""
    columns = [c.name for c in tables.audit.columns if c.name != "mac"]
    said = json.dumps([line[name] for name in columns], separators=(",", ":")).encode()
    return hmac.new(ring.derived(line["key_version"], "audit"), said, "sha256").hexdigest()


def entry_digest(ring: Ring, version: int, row: Any) -> str:
    """What the audit keeps of an entry: an HMAC over its sealed fields and its place."""
    said = [row.id, row.group_id, row.kind, row.person, row.supersedes, row.created]
    place = json.dumps(said).encode()
    parts = (place, row.content, row.provenance or b"")
    sealed = b"".join(len(part).to_bytes(8, "big") + part for part in parts)
    return hmac.new(ring.derived(version, "audit"), sealed, "sha256").hexdigest()


def group_digest(ring: Ring, version: int, row: Any) -> str:
    """What the audit keeps of a group: an HMAC over all but the wrapped key, which rotates."""
    said = [row.id, row.kind, row.patient, row.owner, row.created, row.keep_until]
    return hmac.new(ring.derived(version, "audit"), json.dumps(said).encode(), "sha256").hexdigest()


def newest(connection: Connection, most: int) -> tuple[Row[Any], ...]:
    """The last lines, the newest first, each with `entry_kind` and `owner` of what still stands.

    These two come from the records and are not sealed by the line; erased ones have none.
    """
    last = select(tables.audit).order_by(tables.audit.c.seq.desc()).limit(most).subquery()
    entry, group = tables.entry.c, tables.record_group.c
    joined = last.outerjoin(tables.entry, entry.id == last.c.entry_id)
    joined = joined.outerjoin(tables.record_group, group.id == last.c.group_id)
    shown = select(*last.c, entry.kind.label("entry_kind"), group.owner.label("owner"))
    return tuple(connection.execute(shown.select_from(joined).order_by(last.c.seq.desc())))


def lines(connection: Connection) -> Iterator[Row[Any]]:
    """All lines in order, a few hundred in memory at a time."""
    chain = select(tables.audit).order_by(tables.audit.c.seq)
    with connection.execute(chain, execution_options={"yield_per": 500}) as rows:
        yield from rows
