"""The master key: made once, never replaced, never a wrong one, rotated without losing a record."""

import json
from pathlib import Path

import pytest
from house import House, judged
from sqlalchemy import select

from core.records import tables
from core.records.problems import Erased, KeyExposed, KeyMissing, KeyWrong, Unknown
from core.records.rotate import rotate
from core.records.shares import Shares
from core.records.store import Records


def rows(records: Records) -> int:
    with records.database.reading() as connection:
        return sum(len(connection.execute(select(t)).all()) for t in tables.METADATA.sorted_tables)


def test_the_key_is_made_once_outside_the_data_folder_for_its_owner_only(house: House) -> None:
    assert house.open().key_made is True
    file = house.settings.key_file
    content = file.read_bytes()
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700
    assert house.open().key_made is False
    assert file.read_bytes() == content


def test_every_file_is_for_its_owner_only(house: House) -> None:
    records = house.open(patience=0.2).records
    group = records.new_group("visit").id
    with house.open().records.database.writing():
        records.add(group, "note", {"text": "waits"})
    files = [path for path in house.root.rglob("*") if path.is_file()]
    assert len(files) >= 4
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}
    for path in (house.settings.data, records.outbox.folder, *records.shares.folder.iterdir()):
        assert path.stat().st_mode & 0o777 == 0o700, path


def test_without_the_key_folder_no_half_is_made_elsewhere(house: House) -> None:
    records = house.open().records
    folder = house.settings.key_file.parent
    folder.rename(folder.with_name("not mounted"))
    with pytest.raises(KeyMissing):
        records.new_group("visit")
    assert not folder.exists()


def test_a_missing_key_is_not_replaced_by_a_new_one(house: House) -> None:
    house.open()
    file = house.settings.key_file
    content = file.read_bytes()
    file.unlink()
    with pytest.raises(KeyMissing) as caught:
        house.open()
    assert caught.value.values == {"file": file}
    assert not file.exists()
    file.write_bytes(content)
    file.chmod(0o600)
    assert house.open().key_made is False


def _other_key(file: Path) -> None:
    file.write_text(json.dumps({"current": 1, "keys": {"1": "ab" * 32}}), "utf-8")


def _garbage(file: Path) -> None:
    file.write_bytes(b"\xff\x00")


def _short(file: Path) -> None:
    file.write_text(json.dumps({"current": 1, "keys": {"1": "ab" * 31}}), "utf-8")


def _without_current(file: Path) -> None:
    key = json.loads(file.read_text("utf-8"))
    file.write_text(json.dumps({**key, "current": 2}), "utf-8")


@pytest.mark.parametrize("spoil", [_other_key, _garbage, _short, _without_current])
def test_a_wrong_key_is_noticed_before_anything_is_written(house: House, spoil: object) -> None:
    records = house.open().records
    before = rows(records)
    assert callable(spoil)
    spoil(house.settings.key_file)
    with pytest.raises(KeyWrong):
        house.open()
    with pytest.raises(KeyWrong):  # a running process does not take it either
        records.add(records.new_group("visit").id, "note", {"text": "a"})
    assert rows(records) == before


@pytest.mark.parametrize("mode", [0o640, 0o604])
def test_a_key_that_others_may_read_is_refused(house: House, mode: int) -> None:
    house.open()
    house.settings.key_file.chmod(mode)
    with pytest.raises(KeyExposed) as caught:
        house.open()
    assert caught.value.values["mode"] == f"{mode:04o}"
    house.settings.key_file.chmod(0o600)
    assert house.open().key_made is False


def test_after_a_rotation_everything_is_read_and_found(house: House) -> None:
    records, other = house.open().records, house.open().records
    old = records.add(records.new_group("visit", patient="P7").id, "note", {"text": "old"}).id
    assert rotate(records) == 1
    new = other.add(other.new_group("visit", patient="P7").id, "note", {"text": "new"}).id
    again = house.open().records
    for entry, said in ((old, "old"), (new, "new")):
        found = again.read(entry)
        assert found is not None and found.content == {"text": said}
    assert len(again.groups(patient="P7")) == 2
    with again.database.reading() as connection:
        versions = connection.execute(select(tables.record_group.c.key_version)).scalars()
        assert list(versions) == [2, 2]
    assert judged(again, again.head_file.read()).state == "whole"
    assert house.settings.key_file.stat().st_mode & 0o777 == 0o600


def test_a_key_file_from_before_the_rotation_is_refused(house: House) -> None:
    records = house.open().records
    before = house.settings.key_file.read_bytes()
    rotate(records)
    house.settings.key_file.write_bytes(before)
    with pytest.raises(KeyWrong):
        house.open()


def test_a_rotation_that_was_killed_leaves_both_keys_readable(house: House) -> None:
    records = house.open().records
    old = records.add(records.new_group("visit").id, "note", {"text": "old"}).id
    records.keys.add_version()  # and then nothing: the process is gone
    again = house.open().records
    assert again.read(old) is not None
    assert rotate(again) == 1
    assert again.read(old) is not None


def test_a_lost_half_is_named_and_an_erased_one_is_something_else(house: House) -> None:
    records = house.open().records
    group = records.new_group("visit").id
    entry = records.add(group, "note", {"text": "a"}).id
    (half,) = [path for path in records.shares.folder.rglob("*") if path.is_file()]
    kept = half.read_bytes()
    half.unlink()
    with pytest.raises(KeyMissing):
        records.read(entry)
    half.write_bytes(kept)
    assert records.read(entry) is not None
    half.write_bytes(b"")
    with pytest.raises(Erased):
        records.read(entry)


@pytest.mark.parametrize("name", ["", "../../../etc/passwd", "A" * 32, "0" * 31, "0" * 33])
def test_an_id_that_is_none_never_becomes_a_path(tmp_path: Path, name: str) -> None:
    with pytest.raises(Unknown):
        Shares(tmp_path).find(name)
    with pytest.raises(Unknown):
        Shares(tmp_path).destroy(name)
    assert list(tmp_path.iterdir()) == []
