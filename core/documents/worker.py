"""One job on untrusted bytes, in a child process that is bounded and may be lost.

Knows: the child's clean environment, its limits, when it is killed, how its answer comes back.
Does not know: what the job reads. Limits: Windows has no `resource` module, so only the wall clock
and the size of the answer hold there; macOS does not keep to the limit of memory.
"""

import contextlib
import importlib
import json
import math
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from core.safety import egress
from core.settings import ROOT

if sys.platform != "win32":
    import resource

Ending = Literal["done", "timeout", "out_of_memory", "failed"]
OPEN_FILES = 32
# Each child may take 1.5 GB: a ward that uploads at the same moment waits instead of swapping.
_PLACES = threading.BoundedSemaphore(2)


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one job may use: `seconds` of wall clock and of CPU, bytes of `memory`, of `answer`."""

    seconds: float = 20
    memory: int = 1_500_000_000
    answer: int = 4_000_000


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a job ended, with its `answer` when done. `detail` is for the log, free of content."""

    ending: Ending
    answer: Mapping[str, Any] = field(default_factory=dict)
    detail: str = ""


def run(job: str, data: bytes, options: Mapping[str, object], bounds: Bounds) -> Outcome:
    """Calls `module:function` with `data` and `options` in a child; its dict is the answer.

    Waits for one of two places first; the wall clock starts with the child. Never raises for what
    the data or the child do.
    """
    with _PLACES:
        try:
            child = _start(job, bounds)
        except OSError as error:
            return Outcome("failed", detail=f"not started: {type(error).__name__}")
        return _follow(child, json.dumps(options).encode() + b"\n" + data, bounds)


def _start(job: str, bounds: Bounds) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        # -P keeps the working folder off the import path.
        [
            sys.executable,
            "-P",
            "-m",
            "core.documents.worker",
            job,
            str(bounds.memory),
            str(bounds.seconds),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=_environment(),
        cwd=ROOT,
        start_new_session=True,
    )


def _environment() -> dict[str, str]:
    """Nothing of the server's environment but what Windows needs to start a program."""
    kept = {name: os.environ[name] for name in ("SYSTEMROOT",) if name in os.environ}
    return kept | {"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", "PYTHONDONTWRITEBYTECODE": "1"}


def _follow(child: "subprocess.Popen[bytes]", request: bytes, bounds: Bounds) -> Outcome:
    assert child.stdin is not None and child.stdout is not None
    late = threading.Event()

    def end() -> None:
        late.set()
        _kill(child)

    feeder = threading.Thread(target=_feed, args=(child.stdin, request), daemon=True)
    clock = threading.Timer(bounds.seconds, end)
    feeder.start()
    clock.start()
    try:
        raw = child.stdout.read(bounds.answer + 1)
    finally:
        clock.cancel()
        # The number of a child that was waited for may belong to another process: the clock must
        # be still before `wait`.
        clock.join()
        _kill(child)
        code = child.wait()
        feeder.join()
        child.stdout.close()
    if late.is_set() or code == -getattr(signal, "SIGXCPU", 0):
        return Outcome("timeout", detail=f"over {bounds.seconds:g} s")
    if len(raw) > bounds.answer:
        return Outcome("failed", detail=f"answer over {bounds.answer} bytes")
    return _understood(raw, code)


def _feed(pipe: Any, request: bytes) -> None:
    with contextlib.suppress(OSError), pipe:
        pipe.write(request)


def _kill(child: "subprocess.Popen[bytes]") -> None:
    """Ends the child and whatever it started."""
    # macOS answers EPERM for a group of which only a zombie is left.
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if sys.platform == "win32":
            child.kill()
        else:
            os.killpg(child.pid, signal.SIGKILL)


def _understood(raw: bytes, code: int) -> Outcome:
    """The child's answer is as untrusted as the data: any other shape is a failure."""
    try:
        reply = json.loads(raw)
        ending, answer, detail = reply["ending"], reply["answer"], reply["detail"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return Outcome("failed", detail=f"no answer, exit {code}")
    if ending not in get_args(Ending) or not isinstance(answer, dict):
        return Outcome("failed", detail="answer of another shape")
    return Outcome(ending, answer, str(detail)[:200])


def main(job: str, memory: str, seconds: str) -> None:
    """In the child: limits first, then the job's module, then the data."""
    answer = _own_stdout()
    bound(int(memory), math.ceil(float(seconds)))
    # Audit hooks cannot be taken off again, whatever the job runs.
    egress.arm()
    module, _, function = job.partition(":")
    work = getattr(importlib.import_module(module), function)
    options = json.loads(sys.stdin.buffer.readline())
    reply: dict[str, object] = {"ending": "done", "answer": {}, "detail": ""}
    try:
        reply["answer"] = work(sys.stdin.buffer.read(), **options)
    except MemoryError:
        reply["ending"] = "out_of_memory"
    except Exception as error:  # the last frame of the process; the name alone holds no content
        reply |= {"ending": "failed", "detail": type(error).__name__}
    with answer:
        answer.write(json.dumps(reply, ensure_ascii=False).encode("utf-8", "replace"))
    # Skips the clean-up of a library that hostile data may have left in disorder.
    os._exit(0)


def _own_stdout() -> Any:
    """The pipe to the parent; what libraries print no longer reaches it."""
    answer = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return answer


def bound(memory: int, seconds: int) -> None:
    """Limits this process for good: memory, CPU time, open files; no files written, no core."""
    if sys.platform == "win32":
        return
    wanted = {
        resource.RLIMIT_AS: (memory, memory),
        # One second between SIGXCPU, which names the reason, and SIGKILL.
        resource.RLIMIT_CPU: (seconds, seconds + 1),
        resource.RLIMIT_FSIZE: (0, 0),
        resource.RLIMIT_NOFILE: (OPEN_FILES, OPEN_FILES),
        resource.RLIMIT_CORE: (0, 0),
    }
    for kind, (soft, hard) in wanted.items():
        highest = resource.getrlimit(kind)[1]
        if highest != resource.RLIM_INFINITY:
            soft, hard = min(soft, highest), min(hard, highest)
        # macOS refuses a limit of memory below what the process has mapped.
        with contextlib.suppress(ValueError):
            resource.setrlimit(kind, (soft, hard))


if __name__ == "__main__":
    main(*sys.argv[1:])
