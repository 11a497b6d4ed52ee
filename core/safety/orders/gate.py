"""Lets a text of a model through sentence by sentence, and holds orders back.

Knows: only what can be seen is judged and given out; what was said before in the same text (the
heading above an item, sentences left open), so that an order in parts is caught at the part that
completes it. Does not know: who reads. A sentence is given out only when it is complete and judged;
`close` judges what is left, `cut` too, less half a sentence.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from core.safety.escaping import visible
from core.safety.orders.disguised import unwrapped
from core.safety.orders.restating import CitedRow, restates
from core.safety.orders.sentence import Context, Span, order, read, unfinished
from core.safety.orders.sentences import first_end

Kind = Literal["text", "rule", "held"]
_OPEN_LINES = 4
_HEADING = re.compile(r"^\s*#{1,6}\s|[:：]\W*$|^\s*(?:\*\*|__)[^*_]+(?:\*\*|__)\s*$")
_ITEM = re.compile(
    r"^\s*(?:[-*+•·▪◦–—|>]|\(?\d{1,2}[.)、)]|[①-⑳]|[((]?[一二三四五六七八九十]{1,2}[、.))])"
)
_CLOSED = re.compile(r"[.。!！?？]\W*$")
_WHOLE = re.compile(r"(?:(?<!\d)\.|[。!！?？])\W*$")  # `5.` may have become 5.5


@dataclass(frozen=True, slots=True)
class Piece:
    """What may be shown: `text`, `rule` for words of a cited row, `held` in place of an order."""

    kind: Kind
    text: str = ""


class Gate:
    """One text on its way to the screen; `raw` and `held` are for the audit alone."""

    def __init__(self, rows: Iterable[CitedRow] = ()) -> None:
        self.raw = ""
        self.held: list[Span] = []
        self._rows = tuple(rows)
        self._waiting = ""
        self._place = 0
        self._places: list[int] = []  # of each sign that can be seen, in `raw`
        self._context = Context()

    def feed(self, chunk: str) -> tuple[Piece, ...]:
        """Takes the next part of the text; gives what is complete and judged."""
        for place, sign in enumerate(chunk, len(self.raw)):
            if seen := visible(sign):
                self._waiting += seen
                self._places.append(place)
        self.raw += chunk
        return self._judged(complete=False)

    def close(self) -> tuple[Piece, ...]:
        """The rest of the text, judged as it stands."""
        return self._judged(complete=True)

    def cut(self) -> tuple[Piece, ...]:
        """The rest of a text that was broken off: half a sentence at its end is not given out."""
        pieces = self._judged(complete=False)
        last = self._waiting
        self._waiting = ""
        if not _WHOLE.search(last):
            return pieces
        self._waiting = last
        return (*pieces, *self._judged(complete=True))

    def _judged(self, complete: bool) -> tuple[Piece, ...]:
        pieces = []
        while (end := first_end(self._waiting, complete)) is not None:
            sentence, self._waiting = self._waiting[:end], self._waiting[end:]
            pieces.append(self._judge(sentence))
            self._place += end
        return tuple(pieces)

    def _judge(self, sentence: str) -> Piece:
        reading = read(sentence)
        why = order(reading, self._context)
        if why is None:
            others = (order(read(other), self._context) for other in unwrapped(sentence))
            why = next(filter(None, others), None)
        self._context = _following(self._context, sentence, reading.masked, held=why is not None)
        if why is None:
            return Piece("text", sentence)
        if restates(sentence, self._rows):
            return Piece("rule", sentence)
        start = self._place + len(sentence) - len(sentence.lstrip())
        end = max(start, self._place + len(sentence.rstrip()) - 1)
        self.held.append(Span(self._places[start], self._places[end] + 1, why))
        return Piece("held")


def judge(text: str) -> tuple[Span, ...]:
    """Every sentence of a text that reads as an order, alone or with what stands before it."""
    gate = Gate()
    gate.feed(text)
    gate.close()
    return tuple(gate.held)


def _following(context: Context, sentence: str, masked: str, held: bool) -> Context:
    """The context of the next sentence."""
    if not masked:
        return context
    if _HEADING.search(sentence.rstrip()):
        return Context(masked, "" if held else masked, (masked,))
    item = bool(_ITEM.match(sentence))
    closed = bool(_CLOSED.search(sentence.rstrip()))
    under = item or not closed  # the lines below a heading belong to it while they are unfinished
    heading, excuse = (context.heading, context.excuse) if under else ("", "")
    if closed and not unfinished(masked):
        return Context(heading, excuse)
    return Context(heading, excuse, (*context.open, masked)[-_OPEN_LINES:])
