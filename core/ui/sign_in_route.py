"""`POST /staff/sign-in`: takes a PIN, sets the cookie of a staff session, goes back to the page.

Knows: a form of this site only. The browser's own cookie is `SameSite=Strict`, so a form of another
site comes without it and is refused. The token stands in an `HttpOnly` cookie and in no address.
Does not know: screens; the page says what the answer in its address means.
"""

import asyncio
import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import parse_qs, urlencode

from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import Scope

from core.errors import AuscultError
from core.records import staff_sessions
from core.records.attempts import Wait
from core.records.roles import PAGES
from core.records.sign_in import SignedIn, sign_in
from core.records.store import Records
from core.ui import keeping, reach, server

PATH = "/staff/sign-in"
MOST_BYTES = 4096
LOG = logging.getLogger("auscult")
_ID = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Form:
    person: str
    pin: str
    page: str


def sign_in_route(address_of: Callable[[Scope], str]) -> Route:
    """`address_of` says from which network a request comes; each is slowed down for itself."""

    async def signed_in(request: Request) -> Response:
        return await _signed_in(request, address_of(request.scope))

    return Route(PATH, signed_in, methods=["POST"])


def waiting(seconds: int) -> str:
    """What the address says when nobody may try for a while."""
    return f"?{urlencode({'sign_in': 'wait', 'seconds': seconds})}"


async def _signed_in(request: Request, address: str) -> Response:
    browser = server.owner(request.cookies)
    if browser is None or request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
        return PlainTextResponse("Forbidden", status_code=403)
    form = await _form(request)
    if form is None:
        return PlainTextResponse("Bad Request", status_code=400)
    before = server.staff_token(request.cookies)
    said, token = await asyncio.to_thread(_answer, form, browser, address, before)
    back = form.page if form.page in PAGES and form.page != "home" else ""
    response = RedirectResponse(f"/{back}{said}", status_code=303)
    if token is not None:
        give_session(response, request, token)
    return response


def give_session(response: Response, request: Request, token: str) -> None:
    """Sets the cookie of a session; `Secure` when the browser spoke https, to a proxy here too."""
    name, secure = reach.cookie(server.STAFF_COOKIE), reach.secure(request.url.scheme)
    response.set_cookie(name, token, httponly=True, samesite="strict", secure=secure)


def end_session(records: Records, before: str | None) -> None:
    """Ends the session that the browser had; when it cannot be, the new one is still open."""
    try:
        if before is not None:
            staff_sessions.lock(records, before)
    except AuscultError as problem:
        LOG.warning("a session is not ended yet: %s", problem.detail or problem.key)


async def _form(request: Request) -> Form | None:
    """The fields; None for a body that is no such form, or whose sender left before its end."""
    body = b""
    try:
        async for part in request.stream():
            body += part
            if len(body) > MOST_BYTES:
                return None
    except ClientDisconnect:
        return None
    try:
        fields = parse_qs(body.decode("ascii"), True, True, max_num_fields=5)
    except ValueError:
        return None
    if not {"person", "pin", "page"} <= fields.keys():
        return None
    values = {name: found[0] for name, found in fields.items()}
    return Form(values["person"], values["pin"], values["page"])


def _answer(form: Form, browser: str, address: str, before: str | None) -> tuple[str, str | None]:
    """What the address says afterwards, and the token of the new session."""
    try:
        records = keeping.records()
        answer = sign_in(records, form.person, form.pin, browser, address=address)
    except AuscultError as problem:
        LOG.warning("nobody can sign in: %s", problem.detail or problem.key)
        return "?sign_in=away", None
    if isinstance(answer, SignedIn):
        end_session(records, before)
        return "", answer.token
    if isinstance(answer, Wait):
        return waiting(answer.seconds) + _who(form), None
    return f"?sign_in=wrong{_who(form)}", None


def _who(form: Form) -> str:
    """The name that was chosen, so that the next try goes to the same person."""
    return f"&person={form.person}" if _ID.fullmatch(form.person) else ""
