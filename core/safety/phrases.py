"""Lay wordings as things to look for: words with gaps and synonyms in Chinese, stems in English.

Knows: `+` joins parts, a space in a Chinese lay phrase is a gap, `(a/b)` is a choice; synonyms from
`synonyms.csv`. Does not know: what a phrase means, or whether it is denied (core.terms.negation).
A part never crosses a sentence end.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import product

from core.safety.reading import CHINESE, Part, Reading, Span, one_spelling
from core.safety.stems import Vocabulary
from core.terms.negation import fold_lines

Synonyms = Mapping[str, tuple[str, ...]]
_GAP = "[^。!?;,、\n不没无未]"
_SUDDEN = ("突然", "忽然", "一下子", "骤然", "突发", "今天", "刚刚", "一边", "一侧")


@dataclass(frozen=True, slots=True)
class English:
    """Stems that stand near each other in one clause, in any order."""

    variants: tuple[tuple[str, ...], ...]

    def possible(self, reading: Reading) -> bool:
        """Whether the words stand anywhere in the text; cheap."""
        return any(all(word in reading.places for word in variant) for variant in self.variants)

    def find(self, reading: Reading) -> Iterator[Span]:
        for variant in self.variants:
            if all(word in reading.places for word in variant):
                yield from _near(variant, reading)


def _near(variant: tuple[str, ...], reading: Reading) -> Iterator[Span]:
    reach = len(variant) + 2 if len(variant) > 1 else 0
    anchor = min(variant, key=lambda word: len(reading.places[word]))
    for place in reading.places[anchor]:
        at = [_closest(reading.places[word], place) for word in variant]
        first, last = min(at), max(at)
        if last - first > reach or len(set(at)) < len(set(variant)):
            continue
        if reading.words[first].clause != reading.words[last].clause:
            continue
        if "not" not in variant and _between(reading.places.get("not", []), first, last):
            continue
        yield reading.words[first].start, reading.words[last].end


def _closest(places: list[int], place: int) -> int:
    i = bisect_left(places, place)
    return min(places[max(0, i - 1) : i + 1], key=lambda p: abs(p - place))


def _between(places: list[int], first: int, last: int) -> bool:
    i = bisect_left(places, first)
    return i < len(places) and places[i] < last


@dataclass(frozen=True, slots=True)
class Chinese:
    """Words in order, each with its choices, with short gaps between them."""

    choices: tuple[tuple[str, ...], ...]
    pattern: str

    def possible(self, reading: Reading) -> bool:
        """Whether a choice of each word stands anywhere in the text; cheap."""
        return reading.chinese and all(any(map(reading.has, words)) for words in self.choices)

    def find(self, reading: Reading) -> Iterator[Span]:
        if self.possible(reading):
            for match in _compiled(self.pattern).finditer(reading.text):
                yield match.span()


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """Patterns of tables only: most are never needed, because a word of theirs is missing."""
    return re.compile(pattern)


@dataclass(slots=True)
class Phrasebook:
    """Makes parts of phrases; an equal part is made once, so that it is sought once per text."""

    synonyms: Synonyms
    vocabulary: Vocabulary
    made: dict[tuple[str, bool], Part] = field(default_factory=dict)

    def parts(self, phrase: str, lay: bool = False) -> tuple[Part, ...]:
        """The parts of one phrase; all must stand in the text. `lay` reads a space as a gap."""
        return tuple(self._part(fold_lines(part.strip()), lay) for part in phrase.split("+"))

    def _part(self, text: str, lay: bool) -> Part:
        text = one_spelling(text)
        part = self.made.get((text, lay))
        if part is None:
            part = self.made[text, lay] = (
                _chinese(text, self.synonyms, lay) if CHINESE.search(text) else self._english(text)
            )
        return part

    def _english(self, text: str) -> English:
        keys = sorted((key for key in self.synonyms if _words_in(key, text)), key=len, reverse=True)
        known = "".join(rf"\b{re.escape(key)}\b|" for key in keys)
        pattern = re.compile(rf"\([^)]*\)|{known}[^\s()]+")
        stems: dict[tuple[str, ...], None] = {}
        for reading in self._either(text):
            pieces = [_options(piece, self.synonyms) for piece in pattern.findall(reading)]
            choices = product(*pieces)
            stems |= dict.fromkeys(
                self.vocabulary.all_roots(" ".join(choice)) for choice in choices
            )
        return English(tuple(stems))

    def _either(self, text: str) -> Iterator[str]:
        """`loss of bladder or bowel control`: of bladder, of bowel control, of bladder control."""
        head, either, tail = text.partition(" or ")
        if not either:
            yield text
            return
        before, _, _ = head.rpartition(" ")
        yield from self._either(f"{before} {tail}".strip())
        _, _, rest = tail.partition(" ")
        if rest:
            yield f"{head} {rest}"
        if self.vocabulary.all_roots(before):
            yield head


def _words_in(key: str, text: str) -> bool:
    return re.search(rf"\b{re.escape(key)}\b", text) is not None


def _options(piece: str, synonyms: Synonyms) -> tuple[str, ...]:
    words = piece[1:-1].split("/") if piece.startswith("(") else [piece]
    return tuple(dict.fromkeys(w for word in words for w in (word, *synonyms.get(word, ()))))


def _chinese(text: str, synonyms: Synonyms, lay: bool) -> Chinese:
    choices: list[tuple[str, ...]] = []
    pattern = ""
    for choice, gap in _segments(text, synonyms, lay):
        choices.append(choice)
        words = "|".join(re.escape(word) for word in sorted(choice, key=len, reverse=True))
        pattern += (gap if len(choices) > 1 else "") + f"(?:{words})"
    return Chinese(tuple(choices), pattern)


def _segments(text: str, synonyms: Synonyms, lay: bool) -> Iterator[tuple[tuple[str, ...], str]]:
    """Words with their choices and the gap before each."""
    keys = sorted((key for key in synonyms if key in text), key=len, reverse=True)
    known = "".join(re.escape(key) + "|" for key in keys)
    pattern = re.compile(rf"\([^)]*\)|\s+|{known}\d+(?:\.\d+)?|[a-z]+|.")
    loose = not lay and len(text) >= 4
    gap = " ?"
    for piece in pattern.findall(text):
        if piece.isspace():
            gap = _GAP + "{0,6}?"
            continue
        choice = _options(piece, synonyms)
        yield choice, gap
        gap = " ?"
        if loose:
            gap = "[^。!?;\n]{0,8}?" if piece in _SUDDEN else _GAP + "{0,2}?"
