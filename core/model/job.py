"""One question while it is answered, and the picture of it that pages draw.

Knows: its states, the two texts, what was held back, times. Everything shown passed a gate first;
the raw text is kept apart. Safe to be read while it is written.
Does not know: queues (`desk`), screens, where it is stored.
"""

import logging
import re
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Literal, Protocol

from core.errors import AuscultError
from core.model.engine import End, Origin
from core.model.problems import ModelProblem
from core.model.request import Request
from core.model.thought import State as ThoughtState
from core.model.thought import ThoughtParser

LOG = logging.getLogger("auscult")
# Half a character, as a server may send it: no file and no page can take it.
_HALF = re.compile("[\ud800-\udfff]")
State = Literal[
    "queued",
    "running",
    "finished",
    "truncated",
    "stopped",
    "failed",
    "interrupted",
    "no_model",
]
OPEN: tuple[State, ...] = ("queued", "running")


class Gate(Protocol):
    """Judges text sentence by sentence; gives out what may be shown."""

    def feed(self, text: str) -> str: ...

    def close(self) -> str:
        """The rest of a text that came to its end."""

    def cut(self) -> str:
        """The rest of one that broke off; half a sentence is not shown, it may mean the reverse."""


class Through:
    """A gate that lets everything pass."""

    def feed(self, text: str) -> str:
        return text

    def close(self) -> str:
        return ""

    def cut(self) -> str:
        return ""


@dataclass(frozen=True, slots=True)
class View:
    """What can be said of a job now. `place`: jobs before it. `seconds`: since it began to run.

    `problem`: key and values of a sentence, for a failed one. `first_s`: until its first text.
    `left_s`: until it is there, as answers before it took; None while nobody knows. `inputs`: of
    its request.
    """

    id: str
    purpose: str
    state: State
    thought: str = ""
    answer: str = ""
    thought_state: ThoughtState = "none"
    place: int = 0
    tokens: int = 0
    seconds: float = 0.0
    problem: tuple[str, dict[str, object]] | None = None
    origin: Origin | None = None
    first_s: float = 0.0
    left_s: float | None = None
    inputs: dict[str, str] = field(default_factory=dict)

    @property
    def active(self) -> bool:
        return self.state in OPEN

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def from_json(said: dict[str, Any]) -> View:
    """A stored view; one that was still open when its process ended was interrupted."""
    origin = Origin(**said["origin"]) if said.get("origin") else None
    problem = (said["problem"][0], said["problem"][1]) if said.get("problem") else None
    view = View(**{**said, "origin": origin, "problem": problem})
    return replace(view, state="interrupted", place=0) if view.active else view


@dataclass(frozen=True, slots=True)
class Ended:
    """A job that is over, for a record: what was shown, and `raw`, what the model really wrote.

    `waited_s`: in the queue. `first_s`: from then to the first text, None when none came.
    """

    view: View
    request: Request
    person: str | None
    raw: str
    asked: datetime
    answered: datetime
    waited_s: float
    first_s: float | None


@dataclass(slots=True)
class Job:
    """The sink of an engine; `ended` is called once, after its end, whatever fails.

    `stopping`: it was stopped while the engine may not know it yet. `storing`: held by whoever
    stores it, so that no older view comes after a newer one.
    """

    id: str
    owner: str
    request: Request
    origin: Origin
    gates: dict[str, Gate]
    ended: Callable[["Job"], None]
    person: str | None = None
    asked: datetime = field(default_factory=lambda: datetime.now(UTC))
    handed_in: float = field(default_factory=time.monotonic)
    state: State = "queued"
    tokens: int = 0
    began: float = 0.0
    first: float = 0.0
    took: float = 0.0
    problem: AuscultError | None = None
    stopping: bool = False
    storing: threading.Lock = field(default_factory=threading.Lock)
    shown: dict[str, list[str]] = field(default_factory=lambda: {"thought": [], "answer": []})
    raw: list[str] = field(default_factory=list)
    _parser: ThoughtParser = field(default_factory=ThoughtParser)
    _thought_state: ThoughtState | None = None  # known for good once the text is forgotten
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def begin(self) -> None:
        with self._lock:
            self.state, self.began = "running", time.monotonic()

    def text(self, piece: str, tokens: int) -> None:
        piece = _HALF.sub("\ufffd", piece)
        with self._lock:
            if self.state != "running":
                return
            if not self.raw:
                self.first = time.monotonic() - self.began
            self.raw.append(piece)
            self.tokens = tokens
            for kind, text in self._parser.feed(piece):
                self.shown[kind].append(self.gates[kind].feed(text))

    def end(self, how: End, problem: AuscultError | None = None) -> None:
        with self._lock:
            if self.state not in OPEN:
                return
            if not self._closed(whole=how == "finished") or (how == "failed" and problem is None):
                how, problem = "failed", ModelProblem("model.problem.broke")
            self.state, self.problem = how, problem
            self.took = time.monotonic() - self.began if self.began else 0.0
        self.ended(self)

    def _closed(self, whole: bool) -> bool:
        """Shows what is left; what a failing gate did not give out stays away."""
        try:
            for kind, text in self._parser.close():
                self.shown[kind].append(self.gates[kind].feed(text))
            for name, gate in self.gates.items():
                self.shown[name].append(gate.close() if whole else gate.cut())
        except Exception as fault:  # its message may hold the text
            LOG.error("job %s: its gate failed: %s", self.id[:8], type(fault).__name__)
            return False
        return True

    def forget(self) -> None:
        """Once it is recorded: what was written but not shown does not stay in memory."""
        with self._lock:
            self._thought_state = self._parser.parsed().state
            self.raw, self.gates, self._parser = [], {}, ThoughtParser()

    def view(self, place: int = 0, left_s: float | None = None) -> View:
        with self._lock:
            running = time.monotonic() - self.began if self.state == "running" else self.took
            return View(
                id=self.id,
                purpose=self.request.purpose,
                state=self.state,
                thought="".join(self.shown["thought"]).strip(),
                answer="".join(self.shown["answer"]).strip(),
                thought_state=self._thought_state or self._parser.parsed().state,
                place=place,
                tokens=self.tokens,
                seconds=running,
                first_s=self.first,
                left_s=left_s,
                problem=(self.problem.key, self.problem.values) if self.problem else None,
                origin=self.origin,
                inputs=dict(self.request.inputs),
            )

    def record(self) -> Ended:
        """What is known of it once it is over."""
        with self._lock:
            begun = self.began or time.monotonic()
            return Ended(
                view=self.view(),
                request=self.request,
                person=self.person,
                raw="".join(self.raw),
                asked=self.asked,
                answered=datetime.now(UTC),
                waited_s=begun - self.handed_in,
                first_s=self.first if self.raw else None,
            )
