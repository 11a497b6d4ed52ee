"""`transformers serve` with the tiny checkpoint, as a process of its own on this machine.

Knows: starting it, offline and with an empty hub cache (its list of models wants the folder),
killing it, starting it again at the same port. It ends with the test session, or when that dies.
"""

import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from transcripts import tiny

START_SECONDS = 120  # 9 s on two idle cores, most of it imports
PROGRAM = Path(sys.executable).with_name("transformers")
# Where util-linux is: a server does not outlive a test run that was killed.
_DIE_WITH_PARENT = [found, "--pdeathsig", "KILL"] if (found := shutil.which("setpriv")) else []


@dataclass
class ModelServer:
    """A model server with its own folder; `model` is the name that it wants to be asked by."""

    folder: Path
    model: str = field(default_factory=lambda: str(tiny()))
    port: int = field(default_factory=lambda: _free_port())
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text("utf-8", "replace")

    def start(self) -> None:
        cache = self.folder / "hub"
        cache.mkdir(parents=True, exist_ok=True)
        own = {"HF_HUB_CACHE": str(cache), "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"}
        where = ["--device", "cpu", "--host", "127.0.0.1", "--port", str(self.port)]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [*_DIE_WITH_PARENT, str(PROGRAM), "serve", self.model, *where],
                env={**os.environ, **own},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self._wait(self.process)

    def kill(self) -> None:
        """As when the machine of the server loses power."""
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()

    def _wait(self, process: "subprocess.Popen[bytes]") -> None:
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end and process.poll() is None:
            asking = http.client.HTTPConnection("127.0.0.1", self.port, timeout=2)
            try:
                asking.request("GET", "/health")
                if asking.getresponse().status == 200:
                    return
            except (OSError, http.client.HTTPException):
                time.sleep(0.1)
            finally:
                asking.close()
        raise AssertionError(f"the model server did not start:\n{self.log[-3000:]}")


@contextmanager
def model_server() -> Iterator[ModelServer]:
    """A running one."""
    folder = Path(tempfile.mkdtemp(prefix="auscult-serve-"))
    server = ModelServer(folder)
    try:
        server.start()
        yield server
    finally:
        server.kill()
        shutil.rmtree(folder)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
