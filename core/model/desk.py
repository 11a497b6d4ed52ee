"""The desk where every page hands in its questions to the model.

Knows: a queue with places, how many run together, one with pictures at a time, a limit per owner,
stop. A job belongs to the desk and its owner, not to a browser: it is found again by its id. What
was answered so far is stored through an interface that is handed in, so a killed process leaves
jobs that say `interrupted`. Without a model every question is answered at once: `no_model`.
Does not know: Streamlit, torch, what a gate holds back, where jobs are stored.
"""

import logging
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from core.errors import AuscultError
from core.model.engine import Engine, Origin
from core.model.job import OPEN, Gate, Job, Through, View, from_json
from core.model.pace import Pace
from core.model.problems import ModelProblem
from core.model.request import Request
from core.model.store import Nowhere, Store

LOG = logging.getLogger("auscult")
SAVE_S = 2.0
KEPT_S = 3600.0  # a finished job in memory; it stays in the store


@dataclass(frozen=True, slots=True)
class Limits:
    """`together`: text questions that run at once. `waiting`: of everybody. `own`: of one owner."""

    together: int = 4
    waiting: int = 32
    own: int = 4


@dataclass(frozen=True, slots=True)
class Activity:
    """What the desk does now, and how fast answers were since this model was opened."""

    running: int
    waiting: int
    pace: Pace


