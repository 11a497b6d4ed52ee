"""Who asks too often waits, and nobody else does; what is refused is not read."""

import asyncio
import logging
from dataclasses import dataclass, field

import pytest
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.types import Message, Scope
from starlette.websockets import WebSocket

from core.i18n import Language, translator
from core.ui.buckets import Buckets, Pace, Wish
from core.ui.limits import CONNECTIONS, HOSPITAL, MIB, RULES, Limits, address_of
from core.ui.server import OWNER_COOKIE
from core.ui.sign_in_route import PATH

FILE = "/_stcore/upload_file/session/file"
WARD = "192.0.2.1"


@dataclass
class Clock:
    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Door:
    """The middleware before an app that counts what reaches it."""

    clock: Clock = field(default_factory=Clock)
    reached: list[str] = field(default_factory=list)
    said: str = ""

    def __post_init__(self) -> None:
        async def took(request: Request) -> Response:
            self.reached.append(request.url.path)
            return PlainTextResponse("taken")

        async def connected(socket: WebSocket) -> None:
            self.reached.append("socket")
            await socket.accept()
            await socket.close()

        self.app = Starlette(
            routes=[
                Route(PATH, took, methods=["POST", "GET"]),
                *(Route(path, took) for path in HOSPITAL),
                Route("/_stcore/upload_file/{a}/{b}", took, methods=["PUT", "DELETE"]),
                WebSocketRoute(CONNECTIONS, connected),
            ],
            middleware=[Middleware(Limits, buckets=Buckets(self.clock))],
        )

    def ask(
        self,
        path: str,
        method: str = "POST",
        client: str | None = WARD,
        browser: int | None = 1,
        kind: str = "http",
        **more: str,
    ) -> Message:
        headers = [(k.lower().replace("_", "-").encode(), v.encode()) for k, v in more.items()]
        if browser is not None:
            headers.append((b"cookie", f"{OWNER_COOKIE}={browser:032x}".encode()))
        scope: Scope = {
            "type": kind,
            "path": path,
            "method": method,
            "headers": headers,
            "query_string": b"",
            "root_path": "",
            "client": (client, 5000) if client else None,
            "extensions": {"websocket.http.response": {}},
        }
        sent: list[Message] = []

        async def receive() -> Message:
            return (
                {"type": "websocket.connect"} if kind == "websocket" else {"type": "http.request"}
            )

        async def send(message: Message) -> None:
            sent.append(message)

        asyncio.run(self.app(scope, receive, send))
        self.said = b"".join(message.get("body", b"") for message in sent).decode()
        return sent[0]

    def upload(self, size: int, browser: int | None = 1) -> int:
        status = self.ask(FILE, "PUT", browser=browser, content_length=str(size))["status"]
        return int(status)


