"""Headers, owner cookie, closed endpoints, host allow-list and the source download."""

import asyncio
import io
import re
import subprocess
import zipfile
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.types import Message, Scope
from starlette.websockets import WebSocket

from core import VERSION, settings
from core.ui.server import (
    CSP,
    OWNER_COOKIE,
    Guard,
    is_closed,
    owner,
    source_files,
    source_route,
    source_zip,
)

OWN = "0123456789abcdef" * 2


async def page(_: object) -> Response:
    return HTMLResponse("<p>page</p>")


async def asset(_: object) -> Response:
    return Response(
        "x", media_type="text/javascript", headers={"Cache-Control": "public, immutable"}
    )


async def unchanged(_: object) -> Response:
    return Response(status_code=304)


async def config(_: object) -> Response:
    return JSONResponse({})


async def echo_cookie(socket: WebSocket) -> None:
    await socket.accept()
    await socket.send_text(socket.cookies.get(OWNER_COOKIE, "none"))
    await socket.close()


def app(*routes: Route) -> Starlette:
    return Starlette(
        routes=[
            *routes,
            Route("/", page, methods=["GET", "POST"]),
            Route("/a.js", asset),
            Route("/cached", unchanged),
            Route("/_stcore/host-config", config),
            Route("/_stcore/metrics", page),
            Route("/_stcore/agent/{rest:path}", page),
            WebSocketRoute("/_stcore/stream", echo_cookie),
        ],
        middleware=[Middleware(Guard)],
    )


def call(
    path: str,
    *,
    host: str | None = "127.0.0.1:6006",
    method: str = "GET",
    on: Starlette | None = None,
    kind: str = "http",
    body: bytes = b"",
    **headers: str,
) -> list[Message]:
    """The messages the app sends for one request; header names are written with underscores."""
    lines = [(k.replace("_", "-").lower().encode(), v.encode()) for k, v in headers.items()]
    scope: Scope = {
        "type": kind,
        "path": path,
        "headers": lines + ([(b"host", host.encode())] if host else []),
        "query_string": b"",
        "root_path": "",
    }
    if kind == "http":
        scope["method"] = method
    began = "websocket.connect" if kind == "websocket" else "http.request"
    incoming = iter([{"type": began, "body": body}])
    sent: list[Message] = []

    async def receive() -> Message:
        return next(incoming)

    async def send(message: Message) -> None:
        sent.append(message)

    asyncio.run((on or app())(scope, receive, send))
    return sent


def start(path: str, **more: object) -> tuple[int, dict[str, str]]:
    first = call(path, **more)[0]  # type: ignore[arg-type]
    return first["status"], {k.decode(): v.decode() for k, v in first["headers"]}


def given(path: str, **more: object) -> str | None:
    """The owner id a response gives, or None."""
    cookie = start(path, **more)[1].get("set-cookie", "")
    found = re.match(rf"{OWNER_COOKIE}=([^;]*)", cookie)
    return found.group(1) if found else None


@pytest.mark.parametrize("path", ["/", "/a.js", "/nothing-here", "/_stcore/metrics"])
def test_every_response_carries_the_security_headers(path: str) -> None:
    headers = start(path)[1]
    assert headers["content-security-policy"] == CSP
    assert headers["referrer-policy"] == "same-origin"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["permissions-policy"] == "camera=(), microphone=(), geolocation=()"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["x-auscult"] == VERSION


def test_csp_allows_no_other_host_and_no_blob_script() -> None:
    rules = dict(rule.split(" ", 1) for rule in CSP.split("; "))
    assert rules["script-src"] == "'self' 'unsafe-inline' 'wasm-unsafe-eval'"
    assert rules["connect-src"] == "'self'"
    assert "http" not in CSP and "*" not in CSP


def test_cache_control_of_static_files_is_left_alone() -> None:
    assert start("/a.js")[1]["cache-control"] == "public, immutable"


def test_a_first_page_gives_an_owner_cookie_for_this_site_only() -> None:
    cookie = start("/")[1]["set-cookie"]
    parts = cookie.split("; ")
    assert re.fullmatch(rf"{OWNER_COOKIE}=[0-9a-f]{{32}}", parts[0])
    assert set(parts[1:]) == {"Max-Age=34560000", "Path=/", "HttpOnly", "SameSite=Strict"}


