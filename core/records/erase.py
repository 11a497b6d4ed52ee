"""Erasing: one group, a patient, what is past its time. There is no way back.

Knows: the group's half of the key is destroyed before the transaction commits, so a kill between
leaves a group that nobody can read and that the next erase takes away; the audit keeps the id.
Does not know: drafts in a browser's name (gone after a day) and files that a person exported.
"""

from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite

from core.records import audit, tables, writes
from core.records.audit import About
from core.records.kinds import GroupKind
from core.records.problems import Unknown
from core.records.store import Records
from core.records.tables import stamp


@dataclass(frozen=True, slots=True)
class Erasure:
    """`scrubbed` False: sealed remains stay in the database's files until no reader is there."""

    groups: tuple[str, ...]
    scrubbed: bool


def erase_group(records: Records, group: str, person: str | None = None) -> Erasure:
    """Erases one group; raises `Unknown` when there is none."""
    records.flush()
    with records.database.reading() as connection:
        known = select(tables.record_group.c.id).where(tables.record_group.c.id == group)
        if connection.execute(known).first() is None:
            raise Unknown("records.problem.unknown", "group", id=group)
    return _erase(records, (group,), person)


def erase_patient(records: Records, reference: str, person: str | None = None) -> Erasure:
    """Erases every group of a patient; none is an answer too."""
    records.flush()
    found = records.groups(patient=reference)
    return _erase(records, tuple(group.id for group in found), person)


def erase_due(records: Records, person: str | None = None, now: str | None = None) -> Erasure:
    """Erases what is past its time, and what an interrupted erase left."""
    return _erase(records, (*due(records, now), *_unfinished(records)), person)


def finish(records: Records, person: str | None = None) -> Erasure:
    """Erases what stands although its half of the key is destroyed (a kill, an old backup)."""
    return _erase(records, _unfinished(records), person)


def due(records: Records, now: str | None = None) -> tuple[str, ...]:
    """The groups past their time."""
    column = tables.record_group.c
    past = select(column.id).where(column.keep_until < (now or stamp()))
    with records.database.reading() as connection:
        return tuple(connection.execute(past.order_by(column.created)).scalars())


def _unfinished(records: Records) -> tuple[str, ...]:
    with records.database.reading() as connection:
        groups = connection.execute(select(tables.record_group.c.id)).scalars().all()
    return tuple(group for group in groups if records.shares.is_erased(group))


def set_retention(
    records: Records, kind: GroupKind, days: int | None, person: str | None = None
) -> None:
    """How long groups of a kind are kept that are made from now on; None: until erased by hand."""
    with records.database.writing() as connection:
        dialect = postgresql if records.database.file is None else sqlite
        values = dialect.insert(tables.retention).values(kind=kind, days=days)
        keyed = values.on_conflict_do_update(index_elements=["kind"], set_={"days": days})
        connection.execute(keyed)
        newest = audit.append(connection, records.keys.ring(), "retention", About(person=person))
    records.head_file.keep(newest)


def retention(records: Records) -> dict[GroupKind, int | None]:
    with records.database.reading() as connection:
        return writes.kept_days(connection)


def _erase(records: Records, groups: tuple[str, ...], person: str | None) -> Erasure:
    for group in dict.fromkeys(groups):
        _erase_one(records, group, person)
    return Erasure(tuple(dict.fromkeys(groups)), records.database.scrub())


def _erase_one(records: Records, group: str, person: str | None) -> None:
    with records.database.writing() as connection:
        where = tables.record_group.c.id == group
        patient = connection.execute(select(tables.record_group.c.patient).where(where)).scalar()
        connection.execute(delete(tables.entry).where(tables.entry.c.group_id == group))
        connection.execute(delete(tables.record_group).where(where))
        about = About(group_id=group, person=person, patient=patient)
        newest = audit.append(connection, records.keys.ring(), "erase", about)
        records.shares.destroy(group)
    records.head_file.keep(newest)
    records.drop_waiting(group)
