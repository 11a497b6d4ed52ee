"""Staff: PIN rules, roles, the last administrator, and what the audit keeps of each act."""

import re

import pytest
from house import House, judged
from sqlalchemy import select

from core.i18n import LANGUAGES, Language, translator
from core.records import audit, people, pins, sign_in, staff_sessions, tables
from core.records.people import Person
from core.records.sign_in import SignedIn
from core.records.staff_sessions import Ended
from core.records.store import Records

PIN, OTHER_PIN = "274915", "830562"


def added(records: Records, name: str, role: str = "nurse", by: str | None = None) -> Person:
    person = people.add(records, name, role, PIN, by)  # type: ignore[arg-type]
    assert isinstance(person, Person), person
    return person


def first(records: Records) -> Person:
    person = people.add_first(records, "Administrator", PIN)
    assert isinstance(person, Person), person
    return person


def acts(records: Records) -> list[tuple[str, str | None, str | None]]:
    """Action, who acted, to whom, oldest first."""
    with records.database.reading() as connection:
        return [(line.action, line.person, line.entry_id) for line in audit.lines(connection)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_rules_beside_the_field_name_each_of_them(language: Language) -> None:
    said = translator(language)("people.pin.rules", least=pins.SHORTEST)
    numbers = re.findall("[0-9]+", said)
    assert numbers[:3] == [str(n) for n in (pins.SHORTEST, pins.LONGEST, pins.FEWEST_DIGITS)]
    examples = numbers[3:]
    assert len(examples) == 4
    assert [pins.problem(pin) for pin in examples] == ["pin_simple"] * 4


@pytest.mark.parametrize(
    ("pin", "problem"),
    [
        ("27491", "pin_short"),
        ("", "pin_digits"),
        ("27491x", "pin_digits"),
        ("-74915", "pin_digits"),
        ("٢٧٤٩١٥", "pin_digits"),
        ("2" * 33, "pin_long"),
        ("111111", "pin_simple"),
        ("121212", "pin_simple"),
        ("123456", "pin_simple"),
        ("890123", "pin_simple"),
        ("654321", "pin_simple"),
        ("123123", "pin_simple"),
        ("112233", "pin_simple"),
        ("274915", None),
        ("２７４９１５", None),
    ],
)
def test_a_pin_that_is_short_or_trivial_is_refused(pin: str, problem: str | None) -> None:
    assert pins.problem(pin) == problem


def test_a_pin_is_kept_as_argon2_and_full_width_digits_are_the_same() -> None:
    kept = pins.hashed(PIN)
    assert kept.startswith("$argon2id$") and PIN not in kept and len(kept) <= 200
    assert pins.matches(kept, PIN) and pins.matches(kept, "２７４９１５")
    assert not pins.matches(kept, OTHER_PIN)
    assert not pins.matches("-", PIN)


def test_a_days_work_of_an_administrator_is_in_the_audit_by_ids(records: Records) -> None:
    assert not people.has_administrator(records)
    boss = first(records)
    assert people.has_administrator(records)
    nurse = added(records, "Wang Fang", by=boss.id)
    assert people.change_role(records, nurse.id, "doctor", boss.id) is None
    assert people.reset_pin(records, nurse.id, OTHER_PIN, boss.id) is None
    assert people.deactivate(records, nurse.id, boss.id) is None
    assert people.activate(records, nurse.id, boss.id) is None
    staff_sessions.set_idle_minutes(records, 5, boss.id)
    assert acts(records) == [
        ("person_added", None, boss.id),
        ("person_added", boss.id, nurse.id),
        ("role_changed", boss.id, nurse.id),
        ("pin_changed", boss.id, nurse.id),
        ("person_deactivated", boss.id, nurse.id),
        ("person_activated", boss.id, nurse.id),
        ("idle_time_set", boss.id, None),
    ]
    assert judged(records).state == "whole"
    assert [(p.name, p.role, p.active) for p in people.everyone(records)] == [
        ("Administrator", "administrator", True),
        ("Wang Fang", "doctor", True),
    ]


def test_only_one_person_becomes_the_first_administrator(records: Records) -> None:
    first(records)
    assert people.add_first(records, "Second", PIN) == "unknown"
    assert len(people.everyone(records)) == 1


def test_two_active_people_never_have_one_name(records: Records) -> None:
    boss = first(records)
    nurse = added(records, "Wang  Fang ")
    assert people.add(records, "ｗang fang", "nurse", PIN) == "name_taken"
    people.deactivate(records, nurse.id, boss.id)
    again = added(records, "wang fang")
    assert people.activate(records, nurse.id, boss.id) == "name_taken"
    assert again.id != nurse.id
    added(records, "王芳")
    for name in ("王\u3000芳", "王 芳", " 王芳", "WANGFANG", "ｗａｎｇ　ｆａｎｇ"):
        assert people.add(records, name, "nurse", PIN) == "name_taken", name


@pytest.mark.parametrize("name", ["", "   ", "x" * 61, "a\u202eb"])
def test_a_name_that_cannot_be_shown_is_refused(records: Records, name: str) -> None:
    assert people.add(records, name, "nurse", PIN) == "name_empty"
    assert people.everyone(records) == ()


def test_the_last_administrator_stays_one(records: Records) -> None:
    boss = first(records)
    assert people.deactivate(records, boss.id, boss.id) == "last_administrator"
    assert people.change_role(records, boss.id, "nurse", boss.id) == "last_administrator"
    second = added(records, "Second", "administrator")
    assert people.deactivate(records, boss.id, second.id) is None
    assert people.deactivate(records, second.id, second.id) == "last_administrator"


@pytest.mark.parametrize("act", ["reset", "deactivate"])
def test_a_new_pin_and_a_deactivation_end_the_sessions(records: Records, act: str) -> None:
    boss, nurse = first(records), added(records, "Nurse")
    answer = sign_in.sign_in(records, nurse.id, PIN, "a browser")
    assert isinstance(answer, SignedIn)
    if act == "reset":
        people.reset_pin(records, nurse.id, OTHER_PIN, boss.id)
    else:
        people.deactivate(records, nurse.id, boss.id)
    assert staff_sessions.look(records, answer.token) == Ended(nurse.id)
    again = sign_in.sign_in(records, nurse.id, PIN, "a browser")
    assert again == sign_in.Wrong()


def test_an_unknown_person_is_named_as_such(records: Records) -> None:
    boss = first(records)
    nobody = "0" * 32
    assert people.change_role(records, nobody, "nurse", boss.id) == "unknown"
    assert people.reset_pin(records, nobody, OTHER_PIN, boss.id) == "unknown"
    assert people.deactivate(records, nobody, boss.id) == "unknown"


def test_people_come_back_with_a_backup_and_sessions_do_not(house: House) -> None:
    from core.records import backup

    records = house.open().records
    boss = first(records)
    answer = sign_in.sign_in(records, boss.id, PIN, "b")
    assert isinstance(answer, SignedIn)
    backup.back_up(records, house.root / "b.gz")
    backup.restore(records, house.root / "b.gz", force=True)
    assert [person.id for person in people.everyone(records)] == [boss.id]
    assert staff_sessions.look(records, answer.token) == Ended(None)


def test_the_database_holds_no_pin_and_no_token(records: Records) -> None:
    boss = first(records)
    answer = sign_in.sign_in(records, boss.id, PIN, "b" * 32)
    assert isinstance(answer, SignedIn)
    with records.database.reading() as connection:
        held = [
            str(value)
            for table in (tables.person, tables.staff_session, tables.sign_in_attempt, tables.audit)
            for row in connection.execute(select(table))
            for value in row
        ]
    assert held and not [v for v in held if PIN in v or answer.token in v or "b" * 32 in v]


def test_the_owner_of_a_persons_drafts_outlives_a_rotation(records: Records) -> None:
    from core.records import rotate

    one, other = records.keys.drafts_of("a" * 32), records.keys.drafts_of("b" * 32)
    assert len(one) == 32 and one != other
    rotate.rotate(records)
    assert records.keys.drafts_of("a" * 32) == one
