"""A question to the tiny checkpoint, and a sink that remembers what it heard."""

import threading
from dataclasses import dataclass, field

from core.errors import AuscultError
from core.model.engine import End
from core.model.remote import RemoteEngine, Server
from core.model.request import Picture, Request, Turn
from core.model.spec import Load, Memory

LOAD = Load(jobs=4, tokens=1024)
PLENTY = Memory(cpu=64 * 2**30)


@dataclass(slots=True)
class Heard:
    """A sink; `wait` returns how the answer ended."""

    pieces: list[str] = field(default_factory=list)
    tokens: int = 0
    how: list[End] = field(default_factory=list)
    problem: AuscultError | None = None
    begun: threading.Event = field(default_factory=threading.Event)
    ended: threading.Event = field(default_factory=threading.Event)

    def text(self, piece: str, tokens: int) -> None:
        self.pieces.append(piece)
        self.tokens = tokens
        self.begun.set()

    def end(self, how: End, problem: AuscultError | None = None) -> None:
        self.how.append(how)
        self.problem = problem
        self.ended.set()

    def wait(self) -> str:
        assert self.ended.wait(60)
        return "".join(self.pieces)


def question(*parts: str | Picture, budget: int = 500, thinking: bool = True) -> Request:
    return Request("test", "", (Turn("user", parts),), thinking=thinking, budget=budget)


def heard_from(
    server: Server, silent_s: float = 5, longest_s: float = 60, **options: object
) -> Heard:
    engine, heard = RemoteEngine(server, silent_s, longest_s), Heard()
    engine.ask("job", question("Why?", **options), heard)
    heard.wait()
    engine.close()
    return heard
