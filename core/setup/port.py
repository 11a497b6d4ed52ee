"""Whether a port on this computer can be taken, and who answers on it.

Knows: the loopback address, the health question of the server, the header it answers with.
Does not know: how the server is started. A port can be lost again before it is taken.
"""

import http.client
import os
import socket

from core.setup.console import Missing

HOST = "127.0.0.1"


def ask(port: int) -> str | None:
    """Who answers the health question: None nobody, else the X-Auscult header or empty."""
    connection = http.client.HTTPConnection(HOST, port, timeout=2)
    try:
        connection.request("GET", "/_stcore/health")
        answer = connection.getresponse()
        return (answer.getheader("X-Auscult") or "") if answer.status == 200 else None
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def why_not_free(port: int) -> str:
    """Why the port cannot be taken on loopback, in the system's words; empty when it is free."""
    with socket.socket() as caller:
        caller.settimeout(1)
        if caller.connect_ex((HOST, port)) == 0:
            return "another program uses it"
    with socket.socket() as trial:
        if os.name == "posix":  # connections that just ended do not hold the port
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((HOST, port))
        except OSError as why:
            return why.strerror or str(why)
    return ""


def port_is_ours(port: int) -> bool:
    """True when the port is free, False when Auscult already serves there, else `Missing`."""
    why = why_not_free(port)
    if not why:
        return True
    if ask(port):
        return False
    other = next((p for p in range(max(port, 1024) + 1, 65536) if not why_not_free(p)), 6006)
    raise Missing(
        f"Port {port} cannot be used: {why}.",
        f"端口 {port} 无法使用。",
        f"python3 start.py --port {other}",
    )