def spent(pace: Pace, tokens: float = 1.0) -> int:
    """How often it fits at once."""
    return int(pace.burst // tokens)


def test_a_burst_passes_then_the_pace_holds_and_time_fills_it_again() -> None:
    clock = Clock()
    buckets = Buckets(clock)
    wish = Wish("one", Pace(3, 0.5))
    assert [buckets.take(wish) for _ in range(5)] == [0, 0, 0, 2, 2]
    clock.now += 1.9
    assert buckets.take(wish) == pytest.approx(0.1)
    clock.now += 0.1
    assert [buckets.take(wish) for _ in range(2)] == [0, 2]
    clock.now += 1000
    assert [buckets.take(wish) for _ in range(4)] == [0, 0, 0, 2]


def test_all_is_taken_or_nothing() -> None:
    buckets = Buckets(Clock())
    small, large = Wish("small", Pace(1, 1)), Wish("large", Pace(2, 1))
    assert buckets.take(small, large) == 0
    assert [buckets.take(small, large) for _ in range(5)] == [1] * 5
    assert buckets.take(large) == 0  # the refused ones cost it nothing


def test_what_no_bucket_ever_holds_takes_all_of_it() -> None:
    buckets = Buckets(Clock())
    assert buckets.take(Wish("one", Pace(10, 1), 1e12)) == 0
    assert buckets.take(Wish("one", Pace(10, 1))) == 1


def test_the_table_is_bounded_and_forgets_the_quiet_first() -> None:
    clock = Clock()
    buckets = Buckets(clock, most=100)
    for n in range(100):
        buckets.take(Wish(("quick", n), Pace(1, 1)))
    clock.now += 2  # all of these are full again
    busy = Wish("busy", Pace(1, 1 / 1000))
    buckets.take(busy)
    assert len(buckets) == 1
    for n in range(10_000):
        buckets.take(Wish(("slow", n), Pace(1, 1 / 1000)))
        assert len(buckets) <= 100
        if n % 50 == 0:
            buckets.take(Wish("seen", Pace(1e6, 1 / 1000)))
    assert buckets.take(Wish(("slow", 9_999), Pace(1, 1 / 1000))) == pytest.approx(1000)
    assert buckets.take(busy) == 0  # a thousand busier ones came since: forgiven


def test_one_tablet_is_stopped_and_the_ward_behind_its_address_is_not() -> None:
    door = Door()
    own = spent(RULES["sign_in"].browser)
    answers = [door.ask(PATH, browser=1) for _ in range(1000)]
    assert [a["status"] for a in answers[: own + 1]] == [200] * own + [303]
    assert {a["status"] for a in answers[own:]} == {303}
    for tablet in range(2, 31):
        assert [door.ask(PATH, browser=tablet)["status"] for _ in range(2)] == [200, 200]
    door.clock.now += 3.01
    assert door.ask(PATH, browser=1)["status"] == 200


@pytest.mark.parametrize("browsers", [[None] * 300, list(range(300))])
def test_a_program_that_changes_its_cookie_is_stopped_by_its_address(
    browsers: list[int | None],
) -> None:
    door = Door()
    passed = [door.ask(PATH, browser=b)["status"] for b in browsers].count(200)
    rule = RULES["sign_in"]
    assert passed == spent(rule.address if browsers[0] is not None else rule.browser)
    assert door.ask(PATH, client="192.0.2.2", browser=1)["status"] == 200


@pytest.mark.parametrize("path", HOSPITAL)
def test_the_hospitals_sign_in_counts_as_one(path: str) -> None:
    door = Door()
    own = spent(RULES["sign_in"].browser)
    answers = [door.ask(path, "GET") for _ in range(own + 1)]
    assert [answer["status"] for answer in answers] == [200] * own + [303]
    assert Headers(raw=answers[-1]["headers"])["location"] == "/?sign_in=wait&seconds=3"
    assert door.ask(PATH)["status"] == 303  # one count for every way in
    assert len(door.reached) == own


def test_a_refused_sign_in_lands_on_the_door_with_the_seconds() -> None:
    door = Door()
    while (answer := door.ask(PATH))["status"] == 200:
        pass
    headers = Headers(raw=answer["headers"])
    assert (answer["status"], headers["location"]) == (303, "/?sign_in=wait&seconds=3")
    assert headers["retry-after"] == "3"


@pytest.mark.parametrize(("asked", "language"), [("zh-TW,zh;q=0.9", "zh-TW"), ("", "en")])
def test_a_refused_upload_says_when_and_was_not_read(asked: str, language: Language) -> None:
    door = Door()
    passed = [door.upload(10) for _ in range(spent(RULES["upload"].browser) + 5)].count(200)
    assert passed == spent(RULES["upload"].browser) == len(door.reached)
    refused = door.ask(FILE, "PUT", content_length="10", accept_language=asked)
    headers = Headers(raw=refused["headers"])
    assert (refused["status"], headers["retry-after"]) == (429, "2")
    assert door.said == translator(language)("limits.wait", n=2)
    assert len(door.reached) == passed
    assert door.ask(FILE, "DELETE")["status"] == 200  # a taken file can be given back at any time


def test_bytes_are_counted_as_they_are_announced() -> None:
    door = Door()
    fits = spent(RULES["upload_bytes"].browser, 512 * MIB)
    assert [door.upload(int(512 * MIB)) for _ in range(fits + 1)] == [200] * fits + [429]
    assert door.upload(int(MIB)) == 429
    assert door.upload(int(512 * MIB), browser=2) == 200
    door.clock.now += 64
    assert door.upload(int(512 * MIB)) == 200


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"transfer_encoding": "chunked"},
        {"content_length": "1", "transfer_encoding": "chunked"},
        {"content_length": "-1"},
        {"content_length": "1e9"},
        {"content_length": "1", "Content_Length": "2"},
    ],
)
def test_an_upload_that_does_not_say_its_length_is_refused(headers: dict[str, str]) -> None:
    door = Door()
    assert door.ask(FILE, "PUT", **headers)["status"] == 411
    assert door.reached == []


def test_connections_are_generous_and_end() -> None:
    door = Door()
    own = spent(RULES["connection"].browser)
    first = [door.ask(CONNECTIONS, kind="websocket") for _ in range(own + 1)]
    assert [m["type"] for m in first[:-1]] == ["websocket.accept"] * own
    assert (first[-1]["type"], first[-1]["status"]) == ("websocket.http.response.start", 429)
    for tablet in range(2, 13):
        opened = [door.ask(CONNECTIONS, kind="websocket", browser=tablet) for _ in range(own)]
        assert {m["type"] for m in opened} == {"websocket.accept"}


def test_other_requests_cost_nothing() -> None:
    door = Door()
    assert {door.ask("/nowhere", "GET")["status"] for _ in range(3000)} == {404}
    assert door.ask(PATH)["status"] == 200


@pytest.mark.parametrize(
    ("client", "key"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("::1", "::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("anything", "unknown"),
        ("", "unknown"),
        (None, "unknown"),
    ],
)
def test_an_address_is_one_however_it_is_written(client: str | None, key: str) -> None:
    assert address_of({"client": (client, 1) if client is not None else None}) == key


def test_the_log_names_the_rule_and_the_address_once_a_minute(
    caplog: pytest.LogCaptureFixture,
) -> None:
    door = Door()
    with caplog.at_level(logging.WARNING, "auscult"):
        for _ in range(500):
            door.ask(PATH)
        assert [r.getMessage() for r in caplog.records] == [
            f"sign_in: too many from {WARD}, wait 3 s"
        ]
        door.clock.now += 61
        for _ in range(500):
            door.ask(PATH)
    assert len(caplog.records) == 2
