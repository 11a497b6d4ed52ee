"""Losing the database for a while loses no answer: it waits sealed and is stored in order."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from house import House, holds, judged
from sqlalchemy import event, text

from core.errors import NotStored
from core.records.erase import erase_group
from core.records.problems import Erased, Unavailable, Unknown
from core.records.store import Records

CANARY = "鸢尾 canary 4711"


@contextmanager
def locked(house: House, records: Records) -> Iterator[None]:
    """Another process writes and does not come to an end."""
    with house.open().records.database.writing():
        yield


@contextmanager
def away(house: House, records: Records) -> Iterator[None]:
    """The server refuses everybody; the file is not to be opened."""
    if house.settings.database:
        name = house.settings.database.partition("@/")[2].partition("?")[0]
        cluster = house.cluster
        assert cluster is not None
        cluster.run(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        cluster.end_connections(name)
        try:
            yield
        finally:
            cluster.run(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
        return
    records.close()
    aside = house.settings.data / "aside"
    aside.mkdir()
    for file in list(house.settings.data.glob("auscult.db*")):
        file.rename(aside / file.name)
    (house.settings.data / "auscult.db").mkdir()
    yield
    records.close()
    (house.settings.data / "auscult.db").rmdir()
    for file in aside.iterdir():
        file.rename(house.settings.data / file.name)


Gone = Callable[[House, Records], "contextmanager[None]"]


@pytest.mark.parametrize("gone", [locked, away])
def test_what_cannot_be_stored_waits_sealed_and_is_stored_in_order(
    house: House, gone: Gone
) -> None:
    records = house.open(patience=0.2).records
    group = records.new_group("visit").id
    first = records.add(group, "note", {"text": "before"})
    with gone(house, records):
        second = records.add(group, "note", {"text": CANARY}, supersedes=first.id)
        fresh = records.new_group("visit", patient="N1")
        third = records.add(fresh.id, "note", {"text": CANARY})
        assert [w.state for w in (second, fresh, third)] == ["waiting"] * 3
        assert len(records.outbox.waiting()) == 3
        assert [p for p in house.places() if holds(p, CANARY)] == []
        with pytest.raises(Unavailable):
            records.flush()
    later = records.add(group, "note", {"text": "after"})
    assert later.state == "stored"
    assert records.outbox.waiting() == []
    assert [e.content["text"] for e in records.list(group)] == [CANARY, "after"]
    assert [e.id for e in records.list(fresh.id)] == [third.id]
    assert judged(records, records.head_file.read()).state == "whole"


def test_what_waits_is_stored_by_the_next_process_and_only_once(house: House) -> None:
    records = house.open(patience=0.2).records
    group = records.new_group("visit").id
    with locked(house, records):
        waiting = records.add(group, "note", {"text": CANARY})
    (file,) = records.outbox.waiting()
    kept = file.read_bytes()
    again = house.open().records
    assert [e.id for e in again.list(group)] == [waiting.id]
    file.write_bytes(kept)  # killed between the commit and the removal of the file
    assert again.flush() == 1
    assert [e.id for e in again.list(group)] == [waiting.id]
    assert again.outbox.waiting() == []
    assert judged(again, again.head_file.read()).lines == 2


def test_an_erased_group_takes_its_waiting_writes_along(house: House) -> None:
    records = house.open(patience=0.2).records
    group = records.new_group("visit").id
    with locked(house, records):
        records.add(group, "note", {"text": CANARY})
    (file,) = records.outbox.waiting()
    kept = file.read_bytes()
    erase_group(records, group)
    assert records.outbox.waiting() == []
    file.write_bytes(kept)  # a copy from before opens no more
    with pytest.raises(Erased):
        records.outbox.open(file)
    records.flush()
    assert records.outbox.waiting() == []
    with pytest.raises(Erased):
        records.add(group, "note", {"text": "late"})


def test_another_process_that_stored_it_first_is_in_nobodys_way(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    records = house.open(patience=0.2).records
    group = records.new_group("visit").id
    with locked(house, records):
        waiting = records.add(group, "note", {"text": "once"})
    listed = records.outbox.waiting()
    house.open()  # stores it and removes the file, after this process had listed it
    monkeypatch.setattr(type(records.outbox), "waiting", lambda self: listed)
    assert records.flush() == 0
    after = records.add(group, "note", {"text": "next"})
    assert after.state == "stored"
    assert [e.id for e in records.list(group)] == [waiting.id, after.id]


def test_a_write_that_cannot_be_opened_stays_and_holds_up_nothing(house: House) -> None:
    records = house.open(patience=0.2).records
    group = records.new_group("visit").id
    with locked(house, records):
        records.add(group, "note", {"text": "damaged"})
    (file,) = records.outbox.waiting()
    file.write_bytes(b"damaged")
    assert records.add(group, "note", {"text": "next"}).state == "stored"
    assert records.outbox.waiting() == [file]


def test_when_the_disk_takes_nothing_either_the_caller_is_told(house: House) -> None:
    records = house.open(patience=0.2).records
    group = records.new_group("visit").id
    records.outbox.folder.parent.mkdir(exist_ok=True)
    records.outbox.folder.write_text("in the way", "utf-8")
    with locked(house, records), pytest.raises(NotStored):
        records.add(group, "note", {"text": CANARY})
    records.outbox.folder.unlink()
    with pytest.raises(Unknown):
        records.list("0" * 32)
    assert records.list(group) == ()


def test_a_full_disk_loses_nothing(house_of: Callable[[str], House]) -> None:
    house = house_of("sqlite")
    records = house.open().records
    group = records.new_group("visit").id
    first = records.add(group, "note", {"text": "fits"})
    room = [1]

    @event.listens_for(records.database.engine, "begin")
    def limited(connection: object) -> None:
        # SQLite counts its pages as a full disk would; one page more than there are is too few.
        connection.exec_driver_sql(f"PRAGMA max_page_count = {room[0]}")  # type: ignore[attr-defined]

    long = {"text": CANARY * 5000}
    second = records.add(group, "note", long)
    assert second.state == "waiting"
    assert [e.id for e in records.list(group)] == [first.id]
    assert judged(records, records.head_file.read()).state == "whole"
    room[0] = 100_000
    assert records.flush() == 1
    assert [e.content for e in records.list(group)] == [{"text": "fits"}, long]
    with records.database.reading() as connection:
        assert connection.execute(text("PRAGMA integrity_check")).scalar_one() == "ok"
