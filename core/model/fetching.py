"""A download that a page started: a child process, and how far it says it is.

Knows: the command, its lines of JSON, cancel; what lies there already is taken up again by the next
try. The child is the only one that may ask the hub: this process stays offline.
Does not know: the hub, the terms, who may ask for it.
"""

import json
import logging
import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Literal

from core.settings import ROOT

LOG = logging.getLogger("auscult")
State = Literal["none", "running", "done", "failed", "cancelled"]
HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]{0,95}/[A-Za-z0-9][\w.-]{0,95}")
OFFLINE = ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE")
END_S = 10.0
LONGEST_LINE = 10_000


@dataclass(frozen=True, slots=True)
class Progress:
    """`done` of `whole` files; bytes are of all files. `problem`: key and values of a sentence."""

    state: State = "none"
    name: str = ""
    file: str = ""
    done: int = 0
    whole: int = 0
    bytes_done: int = 0
    bytes_whole: int = 0
    folder: str = ""
    problem: tuple[str, dict[str, object]] | None = None

    @property
    def share(self) -> float:
        """0 to 1."""
        done, whole = (
            (self.bytes_done, self.bytes_whole) if self.bytes_whole else (self.done, self.whole)
        )
        return min(done / whole, 1.0) if whole else 0.0


def command(name: str) -> list[str]:
    """The command line that fetches a model whose terms the person accepted."""
    parts = [sys.executable, "-m", "core", "model", "download", name]
    return [*parts, "--jsonl", "--accept-terms"]


class Fetching:
    """One download at a time, of this process and not of a browser."""

    def __init__(self, made: Callable[[str], list[str]] = command) -> None:
        self._made = made
        self._child: subprocess.Popen[str] | None = None
        self._progress = Progress()
        self._lock = threading.Lock()

    @property
    def progress(self) -> Progress:
        return self._progress

    def start(self, name: str) -> bool:
        """Begins; `False` when the name is no hub id or another download runs.

        A child that cannot be started is a failed download.
        """
        if not HUB_ID.fullmatch(name):
            return False
        with self._lock:
            if self._progress.state == "running":
                return False
            self._progress = Progress("failed", name)
            self._child = None
            env = {key: value for key, value in os.environ.items() if key not in OFFLINE}
            try:
                child = subprocess.Popen(
                    self._made(name),
                    cwd=ROOT,
                    env=env,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    text=True,
                    encoding="utf-8",
                    errors="replace",
                )
            except OSError as why:  # no memory, no more processes
                LOG.error("the download was not started: %s", why)
                return True
            self._child, self._progress = child, Progress("running", name)
        threading.Thread(target=self._follow, args=(child,), daemon=True).start()
        return True

    def cancel(self) -> None:
        """Ends the child; what it fetched stays for the next try."""
        with self._lock:
            child = self._child
            if child is None or self._progress.state != "running":
                return
            self._progress = replace(self._progress, state="cancelled")
        child.terminate()
        try:
            child.wait(END_S)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()

    def _follow(self, child: "subprocess.Popen[str]") -> None:
        assert child.stdout is not None
        with child.stdout as lines:
            while line := lines.readline(LONGEST_LINE):
                self._take(child, line)
        ended = child.wait()
        with self._lock:
            now = self._progress
            if child is not self._child or now.state != "running":
                return
            whole = ended == 0 and bool(now.folder)
            self._progress = replace(now, state="done" if whole else "failed")

    def _take(self, child: "subprocess.Popen[str]", line: str) -> None:
        """One line; a child that was cancelled may still be read while the next one runs."""
        try:
            said = json.loads(line)
        except (ValueError, RecursionError):
            return
        if not isinstance(said, dict):
            return
        with self._lock:
            if child is self._child:
                self._progress = _with(self._progress, said)


def _with(now: Progress, said: dict[str, Any]) -> Progress:
    if isinstance(said.get("problem"), str):
        values = said.get("values")
        return replace(now, problem=(said["problem"], values if isinstance(values, dict) else {}))
    texts = {name: said[name] for name in ("file", "folder") if isinstance(said.get(name), str)}
    counts = {
        name: said[name]
        for name in ("done", "whole", "bytes_done", "bytes_whole")
        if type(said.get(name)) is int and said[name] >= 0
    }
    return replace(now, **texts, **counts)
