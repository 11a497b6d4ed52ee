"""Whose a port is: nobody's, ours, or another program's."""

import contextlib
import http.server
import threading
from collections.abc import Iterator

import pytest

from core.setup.console import Missing
from core.setup.port import Answer, already_there, ask, why_not_free


@contextlib.contextmanager
def listening(header: str | None) -> Iterator[int]:
    """A tiny server on a free port that answers 200, with or without our header."""

    class Answer(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            if header:
                self.send_header("X-Auscult", header)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Answer) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


def test_nobody_is_on_a_free_port(free_port: int) -> None:
    assert already_there(free_port) is None


def test_port_of_another_program_names_a_free_one() -> None:
    with listening(header=None) as port, pytest.raises(Missing) as missing:
        already_there(port)
    assert f"Port {port} cannot be used" in str(missing.value)
    other = int(str(missing.value).rsplit("--port ", 1)[1])
    assert other != port
    assert why_not_free(other) == ""


def test_auscult_on_the_port_is_recognised() -> None:
    with listening(header="0.1.0") as port:
        assert ask(port) == already_there(port) == Answer("0.1.0", tls=False)


def test_nobody_on_the_port_is_none(free_port: int) -> None:
    assert ask(free_port) is None
