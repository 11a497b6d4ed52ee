"""The tiny checkpoint, loaded once, and a sink that remembers what it heard."""

import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from transcripts import tiny

from core.errors import AuscultError
from core.model.checkpoint import Checkpoint, read_checkpoint
from core.model.engine import End
from core.model.request import Picture, Request, Turn
from core.model.spec import Load, Memory, decide

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


@pytest.fixture(scope="session")
def checkpoint() -> Checkpoint:
    return read_checkpoint(tiny())


@pytest.fixture(scope="session")
def loaded(checkpoint: Checkpoint) -> object:
    import torch

    from core.model.loader import load

    torch.set_num_threads(1)
    return load(checkpoint, decide(checkpoint.shape, "auto", PLENTY, LOAD), lambda done, of: None)


@pytest.fixture(scope="session")
def engine(loaded: object) -> Iterator[object]:
    from core.model.local.engine import LocalEngine

    made = LocalEngine(loaded, LOAD)
    yield made
    made.close()
