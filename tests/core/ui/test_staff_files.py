"""Files and uploads are refused to whoever is not signed in."""

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from core.ui import reach, server, staff
from core.ui.staff_files import StaffFiles

TOKEN = "0123456789abcdef" * 2
FILES = ("/media/1a2b.pdf", "/%6dedia/1a2b.pdf", "/_stcore/upload_file/a/b")


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> TestClient:
    monkeypatch.setattr(staff, "admits", lambda token: token == TOKEN)

    async def given(_: Request) -> Response:
        return PlainTextResponse("secret", headers={"Cache-Control": "max-age=60"})

    return TestClient(Starlette(
        routes=[Route("/{path:path}", given, methods=["GET", "PUT", "DELETE"])],
        middleware=[Middleware(StaffFiles)],
    ))  # fmt: skip


@pytest.mark.parametrize("path", FILES)
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_without_a_session_there_is_no_file(client: TestClient, path: str, method: str) -> None:
    answer = client.request(method, path)
    assert (answer.status_code, answer.text) == (403, "Forbidden")
    named = f"{reach.cookie(server.STAFF_COOKIE)}={'0' * 32}"
    assert client.request(method, path, headers={"Cookie": named}).status_code == 403


@pytest.mark.parametrize("path", FILES)
def test_with_one_there_is_and_no_browser_keeps_it(client: TestClient, path: str) -> None:
    named = f"a=b; {reach.cookie(server.STAFF_COOKIE)}={TOKEN}; c=d"
    answer = client.get(path, headers={"Cookie": named})
    assert (answer.text, answer.headers["Cache-Control"]) == ("secret", "no-store")


@pytest.mark.parametrize("path", ["/_stcore/health", "/static/media/font.woff2", "/"])
def test_everything_else_is_left_alone(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert (answer.text, answer.headers["Cache-Control"]) == ("secret", "max-age=60")
