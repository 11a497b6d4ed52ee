"""By which names the app answers on the ward network, and what follows for cookies and policy."""

import asyncio
from pathlib import Path

import pytest
from starlette.datastructures import Headers
from starlette.types import Message
from test_server import OWN, app, call, start

from core import settings
from core.ui import reach, server
from core.ui.server import CSP

PC = "10.77.0.1:6006"


def ward(monkeypatch: pytest.MonkeyPatch, certificate: str = "/ward/certificate.pem") -> None:
    monkeypatch.setenv("AUSCULT_WARD", "10.77.0.1,ward-pc.local")
    monkeypatch.setenv("AUSCULT_CERTIFICATE", certificate)
    settings.current.cache_clear()


def test_a_ward_address_is_served_only_when_the_ward_is_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert start("/", host=PC)[0] == 400
    ward(monkeypatch)
    for host in (PC, "WARD-PC.local", "localhost:6006", "127.0.0.1", "[::1]:6006"):
        status, headers = start("/", host=host)
        assert (status, headers["x-auscult"].endswith(" ward")) == (200, True)


@pytest.mark.parametrize(
    "host",
    [
        *("10.77.0.2", "10.77.0.11", "10.77.0.1.evil.example", "evil.example", "ward-pcxlocal"),
        *("10.77.0.1:6006@evil", "10.77.0.1:", "ward-pc.local.", "x10.77.0.1", ""),
    ],
)
def test_every_other_name_is_refused(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    ward(monkeypatch)
    status, headers = start("/", host=host)
    assert (status, "set-cookie" in headers) == (400, False)
    assert headers["content-security-policy"] == CSP
    closed = call("/_stcore/stream", kind="websocket", host=host)
    assert [message["type"] for message in closed] == ["websocket.close"]


def test_a_connection_to_an_address_that_was_not_chosen_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ward(monkeypatch)

    def status(arrived: str) -> int:
        sent: list[Message] = []

        async def receive() -> Message:
            return {"type": "http.request", "body": b""}

        async def send(message: Message) -> None:
            sent.append(message)

        scope = {
            "type": "http",
            "method": "GET",
            "path": "/",
            "headers": [(b"host", PC.encode())],
            "query_string": b"",
            "root_path": "",
            "server": (arrived, 6006),
        }
        asyncio.run(app()(scope, receive, send))
        return int(sent[0]["status"])

    assert [status(at) for at in ("10.77.0.1", "127.0.0.1", "192.168.5.5")] == [200, 200, 400]


def test_the_policy_names_the_socket_of_this_host_and_no_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert reach.policy(CSP, Headers({"host": "localhost"})) == CSP
    ward(monkeypatch)
    policy = start("/", host=PC)[1]["content-security-policy"]
    assert f"connect-src 'self' wss://{PC};" in policy
    assert policy.replace(f" wss://{PC}", "") == CSP
    ward(monkeypatch, certificate="")
    assert f"connect-src 'self' ws://{PC};" in start("/", host=PC)[1]["content-security-policy"]


def test_cookies_are_bound_to_tls_when_there_is_tls(monkeypatch: pytest.MonkeyPatch) -> None:
    ward(monkeypatch)
    cookie = start("/", host=PC)[1]["set-cookie"]
    assert cookie.startswith("__Host-auscult_owner=")
    assert {"Secure", "HttpOnly", "SameSite=Strict", "Path=/"} <= set(cookie.split("; "))
    assert "Domain" not in cookie
    assert server.owner({"__Host-auscult_owner": OWN}) == OWN
    assert server.staff_token({"__Host-auscult_staff": OWN}) == OWN
    assert server.staff_token({"auscult_staff": OWN}) is None
    assert "set-cookie" not in start("/", host=PC, cookie=f"__Host-auscult_owner={OWN}")[1]


def test_without_tls_cookies_are_plain_as_a_browser_would_else_refuse_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ward(monkeypatch, certificate="")
    cookie = start("/", host=PC)[1]["set-cookie"]
    assert cookie.startswith("auscult_owner=") and "Secure" not in cookie


def test_a_certificate_without_a_ward_changes_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("AUSCULT_CERTIFICATE", str(tmp_path))
    settings.current.cache_clear()
    assert "Secure" not in start("/")[1]["set-cookie"]
    assert start("/")[1]["x-auscult"] == reach.VERSION
