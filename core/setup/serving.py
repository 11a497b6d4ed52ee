"""The one server process: started, followed until it answers, stopped with this one.

Knows: its environment, its output, the signals that reach it through this process. On Linux it
also ends when this process is killed outright; elsewhere it then goes on.
Does not know: what the app does.
"""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from pathlib import Path

from core.setup import ward
from core.setup.console import say
from core.setup.environment import venv_python
from core.setup.port import HOST, ask
from core.ward.plan import Plan

START_LIMIT_S = 120
STOP_LIMIT_S = 10
PR_SET_PDEATHSIG = 1  # <linux/prctl.h>
BANNER = ("You can now view your Streamlit app", "URL:", "Local URL:", "Network URL:", "Aborted!")


def server_environment(
    data: Path, port: int, plan: Plan | None = None, model: Mapping[str, str] | None = None
) -> dict[str, str]:
    """What the server process is told; the hub is never asked while the app runs.

    Streamlit 1.67 fails on each request without a home folder that it can read.
    """
    home = os.path.expanduser("~")  # noqa: PTH111  Path raises where there is none
    readable = os.access(home, os.R_OK | os.X_OK)
    return {
        **os.environ,
        "AUSCULT_DATA": str(data),
        "AUSCULT_PORT": str(port),
        **ward.settings(plan),
        **(model or {}),
        "HF_HUB_OFFLINE": "1",
        "TRANSFORMERS_OFFLINE": "1",
        "STREAMLIT_BROWSER_GATHER_USAGE_STATS": "false",
        "PYTHONUTF8": "1",
        **({} if readable else {"HOME": str(data)}),
    }


def _child(command: list[str], root: Path, env: dict[str, str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        command,
        cwd=root,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        # Its own session: Ctrl+C in the terminal arrives once, through this process.
        start_new_session=os.name == "posix",
        preexec_fn=ends_with_this_process(),
    )


def ends_with_this_process() -> Callable[[], None] | None:
    """What a child on Linux does first, so that a killed parent leaves no server behind."""
    if sys.platform != "linux":
        return None
    # Everything is looked up here: between fork and exec a child must not import or load.
    prctl, here = ctypes.CDLL(None).prctl, os.getpid()

    def first() -> None:
        prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != here:  # killed before the kernel was told
            os._exit(128 + signal.SIGKILL)

    return first


class Server:
    """The one child process, its output, and the signals that reach it through this one.

    Output is held until the app answers, so that a failed start shows its end once.
    """

    def __init__(self, command: list[str], root: Path, env: dict[str, str]) -> None:
        self.held: deque[str] = deque(maxlen=40)
        self.shown = False
        self.asked = 0
        self.started = False
        self._take_signals()
        self.process = _child(command, root, env)
        self.started = True
        self.reader = threading.Thread(target=self._follow, daemon=True)
        self.reader.start()
        if self.asked:
            self.stop(self.asked)

    def _take_signals(self) -> None:
        signal.signal(signal.SIGINT, self.stop)
        signal.signal(signal.SIGTERM, self.stop)
        hung_up = getattr(signal, "SIGHUP", None)
        if hung_up and signal.getsignal(hung_up) != signal.SIG_IGN:  # nohup stays in force
            signal.signal(hung_up, self.stop)

    def stop(self, number: int, _frame: object = None) -> None:
        """Hands the signal on; after STOP_LIMIT_S seconds the process is ended."""
        self.asked = number
        if not self.started or self.process.poll() is not None:
            return
        if os.name == "posix":
            self.process.send_signal(signal.SIGINT if number == signal.SIGINT else signal.SIGTERM)
        # Elsewhere the console itself gives Ctrl+C to both.
        timer = threading.Timer(STOP_LIMIT_S, self.process.kill)
        timer.daemon = True
        timer.start()

    def _follow(self) -> None:
        for line in self.process.stdout or ():
            if not line.strip() or line.strip().startswith(BANNER):
                continue
            self.held.append(line.rstrip())
            if self.shown:
                self.show()

    def show(self) -> None:
        """Prints what was held; from now on each line comes at once."""
        self.shown = True
        with contextlib.suppress(IndexError):  # the other thread took the last line
            while self.held:
                say(self.held.popleft())

    def wait_healthy(self, port: int) -> bool:
        """True when the app answers; False when it ended or START_LIMIT_S seconds went by."""
        end, pause = time.monotonic() + START_LIMIT_S, 0.05
        while time.monotonic() < end and self.process.poll() is None:
            who = ask(port)
            if who is not None:  # without our header, Home.py is not the server that it must be
                return bool(who.header) and self.process.poll() is None
            time.sleep(pause)
            pause = min(pause * 1.05, 1.0)
        return False

    def exit_code(self) -> int:
        """Waits for the end; a signal n gives 128 + n, as a shell does."""
        code = self.process.wait()
        self.reader.join(timeout=2)
        return code if code >= 0 else 128 - code


def serve(
    root: Path,
    port: int,
    data: Path,
    plan: Plan | None = None,
    model: Mapping[str, str] | None = None,
    python: Path | None = None,
) -> int:
    """Starts the app, prints its address once it answers, returns its exit code."""
    options = ["--server.port", str(port), *ward.streamlit_options(plan)]
    command = [str(python or venv_python(root)), "-m", "streamlit", "run", "Home.py", *options]
    say("Starting Auscult 正在启动听诊台")
    server = Server(command, root, server_environment(data, port, plan, model))
    if server.wait_healthy(port):
        server.show()
        say(*(ward.invitation(plan, port) if plan else _address(port)))
        say("Ctrl+C stops it. 按 Ctrl+C 停止。")
        return server.exit_code()
    stopped = server.asked
    server.stop(signal.SIGTERM)
    code = server.exit_code()
    if stopped:
        return code
    say("Auscult did not start. Its last lines:", "听诊台未能启动，最后的输出：")
    server.show()
    return code or 1


def _address(port: int) -> tuple[str, ...]:
    return ("Open this address in a browser. 请在浏览器中打开：", f"\n  http://{HOST}:{port}\n")
