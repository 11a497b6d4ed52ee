"""One text prepared for many searches: folded, its English words as stems with their places.

Knows: where words stand, which clause they are in, what the text says of a span (denied, past ...).
Does not know: which words are sought. What was found once is kept for the next rule.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from core.safety.stems import TOKEN, Vocabulary
from core.terms.negation import REACH, Assertion, fold_lines, judge

Span = tuple[int, int]
Mention = tuple[str, Assertion]
# Where words stand more than once the first of these counts.
WEIGHT: tuple[Assertion, ...] = ("affirmed", "past", "other_person", "hypothetical", "negated")
CHINESE = re.compile(r"[\u4e00-\u9fff]")


class Word(NamedTuple):
    """Where an English word stands, and in which clause of the text."""

    start: int
    end: int
    clause: int


class Part(Protocol):
    """Something to look for."""

    def possible(self, reading: "Reading") -> bool:
        """Whether it may stand in the text; cheap."""

    def find(self, reading: "Reading") -> Iterator[Span]:
        """Every place where it stands."""


@dataclass(slots=True)
class Reading:
    """One text prepared for many searches; `text` has one word for pain and for fever."""

    shown: str
    text: str
    chinese: bool
    words: list[Word]
    places: dict[str, list[int]]  # of each stem in `words`
    seen: dict[str, bool] = field(default_factory=dict)
    judged: dict[tuple[str, str], Assertion] = field(default_factory=dict)
    sought: dict[int, Mention | None] = field(default_factory=dict)

    def has(self, literal: str) -> bool:
        found = self.seen.get(literal)
        if found is None:
            found = self.seen[literal] = literal in self.text
        return found

    def mention(self, part: Part) -> Mention | None:
        """The words of a part and what is said of them; the most affirmed place counts."""
        if id(part) not in self.sought:
            self.sought[id(part)] = self._best(part)
        return self.sought[id(part)]

    def _best(self, part: Part) -> Mention | None:
        best: Mention | None = None
        for start, end in part.find(self):
            said = self.said(start, end)
            if best is None or WEIGHT.index(said) < WEIGHT.index(best[1]):
                best = self.shown[start:end], said
            if said == "affirmed":
                break
        return best

    def said(self, start: int, end: int) -> Assertion:
        """What the text says about a span; the same surroundings are judged once."""
        around = self.text[max(0, start - REACH) : start], self.text[end : end + REACH]
        found = self.judged.get(around)
        if found is None:
            found = self.judged[around] = judge(*around)
        return found


def read(text: str, vocabulary: Vocabulary) -> Reading:
    """Folds a text and finds its English words; a word is looked up once per text."""
    shown = fold_lines(text)
    folded = one_spelling(shown)
    words: list[Word] = []
    places: dict[str, list[int]] = {}
    known: dict[str, tuple[str, ...]] = {}
    clause = 0
    for match in TOKEN.finditer(folded):
        token = match.group()
        if not token[0].isalnum():
            clause += 1
            continue
        roots = known.get(token)
        if roots is None:
            roots = known[token] = vocabulary.roots(token)
        for root in roots:
            places.setdefault(root, []).append(len(words))
        if roots:
            words.append(Word(match.start(), match.end(), clause))
    return Reading(shown, folded, bool(CHINESE.search(folded)), words, places)


def one_spelling(folded: str) -> str:
    """The commonest pairs of equal words, in equal length so that places stay the same."""
    for one, other in (("疼", "痛"), ("发热", "发烧"), ("高热", "高烧"), ("低热", "低烧")):
        folded = folded.replace(one, other)
    return folded
