"""The web side of the app: headers, owner cookie, closed endpoints, the source download.

Knows: ASGI and Starlette. Does not know: Streamlit's script API, people, records.
Limits: serves the names that `reach` knows. The owner cookie names a browser, not a person; it
carries no right beyond finding that browser's own drafts and jobs again. Staff have another.
"""

import asyncio
import functools
import io
import re
import secrets
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import unquote

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocketClose

from core import VERSION
from core.settings import ROOT
from core.ui import reach
from core.ui.reach import host_allowed

CSP = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        reach.CONNECT,
        "worker-src 'self' blob:",
        "media-src 'self' blob:",
        "frame-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
HEADERS: Mapping[str, str] = {
    # Other sites are told nothing. With `no-referrer` a form of our own would have no Origin.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}

OWNER_COOKIE = "auscult_owner"
STAFF_COOKIE = "auscult_staff"
# 400 days is the longest life a browser grants (RFC 6265bis, 5.5). A shorter one would orphan
# unsigned drafts and protect nobody: the value names a browser and signs nobody in.
OWNER_SECONDS = 400 * 24 * 3600
_OWNER = re.compile(r"[0-9a-f]{32}")
_CLOSED = {("_stcore", "metrics"), ("_stcore", "agent")}
_READING = {"GET", "HEAD", "OPTIONS"}
_HOST_CONFIG = "/_stcore/host-config"

SOURCE_NAMES = (
    *("Home.py", "start.py", "check.py", "pages", "core", "assets", "tests", "tools", "bench"),
    *("docs", ".streamlit/config.toml", ".ci/run", "requirements.txt", "requirements-dev.txt"),
    *("pyproject.toml", "README.md", "LICENSE", "NOTICE", "CHANGELOG.md", "CONTRIBUTING.md"),
    *(".pre-commit-config.yaml", ".gitignore"),
)
# What else lies in a folder is somebody's: an editor's copy, a key, a database.
SOURCE_KINDS = {".py", ".js", ".css", ".csv", ".json", ".po", ".svg", ".png", ".md", ".txt"}
_SKIPPED = {"__pycache__", "node_modules", "shots"}


class Guard:
    """ASGI middleware for `st.App`: known hosts only, closed endpoints, headers, owner cookie."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self._http(scope, receive, send)
        elif scope["type"] == "websocket" and not _may_connect(scope):
            await WebSocketClose(code=1008)(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Headers(scope=scope)
        known = _is_known(scope)

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(HEADERS)
                headers["Content-Security-Policy"] = reach.policy(CSP, request) if known else CSP
                headers["X-Auscult"] = reach.version()
                if _wants_owner(scope, request, message["status"], headers):
                    headers.append("Set-Cookie", _new_owner(scope.get("scheme", "http")))
            await send(message)

        app = self.app
        if not known:
            app = PlainTextResponse("Bad Request", status_code=400)
        elif scope["method"] not in _READING and not origin_allowed(request):
            app = PlainTextResponse("Forbidden", status_code=403)
        elif is_closed(scope["path"]):
            app = PlainTextResponse("Not Found", status_code=404)
        await app(scope, receive, send_guarded)


def _is_known(scope: Scope) -> bool:
    return host_allowed(Headers(scope=scope)) and reach.arrived_where_served(scope)


def origin_allowed(headers: Headers) -> bool:
    """No Origin, or the one this request was sent to: another port is another program's page.

    The scheme is not compared, since a proxy may speak https to the browser and http to us.
    """
    origins = headers.getlist("origin")
    named = [origin.partition("://")[2].lower() for origin in origins]
    return not origins or named == [host.lower() for host in headers.getlist("host")]


def _may_connect(scope: Scope) -> bool:
    return _is_known(scope) and origin_allowed(Headers(scope=scope))


def is_closed(path: str) -> bool:
    """Whether a path, however it is spelled, means Streamlit's metrics or agent endpoints."""
    for _ in range(4):
        path = unquote(path)
    parts: list[str] = []
    for part in path.lower().replace("\\", "/").split("/"):
        if part == "..":
            del parts[-1:]
        elif part not in ("", "."):
            parts.append(part)
    return any(pair in _CLOSED for pair in zip(parts, parts[1:], strict=False))


def owner(cookies: Mapping[str, str]) -> str | None:
    """The browser's owner id (32 hex characters) from `st.context.cookies`; None if it has none."""
    value = cookies.get(reach.cookie(OWNER_COOKIE), "")
    return value if _OWNER.fullmatch(value) else None


def staff_token(cookies: Mapping[str, str]) -> str | None:
    """The token of a staff session (32 hex characters); None if the browser shows none."""
    value = cookies.get(reach.cookie(STAFF_COOKIE), "")
    return value if _OWNER.fullmatch(value) else None


def _wants_owner(scope: Scope, request: Headers, status: int, response: Headers) -> bool:
    """Whether this response gives the browser a new owner id.

    A page opened from a link on another site is asked for without the SameSite=Strict cookie, so
    its absence says nothing there, and a new id would cut the browser off from its drafts. The
    front end's own fetch of the host configuration follows before the WebSocket opens: it carries
    the cookie if there is one, and a browser without one gets it then.
    """
    if scope["method"] != "GET" or _shows_owner(request):
        return False
    if scope["path"] == _HOST_CONFIG:
        return True
    if request.get("sec-fetch-site") == "cross-site":
        return False
    if status == 304:
        return "text/html" in request.get("accept", "")
    return response.get("content-type", "").startswith("text/html")


def _shows_owner(request: Headers) -> bool:
    pairs = (pair.partition("=") for line in request.getlist("cookie") for pair in line.split(";"))
    wanted = reach.cookie(OWNER_COOKIE)
    values = [value.strip() for name, _, value in pairs if name.strip() == wanted]
    return len(values) == 1 and _OWNER.fullmatch(values[0]) is not None


def _new_owner(scheme: str) -> str:
    """A Set-Cookie value with 128 fresh random bits."""
    return (
        f"{reach.cookie(OWNER_COOKIE)}={secrets.token_hex(16)}; Max-Age={OWNER_SECONDS}; Path=/; "
        f"HttpOnly; SameSite=Strict{'; Secure' if reach.secure(scheme) else ''}"
    )


def source_route(root: Path = ROOT) -> Route:
    """`/source.zip`: the running code of this version, as the AGPL asks, with no network."""

    async def source(_: Request) -> Response:
        return Response(
            await asyncio.to_thread(source_zip, root),
            media_type="application/zip",
            headers={
                "Content-Disposition": f'attachment; filename="auscult-{VERSION}-source.zip"',
                "Cache-Control": "no-cache",
            },
        )

    return Route("/source.zip", source, methods=["GET"])


@functools.cache
def source_zip(root: Path) -> bytes:
    """The source tree as a zip: same files, same bytes. Built once and kept for the process."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(source_files(root), key=lambda path: path.relative_to(root).as_posix()):
            name = f"auscult-{VERSION}/{path.relative_to(root).as_posix()}"
            entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3  # otherwise it differs between Windows and the rest
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, path.read_bytes())
    return packed.getvalue()


def source_files(root: Path) -> Iterator[Path]:
    """The allow-listed files, and those of known kinds in the folders; no links, nothing hidden."""
    for top in (root / name for name in SOURCE_NAMES):
        if top.is_symlink() or top.parent.is_symlink():
            continue
        if top.is_dir():
            yield from _files_below(top)
        elif top.is_file():
            yield top


def _files_below(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        hidden = path.name.startswith(".") or path.name.lower() in _SKIPPED
        if hidden or path.is_symlink():
            continue
        if path.is_dir():
            yield from _files_below(path)
        elif path.is_file() and path.suffix in SOURCE_KINDS:
            yield path
