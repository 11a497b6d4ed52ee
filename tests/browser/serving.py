"""One running server of the app: started, killed, started again on the same port and data.

Knows: the command, the health question, the log. Does not know: browsers, pages.
The environment is inherited whole, so a guard that the tests run under holds in the server too.
"""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 60
STOP_SECONDS = 10


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def end(process: "subprocess.Popen[str] | None") -> None:
    """Ends a process that still runs: asked first, then killed."""
    if process is None or process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(timeout=STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@dataclass
class Server:
    """A server with a data folder of its own (mode 0700) and its log beside that folder."""

    data: Path
    root: Path = ROOT
    script: Path = Path("Home.py")
    env: dict[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    process: "subprocess.Popen[bytes] | None" = None
    killed: bool = False

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log_file(self) -> Path:
        return self.data.with_name(f"{self.data.name}.log")

    @property
    def log(self) -> str:
        return self.log_file.read_text(encoding="utf-8", errors="replace")

    def start(self) -> None:
        self.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        key = self.data.with_name(f"{self.data.name}-keys") / "master.key"
        own = {
            "AUSCULT_DATA": str(self.data),
            "AUSCULT_KEY_FILE": str(key),
            "HF_HUB_OFFLINE": "1",
        }
        command = [sys.executable, "-m", "streamlit", "run", str(self.script)]
        with self.log_file.open("ab") as log:
            self.process = subprocess.Popen(
                [*command, "--server.port", str(self.port)],
                cwd=self.root,
                env={**os.environ, **own, **self.env},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self._wait(self.process)

    def _wait(self, process: "subprocess.Popen[bytes]") -> None:
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end and process.poll() is None:
            if self._healthy():
                return
            time.sleep(0.05)
        raise AssertionError(f"the server did not answer:\n{self.log[-2000:]}")

    def _healthy(self) -> bool:
        asking = http.client.HTTPConnection("127.0.0.1", self.port, timeout=2)
        try:
            asking.request("GET", "/_stcore/health")
            return asking.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            asking.close()

    def kill(self) -> None:
        """As a power cut would: nothing can be finished or written on the way."""
        assert self.process is not None
        self.killed = True
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        end(self.process)
