"""The provider's answer becomes a session of staff; Streamlit's own identity is thrown away.

Knows: Streamlit asks the provider, checks its token and answers with an identity cookie of 30 days.
That answer is held back here: its identity is looked at once, and the browser gets the cookie of a
staff session or a refusal, never Streamlit's. An identity cookie that a browser shows is not read.
Limits: how Streamlit packs the identity is not public; look again when its pin moves.
"""

import asyncio
import json
import logging
from http.cookies import CookieError, SimpleCookie
from typing import Any

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.auth_util import get_cookie_with_chunks
from streamlit.web.server.server_util import get_cookie_secret
from streamlit.web.server.starlette.starlette_app_utils import decode_signed_value
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME

from core.errors import AuscultError
from core.records import hospital_account
from core.records.hospital_account import Identity, Unbound
from core.records.sign_in import SignedIn
from core.ui import hospital, keeping, server
from core.ui.sign_in_route import end_session, give_session

LOGIN = "/auth/login"
LOG = logging.getLogger("auscult")


class HospitalSignIn:
    """ASGI middleware around Streamlit's two routes of the sign-in."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] not in (LOGIN, hospital.CALLBACK):
            await self.app(scope, receive, send)
            return
        request = Request(scope)
        if hospital.configured().state != "ready":
            await RedirectResponse("/", 303)(scope, receive, send)
            return
        status, headers = await self._held(scope, receive)
        if scope["path"] == LOGIN:
            leads = headers.get("location", "/") if 300 <= status < 400 else _back("hospital_away")
            response = RedirectResponse(leads, 303)
        else:
            before = server.staff_token(request.cookies)
            leads, token = await asyncio.to_thread(_answer, _identity(headers), before)
            response = RedirectResponse(leads, 303)
            if token is not None:
                give_session(response, request, token)
        for cookie in headers.getlist("set-cookie"):
            if not cookie.startswith(USER_COOKIE_NAME):
                response.headers.append("set-cookie", cookie)
        for name in request.cookies:
            if name.startswith(USER_COOKIE_NAME):
                response.delete_cookie(name)
        await response(scope, receive, send)

    async def _held(self, scope: Scope, receive: Receive) -> tuple[int, Headers]:
        """What Streamlit would have answered."""
        begun: Message = {}

        async def hold(message: Message) -> None:
            if message["type"] == "http.response.start":
                begun.update(message)

        await self.app(scope, receive, hold)
        return begun["status"], Headers(raw=begun["headers"])


def _identity(headers: Headers) -> Identity | None:
    """Who the provider says this is, from the cookie that Streamlit was about to set."""
    claims = _claims(headers)
    return hospital_account.read(claims) if claims.get("provider") == "default" else None


def _claims(headers: Headers) -> dict[str, Any]:
    cookies: SimpleCookie = SimpleCookie()
    try:
        for line in headers.getlist("set-cookie"):
            cookies.load(line)
    except CookieError:
        return {}

    def value(name: str) -> bytes | None:
        if name not in cookies:
            return None
        return decode_signed_value(get_cookie_secret(), name, cookies[name].value)

    packed = get_cookie_with_chunks(value, USER_COOKIE_NAME)
    found = json.loads(packed) if packed else {}
    return found if isinstance(found, dict) else {}


def _answer(identity: Identity | None, before: str | None) -> tuple[str, str | None]:
    """Where the browser goes, and the token of the new session."""
    if identity is None:
        return _back("hospital_failed"), None
    try:
        records = keeping.records()
        answer = hospital_account.sign_in_with(records, identity)
    except AuscultError as problem:
        LOG.warning("nobody can sign in: %s", problem.detail or problem.key)
        return _back("away"), None
    if isinstance(answer, SignedIn):
        end_session(records, before)
        return _back(hospital.DONE), answer.token
    if isinstance(answer, Unbound):
        return f"{_back('unbound')}&account={hospital.refuse(identity.shown)}", None
    return _back("stale"), None


def _back(said: str) -> str:
    return f"/?sign_in={said}"
