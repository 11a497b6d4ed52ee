"""An answer of the hospital's provider opens a session when it is fresh, new and somebody's."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from house import judged
from test_people import PIN, acts, added, first

from core.records import hospital_account, people, sign_in, staff_sessions
from core.records.hospital_account import Identity, Spent, Stale, Unbound, sign_in_with
from core.records.people import Person
from core.records.sign_in import SignedIn
from core.records.store import Records

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
SUBJECT, EMAIL = "248289761001", "Wang.Fang@hospital.example"


@pytest.fixture
def nurse(records: Records) -> Person:
    boss, person = first(records), added(records, "Nurse")
    assert people.bind(records, person.id, f" {SUBJECT} ", boss.id) is None
    return person


def claims(**more: object) -> dict[str, Any]:
    said = {"iss": "https://sso.hospital.example", "sub": SUBJECT, "nonce": "n"}
    return {**said, "iat": NOW.timestamp(), **more}


def identity(**more: object) -> Identity:
    found = hospital_account.read(claims(**more))
    assert found is not None
    return found


def test_a_bound_account_opens_a_session_once(records: Records, nurse: Person) -> None:
    answer = sign_in_with(records, identity(), NOW)
    assert isinstance(answer, SignedIn)
    session = staff_sessions.look(records, answer.token, NOW)
    assert isinstance(session, staff_sessions.Session) and session.person == nurse.id
    assert acts(records)[-1] == ("signed_in", nurse.id, None)
    assert sign_in_with(records, identity(), NOW + timedelta(seconds=1)) == Spent()
    assert acts(records)[-1] == ("sign_in_refused", None, nurse.id)
    assert isinstance(sign_in_with(records, identity(nonce="another"), NOW), SignedIn)
    assert judged(records).state == "whole"


@pytest.mark.parametrize(
    ("seconds", "more", "fresh"),
    [
        (119, {}, True),
        (121, {}, False),
        (-29, {}, True),
        (-31, {}, False),
        (0, {"auth_time": NOW.timestamp() - 60}, True),
        (0, {"auth_time": NOW.timestamp() - 3600}, False),
        (0, {"auth_time": NOW.timestamp() + 3600}, False),
    ],
)
@pytest.mark.usefixtures("nurse")
def test_an_answer_counts_for_two_minutes(
    records: Records, seconds: int, more: dict[str, object], fresh: bool
) -> None:
    answer = sign_in_with(records, identity(**more), NOW + timedelta(seconds=seconds))
    assert isinstance(answer, SignedIn) if fresh else answer == Stale()


@pytest.mark.parametrize(
    ("more", "opens"),
    [
        ({"email": EMAIL, "email_verified": True}, True),
        ({"email": EMAIL.upper(), "email_verified": "true"}, True),
        ({"email": EMAIL}, False),
        ({"email": EMAIL, "email_verified": False}, False),
        ({}, False),
    ],
)
def test_an_email_counts_only_when_the_provider_calls_it_verified(
    records: Records, nurse: Person, more: dict[str, object], opens: bool
) -> None:
    assert people.bind(records, nurse.id, EMAIL, nurse.id) is None
    answer = sign_in_with(records, identity(**more), NOW)
    assert isinstance(answer, SignedIn) if opens else answer == Unbound()


def test_an_account_of_nobody_and_of_a_person_who_left_opens_nothing(
    records: Records, nurse: Person
) -> None:
    assert sign_in_with(records, identity(sub="x", nonce="1"), NOW) == Unbound()
    people.deactivate(records, nurse.id, nurse.id)
    assert sign_in_with(records, identity(nonce="2"), NOW) == Unbound()
    # Refused accounts are no guesses: neither a PIN nor the one-time code waits for them.
    for n in range(60):
        assert sign_in_with(records, identity(sub="x", nonce=f"x{n}"), NOW) == Unbound()
    assert isinstance(sign_in.may_try_code(records, NOW), str)


def test_two_accounts_of_one_answer_that_are_of_two_people_open_nothing(
    records: Records, nurse: Person
) -> None:
    other = added(records, "Other")
    people.bind(records, other.id, EMAIL, nurse.id)
    both = identity(email=EMAIL, email_verified=True)
    assert sign_in_with(records, both, NOW) == Unbound()


@pytest.mark.parametrize(
    "lacking",
    [
        *({"sub": ""}, {"sub": None}, {"sub": 7}, {"nonce": ""}, {"iat": None}, {"iat": "now"}),
        *({"iat": -1}, {"iat": 1e300}, {"auth_time": "now"}),
    ],
)
def test_claims_that_lack_something_are_no_identity(lacking: dict[str, object]) -> None:
    assert hospital_account.read(claims()) is not None
    assert hospital_account.read(claims(**lacking)) is None


def test_an_account_belongs_to_one_active_person(records: Records, nurse: Person) -> None:
    other = added(records, "Other")
    assert people.bind(records, other.id, SUBJECT, nurse.id) == "account_taken"
    assert people.bind(records, nurse.id, SUBJECT, nurse.id) is None
    people.deactivate(records, nurse.id, nurse.id)
    assert people.bind(records, other.id, SUBJECT, nurse.id) is None
    assert acts(records)[-1] == ("account_set", nurse.id, other.id)
    assert people.activate(records, nurse.id, nurse.id) == "account_taken"
    assert people.bind(records, other.id, "", nurse.id) is None
    assert people.activate(records, nurse.id, nurse.id) is None
    assert people.bind(records, other.id, "x" * 201, nurse.id) == "account_long"
    assert people.bind(records, other.id, "a\u202eb", nurse.id) == "account_long"
    assert {p.name: p.account for p in people.everyone(records)}["Nurse"] == SUBJECT


def test_a_pin_still_opens_for_a_person_with_an_account(records: Records, nurse: Person) -> None:
    assert isinstance(sign_in.sign_in(records, nurse.id, PIN, "b", NOW), SignedIn)
