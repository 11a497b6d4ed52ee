"""The server process: what it is told, when it counts as started, how it ends."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from core.settings import ROOT
from core.setup.port import Answer, ask, why_not_free
from core.setup.serving import server_environment

APP = """
import http.server, sys
class Health(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("X-Auscult", "test")
        self.end_headers()
    def log_message(self, *_): pass
port = int(sys.argv[sys.argv.index("--server.port") + 1])
print("  URL: http://localhost", port, flush=True)
print("a line of the log", flush=True)
http.server.HTTPServer(("127.0.0.1", port), Health).serve_forever()
"""


def test_server_is_told_its_folder_port_and_silence(tmp_path: Path) -> None:
    env = server_environment(tmp_path, 7003)
    assert env["AUSCULT_DATA"] == str(tmp_path)
    assert env["AUSCULT_PORT"] == "7003"
    assert env["HF_HUB_OFFLINE"] == env["TRANSFORMERS_OFFLINE"] == "1"
    assert env["STREAMLIT_BROWSER_GATHER_USAGE_STATS"] == "false"


def test_unreadable_home_is_replaced_for_the_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "none"))
    assert server_environment(tmp_path, 7003)["HOME"] == str(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert server_environment(tmp_path / "data", 7003)["HOME"] == str(tmp_path)


def serving(root: Path, app: str, port: int) -> subprocess.Popen[str]:
    """`serve` in its own process; a small module stands in for Streamlit."""
    (root / "streamlit.py").write_text(app, encoding="utf-8")
    call = (
        "import sys; from pathlib import Path; sys.path.insert(0, sys.argv[1]); "
        "from core.setup.serving import serve; root = Path(sys.argv[2]); "
        "sys.exit(serve(root, int(sys.argv[3]), root, python=Path(sys.executable)))"
    )
    command = [sys.executable, "-c", call, str(ROOT), str(root), str(port)]
    env = {**os.environ, "PYTHONUTF8": "1"}
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, encoding="utf-8", env=env)


def read_until(process: subprocess.Popen[str], ends: Callable[[str], bool]) -> list[str]:
    assert process.stdout
    lines = []
    for line in process.stdout:
        lines.append(line.strip())
        if ends(line):
            return lines
    pytest.fail(f"ended early: {lines}")


@pytest.mark.skipif(os.name != "posix", reason="Windows knows no SIGTERM to hand on")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_address_is_printed_once_and_the_signal_ends_both(
    root: Path, free_port: int, number: int
) -> None:
    with serving(root, APP, free_port) as process:
        lines = read_until(process, lambda line: "Ctrl+C" in line)
        assert [line for line in lines if "http" in line] == [f"http://127.0.0.1:{free_port}"]
        assert "a line of the log" in lines
        process.send_signal(number)
        code = process.wait(timeout=10)
    assert code == (128 + signal.SIGTERM if number == signal.SIGTERM else 128 + signal.SIGINT)
    assert ask(free_port) is None


def wait_until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 10
    while not true():
        assert time.monotonic() < end
        time.sleep(0.02)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child of this end")
def test_a_killed_start_leaves_no_server_behind(root: Path, free_port: int) -> None:
    with serving(root, APP, free_port) as process:
        read_until(process, lambda line: "Ctrl+C" in line)
        assert ask(free_port) == Answer("test", tls=False)
        process.kill()
        assert process.wait(timeout=10) == -signal.SIGKILL
        wait_until(lambda: not why_not_free(free_port))


ORPHAN = """
import os, time
from core.setup.serving import ends_with_this_process
here, first = os.getpid(), ends_with_this_process()
if os.fork() == 0:
    while os.getppid() == here:
        time.sleep(0.01)
    print("orphan", flush=True)
    first()
    print("went on", flush=True)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child of this end")
def test_a_child_whose_start_is_already_gone_does_not_go_on() -> None:
    command = [sys.executable, "-c", ORPHAN]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=20)
    assert (done.stdout, done.stderr) == ("orphan\n", "")


@pytest.mark.parametrize("code", [0, 3])
def test_server_that_dies_at_once_shows_its_last_lines(
    root: Path, free_port: int, code: int
) -> None:
    app = f"import sys; print('表坏了 in row 7', flush=True); sys.exit({code})"
    with serving(root, app, free_port) as process:
        printed = process.communicate(timeout=10)[0]
    assert process.returncode == (code or 1)
    assert printed.index("Auscult did not start") < printed.index("表坏了 in row 7")
    assert "http" not in printed


def test_server_without_our_header_is_not_called_ready(root: Path, free_port: int) -> None:
    app = APP.replace("X-Auscult", "X-Other")
    with serving(root, app, free_port) as process:
        printed = process.communicate(timeout=10)[0]
    assert process.returncode != 0
    assert "Auscult did not start" in printed
