"""The judge of orders between the model and every screen, export and copy.

Knows: what is held back becomes one mark, the restated management of a cited row is put between
two others; no mark can come from the model. Does not know: how an order is recognised.
"""

import logging
from collections.abc import Callable

from core.i18n import Translator
from core.safety import orders

LOG = logging.getLogger("auscult")
HELD, RULE, RULE_END = "\ue010", "\ue011", "\ue012"
_OURS = str.maketrans("", "", HELD + RULE + RULE_END)


class OrderGate:
    """One text on its way out; without a judge everything is held back."""

    def __init__(self, rows: tuple[orders.CitedRow, ...] = ()) -> None:
        self._judge = orders.Gate(rows)
        self._broken = False

    def feed(self, text: str) -> str:
        return self._out(lambda: self._judge.feed(text.translate(_OURS)))

    def close(self) -> str:
        return self._out(self._judge.close)

    def cut(self) -> str:
        """The end of a text that was broken off, without half a sentence."""
        return self._out(self._judge.cut)

    def _out(self, pieces: Callable[[], tuple[orders.Piece, ...]]) -> str:
        if self._broken:
            return ""
        try:
            return "".join(map(_marked, pieces()))
        except Exception as fault:  # whatever it is: nothing passes that was not judged
            LOG.error("the judge of orders failed: %s", type(fault).__name__)
            self._broken = True
            return HELD


def _marked(piece: orders.Piece) -> str:
    if piece.kind == "held":
        return HELD
    return f"{RULE}{piece.text}{RULE_END}" if piece.kind == "rule" else piece.text


def in_words(t: Translator, shown: str) -> str:
    """Shown text as plain words, for a file: the note in place of what was held back, no marks."""
    held = shown.replace(HELD, f" [{t('model.held_back')}] ")
    return unmarked(held.replace(RULE_END, f" ({t('origin.rule')}) ")).strip()


def unmarked(shown: str) -> str:
    return shown.translate(_OURS)
