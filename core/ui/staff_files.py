"""Files of a session are for who may work: exports in `/media/`, uploads before they are read.

Knows: Streamlit serves `/media/` and takes uploads without asking anybody; here both need a session
of staff, or no staff at all. What was handed out is not kept by a browser or a proxy.
Limits: any session of staff; the address of another person's file cannot be guessed.
"""

import asyncio
from urllib.parse import unquote

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.ui import server, staff

KEPT_TO_STAFF = ("/media/", "/_stcore/upload_file/")


class StaffFiles:
    """ASGI middleware: 403 in place of a file for whoever is not signed in."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        app = self.app
        if scope["type"] == "http" and _is_a_file(scope["path"]):
            token = server.staff_token(HTTPConnection(scope).cookies)
            if not await asyncio.to_thread(staff.admits, token):
                app = PlainTextResponse("Forbidden", status_code=403)
            send = _unkept(send)
        await app(scope, receive, send)


def _is_a_file(path: str) -> bool:
    return unquote(path).startswith(KEPT_TO_STAFF)


def _unkept(send: Send) -> Send:
    async def marked(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message)["Cache-Control"] = "no-store"
        await send(message)

    return marked
