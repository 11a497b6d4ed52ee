"""A download as a page follows it: a scripted child that speaks as the real command does."""

import json
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from core.model import fetching
from core.model.fetching import Fetching, Progress

STEP = {"file": "a.safetensors", "done": 1, "whole": 2, "bytes_done": 512, "bytes_whole": 1024}


def child(tmp_path: Path, *lines: object, ends: str = "") -> Callable[[str], list[str]]:
    """A program that prints these lines and ends as `ends` says."""
    said = "".join(f"print({json.dumps(json.dumps(line))}, flush=True)\n" for line in lines)
    program = tmp_path / "child.py"
    program.write_text(f"import os\n{said}{ends}\n", "utf-8")
    return lambda name: [sys.executable, str(program), name]


def until(held: Fetching, done: Callable[[Progress], bool]) -> Progress:
    end = time.monotonic() + 30
    while time.monotonic() < end:
        if done(held.progress):
            return held.progress
        time.sleep(0.01)
    raise AssertionError(held.progress)


def test_it_is_followed_to_its_folder(tmp_path: Path) -> None:
    held = Fetching(child(tmp_path, STEP, "noise", {"done": -1}, {"folder": "/models/x"}))
    assert held.start("owner/name")
    done = until(held, lambda p: p.state != "running")
    assert done == Progress("done", "owner/name", "a.safetensors", 1, 2, 512, 1024, "/models/x")
    assert done.share == 0.5


def test_a_problem_is_kept_in_its_words(tmp_path: Path) -> None:
    said = {"problem": "model.problem.gated", "values": {"name": "owner/name"}}
    held = Fetching(child(tmp_path, STEP, said, ends="raise SystemExit(2)"))
    held.start("owner/name")
    failed = until(held, lambda p: p.state != "running")
    assert failed.state == "failed"
    assert failed.problem == ("model.problem.gated", {"name": "owner/name"})


@pytest.mark.parametrize("ends", ["raise SystemExit(3)", "os._exit(0)", "os.kill(os.getpid(), 9)"])
def test_a_child_that_ends_without_a_folder_has_failed(tmp_path: Path, ends: str) -> None:
    held = Fetching(child(tmp_path, STEP, ends=ends))
    held.start("owner/name")
    assert until(held, lambda p: p.state != "running").state == "failed"


def test_it_is_cancelled_and_begun_again(tmp_path: Path) -> None:
    held = Fetching(child(tmp_path, STEP, ends="import time; time.sleep(60)"))
    assert held.start("owner/name")
    until(held, lambda p: p.done == 1)
    assert not held.start("owner/other"), "one at a time"
    held.cancel()
    assert held.progress.state == "cancelled" and held._child is not None
    assert held._child.poll() is not None
    assert held.start("owner/name")
    assert (held.progress.state, held.progress.name) == ("running", "owner/name")
    held.cancel()


def test_the_end_of_one_that_was_cancelled_is_not_the_end_of_the_next(tmp_path: Path) -> None:
    """Whoever holds the pipe of the first lets it go, and speaks, while the second runs."""
    late = "import json, os, time\nwhile not os.path.exists('go'): time.sleep(0.01)\n"
    late += "print(json.dumps({'done': 9, 'whole': 9}), flush=True)"
    begun = f"import subprocess, sys, time; os.chdir({str(tmp_path)!r})\n"
    begun += f"subprocess.Popen([sys.executable, '-c', {late!r}])\n"
    step = f"print({json.dumps(json.dumps(STEP))}, flush=True)\n"
    held = Fetching(child(tmp_path, ends=f"{begun}{step}time.sleep(60)"))
    others = set(threading.enumerate())
    assert held.start("owner/name")
    until(held, lambda p: p.done == 1)
    (first,) = set(threading.enumerate()) - others
    held.cancel()
    held._made = child(tmp_path, ends="import time; time.sleep(60)")
    assert held.start("owner/next")
    (tmp_path / "go").touch()
    first.join(30)
    assert not first.is_alive()
    assert held.progress == Progress("running", "owner/next")
    held.cancel()


def test_a_child_that_cannot_be_started_is_a_failed_download(tmp_path: Path) -> None:
    held = Fetching(lambda name: [str(tmp_path / "no-such-program")])
    assert held.start("owner/name") and held.progress == Progress("failed", "owner/name")
    held._made = child(tmp_path, {"folder": "/models/x"})
    assert held.start("owner/name")
    assert until(held, lambda p: p.state != "running").state == "done"


def test_the_child_may_ask_the_hub_and_this_process_may_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    program = "print('{\"folder\": \"%s\"}' % ('HF_HUB_OFFLINE' in os.environ))"
    held = Fetching(child(tmp_path, ends=program))
    held.start("owner/name")
    assert until(held, lambda p: p.state != "running").folder == "False"


@pytest.mark.parametrize(
    "name", ["", "name", "-x/y", "a/b/c", "../x", "a/--jsonl", "a/b;c", "a/b\n"]
)
def test_only_a_hub_id_reaches_the_command_line(tmp_path: Path, name: str) -> None:
    held = Fetching(child(tmp_path))
    assert not held.start(name) and held.progress == Progress()


def test_the_command_accepts_the_terms_and_speaks_in_lines() -> None:
    assert fetching.command("o/n")[1:] == [
        *("-m", "core", "model", "download", "o/n", "--jsonl", "--accept-terms")
    ]