def test_owner_ids_differ_for_the_same_address_and_language() -> None:
    ids = {given("/", accept_language="zh-TW") for _ in range(20)}
    assert len(ids) == 20 and None not in ids


def test_a_known_browser_keeps_its_owner() -> None:
    assert given("/", cookie=f"a=b; {OWNER_COOKIE}={OWN}; c=d") is None


@pytest.mark.parametrize(
    "value", ["", "x", OWN[:-1], OWN + "0", OWN.upper(), f"{OWN}; {OWNER_COOKIE}={OWN}"]
)
def test_a_malformed_or_doubled_owner_is_replaced(value: str) -> None:
    new = given("/", cookie=f"{OWNER_COOKIE}={value}")
    assert new is not None and re.fullmatch("[0-9a-f]{32}", new) and new != OWN


def test_files_and_posts_give_no_owner() -> None:
    assert given("/a.js") is None
    assert given("/", method="POST") is None


def test_a_page_read_from_the_browser_cache_still_gives_an_owner() -> None:
    assert given("/cached", accept="text/html,*/*") is not None
    assert given("/cached", accept="*/*") is None


def test_a_link_from_another_site_does_not_replace_the_owner_it_cannot_see() -> None:
    assert given("/", sec_fetch_site="cross-site") is None
    assert given("/_stcore/host-config", sec_fetch_site="same-origin") is not None
    assert given("/_stcore/host-config", cookie=f"{OWNER_COOKIE}={OWN}") is None


def test_owner_is_read_only_when_well_formed() -> None:
    assert owner({OWNER_COOKIE: OWN}) == OWN
    assert owner({OWNER_COOKIE: OWN + "\n"}) is None
    assert owner({}) is None


@pytest.mark.parametrize(
    "path",
    [
        *("/_stcore/metrics", "/_stcore/metrics/", "//_stcore//metrics", "/_stcore/./metrics"),
        *("/_stcore/%6detrics", "/_stcore/%256detrics", "/_STCORE/Metrics", "/x/_stcore/metrics"),
        *("/_stcore/agent", "/_stcore/agent/", "/_stcore/agent/openapi.json", "/_stcore\\agent"),
        *("/_stcore/x/../agent/mcp", "/_stcore%2fagent%2fmcp", "/_stcore//agent//interact"),
    ],
)
def test_metrics_and_agent_are_closed_however_spelled(path: str) -> None:
    assert is_closed(path)
    for method in ("GET", "POST", "OPTIONS"):
        status, headers = start(path, method=method)
        assert status == 404 and "set-cookie" not in headers


@pytest.mark.parametrize("path", ["/", "/_stcore/health", "/_stcore/agents", "/agent", "/metrics"])
def test_other_paths_stay_open(path: str) -> None:
    assert not is_closed(path)


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST:80", "127.0.0.1:6006", "[::1]:6006", "[::1]"]
)
def test_loopback_hosts_are_served(host: str) -> None:
    assert start("/", host=host)[0] == 200


@pytest.mark.parametrize(
    "host",
    [
        *("evil.example", "localhost.evil.example", "127.0.0.1.nip.io", "127.0.0.2", "0.0.0.0"),
        *("localhost:80@evil", "localhost:", "localhost.", "::1", "", " localhost"),
    ],
)
def test_other_hosts_are_refused(host: str) -> None:
    status, headers = start("/", host=host)
    assert status == 400 and "set-cookie" not in headers


def test_a_name_that_is_set_is_served_and_none_like_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AUSCULT_HOSTS", "auscult.example,10.0.0.5")
    settings.current.cache_clear()
    for host in ("auscult.example", "AUSCULT.example:8443", "10.0.0.5:1", "localhost:6006"):
        assert start("/", host=host)[0] == 200
    for host in (
        "a.auscult.example",
        "auscult.example.evil",
        "auscult.example:",
        "xauscult.example",
    ):
        assert start("/", host=host)[0] == 400


def test_a_request_without_host_or_with_two_is_refused() -> None:
    assert start("/", host=None)[0] == 400
    assert start("/", host="localhost", HOST="evil.example")[0] == 400


def test_a_websocket_keeps_its_cookie() -> None:
    sent = call("/_stcore/stream", kind="websocket", cookie=f"{OWNER_COOKIE}={OWN}")
    assert [m["type"] for m in sent] == ["websocket.accept", "websocket.send", "websocket.close"]
    assert sent[1]["text"] == OWN


