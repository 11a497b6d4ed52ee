"""How often one browser and one address may sign in, upload and connect, before anything is read.

Knows: named rules, each with a pace for a browser (address and owner cookie together) and a wider
one for its address, so that of thirty tablets behind one address a busy one stops only itself. The
server takes an address from `X-Forwarded-For` only when a proxy on loopback sends it (uvicorn).
Limits: whoever throws cookies away is slowed by the address alone, together with all behind it.
"""

import ipaddress
import logging
import math
from collections.abc import Mapping
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from core.i18n import choose, translator
from core.ui import hospital, hospital_route, server, sign_in_route
from core.ui.buckets import Buckets, Pace, Wish

UPLOADS, CONNECTIONS = "/_stcore/upload_file/", "/_stcore/stream"
HOSPITAL = (hospital_route.LOGIN, hospital.CALLBACK)
MIB = 1024.0**2
LOG = logging.getLogger("auscult")


@dataclass(frozen=True, slots=True)
class Rule:
    browser: Pace
    address: Pace


# An address is wide enough for a ward of tablets that share one; a browser for a hurried person.
RULES: Mapping[str, Rule] = {
    "sign_in": Rule(Pace(12, 1 / 3), Pace(90, 3)),
    "upload": Rule(Pace(20, 1 / 2), Pace(200, 5)),
    "upload_bytes": Rule(Pace(1024 * MIB, 8 * MIB), Pace(4096 * MIB, 64 * MIB)),
    "connection": Rule(Pace(60, 1), Pace(900, 15)),
}
ONE_LINE = Pace(1, 1 / 60)  # of the log, for each rule and address


class Limits:
    """ASGI middleware: answers 429 with `Retry-After` in place of the app."""

    def __init__(self, app: ASGIApp, buckets: Buckets | None = None) -> None:
        self.app = app
        self.buckets = Buckets() if buckets is None else buckets

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        app = self.app
        tokens = costs(scope)
        if tokens:
            if "upload" in tokens and not _announces_its_length(Headers(scope=scope)):
                app = PlainTextResponse("Length Required", status_code=411)
            elif wait := self._wait(scope, tokens):
                app = _refusal(scope, math.ceil(wait))
        await app(scope, receive, send)

    def _wait(self, scope: Scope, tokens: Mapping[str, float]) -> float:
        address = address_of(scope)
        browser = server.owner(HTTPConnection(scope).cookies)
        wishes = [
            wish
            for name, n in tokens.items()
            for wish in (
                Wish((name, address, browser), RULES[name].browser, n),
                Wish((name, address), RULES[name].address, n),
            )
        ]
        wait = self.buckets.take(*wishes)
        kind = next(iter(tokens))
        if wait and not self.buckets.take(Wish(("line", kind, address), ONE_LINE)):
            LOG.warning("%s: too many from %s, wait %d s", kind, address, math.ceil(wait))
        return wait


def costs(scope: Scope) -> dict[str, float]:
    """Which rules a request falls under, and with how many tokens."""
    if scope["type"] == "websocket":
        return {"connection": 1.0} if scope["path"] == CONNECTIONS else {}
    if scope["type"] != "http":
        return {}
    if scope["path"] == sign_in_route.PATH and scope["method"] == "POST":
        return {"sign_in": 1.0}
    if scope["path"] in HOSPITAL:
        return {"sign_in": 1.0}
    if scope["path"].startswith(UPLOADS) and scope["method"] == "PUT":
        return {"upload": 1.0, "upload_bytes": _announced(Headers(scope=scope))}
    return {}


def address_of(scope: Scope) -> str:
    """Who asks: an IPv4 address, an IPv6 network of 64 bits, or nobody in particular."""
    try:
        address = ipaddress.ip_address((scope.get("client") or ("",))[0])
    except ValueError:
        return "unknown"
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((int(address), 64), strict=False))


def _announced(headers: Headers) -> float:
    length = headers.get("content-length", "")
    return float(length) if length.isascii() and length.isdecimal() else 0.0


def _announces_its_length(headers: Headers) -> bool:
    """Then the server reads so many bytes and no more, and what is announced is what is sent."""
    length = headers.getlist("content-length")
    return len(length) == 1 and length[0].isdecimal() and "transfer-encoding" not in headers


def _refusal(scope: Scope, seconds: int) -> Response:
    """A sentence, or for a sign-in the door, which says the same."""
    later = {"Retry-After": str(seconds)}
    if scope["type"] == "http" and scope["path"] in (sign_in_route.PATH, *HOSPITAL):
        return RedirectResponse(f"/{sign_in_route.waiting(seconds)}", 303, later)
    asked = Headers(scope=scope).get("accept-language", "").partition(",")[0]
    t = translator(choose(None, None, asked))
    return PlainTextResponse(t("limits.wait", n=seconds), 429, later)
