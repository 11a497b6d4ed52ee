"""What a model writes, told apart while it is being written: its thought chain and its answer.

Knows: MedGemma's markers `<unused94>thought … <unused95>` and the tags `<thought>` and `<think>` of
other models, cut anywhere by the stream. Any closing marker closes what is open; one that closes
nothing is dropped; an opening one inside a block begins the next block. No marker is ever text.
Does not know: whether a thought is true, nor which steps it holds (`steps`).
"""

import re
from dataclasses import dataclass, field
from typing import Literal

State = Literal["none", "complete", "truncated"]  # while the text still runs: truncated so far
Piece = tuple[Literal["thought", "answer"], str]

OPENING = ("<unused94>", "<thought>", "<think>")
CLOSING = ("<unused95>", "</thought>", "</think>")
# MedGemma names the block in its first line; the other tags name themselves.
_LABELLED = "<unused94>"
_LABEL = re.compile(r"[ \t]*thought[ \t]*(?:\r?\n|\Z)", re.IGNORECASE)
_LABEL_MAYBE = re.compile(
    r"[ \t]*(?:t(?:h(?:o(?:u(?:g(?:h(?:t[ \t]*\r?)?)?)?)?)?)?)?\Z", re.IGNORECASE
)
_MARKER = re.compile("|".join(map(re.escape, (*OPENING, *CLOSING))), re.IGNORECASE)
_LONGEST = max(map(len, (*OPENING, *CLOSING)))
# The end of a stream may cut a marker; a lone "<" or "</" there is more likely the author's.
_FEWEST_CUT = 3


@dataclass(frozen=True, slots=True)
class Parsed:
    """Both texts stripped; blocks of thought are separated by a blank line."""

    thought: str
    answer: str
    state: State


@dataclass(slots=True)
class ThoughtParser:
    """Takes text in any pieces and gives out what is certain, as thought or as answer.

    What may be the beginning of a marker is held back until it is clear, so nothing that was once
    given out is taken back.
    """

    _held: str = ""
    _open: bool = False
    _label: bool = False
    _ready: list[Piece] = field(default_factory=list)
    _blocks: list[list[str]] = field(default_factory=list)
    _answer: list[str] = field(default_factory=list)

    def feed(self, chunk: str) -> list[Piece]:
        """More text; returns what became certain, in order."""
        self._held += chunk
        while match := _MARKER.search(self._held):
            self._take(self._held[: match.start()], ended=True)
            self._held = self._held[match.end() :]
            self._mark(match[0].lower())
        keep = _beginning_of_marker(self._held)
        ready, rest = self._held[: len(self._held) - keep], self._held[len(self._held) - keep :]
        self._held = self._take(ready, ended=False) + rest
        return self._given()

    def close(self) -> list[Piece]:
        """The end of the text, finished or cut; a marker that was cut is not text."""
        keep = _beginning_of_marker(self._held)
        if keep >= _FEWEST_CUT:
            self._held = self._held[: len(self._held) - keep]
        self._take(self._held, ended=True)
        self._held = ""
        return self._given()

    def _given(self) -> list[Piece]:
        given, self._ready = self._ready, []
        return given

    def parsed(self) -> Parsed:
        """What is certain so far."""
        blocks = [text for text in ("".join(block).strip() for block in self._blocks) if text]
        return Parsed("\n\n".join(blocks), "".join(self._answer).strip(), self._state(bool(blocks)))

    def _state(self, any_thought: bool) -> State:
        if self._open:
            return "truncated"
        return "complete" if any_thought else "none"

    def _mark(self, marker: str) -> None:
        self._open = marker in OPENING
        self._label = marker == _LABELLED
        if self._open:
            self._blocks.append([])
            if any(map(any, self._blocks)):
                self._ready.append(("thought", "\n\n"))

    def _take(self, text: str, ended: bool) -> str:
        """Keeps text where it belongs; returns what must wait since it may be the block's name."""
        if not self._open:
            self._give("answer", text)
            return ""
        if self._label:
            if not ended and _LABEL_MAYBE.match(text):
                return text
            self._label = False
            text = _LABEL.sub("", text, count=1) if _LABEL.match(text) else text
        self._give("thought", text)
        return ""

    def _give(self, kind: Literal["thought", "answer"], text: str) -> None:
        if not text:
            return
        (self._blocks[-1] if kind == "thought" else self._answer).append(text)
        self._ready.append((kind, text))


def parse(chunks: list[str]) -> Parsed:
    """The whole of a text that came in pieces."""
    parser = ThoughtParser()
    for chunk in chunks:
        parser.feed(chunk)
    parser.close()
    return parser.parsed()


def _beginning_of_marker(text: str) -> int:
    """How many characters at the end may begin a marker."""
    start = text.rfind("<", max(0, len(text) - _LONGEST + 1))
    if start < 0:
        return 0
    tail = text[start:].lower()
    return len(tail) if any(m.startswith(tail) for m in (*OPENING, *CLOSING)) else 0