def test_a_websocket_under_a_foreign_host_is_closed_unopened() -> None:
    sent = call("/_stcore/stream", kind="websocket", host="evil.example")
    assert [m["type"] for m in sent] == ["websocket.close"]


@pytest.mark.parametrize(
    ("host", "origin", "allowed"),
    [
        ("localhost:6006", "http://localhost:6006", True),
        ("localhost:6006", "HTTPS://LocalHost:6006", True),
        ("[::1]:6006", "http://[::1]:6006", True),
        ("localhost:6006", "http://localhost:9999", False),
        ("localhost:6006", "http://localhost", False),
        ("localhost:6006", "http://127.0.0.1:6006", False),
        ("localhost:6006", "http://evil.example", False),
        ("localhost:6006", "null", False),
        ("localhost:6006", "", False),
    ],
)
def test_only_a_page_of_this_very_server_may_connect_or_write(
    host: str, origin: str, allowed: bool
) -> None:
    sent = call("/_stcore/stream", kind="websocket", host=host, origin=origin)
    assert sent[0]["type"] == ("websocket.accept" if allowed else "websocket.close")
    for method in ("POST", "PUT", "DELETE"):
        status = start("/", method=method, host=host, origin=origin)[0]
        assert (status != 403) is allowed
    assert start("/", host=host, origin=origin)[0] == 200


def test_two_origins_are_refused() -> None:
    own = "http://127.0.0.1:6006"
    sent = call("/_stcore/stream", kind="websocket", origin=own, ORIGIN="http://localhost:9999")
    assert sent[0]["type"] == "websocket.close"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name in (
        *("Home.py", "requirements.txt", "requirements-dev.txt", "core/a.py", "core/ui/b.js"),
        *("core/__pycache__/a.pyc", "core/.cache/x", "core/.env", "assets/node_modules/m.js"),
        *(".streamlit/config.toml", ".streamlit/secrets.toml", ".venv/x.py", ".git/config"),
        *("data/drafts.db", "private.txt", "tests/browser/shots/s.png"),
        *(".streamlit/secrets.toml~", ".streamlit/secrets.toml.bak", ".streamlit/secrets.json"),
        *("core/a.py~", "core/#a.py#", "core/master.key", "assets/ward.pem", "docs/auscult.db"),
        *("requirements-private.txt", ".ci/run", ".ci/token", "tools/dump.sql", "core/a.py.orig"),
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    (tmp_path / "core/link.txt").symlink_to(tmp_path / "private.txt")
    return tmp_path


def test_the_source_holds_what_runs_and_nothing_private(tree: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(source_zip(tree))) as archive:
        names = [name.removeprefix(f"auscult-{VERSION}/") for name in archive.namelist()]
        assert archive.read(f"auscult-{VERSION}/core/a.py") == b"core/a.py"
    assert names == [
        *(".ci/run", ".streamlit/config.toml", "Home.py", "core/a.py", "core/ui/b.js"),
        *("requirements-dev.txt", "requirements.txt"),
    ]


def test_every_file_of_the_project_is_in_its_source() -> None:
    kept = subprocess.run(
        ["git", "ls-files", "-z"], cwd=settings.ROOT, capture_output=True, text=True
    )
    if kept.returncode:
        pytest.skip("the project's own files are known from a Git checkout only")
    packed = {path.relative_to(settings.ROOT).as_posix() for path in source_files(settings.ROOT)}
    there = {name for name in kept.stdout.split("\0") if (settings.ROOT / name).is_file()}
    assert len(there) > 100 and there <= packed


def test_the_same_source_gives_the_same_bytes(tree: Path) -> None:
    first = source_zip(tree)
    source_zip.cache_clear()
    (tree / "core/a.py").touch()
    assert source_zip(tree) == first


def test_source_is_served_for_reading_only(tree: Path) -> None:
    on = app(source_route(tree))
    status, headers = start("/source.zip", on=on)
    assert status == 200 and headers["content-type"] == "application/zip"
    assert f"auscult-{VERSION}-source.zip" in headers["content-disposition"]
    assert start("/source.zip", on=on, method="HEAD")[0] == 200
    assert start("/source.zip", on=on, method="POST")[0] == 405
