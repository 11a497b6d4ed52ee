"""Whether a port on this computer can be taken, and who answers on it.

Knows: the loopback address, the health question of the server, the header it answers with, TLS.
Does not know: how the server is started. A port can be lost again before it is taken.
"""

import http.client
import os
import socket
import ssl
from dataclasses import dataclass

from core.setup.console import Missing

HOST, EVERYWHERE = "127.0.0.1", "0.0.0.0"
WARD = " ward"  # what the header of a server ends with that tablets reach


@dataclass(frozen=True, slots=True)
class Answer:
    """What answered the health question; `header` is X-Auscult, empty from another program."""

    header: str
    tls: bool

    @property
    def ward(self) -> bool:
        return self.header.endswith(WARD)


def ask(port: int) -> Answer | None:
    """Who answers the health question, by plain http or else by TLS; None when nobody does."""
    for tls in (False, True):
        header = _ask(port, tls)
        if header is not None:
            return Answer(header, tls)
    return None


def _ask(port: int, tls: bool) -> str | None:
    if tls:
        # Asked is who answers on loopback; a self-made certificate could not say more.
        trusting = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
        connection: http.client.HTTPConnection = http.client.HTTPSConnection(
            HOST, port, timeout=2, context=trusting
        )
    else:
        connection = http.client.HTTPConnection(HOST, port, timeout=2)
    try:
        connection.request("GET", "/_stcore/health")
        answer = connection.getresponse()
        return (answer.getheader("X-Auscult") or "") if answer.status == 200 else None
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def why_not_free(port: int, address: str = HOST) -> str:
    """Why the port cannot be taken on an address, in the system's words; empty when it is free."""
    with socket.socket() as caller:
        caller.settimeout(1)
        if caller.connect_ex((HOST, port)) == 0:
            return "another program uses it"
    with socket.socket() as trial:
        if os.name == "posix":  # connections that just ended do not hold the port
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((address, port))
        except OSError as why:
            return why.strerror or str(why)
    return ""


def already_there(port: int, address: str = HOST) -> Answer | None:
    """None when the port is free, the answer of an Auscult that serves there, else `Missing`."""
    why = why_not_free(port, address)
    if not why:
        return None
    found = ask(port)
    if found and found.header:
        return found
    later = range(max(port, 1024) + 1, 65536)
    other = next((p for p in later if not why_not_free(p, address)), 6006)
    raise Missing(
        f"Port {port} cannot be used: {why}.",
        f"端口 {port} 无法使用。",
        f"python3 start.py --port {other}",
    )
