"""What is stored when a person decides a second time on the same pair."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.pharmacy.checker import Pair, check
from core.pharmacy.knowledge import knowledge
from core.pharmacy.overrides import Override
from core.pharmacy.worklist import Worklist, from_names
from core.records.erase import erase_group
from core.records.store import Records
from core.terms.drug_names import drug_names
from core.ui import keeping
from core.ui.pharmacy import overrides

PERSON = "1" * 32
FIRST = Override("monitored", "first", datetime(2026, 11, 23, tzinfo=UTC), "minor")


@pytest.fixture
def records(own_data_folder: Path) -> Iterator[Records]:
    own_data_folder.mkdir(parents=True)
    yield keeping.records()
    keeping.close()


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[Worklist]:
    """The list on the screen, always the last of these."""
    lists = [from_names(["华法林", "布洛芬"], drug_names())]

    def change(act: Callable[[Worklist], Worklist]) -> bool:
        lists.append(act(lists[-1]))
        return True

    monkeypatch.setattr(overrides, "worklist", lambda: lists[-1])
    monkeypatch.setattr(overrides, "change", change)
    return lists


def pair_of(worklist: Worklist) -> Pair:
    (pair,) = check(worklist.items, knowledge()).pairs
    return pair


def test_a_second_decision_takes_the_place_of_the_first_and_both_stay(
    records: Records, shown: list[Worklist]
) -> None:
    pair = pair_of(shown[-1])
    overrides._record(pair, FIRST, PERSON)
    old = shown[-1].overrides[pair.key].entry
    assert not FIRST.stands(pair.severity)  # the grade is higher than what was seen
    overrides._record(pair, replace(FIRST, note="second", severity=pair.severity), PERSON)
    group = shown[-1].group
    (standing,) = records.list(group)
    assert (standing.content["note"], standing.supersedes) == ("second", old)
    assert standing.id == shown[-1].overrides[pair.key].entry
    assert len(records.list(group, superseded=True)) == 2


def test_a_second_decision_after_the_record_was_erased_begins_a_new_one(
    records: Records, shown: list[Worklist]
) -> None:
    pair = pair_of(shown[-1])
    overrides._record(pair, FIRST, PERSON)
    erased = shown[-1].group
    erase_group(records, erased)
    overrides._record(pair, replace(FIRST, note="second"), PERSON)
    (standing,) = records.list(shown[-1].group)
    assert shown[-1].group != erased and standing.supersedes is None
