"""Records are added and read, corrected by a newer entry, and never changed in place."""

import pytest
from sqlalchemy import delete, text, update
from sqlalchemy.exc import DBAPIError

from core.records import tables
from core.records.problems import KeyWrong, Unknown
from core.records.provenance import Provenance, hashed
from core.records.sealing import seal, unseal
from core.records.store import Records

ORIGIN = Provenance(
    model="medgemma-1.5-4b-it",
    revision="0123abc",
    precision="bf16",
    prompt_id="interaction-1",
    prompt_sha256=hashed("prompt"),
    decoding={"greedy": True, "max_new_tokens": 512},
    knowledge={"pairs": "2026-11-01"},
    inputs={"list": hashed("华法林, 阿司匹林")},
    asked="2026-11-22T06:00:00+00:00",
    answered="2026-11-22T06:00:09+00:00",
    person="a" * 32,
)


def test_what_was_added_is_read_with_where_it_came_from(records: Records) -> None:
    group = records.new_group("pharmacy_list", patient="A-1", owner="p1").id
    added = records.add(group, "answer", {"text": "华法林 5 mg", "n": 2}, "p1", origin=ORIGIN)
    assert added.state == "stored"
    entry = records.read(added.id)
    assert entry is not None
    assert (entry.group_id, entry.kind, entry.person) == (group, "answer", "p1")
    assert entry.content == {"text": "华法林 5 mg", "n": 2}
    assert entry.provenance == ORIGIN
    assert records.list(group) == (entry,)
    assert records.read("0" * 32) is None


def test_a_correction_supersedes_and_both_stay(records: Records) -> None:
    group = records.new_group("report").id
    first = records.add(group, "draft", {"text": "left"})
    second = records.add(group, "draft", {"text": "right"}, supersedes=first.id)
    assert [e.id for e in records.list(group)] == [second.id]
    assert [e.content["text"] for e in records.list(group, superseded=True)] == ["left", "right"]
    other = records.new_group("report").id
    with pytest.raises(Unknown):
        records.add(other, "draft", {}, supersedes=first.id)
    with pytest.raises(Unknown):
        records.list("0" * 32)


def test_groups_are_found_by_patient_owner_and_kind(records: Records) -> None:
    visit = records.new_group("visit", patient=" m-77 ", owner="n1").id
    paper = records.new_group("paper_library", owner="n1").id
    assert [g.id for g in records.groups(patient="M-77")] == [visit]
    assert [g.id for g in records.groups(owner="n1", kind="paper_library")] == [paper]
    assert {g.id for g in records.groups(owner="n1")} == {visit, paper}
    assert [g.id for g in records.groups(newest=1)] == [records.groups()[-1].id]
    assert records.groups(newest=9) == records.groups() != ()
    assert records.groups(patient="M-78") == ()
    (kept,) = records.groups(kind="visit")
    assert kept.keep_until is not None
    assert int(kept.keep_until[:4]) - int(kept.created[:4]) == 15
    assert records.groups(kind="paper_library")[0].keep_until is None


@pytest.mark.parametrize(
    "statement",
    [
        update(tables.entry).values(kind="other"),
        update(tables.audit).values(action="other"),
        delete(tables.audit),
    ],
    ids=["entry changed", "audit changed", "audit deleted"],
)
def test_the_database_itself_refuses_a_change(records: Records, statement: object) -> None:
    group = records.new_group("visit").id
    records.add(group, "note", {"text": "a"})
    with pytest.raises(DBAPIError, match="never changed"), records.database.writing() as connection:
        connection.execute(statement)
    if records.database.file is None:
        with pytest.raises(DBAPIError, match="never"), records.database.writing() as connection:
            connection.execute(text("TRUNCATE audit"))


def test_two_groups_have_two_keys_and_a_field_opens_only_in_its_place(records: Records) -> None:
    groups = [records.new_group("visit").id for _ in range(2)]
    ids = [records.add(group, "note", {"text": "same"}).id for group in groups]
    with records.database.reading() as connection:
        rows = {row.id: row for row in connection.execute(tables.entry.select())}
        keys = {row.id: row for row in connection.execute(tables.record_group.select())}
    assert rows[ids[0]].content != rows[ids[1]].content
    assert keys[groups[0]].wrapped != keys[groups[1]].wrapped
    with records.database.writing() as connection:
        trigger = "DROP TRIGGER entry_no_update" + (
            " ON entry" if records.database.file is None else ""
        )
        connection.execute(text(trigger))
        moved = update(tables.entry).where(tables.entry.c.id == ids[0])
        connection.execute(moved.values(content=rows[ids[1]].content))
    with pytest.raises(KeyWrong):
        records.read(ids[0])


def test_a_sealed_field_is_bound_to_its_place() -> None:
    key = bytes(range(32))
    sealed = seal(key, b"text", "entry", "1", "content")
    assert unseal(key, sealed, "entry", "1", "content") == b"text"
    for place in (("entry", "2", "content"), ("entry", "1", "provenance"), ("entry", "1content")):
        with pytest.raises(KeyWrong):
            unseal(key, sealed, *place)
    with pytest.raises(KeyWrong):
        unseal(bytes(32), sealed, "entry", "1", "content")
    with pytest.raises(KeyWrong):
        unseal(key, sealed[:5], "entry", "1", "content")
