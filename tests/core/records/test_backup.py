"""A backup is one moment, whole or refused; a restore is all or nothing, into either database."""

import gzip
import hashlib
import json
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
from house import House, judged
from sqlalchemy import insert

from core.errors import NotStored
from core.records import backup, tables
from core.records.backup import back_up, restore
from core.records.problems import BadBackup, DatabaseNewer, KeyWrong
from core.records.rotate import rotate
from core.records.store import Records
from core.records.tables import new_id, stamp

KINDS = ("sqlite", "postgresql")


@pytest.fixture(autouse=True)
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows go in by twos, so that seven take several rounds and one is left over."""
    monkeypatch.setattr(backup, "AT_ONCE", 2)


def filled(records: Records) -> list[str]:
    group = records.new_group("report", patient="P1", owner="p1").id
    return [records.add(group, "note", {"n": n}).id for n in range(7)]


@pytest.mark.parametrize("source", KINDS)
@pytest.mark.parametrize("target", KINDS)
def test_what_one_database_saved_the_other_reads(
    house_of: Callable[[str], House], source: str, target: str, tmp_path: Path
) -> None:
    old = house_of(source)
    records = old.open().records
    entries = filled(records)
    person = {"id": new_id(), "name": "王护士", "role": "nurse", "pin_hash": "-", "active": True}
    with records.database.writing() as connection:
        connection.execute(insert(tables.person).values(**person, created=stamp()))
    file = tmp_path / "backup.gz"
    assert back_up(records, file) == 7 + 1 + 8 + 1 + 1
    assert file.stat().st_mode & 0o777 == 0o600
    new = house_of(target).open(key_file=old.settings.key_file).records
    done = restore(new, file)
    assert (done.rows, done.erased_again) == (18, 0)
    assert [e.id for e in new.list(new.groups(patient="P1")[0].id)] == entries
    with new.database.reading() as connection:
        assert connection.execute(tables.person.select()).one().name == "王护士"
    assert judged(new, new.head_file.read()).state == "whole"
    assert new.add(new.groups()[0].id, "note", {"n": 7}).state == "stored"


def test_a_database_that_holds_something_is_replaced_only_when_told(house: House) -> None:
    records = house.open().records
    entries = filled(records)
    file = house.root / "backup.gz"
    back_up(records, file)
    later = records.add(records.groups()[0].id, "note", {"n": "later"}).id
    with pytest.raises(BadBackup) as caught:
        restore(records, file)
    assert caught.value.key == "records.restore.not_empty"
    assert records.read(later) is not None
    head = records.head_file.read()
    restore(records, file, force=True)
    assert records.read(later) is None
    assert records.read(entries[-1]) is not None
    assert judged(records, records.head_file.read()).state == "whole"
    assert judged(records, head).state == "cut"  # who noted the head elsewhere sees the restore


def _cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-200])


def _without_end(file: Path) -> None:
    lines = gzip.decompress(file.read_bytes()).splitlines(keepends=True)
    file.write_bytes(gzip.compress(b"".join(lines[:-1])))


def _changed(file: Path) -> None:
    clear = gzip.decompress(file.read_bytes())
    file.write_bytes(gzip.compress(clear.replace(b'"report"', b'"visit "', 1)))


def _other(file: Path) -> None:
    file.write_bytes(b"not a backup")


def _damaged(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[20:60] = b"\xff" * 40
    file.write_bytes(content)


def _empty(file: Path) -> None:
    file.write_bytes(b"")


@pytest.mark.parametrize(
    "spoil", [_cut, _without_end, _changed, _damaged, _other, _empty, Path.unlink]
)
def test_a_spoilt_backup_changes_nothing(
    house_of: Callable[[str], House], spoil: Callable[[Path], None]
) -> None:
    house = house_of("sqlite")
    records = house.open().records
    entries = filled(records)
    file = house.root / "backup.gz"
    back_up(records, file)
    spoil(file)
    with pytest.raises(BadBackup) as caught:
        restore(records, file, force=True)
    assert caught.value.key == "records.backup.bad"
    assert records.read(entries[0]) is not None
    assert judged(records, records.head_file.read()).state == "whole"


def test_a_line_without_an_end_is_refused_before_it_fills_the_memory(
    house_of: Callable[[str], House], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backup, "LONGEST", 2**20)
    house = house_of("sqlite")
    records = house.open().records
    house.root.mkdir(exist_ok=True)
    file = house.root / "bomb.gz"
    with gzip.open(file, "wb") as packed:
        for _ in range(100):
            packed.write(b" " * 2**20)
    tracemalloc.start()
    with pytest.raises(BadBackup) as caught:
        restore(records, file, force=True)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert caught.value.key == "records.backup.bad"
    assert peak < 10 * 2**20


def test_a_line_that_no_restore_would_take_is_not_written(
    house_of: Callable[[str], House], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backup, "LONGEST", 300)
    house = house_of("sqlite")
    records = house.open().records
    records.add(records.new_group("visit").id, "note", {"text": "a" * 300})
    with pytest.raises(BadBackup):
        back_up(records, house.root / "backup.gz")
    assert not list(house.root.glob("backup*"))


def test_a_backup_of_other_keys_or_a_newer_version_changes_nothing(
    house_of: Callable[[str], House], tmp_path: Path
) -> None:
    records = house_of("sqlite").open().records
    filled(records)
    file = tmp_path / "backup.gz"
    back_up(records, file)
    other = house_of("sqlite").open().records
    with pytest.raises(KeyWrong):
        restore(other, file)
    assert other.groups() == ()
    clear = gzip.decompress(file.read_bytes()).splitlines(keepends=True)
    header = {**json.loads(clear[0]), "revision": "9999"}
    body = json.dumps(header).encode() + b"\n" + b"".join(clear[1:-1])
    end = {"end": len(clear) - 2, "sha256": hashlib.sha256(body).hexdigest()}
    file.write_bytes(gzip.compress(body + json.dumps(end).encode() + b"\n"))
    with pytest.raises(DatabaseNewer):
        restore(records, file, force=True)
    assert len(records.groups()) == 1


def test_a_backup_from_before_a_rotation_is_read_after_it(house: House) -> None:
    records = house.open().records
    entry = records.add(records.new_group("visit").id, "note", {"text": "old"}).id
    file = house.root / "backup.gz"
    back_up(records, file)
    rotate(records)
    restore(records, file, force=True)
    found = house.open().records.read(entry)
    assert found is not None and found.content == {"text": "old"}


def test_a_backup_never_replaces_a_file_and_leaves_no_half(house: House) -> None:
    records = house.open().records
    file = house.root / "backup.gz"
    file.write_bytes(b"precious")
    with pytest.raises(BadBackup) as caught:
        back_up(records, file)
    assert caught.value.key == "records.backup.exists"
    assert file.read_bytes() == b"precious"
    with pytest.raises(NotStored):
        back_up(records, file / "inside a file")
    assert sorted(p.name for p in house.root.iterdir() if p.is_file()) == ["backup.gz"]
