"""The audit notices every kind of tampering, survives an erase, and has one order for all."""

import json
import re
from collections.abc import Callable

import pytest
from house import House, judged, started, unguarded
from sqlalchemy import Connection, delete, insert, select, text, update

from core.records import audit, backup, tables
from core.records.erase import erase_group
from core.records.head import Head, parse_head
from core.records.store import Records

A, E, G = tables.audit, tables.entry, tables.record_group


def filled(records: Records) -> list[str]:
    """A group with three entries: audit lines 1 to 4."""
    group = records.new_group("visit", patient="Z9", owner="p1").id
    return [records.add(group, "note", {"n": n}, "p1").id for n in range(3)]


def change(connection: Connection) -> None:
    connection.execute(update(A).where(A.c.seq == 2).values(person="p2"))


def change_time(connection: Connection) -> None:
    connection.execute(update(A).where(A.c.seq == 3).values(at="2020-01-01T00:00:00.000000+00:00"))


def take_out(connection: Connection) -> None:
    connection.execute(delete(A).where(A.c.seq == 2))


def take_out_and_close_up(connection: Connection) -> None:
    connection.execute(delete(A).where(A.c.seq == 2))
    for seq in (3, 4):
        connection.execute(update(A).where(A.c.seq == seq).values(seq=seq - 1))


def cut_the_end(connection: Connection) -> None:
    connection.execute(delete(A).where(A.c.seq == 4))


def cut_everything(connection: Connection) -> None:
    connection.execute(delete(A))


def swap(connection: Connection) -> None:
    for old, new in ((2, 99), (3, 2), (99, 3)):
        connection.execute(update(A).where(A.c.seq == old).values(seq=new))


def add_a_line(connection: Connection) -> None:
    last = connection.execute(select(A).where(A.c.seq == 4)).one()._asdict()
    connection.execute(insert(A).values({**last, "seq": 5, "previous": last["mac"]}))


def forge_the_end(connection: Connection) -> None:
    """Takes the last act back and puts another in its place, chained without the key."""
    cut_the_end(connection)
    last = connection.execute(select(A).where(A.c.seq == 3)).one()._asdict()
    forged = {**last, "seq": 4, "previous": last["mac"], "mac": "0" * 64}
    connection.execute(insert(A).values(forged))


def lose_an_entry(connection: Connection) -> None:
    connection.execute(delete(E).where(E.c.content.is_not(None)))


def change_an_entry(connection: Connection) -> None:
    connection.execute(update(E).values(person="p2"))


def plant_an_entry(connection: Connection) -> None:
    row = connection.execute(select(E).limit(1)).one()._asdict()
    connection.execute(insert(E).values({**row, "id": "f" * 32}))


def give_to_another_patient(connection: Connection) -> None:
    connection.execute(update(G).values(patient="0" * 64))


def shorten_a_period(connection: Connection) -> None:
    connection.execute(update(G).values(keep_until="2020-01-01T00:00:00.000000+00:00"))


def break_a_key(connection: Connection) -> None:
    connection.execute(update(G).values(wrapped=bytes(60)))


def lose_a_group(connection: Connection) -> None:
    connection.execute(delete(E))
    connection.execute(delete(G))


def plant_a_group(connection: Connection) -> None:
    row = connection.execute(select(G).limit(1)).one()._asdict()
    connection.execute(insert(G).values({**row, "id": "f" * 32}))


@pytest.mark.parametrize(
    ("tamper", "state", "place"),
    [
        (change, "changed", 2),
        (change_time, "changed", 3),
        (take_out, "gap", 2),
        (take_out_and_close_up, "changed", 2),
        (cut_the_end, "cut", 4),
        (cut_everything, "cut", 1),
        (swap, "changed", 2),
        (add_a_line, "changed", 5),
        (forge_the_end, "changed", 4),
        (lose_an_entry, "entry_gone", 2),
        (change_an_entry, "entry_changed", 2),
        (plant_an_entry, "entry_foreign", 0),
        (give_to_another_patient, "group_changed", 1),
        (shorten_a_period, "group_changed", 1),
        (break_a_key, "group_changed", 1),
        (lose_a_group, "group_gone", 1),
        (plant_a_group, "group_foreign", 0),
    ],
)
def test_each_kind_of_tampering_is_noticed_where_it_is(
    records: Records, tamper: Callable[[Connection], None], state: str, place: int
) -> None:
    filled(records)
    kept = records.head_file.read()
    assert kept is not None and kept.seq == 4
    found = judged(records, kept)
    assert (found.state, found.lines) == ("whole", 4)
    with records.database.writing() as connection:
        unguarded(connection)
        tamper(connection)
    found = judged(records, kept)
    assert (found.state, found.place) == (state, place)