class Desk:
    """The object that `st.cache_resource` holds, one for all sessions."""

    def __init__(
        self,
        store: Store | None = None,
        gates: Callable[[Request], Gate] = lambda request: Through(),
        limits: Limits | None = None,
    ) -> None:
        self._store: Store = Nowhere() if store is None else store
        self._gates, self._limits = gates, limits or Limits()
        self._engine: Engine | None = None
        self._jobs: dict[str, Job] = {}
        self._line: list[Job] = []
        self._running: list[Job] = []
        self._ended_at: dict[str, float] = {}
        self._lock = threading.RLock()
        self._saving = threading.Event()
        self._pace = Pace()

    @property
    def model(self) -> str | None:
        """Name of the loaded model, `None` without one."""
        engine = self._engine
        return engine.origin.model if engine else None

    @property
    def origin(self) -> Origin | None:
        """The loaded model as records name it, `None` without one."""
        engine = self._engine
        return engine.origin if engine else None

    @property
    def activity(self) -> Activity:
        with self._lock:
            return Activity(len(self._running), len(self._line), self._pace)

    def open(self, engine: Engine) -> None:
        """Questions are answered by this engine from now on; one before it is closed first."""
        self.close()
        with self._lock:
            self._engine, self._pace = engine, Pace()
            # An event of its own: a thread of the model before may not have seen its end yet.
            self._saving = threading.Event()
        threading.Thread(target=self._save_running, args=(self._saving,), daemon=True).start()

    def close(self) -> None:
        """Ends every job, stores what each said, and gives the model back."""
        self._saving.set()
        with self._lock:
            engine, self._engine = self._engine, None
            line, self._line = self._line, []
            running = list(self._running)
            for job in running:
                job.stopping = True
        for job in line:
            job.end("stopped")
        try:
            if engine is not None:
                engine.close()
        finally:
            for job in running:  # given to the engine while it closed
                job.end("stopped")

    def submit(self, request: Request, owner: str, person: str | None = None) -> View:
        """Hands in a question; the view tells at once whether it runs, waits or was refused.

        `person`: who asks, for the record; None for a question that nobody is named with.
        """
        with self._lock:
            engine = self._engine
            if engine is None:
                return View("", request.purpose, "no_model")
            refused = self._refused(owner)
            if refused is not None:
                problem = (refused.key, refused.values)
                return View("", request.purpose, "failed", problem=problem)
            gates = {kind: self._gates(request) for kind in ("thought", "answer")}
            job = Job(
                secrets.token_hex(16), owner, request, engine.origin, gates, self._ended, person
            )
            self._jobs[job.id] = job
            self._line.append(job)
            self._forget()
        self._keep(job)
        self._start()
        return self._view(job)

    def find(self, job: str, owner: str) -> View | None:
        """A job of this owner, from memory or from the store; `None` for anybody else's."""
        found = self._jobs.get(job)
        if found is not None:
            same = secrets.compare_digest(found.owner.encode(), owner.encode())
            return self._view(found) if same else None
        said = self._store.look(owner, job)
        return from_json(said) if said else None

    def stop(self, job: str, owner: str) -> None:
        """Ends a job of this owner; what was answered so far stays."""
        found = self._jobs.get(job)
        if found is None or found.owner != owner:
            return
        with self._lock:
            waiting = found in self._line
            if waiting:
                self._line.remove(found)
            engine = self._engine
        if waiting:
            found.end("stopped")
        elif engine is not None and found.state == "running":
            found.stopping = True
            try:
                engine.stop(found.id)
            finally:
                found.end("stopped")  # the engine may still be reading the question

    def _refused(self, owner: str) -> ModelProblem | None:
        own = sum(job.owner == owner and job.state in OPEN for job in self._jobs.values())
        if own >= self._limits.own:
            return ModelProblem("model.problem.own_limit", most=self._limits.own)
        if len(self._line) >= self._limits.waiting:
            return ModelProblem("model.problem.queue_full", most=self._limits.waiting)
        return None

    def _start(self) -> None:
        """Gives the engine what may run now, in the order it came."""
        while (found := self._next()) is not None:
            job, engine = found
            try:
                engine.ask(job.id, job.request, job)
                if job.stopping:  # before the engine knew it
                    engine.stop(job.id)
            except Exception:  # whoever comes here ended another question and must go on
                LOG.exception("job %s could not be asked", job.id[:8])
                job.end("failed", ModelProblem("model.problem.broke"))

    def _next(self) -> tuple[Job, Engine] | None:
        """What may run now, and the engine it was handed in for."""
        with self._lock:
            if self._engine is None:
                return None
            pictures = any(job.request.pictures for job in self._running)
            for job in self._line:
                full = len(self._running) >= self._limits.together
                if full or (pictures and job.request.pictures):
                    continue
                self._line.remove(job)
                self._running.append(job)
                job.begin()
                return job, self._engine
            return None

    def _ended(self, job: Job) -> None:
        with self._lock:
            if job in self._running:
                self._running.remove(job)
            self._ended_at[job.id] = time.monotonic()
            self._pace = self._pace.with_answer(job.tokens, job.took)
        try:
            self._keep(job)
            self._start()
        finally:
            self._told(job, lambda: self._store.done(job.record()))
            job.forget()

    def _view(self, job: Job) -> View:
        with self._lock:
            place = self._line.index(job) if job in self._line else 0
            runs, together = job.state == "running", self._limits.together
            left = self._pace.left(job.tokens, place, together, runs) if job.state in OPEN else None
        return job.view(place, left)

    def _forget(self) -> None:
        """Drops old finished jobs from memory."""
        before = time.monotonic() - KEPT_S
        for job in [job for job, at in self._ended_at.items() if at < before]:
            del self._ended_at[job]
            self._jobs.pop(job, None)

    def _save_running(self, ended: threading.Event) -> None:
        """What is being answered is on disk every two seconds."""
        while not ended.wait(SAVE_S):
            for job in list(self._running):
                self._keep(job)
            with self._lock:
                self._forget()

    def _keep(self, job: Job) -> None:
        with job.storing:
            self._told(job, lambda: self._store.save(job.owner, job.id, job.view().as_json()))

    def _told(self, job: Job, store: Callable[[], None]) -> None:
        try:
            store()
        except AuscultError as problem:
            LOG.warning("job %s was not stored: %s", job.id[:8], problem.detail or problem.key)
        except Exception as fault:  # the line goes on; its message may hold the text
            LOG.error("job %s was not stored: %s", job.id[:8], type(fault).__name__)
