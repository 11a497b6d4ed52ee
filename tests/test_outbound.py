"""The hook that shuts the network of the tests fires: in every way out, and in grandchildren."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from core.settings import ROOT

LOG = "AUSCULT_TEST_OUTBOUND_LOG"
TESTS = Path(__file__).parent
WAYS_OUT = {
    "connect": "socket.socket().connect(('192.0.2.1', 80))",
    "connect_ex": "socket.socket().connect_ex(('192.0.2.1', 80))",
    "connect over IPv6": "socket.socket(socket.AF_INET6).connect(('2001:db8::1', 80))",
    "connect to an IPv4 address written as IPv6": (
        "socket.socket(socket.AF_INET6).connect(('::ffff:192.0.2.1', 80))"
    ),
    "connect to a private network": "socket.socket().connect(('10.0.0.1', 80))",
    "connect to the ward of the tests from outside": "socket.socket().connect(('10.77.0.1', 80))",
    "connect to it from the network that is named as outside": (
        "import os; os.environ['AUSCULT_TEST_OUTER_NETWORK'] = os.readlink('/proc/self/ns/net'); "
        "socket.socket().connect(('10.77.0.1', 80))"
    ),
    "look-up": "socket.getaddrinfo('example.com', 80)",
    "look-up of bytes": "socket.getaddrinfo(b'example.com', 80)",
    "gethostbyname": "socket.gethostbyname('example.com')",
    "reverse look-up": "socket.gethostbyaddr('192.0.2.1')",
    "getnameinfo": "socket.getnameinfo(('192.0.2.1', 80), 0)",
    "urllib": "__import__('urllib.request').request.urlopen('http://example.com/', timeout=1)",
    "UDP": "socket.socket(type=socket.SOCK_DGRAM).sendto(b'x', ('192.0.2.1', 53))",
    "sendmsg": "socket.socket(type=socket.SOCK_DGRAM).sendmsg([b'x'], [], 0, ('192.0.2.1', 53))",
    "asyncio": "asyncio.run(asyncio.open_connection('192.0.2.1', 80))",
    "asyncio look-up": "asyncio.run(asyncio.open_connection('example.com', 80))",
    "a thread": (
        "concurrent.futures.ThreadPoolExecutor()"
        ".submit(socket.gethostbyname, 'example.com').result()"
    ),
}
NUMERIC = "socket.getnameinfo(('192.0.2.1', 80), socket.NI_NUMERICHOST | socket.NI_NUMERICSERV)"
SCRIPT = """
import asyncio, concurrent.futures, socket
try:
    {attempt}
except OSError as refused:
    print(type(refused).__name__, refused)
else:
    print("passed")
"""


# One process tries them all; each is written down under its own name.
EVERY_WAY = """
import asyncio, concurrent.futures, json, os, socket, sys
for way, attempt in json.loads(sys.argv[1]).items():
    os.environ["PYTEST_CURRENT_TEST"] = way
    try:
        exec(attempt)
    except OSError as refused:
        print(f"{way}: {refused}")
    else:
        print(f"{way}: passed")
"""


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A log of its own, so that the attempts made here on purpose do not fail the run."""
    path = tmp_path / "outbound.log"
    monkeypatch.setenv(LOG, str(path))
    return path


def python(*arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    return done.stdout + done.stderr


def test_every_way_out_of_a_child_is_refused_and_written_down(log: Path) -> None:
    said = python("-c", EVERY_WAY, json.dumps(WAYS_OUT)).splitlines()
    let_out = [line for line in said if "a test may not reach" not in line]
    assert (let_out, [line.split(": ")[0] for line in said]) == ([], list(WAYS_OUT))
    written = log.read_text("utf-8").splitlines()
    assert [line[line.index("[") + 1 : -1] for line in written] == list(WAYS_OUT)
    assert [line for line in written if not line.startswith("socket.")] == []


def test_a_grandchild_is_watched_too(log: Path) -> None:
    inner = SCRIPT.format(attempt=WAYS_OUT["look-up"])
    outer = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {inner!r}])"
    assert "a test may not reach example.com" in python("-c", outer)
    (line,) = log.read_text("utf-8").splitlines()
    assert line.startswith("socket.getaddrinfo example.com ")
    assert "test_a_grandchild_is_watched_too" in line


def test_this_process_is_watched(log: Path) -> None:
    with pytest.raises(PermissionError, match="192.0.2.1"), socket.socket() as out:
        out.connect(("192.0.2.1", 80))
    with pytest.raises(PermissionError, match="example.com"):
        socket.getaddrinfo("example.com", 80)
    assert len(log.read_text("utf-8").splitlines()) == 2


def test_without_the_hook_the_same_call_passes(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The call sends nothing; that it is refused under the hook is the hook's doing."""
    assert "a test may not reach" in python("-c", SCRIPT.format(attempt=NUMERIC))
    monkeypatch.delenv(LOG)
    assert python("-c", SCRIPT.format(attempt=NUMERIC)).strip() == "passed"


def test_loopback_passes(log: Path) -> None:
    attempt = (
        "s = socket.create_server(('127.0.0.1', 0)); "
        "socket.create_connection(('localhost', s.getsockname()[1]), timeout=5).close()"
    )
    assert python("-c", SCRIPT.format(attempt=attempt)).strip() == "passed"
    assert not log.exists()


def test_the_self_test_of_the_product_is_not_disturbed_and_not_written_down(log: Path) -> None:
    said = python("-c", "from core.safety import egress; egress.arm(); print(egress.self_test())")
    assert said.strip() == "True"
    assert not log.exists()


@pytest.mark.parametrize("target", ["('auscult.invalid', 80)", "('192.0.2.1', 9)"])
def test_its_targets_are_refused_from_anywhere_else(target: str, log: Path) -> None:
    attempt = f"socket.getaddrinfo(*{target}) and socket.socket().connect({target})"
    assert "a test may not reach" in python("-c", SCRIPT.format(attempt=attempt))
    assert log.exists()


@pytest.mark.parametrize(
    ("attempt", "code", "processes"),
    [
        ("socket.getaddrinfo('example.com', 80)", 1, "0"),
        ("socket.getaddrinfo('example.com', 80)", 1, "1"),
        ("None", 0, "0"),
    ],
)
def test_a_run_fails_at_its_end_even_when_the_refusal_is_swallowed(
    attempt: str,
    code: int,
    processes: str,
    log: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    suite = tmp_path / "test_swallows.py"
    body = f"    with contextlib.suppress(OSError):\n        {attempt}\n"
    suite.write_text(f"import contextlib, socket\n\ndef test_quiet():\n{body}", "utf-8")
    monkeypatch.setenv(
        "PYTHONPATH", os.pathsep.join((str(TESTS), str(ROOT), os.environ["PYTHONPATH"]))
    )
    plugins = [part for name in ("conftest", "no:cacheprovider") for part in ("-p", name)]
    command = ["-m", "pytest", "-q", "-n", processes, *plugins, "-c", os.devnull]
    done = subprocess.run(
        [sys.executable, *command, f"--rootdir={tmp_path}", str(suite)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == code, done.stdout + done.stderr
    assert "1 passed" in done.stdout
    assert ("example.com [" in done.stdout) == bool(code)
