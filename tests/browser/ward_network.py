"""A ward of two machines on one computer: network namespaces joined by a cable of their own.

Knows: 10.77.0.1 runs the app, 10.77.0.2 is the tablet; how a program is run at either. Nothing is
routed further: each namespace has its loopback and the cable, so no packet can leave.
Does not know: what is served or asked.
"""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from serving import end

HERE = Path(__file__).resolve().parent
PC, TABLET = "10.77.0.1", "10.77.0.2"
OUTER = "AUSCULT_TEST_OUTER_NETWORK"  # as in tests/guard
READY, START_SECONDS = "Ctrl+C", 90


def why_not() -> str:
    """Why no namespace can be made here; empty when it can."""
    if shutil.which("ip") is None:
        return "no `ip` (Debian: apt-get install iproute2)"
    return "" if os.geteuid() == 0 else "network namespaces need root"


@dataclass(frozen=True, slots=True)
class Ward:
    """The names of the two namespaces."""

    pc: str
    tablet: str

    def at(self, place: str, *command: str) -> list[str]:
        return ["ip", "netns", "exec", place, *command]

    def ask(self, url: str, method: str = "GET", **headers: str) -> dict[str, Any]:
        """What the tablet's network gets from a request; header names with underscores."""
        asked = {
            "url": url,
            "method": method,
            "headers": {name.replace("_", "-"): value for name, value in headers.items()},
        }
        command = [sys.executable, str(HERE / "asking.py"), json.dumps(asked)]
        done = subprocess.run(
            self.at(self.tablet, *command), capture_output=True, text=True, env=inside()
        )
        assert done.returncode == 0, done.stderr[-2000:]
        found: dict[str, Any] = json.loads(done.stdout)
        return found


def inside() -> dict[str, str]:
    """The environment of what runs in a namespace; the guard knows by it which one is outside."""
    return {**os.environ, OUTER: os.readlink("/proc/self/ns/net")}  # noqa: PTH115


@contextmanager
def ward_network() -> Iterator[Ward]:
    """Two namespaces and their cable; gone afterwards, whatever happens."""
    made = Ward(f"ward-pc-{os.getpid()}", f"ward-tab-{os.getpid()}")
    try:
        for place in (made.pc, made.tablet):
            _ip("netns", "add", place)
            _ip("-n", place, "link", "set", "lo", "up")
        cable = ["type", "veth", "peer", "name", "ward0", "netns", made.tablet]
        _ip("-n", made.pc, "link", "add", "ward0", *cable)
        for place, address in ((made.pc, PC), (made.tablet, TABLET)):
            _ip("-n", place, "address", "add", f"{address}/30", "dev", "ward0")
            _ip("-n", place, "link", "set", "ward0", "up")
        yield made
    finally:
        for place in (made.pc, made.tablet):
            subprocess.run(["ip", "netns", "delete", place], capture_output=True)


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)


@dataclass
class Started:
    """`start.py` with options, run at the ward's PC on data of its own."""

    ward: Ward
    folder: Path
    port: int
    process: "subprocess.Popen[bytes] | None" = None
    env: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        keys = self.folder / "keys" / "master.key"
        own = {"AUSCULT_DATA": str(self.folder / "data"), "AUSCULT_KEY_FILE": str(keys)}
        self.env = {**inside(), **own, "PYTHONUTF8": "1"}

    @property
    def log(self) -> str:
        return (self.folder / "start.log").read_text("utf-8", "replace")

    def start(self, *options: str) -> None:
        """Starts, and waits until the terminal says how to stop."""
        with (self.folder / "start.log").open("wb") as log:
            self.process = subprocess.Popen(
                self._command(*options),
                env=dict(self.env),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        end = time.monotonic() + START_SECONDS
        while READY not in self.log:
            assert self.process.poll() is None and time.monotonic() < end, self.log[-3000:]
            time.sleep(0.05)

    def run(self, *options: str) -> "subprocess.CompletedProcess[str]":
        """A start that is expected to end by itself."""
        return subprocess.run(
            self._command(*options),
            env=dict(self.env),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            timeout=START_SECONDS,
        )

    def _command(self, *options: str) -> list[str]:
        command = [sys.executable, str(HERE / "starting.py"), "--port", str(self.port), *options]
        return self.ward.at(self.ward.pc, *command)

    def stop(self) -> None:
        end(self.process)
