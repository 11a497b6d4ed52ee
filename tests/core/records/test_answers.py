"""Answers of the model in the records: sealed, raw text apart, opened only in the audit."""

import contextlib
from collections.abc import Iterator
from dataclasses import replace

import pytest
from house import House, holds, judged

from core.errors import AuscultError
from core.records import answers, audit, erase
from core.records.problems import DatabaseAway, Erased, Unknown
from core.records.provenance import Provenance
from core.records.store import Records

ASKED, OPENER = "a" * 32, "b" * 32
SHOWN = {"answer": "The level rises. \ue010", "thought": "", "held": 1, "state": "finished"}
RAW = "The level rises. Take RAWORDER 5 mg daily."
ORIGIN = Provenance(
    "medgemma", "abc", "nf4", "interaction 1", "hash", {"do_sample": False},
    {"pharmacy": "1 abc"}, {"facts": "hash"}, "2026-11-22T10:00:00+00:00",
    "2026-11-22T10:00:05+00:00", ASKED, "gpu.hospital.example",
)  # fmt: skip


def stored(records: Records) -> str:
    """The entry of one answer in the database."""
    group = answers.keep(records, SHOWN, RAW, ORIGIN)
    records.flush()
    return next(entry.id for entry in records.list(group) if entry.kind == answers.ANSWER)


def acts(records: Records) -> list[tuple[str, str | None, str | None]]:
    with records.database.reading() as connection:
        return [(line.action, line.entry_id, line.person) for line in audit.lines(connection)]


def test_shown_and_raw_text_are_two_entries_of_one_group_with_their_origin(house: House) -> None:
    records = house.open().records
    group = answers.keep(records, SHOWN, RAW, ORIGIN)
    assert records.flush() == 3
    shown, raw = records.list(group)
    assert (shown.kind, shown.content, shown.person) == (answers.ANSWER, SHOWN, ASKED)
    assert shown.provenance == ORIGIN and shown.provenance.host == "gpu.hospital.example"
    assert (raw.kind, raw.content, raw.provenance) == (answers.RAW, {"raw": RAW}, None)
    (kept,) = records.groups(kind="model_answer", owner=ASKED)
    assert kept.id == group and kept.keep_until is not None
    assert int(kept.keep_until[:4]) - int(kept.created[:4]) == 3
    assert judged(records).state == "whole"


def test_an_answer_waits_for_no_database_and_is_stored_once_when_it_is_back(
    records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    @contextlib.contextmanager
    def away(*_: object) -> Iterator[None]:
        raise DatabaseAway("records.problem.away", "test")
        yield

    with monkeypatch.context() as gone:
        gone.setattr(type(records.database), "writing", away)
        gone.setattr(type(records.database), "reading", away)
        group = answers.keep(records, SHOWN, RAW, ORIGIN)
        with pytest.raises(DatabaseAway):
            records.flush()
    assert len(records.outbox.waiting()) == 3
    for file in records.outbox.waiting():
        assert b"RAWORDER" not in file.read_bytes() and b"RAWORDER" not in file.name.encode()
    assert (records.flush(), records.flush()) == (3, 0)
    assert [entry.kind for entry in records.list(group)] == [answers.ANSWER, answers.RAW]


def test_an_answer_is_recorded_with_a_person_or_not_at_all(records: Records) -> None:
    with pytest.raises(ValueError, match="person"):
        answers.keep(records, SHOWN, RAW, replace(ORIGIN, person=None))
    assert records.outbox.waiting() == []


def test_the_list_of_answers_counts_what_was_held_back_and_holds_no_text(records: Records) -> None:
    first, second = stored(records), stored(records)
    found = answers.newest(records, 10)
    assert [answer.entry for answer in found] == [second, first]
    assert [(answer.held, answer.person) for answer in found] == [(1, ASKED)] * 2
    assert "RAWORDER" not in repr(found) and "level" not in repr(found)
    assert [answer.entry for answer in answers.newest(records, 1)] == [second]


def test_opening_the_raw_text_is_a_line_of_the_audit_before_it_is_given_out(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    records = house.open().records
    answer = stored(records)
    assert answers.open_raw(records, answer, OPENER) == RAW
    assert acts(records)[-1] == ("raw_opened", answer, OPENER)
    assert judged(records).state == "whole"

    def refused(*_: object) -> None:
        raise AuscultError("error.not_stored", "test")

    monkeypatch.setattr(audit, "append", refused)
    with pytest.raises(AuscultError):
        answers.open_raw(records, answer, OPENER)
    assert [act for act, *_ in acts(records)].count("raw_opened") == 1


def test_only_an_answer_can_be_opened(records: Records) -> None:
    answer = stored(records)
    group = answers.newest(records, 1)[0].group
    raw = next(entry.id for entry in records.list(group) if entry.kind == answers.RAW)
    other = records.add(records.new_group("visit").id, "note", {"raw": "x"}).id
    for entry in (raw, other, "0" * 32):
        with pytest.raises(Unknown):
            answers.open_raw(records, entry, OPENER)
    assert "raw_opened" not in [act for act, *_ in acts(records)]
    assert answers.open_raw(records, answer, OPENER) == RAW


def test_an_erase_takes_the_answer_its_raw_text_and_what_waits(records: Records) -> None:
    answer = stored(records)
    group = answers.newest(records, 1)[0].group
    erase.erase_group(records, group)
    assert answers.newest(records, 10) == () and records.read(answer) is None
    with pytest.raises(Unknown):
        answers.open_raw(records, answer, OPENER)
    waiting = answers.keep(records, SHOWN, RAW, ORIGIN)
    records.shares.destroy(waiting)
    assert records.flush() == 0 and records.outbox.waiting() == []


def test_an_answer_whose_key_is_destroyed_is_no_longer_listed(records: Records) -> None:
    answer, left = stored(records), stored(records)
    group = next(a.group for a in answers.newest(records, 10) if a.entry == answer)
    records.shares.destroy(group)
    assert [found.entry for found in answers.newest(records, 10)] == [left]
    with pytest.raises(Erased):
        answers.open_raw(records, answer, OPENER)


def test_nothing_of_an_answer_lies_in_clear_on_the_disk(house: House) -> None:
    records = house.open().records
    stored(records)
    answers.keep(records, SHOWN, RAW, ORIGIN)
    places = house.places()
    assert len(places) > 3
    assert [
        path for path in places for word in ("RAWORDER", "level rises") if holds(path, word)
    ] == []
    assert answers.open_raw(records, answers.newest(records, 1)[0].entry, OPENER) == RAW
