"""A model server whose replies a test writes: real HTTP, streams as awkward as asked.

Knows: the form of a streamed reply. Does not know: any model.
"""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from core.model.remote import Server

Script = Callable[["Handler", int], None]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    asked: list[dict] = []
    keys: list[str | None] = []
    script: Script
    listing: Script

    def do_GET(self) -> None:
        type(self).listing(self, len(self.asked))

    def do_POST(self) -> None:
        self.body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.asked.append(self.body)
        self.keys.append(self.headers.get("Authorization"))
        type(self).script(self, len(self.asked))

    def start(self, status: int = 200, kind: str = "text/event-stream", **more: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Connection": "close", **more}.items():
            self.send_header(name, value)
        self.end_headers()
        self.close_connection = True

    def piece(self, end: str | None = None, **delta: str) -> None:
        choice = {"index": 0, "delta": delta, "finish_reason": end}
        said = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
        self.wfile.write(f"data: {json.dumps({**said, 'choices': [choice]})}\n\n".encode())
        self.wfile.flush()

    def line(self, data: bytes) -> None:
        """Bytes as they are, at once."""
        self.wfile.write(data)
        self.wfile.flush()

    def left(self, within_s: float) -> bool:
        """Whether the one who asked closed the connection within that time."""
        self.connection.settimeout(within_s)
        try:
            return self.connection.recv(1) == b""
        except TimeoutError:
            return False
        except ConnectionError:
            return True

    def log_message(self, *_: object) -> None:
        return None


def answer(handler: Handler, _: int) -> None:
    handler.start()
    handler.piece(role="assistant", content="")
    handler.piece(reasoning_content="CYP")
    handler.piece(reasoning_content="3A4.")
    handler.piece(content="Levels ")
    handler.piece(content="rise.", end="stop")
    handler.wfile.write(b"data: [DONE]\n\n")


def listed(handler: Handler, _: int) -> None:
    one = {"id": "m", "object": "model", "created": 1, "owned_by": "test"}
    handler.start(kind="application/json")
    handler.line(json.dumps({"object": "list", "data": [one]}).encode())


@contextmanager
def serving() -> Iterator[Callable[..., Server]]:
    """Starts servers, each with its script, and ends them all."""
    running: list[ThreadingHTTPServer] = []

    def start(script: Script, listing: Script = listed) -> Server:
        own = {"script": script, "listing": listing, "asked": [], "keys": []}
        made = type("Scripted", (Handler,), own)
        server = ThreadingHTTPServer(("127.0.0.1", 0), made)
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        running.append(server)
        return Server(f"http://127.0.0.1:{server.server_port}/v1", "m", "secret-key")

    yield start
    for server in running:
        server.shutdown()
        server.server_close()
