"""One answer as it is read from a server's stream.

Knows: thoughts in a field of their own become marked text, a character that came in two halves is
whole again, no answer is longer than its budget allows, nothing is said after the end.
Does not know: the connection's errors.
"""

import codecs
import threading
from typing import Any

from core.model.engine import End, Sink
from core.model.problems import ModelProblem
from core.model.wire import Wire

# What a server calls the field with the thoughts.
THOUGHTS = ("reasoning_content", "reasoning")
OPENED, CLOSED = "<think>", "</think>"
# A server that does not keep to the budget: pieces and characters that no budget's tokens make.
PIECES, CHARACTERS = 2, 64


class Answer:
    """One stream: its sink, its end, and which of the two texts it is in."""

    def __init__(self, sink: Sink, budget: int, wire: Wire) -> None:
        self.sink, self.wire, self.stopped = sink, wire, threading.Event()
        self.tokens = 0
        self._pieces, self._characters = PIECES * budget, CHARACTERS * budget
        self._thinking = self._over = False
        # Keeps the first half of a character for the second one; a half alone is replaced.
        self._halves = codecs.getincrementaldecoder("utf-16-le")("replace")
        self._lock = threading.Lock()

    @property
    def full(self) -> bool:
        """Whether the server went on beyond every budget."""
        return self.tokens >= self._pieces or self._characters <= 0

    def take(self, delta: Any) -> bool:
        """Hands on what is new; whether there was anything."""
        thought = next((text for name in THOUGHTS if (text := _text(delta, name))), "")
        if thought:
            self._say(thought if self._thinking else OPENED + thought)
            self._thinking = True
        if text := _text(delta, "content"):
            self.thought_ends()
            self._say(text)
        return bool(thought or text)

    def thought_ends(self) -> None:
        if self._thinking and not self._over:
            self._thinking = False
            self.sink.text(self._whole("", ends=True) + CLOSED, self.tokens)

    def _say(self, text: str) -> None:
        if self._over:
            return
        self.tokens += 1
        said = self._whole(text[: max(self._characters, 0)])
        self._characters -= len(text)
        if said:
            self.sink.text(said, self.tokens)

    def _whole(self, text: str, ends: bool = False) -> str:
        return self._halves.decode(text.encode("utf-16-le", "surrogatepass"), ends)

    def stop(self) -> None:
        """Said at once; the connection is cut behind it, so the server hears of it too."""
        self.stopped.set()
        self.end("stopped")
        self.wire.cut()

    def end(self, how: End, problem: ModelProblem | None = None) -> None:
        with self._lock:
            over, self._over = self._over, True
        if not over:
            self.sink.end(how, problem)


def _text(delta: Any, name: str) -> str:
    said = getattr(delta, name, None)
    return said if isinstance(said, str) else ""