def test_a_cut_end_is_noticed_by_the_head_alone(records: Records) -> None:
    filled(records)
    kept = records.head_file.read()
    with records.database.writing() as connection:
        unguarded(connection)
        connection.execute(delete(E))
        connection.execute(delete(A).where(A.c.seq > 1))
    assert judged(records).state == "whole"
    assert judged(records, kept).state == "cut"
    records.new_group("visit")  # grown again over the cut: another line stands at the kept number
    for _ in range(3):
        records.new_group("visit")
    assert kept is not None
    found = judged(records, kept)
    assert (found.state, found.place) == ("cut", 4)


def test_it_still_verifies_after_an_erase_and_says_no_content(records: Records) -> None:
    entries = filled(records)
    (group,) = records.groups(patient="z9")
    erase_group(records, group.id, "p3")
    assert judged(records, records.head_file.read()).state == "whole"
    with records.database.reading() as connection:
        lines = list(audit.lines(connection))
    assert [line.action for line in lines] == ["group", "entry", "entry", "entry", "erase"]
    assert [line.entry_id for line in lines] == [None, *entries, None]
    assert lines[-1].person == "p3"
    assert lines[0].patient == lines[-1].patient and re.fullmatch("[0-9a-f]{64}", lines[0].patient)
    assert '"Z9"' not in json.dumps([tuple(line) for line in lines])


def test_processes_that_append_at_once_leave_one_chain(house: House) -> None:
    house.open()
    script = (
        "from core.settings import current; from core.records.opening import open_records\n"
        "records = open_records(current(), 30).records\n"
        "group = records.new_group('visit').id\n"
        "print([records.add(group, 'note', {'n': n}).state for n in range(25)].count('stored'))"
    )
    running = [started(house, script) for _ in range(2)]
    said = [process.communicate(timeout=60) for process in running]
    assert [out.strip() for out, _ in said] == ["25", "25"], said
    records = house.open().records
    found = judged(records, records.head_file.read())
    assert (found.state, found.lines) == ("whole", 52)


def test_a_head_is_read_as_it_is_printed_and_nothing_else_is(records: Records) -> None:
    head = Head(7, "ab" * 32)
    assert parse_head(f" {head}\n") == head
    for wrong in ("", "7", "7:", f"-1:{'ab' * 32}", f"7:{'ab' * 31}", "x:y"):
        with pytest.raises(ValueError):
            parse_head(wrong)
    records.head_file.keep(head)
    records.head_file.keep(Head(6, "cd" * 32))
    assert records.head_file.read() == head
    records.head_file.keep(Head(6, "cd" * 32), replace=True)
    assert records.head_file.read() == Head(6, "cd" * 32)
    records.head_file.path.write_bytes(b"\xff")
    assert records.head_file.read() is None


def no_trigger(connection: Connection) -> None:
    unguarded(connection)


def harmless_trigger(connection: Connection) -> None:
    """Triggers of the same names that refuse nothing."""
    unguarded(connection)
    if connection.dialect.name != "sqlite":
        made = "CREATE FUNCTION idle() RETURNS trigger AS $$ BEGIN RETURN NULL; END $$"
        connection.execute(text(f"{made} LANGUAGE plpgsql"))
    for table, change in (("audit", "update"), ("audit", "delete"), ("entry", "update")):
        trigger = f"CREATE TRIGGER {table}_no_{change} BEFORE {change} ON {table}"
        does = "BEGIN SELECT 1; END"
        if connection.dialect.name != "sqlite":
            does = "FOR EACH STATEMENT EXECUTE FUNCTION idle()"
        connection.execute(text(f"{trigger} {does}"))


def switched_off(connection: Connection) -> None:
    for table in ("audit", "entry"):
        connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER ALL"))


@pytest.mark.parametrize("disarm", [no_trigger, harmless_trigger, switched_off])
def test_triggers_that_refuse_nothing_any_more_are_named(
    house: House, disarm: Callable[[Connection], None]
) -> None:
    records = house.open().records
    if disarm is switched_off and records.database.file:
        return  # SQLite has no such switch
    filled(records)
    assert judged(records).unguarded == ()
    with records.database.writing() as connection:
        disarm(connection)
    found = judged(records, records.head_file.read())
    assert (found.state, found.lines) == ("whole", 4)
    assert found.unguarded == ("entry_no_update", "audit_no_update", "audit_no_delete")


def test_triggers_are_named_beside_a_broken_chain_and_come_back_with_a_restore(
    house: House,
) -> None:
    records = house.open().records
    filled(records)
    backup.back_up(records, house.root / "b.gz")
    with records.database.writing() as connection:
        unguarded(connection)
        take_out(connection)
    found = judged(records)
    assert (found.state, len(found.unguarded)) == ("gap", 3)
    backup.restore(records, house.root / "b.gz", force=True)
    found = judged(records, records.head_file.read())
    assert (found.state, found.unguarded) == ("whole", ())
