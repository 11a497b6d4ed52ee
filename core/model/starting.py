"""From what was asked for to an open desk: a checkpoint is judged and loaded, or a server is met.

Knows: the order of the steps and how far they are; a failed one is said and can be tried again.
Runs beside the pages. Another model takes the place of the one before once its server was met or
its checkpoint was found whole and fitting; only then do the jobs of the one before end as stopped,
and its memory is given back before the next is loaded. torch is imported no sooner.
Does not know: who may ask for it, screens.
"""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from core.errors import AuscultError
from core.model import machine
from core.model.address import read_address
from core.model.checkpoint import Checkpoint, read_checkpoint
from core.model.desk import Desk
from core.model.engine import Engine
from core.model.meeting import meet
from core.model.problems import ModelProblem, NoCheckpoint
from core.model.spec import Decision, Load, decide, with_given_back

LOG = logging.getLogger("auscult")
State = Literal["none", "looking", "loading", "ready", "failed"]


@dataclass(frozen=True, slots=True)
class Asked:
    """`model`: a folder, or a hub id that is on this disk. `server`: an address, with a name."""

    model: str = ""
    precision: str = "auto"
    server: str = ""
    server_model: str = ""
    key_file: Path | None = None
    public: str = ""  # the one host beyond private networks that was confirmed

    def __bool__(self) -> bool:
        return bool(self.model or self.server)


@dataclass(frozen=True, slots=True)
class Status:
    """How far it is. `done` of `whole` tensors are loaded; `seconds` from the start to `ready`.

    `ready` with a `problem`: another was asked for in vain, and the one before goes on answering.
    """

    state: State = "none"
    name: str = ""
    host: str = ""
    decision: Decision | None = None
    done: int = 0
    whole: int = 0
    seconds: float = 0.0
    problem: AuscultError | None = None
    in_clear: bool = False  # questions to the server cross a network without TLS


class Starter:
    """Starts and ends models of one desk, one at a time; starting has a thread of its own."""

    def __init__(self, desk: Desk, load: Load | None = None) -> None:
        self._desk, self._load = desk, load or Load()
        self._status = self._before = Status()
        self._busy = False
        self._lock = threading.Lock()

    @property
    def status(self) -> Status:
        return self._status

    def start(self, asked: Asked, ready: Callable[[Asked], None] | None = None) -> bool:
        """Begins and returns; `False` while another is being started.

        `ready` is told what was asked for once it answers.
        """
        if not asked or not self._begins(Status("looking", asked.server or asked.model)):
            return False
        threading.Thread(target=self._run, args=(asked, ready), daemon=True).start()
        return True

    def end(self) -> bool:
        """Gives the model back and returns when that is done; `False` while one is started."""
        if not self._begins(self._status):
            return False
        try:
            self._give_back()
        finally:
            self._ends(Status())
        return True

    def _begins(self, status: Status) -> bool:
        with self._lock:
            if self._busy:
                return False
            self._busy, self._before, self._status = True, self._status, status
            return True

    def _ends(self, status: Status) -> None:
        with self._lock:
            self._busy, self._status = False, status

    @property
    def _held(self) -> Decision | None:
        """What the model that still answers takes."""
        return self._before.decision if self._desk.model is not None else None

    def _give_back(self) -> None:
        if self._desk.model is not None:
            self._desk.close()
            machine.give_back()

    def _run(self, asked: Asked, ready: Callable[[Asked], None] | None) -> None:
        problem: AuscultError = ModelProblem("model.problem.not_loaded")
        came: Status | None = None
        try:
            came = self._started(asked)
        except AuscultError as why:
            LOG.warning("the model was not started: %s", why.detail or why.key)
            # Its frames hold what was loaded by then.
            problem = why.with_traceback(None)
            problem.__cause__ = problem.__context__ = None
        finally:
            if came is None:
                machine.give_back()
            self._ends(came or self._failed(problem))
        if ready is not None and came is not None:
            ready(asked)

    def _failed(self, problem: AuscultError) -> Status:
        """The model before, if it answers still."""
        if self._desk.model is not None and self._before.state == "ready":
            return replace(self._before, problem=problem)
        return replace(self._status, state="failed", problem=problem)

    def _started(self, asked: Asked) -> Status:
        began = time.monotonic()
        engine = self._server(asked) if asked.server else self._local(asked)
        self._desk.open(engine)
        now, took = engine.origin, time.monotonic() - began
        return replace(
            self._status,
            state="ready",
            name=now.model,
            host=now.host,
            seconds=took,
            in_clear=bool(asked.server) and read_address(asked.server).readable_by_others,
        )

    def _server(self, asked: Asked) -> Engine:
        engine, _ = meet(asked.server, asked.server_model, asked.key_file, asked.public)
        self._give_back()
        return engine

    def _local(self, asked: Asked) -> Engine:
        checkpoint = read_checkpoint(found(asked.model))
        hoped = with_given_back(machine.memory(), self._held)
        decide(checkpoint.shape, asked.precision, hoped, self._load)
        self._give_back()
        decision = decide(checkpoint.shape, asked.precision, machine.memory(), self._load)
        self._status = replace(
            self._status, state="loading", name=checkpoint.name, decision=decision
        )
        return self._loaded(checkpoint, decision)

    def _loaded(self, checkpoint: Checkpoint, decision: Decision) -> Engine:
        from core.model.loader import load  # seconds, and half a gigabyte
        from core.model.local.engine import LocalEngine

        return LocalEngine(load(checkpoint, decision, self._progress), self._load)

    def _progress(self, done: int, whole: int) -> None:
        self._status = replace(self._status, done=done, whole=whole)


def found(model: str) -> Path:
    """The folder of a model: itself, or the one in the hub's cache on this disk."""
    folder = _folder(model)
    if folder.is_dir() or model.count("/") != 1 or model.startswith((".", "~")):
        return folder
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    try:
        return Path(snapshot_download(model, local_files_only=True))
    except (LocalEntryNotFoundError, HFValidationError) as why:
        raise ModelProblem("model.problem.not_here", name=model) from why


def _folder(model: str) -> Path:
    try:
        folder = Path(model).expanduser()
        folder.is_dir()
    except (OSError, RuntimeError) as why:  # too long, closed to this user, nobody's home
        raise NoCheckpoint("model.problem.folder", folder=model[:200]) from why
    return folder
