"""What `start.py --lan` takes, hands on and says."""

import argparse
import os
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from streamlit import config
from streamlit.web.cli import main as streamlit_command

from core.setup import ward
from core.setup.console import Missing
from core.setup.port import Answer, ask
from core.setup.serving import server_environment
from core.ward import certificate
from core.ward.plan import Plan

PLAN = Plan(
    ("10.77.0.1", "ward-pc"), ("https://10.77.0.1:7001",), "/c.pem", "/k.pem", ("AB CD",), "█"
)
OPEN = Plan(("10.77.0.1",), ("http://10.77.0.1:7001",), "", "", (), "█")


def asked(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    ward.add_options(parser)
    return parser.parse_args(words)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--insecure"], "--lan is missing"),
        (["--address", "10.0.0.1"], "--lan is missing"),
        (["--lan", "--cert", "c"], "belong together"),
        (["--lan", "--key", "k"], "belong together"),
        (["--lan", "--insecure", "--cert", "c", "--key", "k"], "excludes"),
    ],
)
def test_what_does_not_go_together_is_said(words: list[str], said: str) -> None:
    assert said in ward.misuse(asked(*words))


@pytest.mark.parametrize("words", [[], ["--lan"], ["--lan", "--insecure", "--name", "a"]])
def test_what_goes_together_is_taken(words: list[str]) -> None:
    assert ward.misuse(asked(*words)) == ""


def test_without_lan_loopback_only_whatever_the_environment_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AUSCULT_WARD", "10.0.0.9")
    env = server_environment(tmp_path, 7001)
    assert (env["AUSCULT_WARD"], env["AUSCULT_CERTIFICATE"]) == ("", "")
    assert ward.streamlit_options(None) == ["--server.address", "127.0.0.1"]


def test_the_server_is_told_its_hosts_and_certificate(tmp_path: Path) -> None:
    env = server_environment(tmp_path, 7001, PLAN)
    assert env["AUSCULT_WARD"] == "10.77.0.1,ward-pc"
    assert env["AUSCULT_CERTIFICATE"] == "/c.pem"
    assert "--server.sslCertFile" not in ward.streamlit_options(OPEN)


def test_streamlit_reads_the_options_as_they_are_meant(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: dict[str, object] = {}
    names = ("server.address", "server.allowedHosts", "server.sslCertFile", "server.sslKeyFile")
    before = {name: config.get_option(name) for name in (*names, "browser.serverAddress")}

    def run(*_: object, flag_options: dict[str, object], **__: object) -> None:
        seen.update(flag_options)

    monkeypatch.setattr("streamlit.web.cli._main_run", run)
    command = ["run", "Home.py", *ward.streamlit_options(PLAN)]
    monkeypatch.chdir(Path(ward.__file__).parents[2])
    streamlit_command(command, standalone_mode=False)
    assert seen["server_allowedHosts"] == ("127.0.0.1", "localhost", "::1", "10.77.0.1", "ward-pc")
    assert (seen["server_address"], seen["browser_serverAddress"]) == ("0.0.0.0", "10.77.0.1")
    assert (seen["server_sslCertFile"], seen["server_sslKeyFile"]) == ("/c.pem", "/k.pem")
    assert {name: config.get_option(name) for name in before} == before


def test_a_loopback_server_is_not_taken_for_the_ward() -> None:
    with pytest.raises(Missing) as missing:
        ward.already_runs(Answer("0.1.0", tls=False), 7001, lan=True)
    assert "for this computer only" in str(missing.value) and "仅限本机" in str(missing.value)
    assert "Ctrl+C" in str(missing.value)


@pytest.mark.parametrize("lan", [True, False])
def test_a_running_ward_is_named_as_it_is_served(lan: bool) -> None:
    said = ward.already_runs(Answer("0.1.0 ward", tls=True), 7001, lan)
    assert "https://127.0.0.1:7001" in said and "People" in said
    assert "http://127.0.0.1:7001" in ward.already_runs(Answer("0.1.0 ward", False), 7001, lan)


def test_the_terminal_shows_address_code_and_fingerprint() -> None:
    said = "\n".join(ward.invitation(PLAN, 7001))
    for wanted in ("https://10.77.0.1:7001", "█", "AB CD", "https://localhost:7001"):
        assert wanted in said
    assert "NOT ENCRYPTED" not in said
    said = "\n".join(ward.invitation(OPEN, 7001))
    assert "NOT ENCRYPTED" in said and "未加密" in said and "ingerprint" not in said


def command(tmp_path: Path, script: str) -> Path:
    """A folder whose environment's python runs a shell script."""
    python = tmp_path / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f"#!/bin/sh\n{script}\n")
    python.chmod(0o755)
    return tmp_path


@pytest.mark.skipif(os.name != "posix", reason="a shell script stands for Python")
def test_the_command_is_asked_and_its_words_are_passed_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = command(tmp_path, f"echo \"$@\" >&2; echo '{PLAN.line()}'")
    words = asked("--lan", "--address", "10.77.0.1", "--name", "x", "--insecure")
    assert ward.prepare(root, words, dict(os.environ)) == PLAN
    said = capsys.readouterr().out.strip()
    assert said == "-m core ward prepare --address 10.77.0.1 --name x --insecure"


@pytest.mark.skipif(os.name != "posix", reason="a shell script stands for Python")
def test_a_refusal_ends_the_start_with_its_sentence(tmp_path: Path) -> None:
    root = command(tmp_path, "echo 'No staff.' >&2; echo '没有人员。' >&2; exit 1")
    with pytest.raises(Missing) as missing:
        ward.prepare(root, asked("--lan"), dict(os.environ))
    assert str(missing.value) == "No staff.\n没有人员。"


@contextmanager
def tls_server(folder: Path) -> Iterator[int]:
    class Health(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("X-Auscult", "0.1.0 ward")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    certificate.make(folder, ("localhost",), datetime.now(UTC))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / certificate.FILE, folder / certificate.KEY)

    class Quiet(HTTPServer):
        def get_request(self) -> tuple[ssl.SSLSocket, object]:
            plain, address = super().get_request()
            try:
                return context.wrap_socket(plain, server_side=True), address
            except ssl.SSLError:
                plain.close()
                raise

    with Quiet(("127.0.0.1", 0), Health) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


def test_a_server_that_speaks_tls_answers_the_health_question(tmp_path: Path) -> None:
    with tls_server(tmp_path) as port:
        found = ask(port)
    assert found == Answer("0.1.0 ward", tls=True)
    assert found.ward
