"""A canary is nowhere in clear while its record exists; after an erase no old backup reads it."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from house import House, holds, judged
from sqlalchemy import insert, select

from core.records import erase, tables
from core.records.backup import back_up, restore
from core.records.problems import Erased, Unknown
from core.records.store import Records
from core.records.tables import new_id, stamp

CANARY = "孔雀石 Malachite-8831"
PATIENT = "MRN-CANARY-5521"


def stored(records: Records) -> tuple[str, str]:
    """A group of a patient with a canary in each field that may hold one."""
    group = records.new_group("visit", patient=PATIENT).id
    entry = records.add(group, "note", {"text": CANARY, CANARY: [CANARY]})
    records.add(group, "note", {"text": f"{CANARY}, corrected"}, supersedes=entry.id)
    return group, entry.id


def found(house: House, *words: str) -> list[Path]:
    return [path for path in house.places() if any(holds(path, word) for word in words)]


def copied(house: House, to: Path) -> Path:
    """The SQLite database with its WAL as a person copies it, by SQLite itself."""
    file = house.settings.data / "auscult.db"
    with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(to)) as copy:
        source.backup(copy)
    return to


def test_nothing_of_a_patient_is_on_the_disk_in_clear(house: House, tmp_path: Path) -> None:
    records = house.open().records
    _, entry = stored(records)
    back_up(records, house.root / "backup" / "one.gz")
    assert found(house, CANARY, PATIENT) == []
    names = {path.name for path in house.places()}
    assert {"master.key", "master.key.head", "one.gz"} <= names
    assert house.cluster is not None or {"auscult.db", "auscult.db-wal"} <= names
    read = records.read(entry)
    assert read is not None and read.content["text"] == CANARY


@pytest.mark.parametrize("word", ["孔雀石 planted", "MRN-PLANTED-1"])
def test_the_same_search_finds_what_is_planted_in_clear(house: House, word: str) -> None:
    records = house.open().records
    planted = {"id": new_id(), "name": word, "role": "nurse", "pin_hash": "-", "active": True}
    with records.database.writing() as connection:
        connection.execute(insert(tables.person).values(**planted, created=stamp()))
    places = found(house, word)
    assert places
    assert {path.name for path in places} & {"auscult.db", "auscult.db-wal"} or house.cluster
    (house.root / "note.txt").write_text(f"...{word}...", "utf-16-le")
    assert house.root / "note.txt" in found(house, word)


def test_after_an_erase_no_backup_from_before_can_be_read(house: House) -> None:
    records = house.open().records
    group, entry = stored(records)
    other = records.add(records.new_group("visit").id, "note", {"text": "another patient"}).id
    backup = house.root / "backup.gz"
    back_up(records, backup)
    copy = copied(house, house.root / "copy.db") if records.database.file else None

    done = erase.erase_patient(records, PATIENT.lower(), "p1")
    assert (done.groups, done.scrubbed) == ((group,), True)
    assert records.read(entry) is None
    assert records.groups(patient=PATIENT) == ()
    with pytest.raises(Unknown):
        records.list(group)
    assert records.read(other) is not None

    if copy is not None:  # the very file from before, with the keys as they are now
        records.close()
        for file in house.settings.data.glob("auscult.db*"):
            file.unlink()
        shutil.copy(copy, house.settings.data / "auscult.db")
        records = house.open().records
        with pytest.raises(Erased):
            records.read(entry)
        with pytest.raises(Erased):
            records.list(group)
        assert judged(records).unfinished == (group,)
        assert records.read(other) is not None

    restored = restore(records, backup, force=True)
    assert restored.erased_again == 1
    assert records.read(entry) is None
    assert records.read(other) is not None
    assert judged(records, records.head_file.read()).state == "whole"


def test_the_key_half_that_made_it_readable_is_gone_from_the_disk(house: House) -> None:
    records = house.open().records
    group, _ = stored(records)
    (file,) = [path for path in records.shares.folder.rglob("*") if path.is_file()]
    half = file.read_bytes()
    with records.database.reading() as connection:
        chosen = select(tables.record_group.c.wrapped, tables.entry.c.content)
        wrapped, content = connection.execute(
            chosen.join_from(tables.record_group, tables.entry)
        ).first()  # type: ignore[misc]
    mine = [p for p in house.places() if house.cluster is None or p.is_relative_to(house.root)]
    assert any(half in path.read_bytes() for path in mine)
    erase.erase_group(records, group)
    assert file.read_bytes() == b""
    for path in [p for p in house.places() if house.root in p.parents]:
        held = path.read_bytes()
        assert not any(part in held for part in (half, bytes(wrapped), bytes(content))), path


def test_an_interrupted_erase_leaves_nothing_readable_and_is_finished_later(house: House) -> None:
    records = house.open().records
    group, entry = stored(records)
    records.shares.destroy(group)  # and then the process was killed
    again = house.open().records
    with pytest.raises(Erased):
        again.read(entry)
    assert judged(again).unfinished == (group,)
    assert erase.finish(again).groups == (group,)
    assert judged(again, again.head_file.read()).unfinished == ()
    assert again.groups() == ()


def test_groups_past_their_time_are_due_and_others_are_not(records: Records) -> None:
    erase.set_retention(records, "report", 30, "p1")
    erase.set_retention(records, "report", 10, "p1")
    assert erase.retention(records)["report"] == 10
    assert erase.retention(records)["visit"] == 5479
    visit, report = records.new_group("visit").id, records.new_group("report").id
    paper = records.new_group("paper_library").id
    assert erase.due(records) == ()
    year = str(int(stamp()[:4]) + 2)
    assert erase.due(records, year) == (report,)
    assert erase.due(records, "9999") == (visit, report)
    assert erase.erase_due(records, now=year).groups == (report,)
    assert {g.id for g in records.groups()} == {visit, paper}
    assert judged(records, records.head_file.read()).state == "whole"


def test_a_reader_in_the_way_is_said_and_the_erase_holds(house: House) -> None:
    records = house.open(patience=0.2).records
    group, entry = stored(records)
    with house.open().records.database.reading() as connection:
        connection.execute(select(tables.entry)).all()
        done = erase.erase_group(records, group)
    assert done.scrubbed is (records.database.file is None)
    assert records.read(entry) is None
    assert erase.finish(records).scrubbed is True


def test_what_is_not_there_is_not_erased(records: Records) -> None:
    with pytest.raises(Unknown):
        erase.erase_group(records, "0" * 32)
    with pytest.raises(Unknown):
        erase.erase_group(records, "../../etc/passwd")
    assert erase.erase_patient(records, "nobody").groups == ()
