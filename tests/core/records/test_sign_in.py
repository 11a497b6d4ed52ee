"""Guessing is slowed down and locks nobody out for ever; sessions end and stay ended."""

from datetime import UTC, datetime, timedelta

import pytest
from house import House, judged, started
from sqlalchemy import func, insert, select
from test_people import OTHER_PIN, PIN, acts, added, first

from core.records import (
    attempts,
    audit,
    people,
    pins,
    rotate,
    sign_in,
    staff_sessions,
    tables,
)
from core.records.attempts import Wait
from core.records.people import Person
from core.records.problems import DatabaseFull
from core.records.sign_in import Changed, SignedIn, Wrong
from core.records.staff_sessions import Ended, Session
from core.records.store import Records

START = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
HOME, STRANGE = "1" * 32, "2" * 32
WARD, OFFICE, GUESSER = "10.0.0.1", "10.0.0.2", "10.9.9.9"


@pytest.fixture
def nurse(records: Records) -> Person:
    first(records)
    return added(records, "Nurse")


def later(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def token(records: Records, person: Person, browser: str, at: datetime, address: str = "") -> str:
    answer = sign_in.sign_in(records, person.id, PIN, browser, at, address)
    assert isinstance(answer, SignedIn), answer
    return answer.token


def counted(records: Records) -> int:
    with records.database.reading() as connection:
        every = select(func.count()).select_from(tables.sign_in_attempt)
        return int(connection.execute(every).scalar_one())


def test_a_right_pin_opens_a_session_and_a_wrong_one_does_not(
    records: Records, nurse: Person
) -> None:
    assert sign_in.sign_in(records, nurse.id, OTHER_PIN, HOME, START) == Wrong()
    open_now = staff_sessions.look(records, token(records, nurse, HOME, START), START)
    assert isinstance(open_now, Session)
    assert (open_now.person, open_now.name, open_now.role) == (nurse.id, "Nurse", "nurse")
    for nobody in ("0" * 32, "", "x" * 500, "'; --"):
        assert sign_in.sign_in(records, nobody, PIN, HOME, START) == Wrong()


def test_a_thousand_wrong_pins_get_in_never_and_lock_nobody_out_for_ever(
    records: Records, nurse: Person
) -> None:
    colleague = added(records, "Colleague")
    token(records, nurse, HOME, START)
    answers = [
        sign_in.sign_in(records, nurse.id, f"{n:06}", STRANGE, later(n)) for n in range(1000)
    ]
    assert not [answer for answer in answers if isinstance(answer, SignedIn)]
    looked_at = [n for n, answer in enumerate(answers) if answer == Wrong()]
    assert looked_at[: attempts.FREE] == [0, 1, 2, 3] and len(looked_at) < 13
    assert counted(records) == len(looked_at) + 1
    with records.database.reading() as connection:
        refusals = [line for line in audit.lines(connection) if line.action == "sign_in_refused"]
    assert len(refusals) == len(looked_at)
    assert judged(records, records.head_file.read()).state == "whole"
    # The right PIN from the strange browser must wait too, or waiting would tell nothing.
    assert isinstance(sign_in.sign_in(records, nurse.id, PIN, STRANGE, later(1000)), Wait)
    token(records, nurse, HOME, later(1000))
    token(records, colleague, STRANGE, later(1000))
    token(records, nurse, "3" * 32, later(1000 + attempts.LONGEST_WAIT_S))


def test_a_restart_forgets_no_wrong_pin(house: House) -> None:
    records = house.open().records
    first(records)
    nurse = added(records, "Nurse")
    for _ in range(attempts.FREE):
        assert sign_in.sign_in(records, nurse.id, OTHER_PIN, STRANGE, START) == Wrong()
    records.close()
    again = house.open().records
    assert sign_in.sign_in(again, nurse.id, PIN, STRANGE, START) == Wait(6)


def test_the_waits_are_these(records: Records, nurse: Person) -> None:
    at, waits = START, []
    while len(waits) < 14:
        answer = sign_in.sign_in(records, nurse.id, OTHER_PIN, STRANGE, at)
        if isinstance(answer, Wait):
            waits.append(answer.seconds)
            at += timedelta(seconds=answer.seconds)
        else:
            assert answer == Wrong()
    assert waits == [6, 11, 21, 41, 81, 161, 321, 641, 901, 901, 901, 901, 901, 901]


def test_a_right_pin_elsewhere_forgives_a_guesser_nothing(records: Records, nurse: Person) -> None:
    token(records, nurse, HOME, START)
    for n in range(attempts.FREE):
        assert sign_in.sign_in(records, nurse.id, OTHER_PIN, STRANGE, later(n)) == Wrong()
    token(records, nurse, HOME, later(5))
    assert isinstance(sign_in.sign_in(records, nurse.id, PIN, STRANGE, later(5)), Wait)


def test_slips_on_the_own_tablet_are_forgiven_by_the_right_pin(
    records: Records, nurse: Person
) -> None:
    token(records, nurse, HOME, START)
    for n in range(attempts.FREE):
        assert sign_in.sign_in(records, nurse.id, OTHER_PIN, HOME, later(n)) == Wrong()
    assert isinstance(sign_in.sign_in(records, nurse.id, PIN, HOME, later(4)), Wait)
    token(records, nurse, HOME, later(20))
    assert sign_in.sign_in(records, nurse.id, OTHER_PIN, HOME, later(21)) == Wrong()


def staff_of(records: Records, size: int) -> list[str]:
    """Ids of that many people with one PIN, copies of a person who was added."""
    first_one = added(records, "Nurse")
    ids = [f"{n:032x}" for n in range(size)]
    table = tables.person
    with records.database.writing() as connection:
        row = connection.execute(select(table).where(table.c.id == first_one.id)).one()
        rows = [{**row._asdict(), "id": who, "name": who} for who in ids]
        connection.execute(insert(table), rows)
    return ids


def test_one_pin_tried_on_many_people_is_slowed_down_too(records: Records) -> None:
    boss = first(records)
    token(records, boss, HOME, START, GUESSER)
    answers = [
        sign_in.sign_in(records, who, OTHER_PIN, STRANGE, later(1), GUESSER)
        for who in staff_of(records, 300)
    ]
    assert answers.count(Wrong()) == attempts.FREE_OVERALL + 1
    again = sign_in.sign_in(records, boss.id, PIN, STRANGE, later(1), GUESSER)
    assert isinstance(again, Wait)
    token(records, boss, HOME, later(1), GUESSER)
    token(records, boss, STRANGE, later(1), WARD)
    token(records, boss, "3" * 32, later(1 + attempts.LONGEST_OVERALL_S), GUESSER)


def test_ids_of_nobody_are_refused_unread_and_make_nobody_wait(
    records: Records, nurse: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = added(records, "Gone")
    people.deactivate(records, gone.id, nurse.id)
    lines, looked = len(acts(records)), []
    monkeypatch.setattr(pins, "matches", lambda *told: looked.append(told))
    for who in (gone.id, *(f"{n:032x}" for n in range(200))):
        assert sign_in.sign_in(records, who, PIN, STRANGE, START, GUESSER) == Wrong()
    assert (looked, counted(records), len(acts(records))) == ([], 0, lines)
    monkeypatch.undo()
    token(records, nurse, STRANGE, START, GUESSER)


def test_who_guesses_all_day_waits_alone(records: Records) -> None:
    boss = first(records)
    for n in range(60):
        sign_in.sign_in(records, boss.id, OTHER_PIN, f"{n:032}", later(n * 10), GUESSER)
        browser, network = f"{n:031}b", (WARD, OFFICE)[n % 2]
        token(records, boss, browser, later(n * 10 + 1), network)
    refused = sign_in.sign_in(records, boss.id, PIN, STRANGE, later(600), GUESSER)
    assert isinstance(refused, Wait) and refused.seconds > 5


def test_a_pin_guessed_from_many_networks_is_slowed_down_a_little(
    records: Records, nurse: Person
) -> None:
    answers = [
        sign_in.sign_in(records, nurse.id, OTHER_PIN, STRANGE, later(1), f"10.1.{n}.1")
        for n in range(attempts.FREE_EVERYWHERE + 20)
    ]
    assert answers.count(Wrong()) == attempts.FREE_EVERYWHERE + 1
    assert sign_in.sign_in(records, nurse.id, PIN, HOME, later(1), WARD) == Wait(1)
    token(records, nurse, HOME, later(1 + attempts.LONGEST_OVERALL_S), WARD)


def test_one_network_alone_cannot_reach_the_limit_of_all(records: Records, nurse: Person) -> None:
    at = START
    while at < START + attempts.WINDOW:
        answer = sign_in.sign_in(records, nurse.id, OTHER_PIN, STRANGE, at, GUESSER)
        at += timedelta(seconds=answer.seconds if isinstance(answer, Wait) else 0)
    assert 50 < counted(records) < attempts.FREE_EVERYWHERE
    token(records, nurse, STRANGE, at, WARD)


def test_the_network_stands_in_the_database_as_an_hmac_that_a_rotation_keeps(
    records: Records, nurse: Person
) -> None:
    for n in range(attempts.FREE):
        sign_in.sign_in(records, nurse.id, OTHER_PIN, STRANGE, later(n), GUESSER)
        rotate.rotate(records)
    column = tables.sign_in_attempt.c.network
    with records.database.reading() as connection:
        (stored,) = connection.execute(select(column).distinct()).scalars()
    assert len(stored) == 64 and GUESSER not in stored
    assert stored == attempts.network(records.keys.ring(), GUESSER)
    refused = sign_in.sign_in(records, nurse.id, PIN, STRANGE, later(4), GUESSER)
    assert isinstance(refused, Wait)


def test_attempts_in_several_processes_at_once_all_count(house: House) -> None:
    records = house.open().records
    first(records)
    nurse = added(records, "Nurse")
    script = (
        "import sys\n"
        "from core.settings import current; from core.records.opening import open_records\n"
        "from core.records.sign_in import Wrong, sign_in\n"
        "records = open_records(current(), 20).records\n"
        f"said = [sign_in(records, {nurse.id!r}, '830562', sys.argv[1]) for _ in range(6)]\n"
        "print(said.count(Wrong()))"
    )
    running = [started(house, script, n) for n in range(3)]
    said = [process.communicate(timeout=60) for process in running]
    assert [process.returncode for process in running] == [0, 0, 0], said
    assert sum(int(out) for out, _ in said) == attempts.FREE


def test_the_one_time_code_is_guarded_like_a_pin(records: Records) -> None:
    tried = [sign_in.may_try_code(records, START) for _ in range(100)]
    assert sum(isinstance(answer, str) for answer in tried) == attempts.FREE


def test_a_session_locks_when_idle_and_the_administrator_sets_when(
    records: Records, nurse: Person
) -> None:
    its = token(records, nurse, HOME, START)
    assert isinstance(staff_sessions.look(records, its, later(599)), Session)
    assert isinstance(staff_sessions.look(records, its, later(599 + 599)), Session)
    assert staff_sessions.look(records, its, later(599 + 599 + 601)) == Ended(nurse.id)
    staff_sessions.set_idle_minutes(records, 1, nurse.id)
    its = token(records, nurse, HOME, START)
    assert isinstance(staff_sessions.look(records, its, later(59), touch=False), Session)
    assert staff_sessions.look(records, its, later(61)) == Ended(nurse.id)
    for minutes in (0, 121):
        with pytest.raises(ValueError, match=str(minutes)):
            staff_sessions.set_idle_minutes(records, minutes, nurse.id)


def test_a_database_that_takes_no_writes_locks_nobody_who_works(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    records = house.open(patience=0.2).records
    first(records)
    nurse = added(records, "Nurse")
    its, idle = token(records, nurse, HOME, START), token(records, nurse, STRANGE, START)
    monkeypatch.setattr(staff_sessions, "_active", {})
    with house.open().records.database.writing():  # somebody writes and does not come to an end
        for seconds in (500, 1000, 1500):
            seen = staff_sessions.look(records, its, later(seconds))
            assert isinstance(seen, Session) and seen.idle_minutes == 10
        assert staff_sessions.look(records, idle, later(1500)) == Ended(nurse.id)
    assert isinstance(staff_sessions.look(records, its, later(2000)), Session)
    assert staff_sessions._active == {}
    assert staff_sessions.look(records, its, later(2601)) == Ended(nurse.id)


def test_only_so_many_activities_are_remembered(
    records: Records, nurse: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise DatabaseFull("records.problem.full", "test")

    sessions = [token(records, nurse, HOME, START) for _ in range(5)]
    monkeypatch.setattr(staff_sessions, "_active", {})
    monkeypatch.setattr(staff_sessions, "MOST_REMEMBERED", 3)
    monkeypatch.setattr(staff_sessions, "_store_activity", full)
    for its in sessions:
        assert isinstance(staff_sessions.look(records, its, later(60)), Session)
    remembered = list(staff_sessions._active)
    assert remembered == [staff_sessions._hashed(its) for its in sessions[2:]]


def test_two_sessions_of_one_person_see_each_other_and_end_as_asked(
    records: Records, nurse: Person
) -> None:
    here, there = token(records, nurse, HOME, START), token(records, nurse, STRANGE, later(60))
    seen = staff_sessions.look(records, here, later(90))
    assert isinstance(seen, Session)
    assert [datetime.fromisoformat(at) for at in seen.others] == [later(60)]
    staff_sessions.lock(records, there)
    assert staff_sessions.look(records, there, later(91)) == Ended(nurse.id)
    alone = staff_sessions.look(records, here, later(91))
    assert isinstance(alone, Session) and alone.others == ()
    there = token(records, nurse, STRANGE, later(92))
    staff_sessions.end_shift(records, here)
    for stolen in (here, there):
        assert staff_sessions.look(records, stolen, later(93)) == Ended(nurse.id)


def test_a_made_up_token_opens_nothing(records: Records, nurse: Person) -> None:
    token(records, nurse, HOME, START)
    for made_up in ("", "0" * 32, "x" * 1000):
        assert staff_sessions.look(records, made_up, START) == Ended(None)
    staff_sessions.lock(records, "0" * 32)


def test_a_changed_role_holds_at_once(records: Records, nurse: Person) -> None:
    its = token(records, nurse, HOME, START)
    people.change_role(records, nurse.id, "doctor", nurse.id)
    now = staff_sessions.look(records, its, START)
    assert isinstance(now, Session) and now.role == "doctor"


def test_a_clock_that_was_ahead_locks_nobody_out_and_keeps_no_session(
    records: Records, nurse: Person
) -> None:
    ahead = later(10 * 24 * 3600)
    its = token(records, nurse, HOME, ahead)
    for _ in range(attempts.FREE):
        assert sign_in.sign_in(records, nurse.id, OTHER_PIN, STRANGE, ahead) == Wrong()
    token(records, nurse, STRANGE, START)
    assert staff_sessions.look(records, its, START) == Ended(nurse.id)


def test_sessions_and_attempts_of_long_ago_are_forgotten(records: Records, nurse: Person) -> None:
    its = token(records, nurse, HOME, START)
    token(records, nurse, HOME, START + attempts.TRUSTED + timedelta(days=1))
    assert staff_sessions.look(records, its, START) == Ended(None)
    assert counted(records) == 1


def test_the_own_pin_is_changed_with_the_present_one_and_ends_other_sessions(
    records: Records, nurse: Person
) -> None:
    here, there = token(records, nurse, HOME, START), token(records, nurse, STRANGE, START)
    assert sign_in.change_pin(records, here, PIN, "123456", HOME, START) == "pin_simple"
    assert sign_in.change_pin(records, here, OTHER_PIN, OTHER_PIN, HOME, START) == Wrong()
    assert acts(records)[-1] == ("sign_in_refused", None, nurse.id)
    assert sign_in.change_pin(records, here, PIN, OTHER_PIN, HOME, START) == Changed()
    assert acts(records)[-1] == ("pin_changed", nurse.id, nurse.id)
    assert isinstance(staff_sessions.look(records, here, START), Session)
    assert staff_sessions.look(records, there, START) == Ended(nurse.id)
    assert sign_in.sign_in(records, nurse.id, PIN, HOME, START) == Wrong()
    assert isinstance(sign_in.sign_in(records, nurse.id, OTHER_PIN, HOME, START), SignedIn)


def test_guessing_the_present_pin_on_an_open_screen_is_slowed_down(
    records: Records, nurse: Person
) -> None:
    here = token(records, nurse, HOME, START)
    guesses = [f"83056{n}" for n in range(8)]
    answers = [
        sign_in.change_pin(records, here, guess, OTHER_PIN, HOME, later(1)) for guess in guesses
    ]
    assert answers[: attempts.FREE] == [Wrong()] * attempts.FREE
    assert all(isinstance(answer, Wait) for answer in answers[attempts.FREE :])
    assert isinstance(sign_in.change_pin(records, here, PIN, OTHER_PIN, HOME, later(1)), Wait)
    assert isinstance(sign_in.sign_in(records, nurse.id, PIN, HOME, later(1)), Wait)


def test_an_ended_session_changes_no_pin(records: Records, nurse: Person) -> None:
    here = token(records, nurse, HOME, START)
    staff_sessions.lock(records, here)
    for gone in (here, "0" * 32):
        assert sign_in.change_pin(records, gone, PIN, OTHER_PIN, HOME, START) == Wrong()
    token(records, nurse, HOME, START)
