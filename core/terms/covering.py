"""Which words of a line speak of all the names in it: a list of allergies or of stopped drugs.

Knows: cues that open a list (`过敏史：`, `Stopped:`, `停用A、B`), a closing `过敏`, what ends it.
Does not know: names. A list ends where its sentence ends or where a drug is said to be taken; in an
allergy list a dose says that too. Unclear is not covered: a drug too many in a check is seen.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from core.terms.dose import says_regimen
from core.terms.folding import fold
from core.terms.negation import taken_again

Cover = Literal["allergy", "not_taken"]
Part = tuple[str, str]  # the sign before a piece of a line, and the piece
_ENDS = ";；。"
_ENUMERATION = "、"
_FURTHEST = 30  # pieces that a closing word reaches back
_ALLERGIES = re.compile(
    r"(?:既往|药物|食物|药品|其他|患者|及|和|与|有|曾|/|\s)*(?:过敏(?:史|药物|源|原)?\s*:|过敏史\s+(?=\S))"
    r"|(?:(?:drug|known|medication|food|and)\s+)*"
    r"(?:allerg(?:y|ies)(?: history)?|intolerances?)(?: to)?\s*:"
    r"|(?:(?:patient|pt|is)\s+)*allergic to\b"
)
_STOPS = (
    r"(?:患者|目前|现在|现|已经|已|住院期间|住院后|入院后|出院时|近期|自行)*"
    r"(?:停用|停服|停药|停止(?:服用|使用)?|暂停(?:服用|使用)?|未(?:服用?|使用|用)|不再(?:服用?|使用|用)|已停)"
)
_STOPS_EN = (
    r"(?:(?:drugs?|medications?|meds)\s+)*(?:stopped|stop|discontinued?|held|hold|on hold|withdrawn"
    r"|ceased|d/c(?:'?d|ed)?|not taking|no longer taking)"
)
_STOPPED_LIST = re.compile(
    rf"{_STOPS}(?:的|药物|药品|药)*\s*:"
    rf"|{_STOPS_EN}(?:\s+(?:drugs?|medications?|meds|on admission|at discharge))*\s*:"
)
_STOPPED = re.compile(rf"{_STOPS}(?=\s*[^\s:])|{_STOPS_EN}\s(?!:)")
_NONE = re.compile(r"(?:无|否认|没有|未发现|none|nil|no|nkda|nka)[\s.]*")
_CLOSING = re.compile(r".*[^\s、](?:(?<!抗)过敏史?|\s(?:allerg(?:y|ies)))[\s.)]*")
_JOINED = re.compile(r"\s*[+＋]\s*|以及|和|与|與|及|\s+and\s+", re.IGNORECASE)
_COLON = re.compile("[:：]")


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a line; `state` where words outside the piece say what it is."""

    text: str
    state: Cover | Literal["not_a_medicine"] | None = None


@dataclass(frozen=True, slots=True)
class _List:
    """A list that was opened: what it says, by a cue with a colon or not, its first name dosed."""

    state: Cover
    colon: bool
    dosed: bool


def covered(parts: Sequence[Part]) -> list[Piece]:
    """The pieces of one line, each with what a list says of it."""
    pieces: list[Piece] = []
    states = _closed_by_allergy(parts)
    open_list: _List | None = None
    for (sign, text), closed in zip(parts, states, strict=True):
        folded = fold(text)
        opened = None if taken_again(folded) else _opened(folded)
        if not opened and open_list and _is_over(open_list, sign, folded):
            open_list = None
        if opened:
            open_list = opened
            pieces += _first(opened, text, folded)
            open_list = None if _NONE.fullmatch(_behind_colon(folded)) else opened
        elif open_list or closed:
            state = open_list.state if open_list else "allergy"
            pieces += _names(text, state)
        else:
            pieces.append(Piece(text))
    return pieces


def _opened(folded: str) -> _List | None:
    if _ALLERGIES.match(folded):
        return None if says_regimen(folded) else _List("allergy", ":" in folded, dosed=False)
    colon = bool(_STOPPED_LIST.match(folded))
    if colon or _STOPPED.match(folded):
        return _List("not_taken", colon, says_regimen(folded))
    return None


def _is_over(found: _List, sign: str, folded: str) -> bool:
    if sign in _ENDS or taken_again(folded):
        return True
    if found.state == "allergy":
        return says_regimen(folded)
    if found.colon:
        return False
    return sign != _ENUMERATION or (says_regimen(folded) and not found.dosed)


def _first(opened: _List, text: str, folded: str) -> list[Piece]:
    """The piece with the cue; without a colon it is a sentence and is read as one."""
    if not opened.colon:
        return [Piece(text)]
    rest = _behind_colon(text)
    if not rest or _NONE.fullmatch(_behind_colon(folded)):
        return [Piece(text, opened.state)]
    return _names(rest, opened.state)


def _behind_colon(text: str) -> str:
    return _COLON.split(text, maxsplit=1)[-1].strip()


def _names(text: str, state: Cover) -> list[Piece]:
    return [Piece(name, state) for name in map(str.strip, _JOINED.split(text)) if name]


def _closed_by_allergy(parts: Sequence[Part]) -> list[bool]:
    """Which pieces a closing `过敏` reaches: back over 、 or to 对, never over a dose."""
    folded = [fold(text) for _, text in parts]
    closing = [n for n, text in enumerate(folded) if _CLOSING.fullmatch(text)]
    dosed = list(map(says_regimen, folded)) if closing else []
    closed = [False] * len(parts)
    for n in closing:
        first = _beginning([sign for sign, _ in parts], folded, n)
        if not any(dosed[first : n + 1]) and (first < n or len(_JOINED.split(folded[n])) > 1):
            closed[first : n + 1] = [True] * (n + 1 - first)
    return closed


def _beginning(signs: Sequence[str], folded: Sequence[str], n: int) -> int:
    """Where the enumeration that ends at `n` begins: at 对, else behind the last other sign."""
    for first in range(n, max(n - _FURTHEST, -1), -1):
        if folded[first].startswith("对"):
            return first
        if signs[first] and signs[first] in _ENDS:
            break
    first = n
    while n - first < _FURTHEST and signs[first] == _ENUMERATION:
        first -= 1
    return first


def any_covered(pieces: Iterable[Piece]) -> bool:
    """Is any of these pieces known to be no medicine that is taken?"""
    return any(piece.state for piece in pieces)
