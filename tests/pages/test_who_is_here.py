"""Who is at a screen: another person, a database or key that went away, leaving meanwhile."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest
from test_pharmacy_page import paste
from wards import Ward

from core.i18n import translator
from core.records import staff_sessions
from core.records.database import Database
from core.records.problems import DatabaseAway
from core.records.staff_sessions import Ended, Session
from core.settings import current
from core.ui import keeping, shell, staff

EN = translator("en")
OpenPage = Callable[..., AppTest]
Drawn = Callable[[AppTest], str]


@pytest.fixture
def away(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Takes the database away; `monkeypatch.undo` brings it back."""

    def refuse(*_: object, **__: object) -> None:
        raise DatabaseAway("records.problem.away", "test")

    def take() -> None:
        monkeypatch.setattr(Database, "reading", refuse)
        monkeypatch.setattr(Database, "writing", refuse)

    return take


@pytest.fixture(autouse=True)
def nobody_seen() -> None:
    staff._seen.clear()
    staff._left.clear()


def session_of(token: str) -> Session | Ended:
    return staff_sessions.look(keeping.records(), token, touch=False)


def test_a_tab_that_slept_shows_and_keeps_nothing_of_the_person_before(
    open_page: OpenPage, drawn: Drawn, ward: Ward
) -> None:
    ward.enter("pharmacist")
    app = paste(open_page("pharmacy"), "warfarin")
    assert "Warfarin" in drawn(app)
    ward.enter("doctor")  # in another tab; this one wakes with the new cookie
    app.run()
    assert "Warfarin" not in drawn(app)
    paste(app, "digoxin")
    again = open_page("pharmacy")
    assert "Digoxin" in drawn(again) and "Warfarin" not in drawn(again)


def test_a_screen_closes_by_itself_while_the_database_is_away(
    open_page: OpenPage, ward: Ward, away: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    ward.enter("pharmacist")
    app = open_page("pharmacy")
    asked: list[bool] = []
    monkeypatch.setattr(shell.st, "rerun", lambda: asked.append(True))
    away()
    monkeypatch.setattr(staff, "look", lambda: staff.Standing("open"))
    watch = shell._watch.__wrapped__  # as its timer runs it
    watch()
    assert asked == []
    monkeypatch.setattr(staff, "look", lambda: staff.Standing("closed"))
    watch()
    assert asked == [True] and not app.exception


def test_idle_time_counts_without_the_database_and_looking_is_no_activity(
    open_page: OpenPage, ward: Ward, away: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    staff_sessions.set_idle_minutes(keeping.records(), 2, ward.people["administrator"].id)
    token = ward.enter("pharmacist")
    open_page("pharmacy")
    seen = staff._seen[token][1]
    staff._remember(token, staff._seen[token][0], touch=False)
    assert staff._seen[token][1] == seen
    away()
    now = staff.time.monotonic
    for minutes, state in ((1.9, "open"), (2.1, "closed")):
        monkeypatch.setattr(staff.time, "monotonic", lambda m=minutes: now() + m * 60)
        assert staff.look().state == state


@pytest.mark.parametrize("whole_shift", [False, True])
def test_who_left_without_a_database_has_left_when_it_is_back(
    open_page: OpenPage, ward: Ward, monkeypatch: pytest.MonkeyPatch, whole_shift: bool
) -> None:
    other, token = ward.enter("pharmacist"), ward.enter("pharmacist")
    app = open_page("home")
    with monkeypatch.context() as gone:
        gone.setattr(Database, "writing", lambda self: (_ for _ in ()).throw(_away()))
        app.button(key="end-shift" if whole_shift else "lock").click().run()
        assert [e.value for e in app.error] == [
            EN("door.closed", problem=EN("records.problem.away"))
        ]
    ward.token = None
    open_page("home")  # anybody's page, in any browser
    assert isinstance(session_of(token), Ended) and staff._left == {}
    assert isinstance(session_of(other), Ended if whole_shift else Session)


def _away() -> DatabaseAway:
    return DatabaseAway("records.problem.away", "test")


def test_a_key_that_goes_away_while_pages_are_open_is_named(
    open_page: OpenPage, ward: Ward
) -> None:
    ward.enter("pharmacist")
    app = paste(open_page("pharmacy"), "warfarin")
    current().key_file.rename(current().key_file.with_suffix(".gone"))
    app.run()
    said = EN("records.problem.key_missing", file=str(current().key_file))
    assert [error.value for error in app.error] == [EN("door.closed", problem=said)]
    assert not app.exception


def test_people_says_that_the_database_is_away(
    open_page: OpenPage, ward: Ward, away: Callable[[], None]
) -> None:
    ward.enter("administrator")
    app = open_page("people")
    away()
    app.run()
    assert not app.exception
    assert EN("records.problem.away") in [error.value for error in app.error]


def test_a_run_without_an_act_is_no_activity(
    open_page: OpenPage, ward: Ward, monkeypatch: pytest.MonkeyPatch
) -> None:
    touched: list[bool] = []
    real = staff_sessions.look

    def look(*args: object, touch: bool = True, **more: object) -> object:
        touched.append(touch)
        return real(*args, touch=touch, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(staff_sessions, "look", look)
    ward.enter("pharmacist")
    app = open_page("pharmacy")
    app.run()
    touched.clear()
    app.run()  # as a tab does that connects again
    assert True not in touched
    app.segmented_control(key="text_size").set_value("large").run()
    assert True in touched


def test_what_one_person_pressed_counts_for_nobody_else(
    open_page: OpenPage, drawn: Drawn, ward: Ward
) -> None:
    ward.enter("pharmacist")
    app = paste(open_page("pharmacy"), "warfarin")
    ward.enter("doctor")
    paste(app, "digoxin")  # on the screen of the pharmacist, with the doctor's cookie
    assert "Warfarin" not in drawn(app) and "Digoxin" not in drawn(app)
    assert "Digoxin" not in drawn(open_page("pharmacy"))


def test_staff_without_an_administrator_opens_nothing(
    open_page: OpenPage, ward: Ward, drawn: Drawn
) -> None:
    with keeping.records().database.writing() as connection:
        connection.exec_driver_sql("UPDATE person SET role = 'nurse'")
    app = open_page("people")
    said = EN("door.closed", problem=EN("door.no_administrator"))
    assert [error.value for error in app.error] == [said]
    assert [field.key for field in app.text_input] == []
