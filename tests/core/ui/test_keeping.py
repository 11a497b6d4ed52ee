"""What waits is stored in the background whatever went wrong, and the log stays readable."""

import asyncio
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.records.problems import DatabaseAway
from core.records.store import Records
from core.ui import keeping


@pytest.fixture
def records(own_data_folder: Path) -> Iterator[Records]:
    own_data_folder.mkdir(parents=True)
    yield keeping.records()
    keeping.close()


def wait_for(records: Records, monkeypatch: pytest.MonkeyPatch) -> str:
    """One answer that could not be stored when it was given; returns its group."""
    group = records.new_group("visit").id

    def away(*_: object) -> None:
        raise DatabaseAway("records.problem.away", "test")

    with monkeypatch.context() as patched:
        patched.setattr(Records, "_apply", away)
        assert records.add(group, "note", {"text": "x"}).state == "waiting"
    return group


def test_a_fault_of_ours_does_not_end_what_stores_waiting_answers(
    records: Records, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    group = wait_for(records, monkeypatch)
    caplog.clear()
    monkeypatch.setattr(keeping, "BETWEEN_FLUSHES_S", 0.01)
    tried: list[int] = []
    flush = Records.flush

    def fails_at_first(self: Records) -> int:
        tried.append(1)
        if len(tried) < 4:
            raise RuntimeError("secret")
        return flush(self)

    monkeypatch.setattr(Records, "flush", fails_at_first)

    async def run() -> None:
        keeping_flushed = asyncio.create_task(keeping.keep_flushed())
        for _ in range(1000):
            if not records.outbox.waiting():
                break
            await asyncio.sleep(0.01)
        keeping_flushed.cancel()

    with caplog.at_level(logging.INFO, "auscult"):
        asyncio.run(run())
    assert len(records.list(group)) == 1
    said = [line.getMessage() for line in caplog.records if line.name == "auscult"]
    assert said == ["what waits cannot be stored: RuntimeError", "stored after waiting: 1"]


def test_a_file_that_cannot_be_stored_is_said_once(
    records: Records, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    wait_for(records, monkeypatch)
    caplog.clear()
    (file,) = records.outbox.waiting()
    file.write_bytes(b"damaged")
    with caplog.at_level(logging.INFO, "auscult"):
        for _ in range(3):
            keeping.flush()
    assert records.outbox.waiting() == [file]
    said = [line.getMessage() for line in caplog.records if line.name == "auscult"]
    assert len(said) == 1 and said[0].startswith("a waiting write cannot be stored yet")
