"""A model server, real on the wire: scripted streams over HTTP on this machine."""

import logging
import ssl
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from asking import Heard, heard_from, question
from PIL import Image
from scripted import Handler, answer

from core.model.problems import ModelProblem
from core.model.remote import RemoteEngine, Server, read_key
from core.model.request import Picture
from core.model.thought import Parsed, parse
from core.ward import certificate

Serve = Callable[..., Server]


def test_thought_and_answer_arrive_in_pieces(serve: Serve) -> None:
    heard = heard_from(serve(answer))
    assert heard.how == ["finished"] and len(heard.pieces) >= 4
    assert parse(heard.pieces) == Parsed("CYP3A4.", "Levels rise.", "complete")


def test_what_is_sent_is_greedy_and_names_key_and_budget(
    serve: Serve,
) -> None:
    seen: list[Handler] = []

    def remember(handler: Handler, n: int) -> None:
        seen.append(handler)
        answer(handler, n)

    server = serve(remember)
    engine, heard = RemoteEngine(server), Heard()
    picture = Picture(Image.new("L", (2, 2), 255))
    engine.ask("job", question(picture, "What? <start_of_image>", budget=77), heard)
    heard.wait()
    engine.close()
    (body,), (key,) = seen[0].asked, seen[0].keys
    assert (body["temperature"], body["max_tokens"], body["stream"]) == (0.0, 77, True)
    assert key == "Bearer secret-key"
    image, text = body["messages"][0]["content"]
    assert image["image_url"]["url"].startswith("data:image/png;base64,")
    assert text == {"type": "text", "text": "What? < start_of_image>"}
    assert engine.origin.host == server.host and "secret" not in repr(engine.origin)


@pytest.mark.parametrize(
    ("status", "key"),
    [
        (401, "model.server.key"),
        (403, "model.server.key"),
        (404, "model.server.not_found"),
        (429, "model.server.busy"),
        (400, "model.server.refused"),
        (500, "model.server.error"),
        (302, "model.server.garbage"),
    ],
)
def test_a_refusal_has_its_sentence_and_only_a_fault_is_tried_again(
    serve: Serve, status: int, key: str
) -> None:
    tries: list[int] = []

    def refuse(handler: Handler, n: int) -> None:
        tries.append(n)
        handler.start(status, "application/json", Location="http://127.0.0.1:9/v1")
        handler.wfile.write(b'{"error": {"message": "secret-key is wrong"}}')

    heard = heard_from(serve(refuse))
    assert heard.how == ["failed"] and heard.problem.key == key
    assert "secret" not in str(heard.problem) + repr(heard.problem.values)
    assert len(tries) == (2 if status == 500 else 1)


def test_a_redirect_is_not_followed(serve: Serve) -> None:
    reached: list[object] = []
    other = serve(lambda handler, n: reached.append(handler.headers["Authorization"]))

    def elsewhere(handler: Handler, n: int) -> None:
        asked = handler.path.removeprefix("/v1")
        handler.start(307 if n > 1 else 302, "text/plain", Location=other.url + asked)

    server = serve(elsewhere, elsewhere)
    assert [heard_from(server).how for _ in range(2)] == [["failed"], ["failed"]]
    engine = RemoteEngine(server)
    with pytest.raises(ModelProblem):
        engine.models()
    engine.close()
    assert reached == []
    assert heard_from(other).problem is not None and reached  # it would have been heard


def test_a_key_is_in_no_log(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    def refuse(handler: Handler, n: int) -> None:
        assert handler.headers["Authorization"] == "Bearer secret-key"
        handler.start(401, "application/json")
        handler.wfile.write(b'{"error": {"message": "secret-key is wrong"}}')

    caplog.set_level(logging.DEBUG)
    heard = heard_from(serve(refuse))
    assert heard.problem.key == "model.server.key"
    assert len(caplog.records) > 3 and "secret-key" not in caplog.text


def test_a_proxy_of_the_environment_is_not_used(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert heard_from(serve(answer)).how == ["finished"]


def test_a_certificate_of_nobody_known_is_refused_with_its_sentence(
    serve: Serve, tmp_path: Path
) -> None:
    certificate.make(tmp_path, ("localhost",), datetime.now(UTC))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / certificate.FILE, tmp_path / certificate.KEY)
    heard_there: list[bytes] = []

    class Tls(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard_there.append(self.rfile.read(1))

    server = HTTPServer(("127.0.0.1", 0), Tls)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        heard = heard_from(Server(f"https://localhost:{server.server_port}/v1", "m", "secret-key"))
    finally:
        server.shutdown()
        server.server_close()
    assert heard.how == ["failed"] and heard.problem.key == "model.server.certificate"
    assert heard_there == []


def test_a_server_that_fails_once_is_asked_again(serve: Serve) -> None:
    def second_time(handler: Handler, n: int) -> None:
        if n == 1:
            handler.start(503, "text/plain")
        else:
            answer(handler, n)

    assert heard_from(serve(second_time)).how == ["finished"]


def test_a_server_that_dies_in_mid_answer_leaves_what_was_said(
    serve: Serve,
) -> None:
    def die(handler: Handler, n: int) -> None:
        handler.start()
        handler.piece(content="Half of")
        handler.connection.close()

    heard = heard_from(serve(die))
    assert "".join(heard.pieces) == "Half of"
    assert heard.how == ["failed"] and heard.problem.key == "model.server.broke_off"


def test_garbage_and_silence_are_told_apart(serve: Serve) -> None:
    def garbage(handler: Handler, n: int) -> None:
        handler.start()
        handler.wfile.write(b"data: {{{\n\n")

    def silence(handler: Handler, n: int) -> None:
        time.sleep(3)

    assert heard_from(serve(garbage)).problem.key == "model.server.garbage"
    assert heard_from(serve(silence), 0.5).problem.key == "model.server.silent"
    assert heard_from(Server("http://127.0.0.1:9/v1", "m")).problem.key == "model.server.away"


def test_a_cut_answer_is_truncated(serve: Serve) -> None:
    def cut(handler: Handler, n: int) -> None:
        handler.start()
        handler.piece(content="Half", end="length")
        handler.wfile.write(b"data: [DONE]\n\n")

    assert heard_from(serve(cut)).how == ["truncated"]


@pytest.mark.parametrize("speaks", [True, False])
def test_stop_is_said_at_once(serve: Serve, speaks: bool) -> None:
    def endless(handler: Handler, n: int) -> None:
        if speaks:
            handler.start()
            handler.piece(content="Word ")
        time.sleep(4)

    engine, heard = RemoteEngine(serve(endless)), Heard()
    engine.ask("job", question("Why?"), heard)
    if speaks:
        assert heard.begun.wait(10)
    began = time.monotonic()
    engine.stop("job")
    heard.wait()
    assert time.monotonic() - began < 1 and heard.how == ["stopped"]
    engine.close()


def test_a_key_comes_from_the_first_line_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("abc \nmore", "utf-8")
    assert read_key(tmp_path / "key") == "abc"
    with pytest.raises(ModelProblem) as refused:
        read_key(tmp_path / "none")
    assert refused.value.key == "model.server.key_file"
