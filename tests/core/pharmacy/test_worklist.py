"""The list changes by making a new one, and comes back from disk as it went."""

import json
from datetime import UTC, datetime

import pytest

from core.pharmacy.context import Medication
from core.pharmacy.label_text import read_label
from core.pharmacy.overrides import Override
from core.pharmacy.worklist import MOST_LINES, Worklist, dump, from_names, restore
from core.terms.drug_names import DrugNames

WHEN = datetime(2026, 11, 22, 14, 5, tzinfo=UTC)
OVERRIDE = Override("monitored", "INR 每周", WHEN, "major")


@pytest.fixture
def full(names: DrugNames) -> Worklist:
    """A list that holds something of everything."""
    made = from_names(["阿托伐他汀 20mg qn", "克拉霉素", "atrovastatin"], names)
    made = made.add_label("新药", read_label("本品主要经CYP3A4代谢"))
    made = made.state(1, Medication(500, "oral", 2.0)).about(
        {"egfr": 40.0, "indication": ("bridging",)}
    )
    return made.override("atorvastatin+clarithromycin", OVERRIDE).hear("nonce-1")


def test_names_become_lines(full: Worklist) -> None:
    assert [item.drugs for item in full.items] == [
        ("atorvastatin",),
        ("clarithromycin",),
        (),
        ("label-1",),
    ]
    assert full.items[2].near
    assert full.medications[1] == Medication(500, "oral", 2.0)
    assert full.extra["label-1"].drug.name("en") == "新药"


def test_it_comes_back_as_it_went(full: Worklist) -> None:
    assert restore(json.loads(json.dumps(dump(full)))) == full


def test_an_empty_list_comes_back() -> None:
    assert restore(json.loads(json.dumps(dump(Worklist())))) == Worklist()


@pytest.mark.parametrize(
    "plain",
    [
        {},
        [],
        {"lines": []},
        {"lines": [{}], "patient": {}, "labels": [], "overrides": {}, "heard": []},
        {"lines": [{"item": {"nonsense": 1}, "medication": {}}], "patient": {}, "labels": [],
         "overrides": {}, "heard": []},
        {"lines": [], "patient": {}, "labels": [], "overrides": {"a+b": {"reason": "x", "note": "",
         "when": "yesterday", "severity": "none"}}, "heard": []},
        None,
        "text",
    ],
)  # fmt: skip
def test_another_shape_is_refused_in_a_known_way(plain: object) -> None:
    with pytest.raises((TypeError, KeyError, ValueError)):
        restore(plain)  # type: ignore[arg-type]


def test_every_change_is_a_new_list(full: Worklist) -> None:
    before = dump(full)
    full.drop(0).choose(1, "warfarin").about({}).override("atorvastatin+clarithromycin", None)
    assert dump(full) == before


def test_a_person_chooses_what_an_unresolved_line_means(full: Worklist) -> None:
    chosen = full.choose(2, "atorvastatin").items[2]
    assert (chosen.drugs, chosen.how, chosen.reason, chosen.near) == (
        ("atorvastatin",),
        "chosen",
        None,
        (),
    )
    assert chosen.text == "atrovastatin"


def test_dropping_a_line_takes_its_overrides_along(full: Worklist) -> None:
    assert full.drop(2).overrides == full.overrides
    assert full.drop(0).overrides == {}
    assert [item.text for item in full.drop(0).items] == ["克拉霉素", "atrovastatin", "新药"]
    assert full.drop(0).medications[0] == Medication(500, "oral", 2.0)


def test_an_override_is_taken_back(full: Worklist) -> None:
    assert full.override("atorvastatin+clarithromycin", None).overrides == {}


def test_a_label_drug_keeps_its_own_id_after_others_are_dropped(names: DrugNames) -> None:
    facts = read_label("本品主要经CYP3A4代谢")
    made = Worklist().add_label("甲", facts).add_label("乙", facts).drop(0).add_label("丙", facts)
    assert [item.drugs for item in made.items] == [("label-2",), ("label-3",)]
    assert made.extra["label-3"].drug.name("en") == "丙"


def test_no_more_lines_than_there_is_room_for(names: DrugNames) -> None:
    items = from_names(["阿托伐他汀"], names).items * (MOST_LINES + 50)
    full = Worklist().add(items)
    assert len(full.lines) == MOST_LINES == 200
    assert len(full.add(items[:1]).lines) == MOST_LINES


def test_the_same_choice_is_heard_once() -> None:
    heard = Worklist().hear("").hear("a").hear("b")
    assert heard.heard == ("a", "b")
    for n in range(40):
        heard = heard.hear(str(n))
    assert len(heard.heard) == 16
    assert heard.heard[-1] == "39"


@pytest.mark.parametrize(
    ("now", "stands"), [("minor", True), ("major", True), ("contraindicated", False)]
)
def test_an_override_does_not_outlive_a_graver_finding(now: str, stands: bool) -> None:
    assert OVERRIDE.stands(now) is stands  # type: ignore[arg-type]
