"""What the desk asks of whatever generates: this process's model, or a server.

Knows: the interface. Does not know: any of its makers.
"""

from dataclasses import dataclass, field
from typing import Literal, Protocol

from core.errors import AuscultError
from core.model.request import Request

End = Literal["finished", "truncated", "stopped", "failed"]


@dataclass(frozen=True, slots=True)
class Origin:
    """Which model answers, for the provenance of a record. `host`: of a server, else empty."""

    model: str
    revision: str
    precision: str
    host: str = ""
    decoding: dict[str, object] = field(default_factory=dict)


class Sink(Protocol):
    """Takes an answer while it is written; called from the engine's threads, `end` once."""

    def text(self, piece: str, tokens: int) -> None:
        """More text; `tokens` counts all new tokens so far."""

    def end(self, how: End, problem: AuscultError | None = None) -> None:
        """Nothing more comes; `problem` says why it failed."""


class Engine(Protocol):
    """Generates; every method may be called from any thread."""

    @property
    def origin(self) -> Origin: ...

    def ask(self, job: str, request: Request, sink: Sink) -> None:
        """Begins an answer and returns; a request that cannot begin ends as failed."""

    def stop(self, job: str) -> None:
        """Ends an answer early; its sink hears `stopped` within a second."""

    def close(self) -> None:
        """Ends everything and gives memory back."""
