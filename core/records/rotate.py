"""A new master key: every group's data key is wrapped again, all or nothing.

Knows: the new version stands in the key file before the first group uses it; a kill in between
leaves both readable, and the next rotation takes everything along.
Does not know: the entries; their data keys stay, so nothing is encrypted again.
"""

from sqlalchemy import bindparam, select, update

from core.records import audit, keys, tables, writes
from core.records.audit import About
from core.records.store import Records


def rotate(records: Records, person: str | None = None) -> int:
    """Makes a new master key version and returns how many groups were wrapped again."""
    records.flush()
    with records.database.writing() as connection:
        ring = records.keys.add_version()
        keys.settle(connection, records.keys)
        groups = connection.execute(select(tables.record_group)).all()
        wrapped = [
            {"of": row.id, "wrapped": writes.wrap(ring, records.shares, row.id, key)}
            for row in groups
            if not records.shares.is_erased(row.id)
            for key in (writes.data_key(ring, records.shares, row),)
        ]
        if wrapped:
            again = update(tables.record_group).where(tables.record_group.c.id == bindparam("of"))
            values = {"key_version": ring.current, "wrapped": bindparam("wrapped")}
            connection.execute(again.values(values), wrapped)
        newest = audit.append(connection, ring, "rotate", About(person=person))
    records.head_file.keep(newest)
    return len(wrapped)
