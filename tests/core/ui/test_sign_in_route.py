"""`POST /staff/sign-in` as a browser, another site and a program would send it."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import cast
from urllib.parse import urlencode

import pytest
from argon2 import PasswordHasher
from starlette.datastructures import Headers
from starlette.types import Message
from test_server import OWN, app, call

from core.records import attempts, people, pins, sign_in, staff_sessions
from core.records.hospital_account import Identity
from core.records.people import Person
from core.records.problems import DatabaseAway, DatabaseFull
from core.ui import hospital_route, keeping
from core.ui.limits import address_of
from core.ui.sign_in_route import MOST_BYTES, PATH, sign_in_route

PIN = "274915"


@pytest.fixture
def nurse(own_data_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Person]:
    monkeypatch.setattr(pins, "_HASHER", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
    own_data_folder.mkdir(parents=True)
    people.add_first(keeping.records(), "Chief", PIN)
    person = people.add(keeping.records(), "Nurse", "nurse", PIN)
    assert isinstance(person, Person)
    yield person
    keeping.close()


def post(
    body: bytes | None = None, cookie: str = f"auscult_owner={OWN}", **more: str
) -> tuple[int, Headers]:
    form = {"content_type": "application/x-www-form-urlencoded", "cookie": cookie, **more}
    start, *_ = call(
        PATH, method="POST", on=app(sign_in_route(address_of)), body=body or b"", **form
    )
    return start["status"], Headers(raw=start["headers"])


def filled(person: str, pin: str = PIN, page: str = "pharmacy") -> bytes:
    return urlencode({"person": person, "pin": pin, "page": page}).encode()


def test_a_right_pin_gives_a_cookie_that_no_script_and_no_other_site_gets(nurse: Person) -> None:
    status, headers = post(filled(nurse.id))
    assert (status, headers["location"]) == (303, "/pharmacy")
    name, _, rest = headers["set-cookie"].partition("=")
    token, _, attributes = rest.partition(";")
    assert name == "auscult_staff" and len(token) == 32
    assert {"httponly", "samesite=strict", "path=/"} == {
        part.strip().lower() for part in attributes.split(";")
    }
    found = staff_sessions.look(keeping.records(), token)
    assert isinstance(found, staff_sessions.Session) and found.person == nurse.id


def test_a_new_sign_in_ends_the_session_that_the_browser_had(nurse: Person) -> None:
    _, headers = post(filled(nurse.id))
    old = headers["set-cookie"].partition(";")[0]
    status, headers = post(filled(nurse.id), f"auscult_owner={OWN}; {old}")
    assert status == 303 and old not in headers["set-cookie"]
    token = old.partition("=")[2]
    assert isinstance(staff_sessions.look(keeping.records(), token), staff_sessions.Ended)


def test_a_session_that_was_just_opened_is_kept_when_the_one_before_cannot_be_ended(
    nurse: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, headers = post(filled(nurse.id))
    old = headers["set-cookie"].partition(";")[0]

    def full(*_: object) -> None:
        raise DatabaseFull("records.problem.full", "test")

    monkeypatch.setattr(staff_sessions, "lock", full)
    _, headers = post(filled(nurse.id), f"auscult_owner={OWN}; {old}")
    assert headers["location"] == "/pharmacy"
    token = headers["set-cookie"].partition(";")[0].partition("=")[2]
    assert isinstance(staff_sessions.look(keeping.records(), token), staff_sessions.Session)


def test_the_hospitals_sign_in_keeps_its_session_then_too(
    nurse: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = sign_in.sign_in(keeping.records(), nurse.id, PIN, OWN)
    assert isinstance(opened, sign_in.SignedIn)

    def full(*_: object) -> None:
        raise DatabaseFull("records.problem.full", "test")

    monkeypatch.setattr(staff_sessions, "lock", full)
    monkeypatch.setattr(hospital_route.hospital_account, "sign_in_with", lambda *_: opened)
    someone = cast(Identity, object())
    assert hospital_route._answer(someone, "0" * 32) == ("/?sign_in=hospital", opened.token)


@pytest.mark.parametrize(
    ("page", "back"),
    [("home", "/"), ("people", "/people"), ("//evil.example", "/"), ("../x", "/"), ("", "/")],
)
def test_the_way_back_is_a_page_of_this_app(nurse: Person, page: str, back: str) -> None:
    assert post(filled(nurse.id, page=page))[1]["location"] == back


def test_a_wrong_pin_and_a_wait_are_told_in_the_address_with_who_was_chosen(
    nurse: Person,
) -> None:
    who = f"person={nurse.id}"
    for _ in range(attempts.FREE):
        status, headers = post(filled(nurse.id, "830562"))
        assert (status, headers["location"]) == (303, f"/pharmacy?sign_in=wrong&{who}")
        assert "set-cookie" not in headers
    assert post(filled(nurse.id))[1]["location"] == f"/pharmacy?sign_in=wait&seconds=5&{who}"


def test_a_form_of_another_site_is_refused(nurse: Person) -> None:
    assert post(filled(nurse.id), cookie="")[0] == 403
    assert post(filled(nurse.id), cookie="auscult_owner=x")[0] == 403
    for site in ("cross-site", "same-site", "none"):
        assert post(filled(nurse.id), sec_fetch_site=site)[0] == 403
    assert post(filled(nurse.id), host="evil.example")[0] == 400
    assert post(filled(nurse.id), sec_fetch_site="same-origin")[0] == 303


@pytest.mark.usefixtures("nurse")
@pytest.mark.parametrize(
    "body", [b"", b"x", b"\xff\xfe", b"a" * (MOST_BYTES + 1), b"&".join([b"a=1"] * 9)]
)
def test_a_body_that_is_no_such_form_is_refused(body: bytes) -> None:
    assert post(body)[0] == 400


def asked(incoming: Iterator[Message], client: str = "10.9.9.9") -> list[Message]:
    """What the bare route answers to a form that arrives in these messages."""
    lines = {"cookie": f"auscult_owner={OWN}", "content-length": "200"}
    headers = [(name.encode(), value.encode()) for name, value in lines.items()]
    scope = {"type": "http", "method": "POST", "path": PATH, "headers": headers}
    scope |= {"query_string": b"", "client": (client, 5000)}
    sent: list[Message] = []

    async def receive() -> Message:
        return next(incoming)

    async def send(message: Message) -> None:
        sent.append(message)

    asyncio.run(sign_in_route(address_of).handle(scope, receive, send))
    return sent


def test_a_sender_who_leaves_before_the_end_is_answered_without_a_traceback() -> None:
    part = {"type": "http.request", "body": b"person=", "more_body": True}
    sent = asked(iter([part, {"type": "http.disconnect"}]))
    assert sent[0]["status"] == 400


def test_the_network_that_guesses_waits_and_another_does_not(nurse: Person) -> None:
    def told(pin: str, client: str) -> str:
        sent = asked(iter([{"type": "http.request", "body": filled(nurse.id, pin)}]), client)
        return Headers(raw=sent[0]["headers"])["location"]

    for n in range(attempts.FREE):
        assert told("830562", f"2001:db8::{n}").startswith("/pharmacy?sign_in=wrong&")
    assert "sign_in=wait" in told(PIN, "2001:db8::ffff")
    assert told(PIN, "2001:db8:1::1") == "/pharmacy"


def test_records_that_cannot_be_reached_are_told(
    nurse: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away() -> None:
        raise DatabaseAway("records.problem.away", "test")

    monkeypatch.setattr(keeping, "records", away)
    assert post(filled(nurse.id))[1]["location"] == "/pharmacy?sign_in=away"
