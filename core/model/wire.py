"""The connection of one question to a model server: it can be cut at once and carries only so much.

Knows: an open socket that another thread reads is woken by shutting it down, not by closing it; a
client reads an event to its end whatever its length, and a sign of life is not an answer.
Does not know: what is said on it.
"""

import socket
import ssl
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any

from httpx2 import HTTPTransport, ReadTimeout, Request, Response, SyncByteStream

EVENT, REPLY = 2**20, 64 * 2**20  # bytes of one event, of a whole reply
_BLANK = (b"\n\n", b"\r\n\r\n", b"\r\r")
_OPENED = ("connection.connect_tcp.complete", "connection.start_tls.complete")


class TooMuch(ValueError):
    """A server sent more than any answer can be."""


class Wire(HTTPTransport):
    """`until`, by the monotonic clock: when the server must have said something."""

    def __init__(self, trusted: ssl.SSLContext, until: float) -> None:
        super().__init__(verify=trusted, trust_env=False)
        self.until = until
        self._socket: socket.socket | None = None
        self._is_cut = False

    def handle_request(self, request: Request) -> Response:
        request.extensions = {**request.extensions, "trace": self._seen}
        response = super().handle_request(request)
        if isinstance(response.stream, Iterable):
            response.stream = _Bounded(response.stream, self)
        return response

    def cut(self) -> None:
        """Ends the connection, also one that is only now being made."""
        self._is_cut = True
        if self._socket is not None:
            with suppress(OSError):  # it ended by itself meanwhile
                self._socket.shutdown(socket.SHUT_RDWR)

    def _seen(self, event: str, told: dict[str, Any]) -> None:
        if event in _OPENED:
            self._socket = told["return_value"].get_extra_info("socket")
            if self._is_cut:
                self.cut()


class _Bounded(SyncByteStream):
    def __init__(self, inner: Any, wire: Wire) -> None:
        self._inner, self._wire = inner, wire

    def __iter__(self) -> Iterator[bytes]:
        event = reply = 0
        last = b""
        for chunk in self._inner:
            seen = last + chunk
            ended = max(seen.rfind(blank) for blank in _BLANK)
            event = len(seen) - ended if ended >= 0 else event + len(chunk)
            reply, last = reply + len(chunk), seen[-3:]
            if event > EVENT or reply > REPLY:
                raise TooMuch
            if time.monotonic() > self._wire.until:
                raise ReadTimeout("signs of life, but no answer")
            yield chunk

    def close(self) -> None:
        self._inner.close()
