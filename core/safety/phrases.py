"""Finds lay wordings in a text: words with gaps and synonyms in Chinese, stems in English.

Knows: `+` joins parts, a space in a Chinese lay phrase is a gap, `(a/b)` is a choice; synonyms from
`synonyms.csv`; an English word of six letters or more may be one slip away. Does not know: what a
phrase means, or whether it is denied (core.terms.negation). A part never crosses a sentence end.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import product

from rapidfuzz.distance import OSA

from core.terms.negation import REACH, Assertion, fold_lines, judge

Synonyms = Mapping[str, tuple[str, ...]]
Span = tuple[int, int]
Mention = tuple[str, Assertion]
# Where words stand more than once the first of these counts.
WEIGHT: tuple[Assertion, ...] = ("affirmed", "past", "other_person", "hypothetical", "negated")

_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_TOKEN = re.compile(
    r"can(?:'?t|not| not)\b|could(?:n't| not)\b|unable\b|[a-z]+n't\b"
    r"|[a-z]+|\d+(?:\.\d+)?|[.!?;,:\n。、]"
)
_NOT = frozenset(
    {"not", "no", "without", "never", "denies", "denied", "deny", "dont", "didnt", "isnt"}
)
_FILLERS = frozenset({
    "a", "an", "the", "of", "to", "in", "on", "at", "is", "are", "was", "were", "be", "been",
    "have", "has", "had", "i", "he", "she", "it", "and", "or", "for", "with", "from", "by", "im",
    "ive", "am", "s", "d", "m", "ve", "re", "up", "do", "does", "did", "very", "so", "really",
    "that", "this", "some",
})  # fmt: skip
_IRREGULAR = {
    "taken": "took", "ate": "eat", "eaten": "eat", "drank": "drink", "drunk": "drink",
    "bled": "bleed", "felt": "feel", "lost": "lose", "losing": "lose", "children": "child",
    "worsening": "worse", "tablet": "pill", "tablets": "pill", "tabs": "pill", "capsule": "pill",
    "capsules": "pill", "pills": "pill", "dying": "die", "died": "die", "meds": "medicine",
    "medication": "medicine", "medications": "medicine", "medicines": "medicine", "tummy": "belly",
    "abdomen": "belly", "abdominal": "belly", "stomach": "belly", "ached": "pain", "ache": "pain",
    "aches": "pain", "aching": "pain", "painful": "pain", "pains": "pain", "suddenly": "sudden",
    "poo": "stool", "poop": "stool", "wrote": "write", "written": "write", "fell": "fall",
    "swollen": "swell", "bigger": "grow", "growing": "grow", "went": "go", "gone": "go",
    "bit": "bite", "bitten": "bite", "burnt": "burn", "thru": "through", "min": "minute",
    "mins": "minute",
}  # fmt: skip
_GAP = "[^。!?;,、\n不没无未]"
_SUDDEN = ("突然", "忽然", "一下子", "骤然", "突发", "今天", "刚刚", "一边", "一侧")


def stem(word: str) -> str:
    """A word without its common endings: swallowed, swallowing and swallows are one word."""
    if word not in _IRREGULAR:
        word = _without_ending(word)
    word = _IRREGULAR.get(word, word)
    return word.rstrip("e") if len(word) > 3 else word


def _without_ending(word: str) -> str:
    for ending in ("ing", "ied", "ies", "ed", "es", "s"):
        root = word.removesuffix(ending)
        if root == word or len(root) < 3 or word.endswith(("ss", "eed")):
            continue
        if ending in ("ied", "ies"):
            return root + "y"
        return (
            root[:-1] if len(root) > 3 and root[-1] == root[-2] and root[-1] not in "sl" else root
        )
    return word


@dataclass(slots=True)
class Reading:
    """One text prepared for many searches; `text` has one word for pain and for fever."""

    shown: str
    text: str
    chinese: bool
    words: list[tuple[str, int, int, int]]  # stem, start, end, clause
    places: dict[str, list[int]]
    negators: list[int]
    seen: dict[str, bool] = field(default_factory=dict)
    judged: dict[tuple[str, str], Assertion] = field(default_factory=dict)
    sought: dict[int, "Mention | None"] = field(default_factory=dict)

    def has(self, literal: str) -> bool:
        found = self.seen.get(literal)
        if found is None:
            found = self.seen[literal] = literal in self.text
        return found

    def mention(self, part: "Part") -> "Mention | None":
        """The words of a part and what is said of them; the most affirmed place counts."""
        if id(part) not in self.sought:
            self.sought[id(part)] = self._best(part)
        return self.sought[id(part)]

    def _best(self, part: "Part") -> "Mention | None":
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


class Vocabulary:
    """The stems that phrases use, with a lookup for one slip of the finger."""

    def __init__(self, stems: frozenset[str]) -> None:
        self.stems = stems
        self._near: dict[str, list[str]] = {}
        for known in stems:
            for form in _deletions(known) if len(known) >= 5 else ():
                self._near.setdefault(form, []).append(known)

    def of(self, word: str) -> str:
        """The stem of `word`, or the known stem one slip away from it."""
        root = stem(word)
        if root in self.stems or len(word) < 6:
            return root
        for form in _deletions(root):
            for known in self._near.get(form, ()):
                if known[0] == root[0] and OSA.distance(known, root) == 1:
                    return known
        return root


def _deletions(word: str) -> set[str]:
    return {word} | {word[:i] + word[i + 1 :] for i in range(len(word))}


def read(text: str, vocabulary: Vocabulary) -> Reading:
    """Folds a text and finds its English words; a word is looked up once per text."""
    shown = fold_lines(text)
    folded = one_spelling(shown)
    words: list[tuple[str, int, int, int]] = []
    places: dict[str, list[int]] = {}
    negators: list[int] = []
    roots: dict[str, str] = {}
    clause = 0
    for match in _TOKEN.finditer(folded):
        word = match.group()
        if not word[0].isalnum():
            clause += 1
            continue
        root = roots.get(word)
        if root is None:
            root = roots[word] = _root(word, vocabulary)
        if not root:
            continue
        if root == "not":
            negators.append(len(words))
        places.setdefault(root, []).append(len(words))
        words.append((root, match.start(), match.end(), clause))
    return Reading(shown, folded, bool(_CHINESE.search(folded)), words, places, negators)


def one_spelling(folded: str) -> str:
    """The commonest pairs of equal words, in equal length so that places stay the same."""
    for one, other in (("疼", "痛"), ("发热", "发烧"), ("高热", "高烧"), ("低热", "低烧")):
        folded = folded.replace(one, other)
    return folded


def _root(word: str, vocabulary: Vocabulary) -> str:
    if (
        word in ("cant", "cannot", "unable")
        or word.startswith(("can", "could"))
        and ("n" in word[3:])
    ):
        return (
            "cannot"
            if re.fullmatch(r"can(?:'?t|not| not)|could(?:n't| not)|unable", word)
            else vocabulary.of(word)
        )
    if word in _NOT or word.endswith("n't"):
        return "not"
    return "" if word in _FILLERS else vocabulary.of(word)


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
        if reading.words[first][3] != reading.words[last][3]:
            continue
        if "not" not in variant and _between(reading.negators, first, last):
            continue
        yield reading.words[first][1], reading.words[last][2]


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


Part = English | Chinese


@dataclass(slots=True)
class Phrasebook:
    """Makes parts of phrases; an equal part is made once, so that it is sought once per text."""

    synonyms: Synonyms
    made: dict[tuple[str, bool], Part] = field(default_factory=dict)

    def parts(self, phrase: str, lay: bool = False) -> tuple[Part, ...]:
        """The parts of one phrase; all must stand in the text. `lay` reads a space as a gap."""
        return tuple(self._part(fold_lines(part.strip()), lay) for part in phrase.split("+"))

    def _part(self, text: str, lay: bool) -> Part:
        text = one_spelling(text)
        part = self.made.get((text, lay))
        if part is None:
            chinese = _CHINESE.search(text)
            part = (
                _chinese(text, self.synonyms, lay)
                if chinese
                else English(_variants(text, self.synonyms))
            )
            self.made[text, lay] = part
        return part


def _variants(text: str, synonyms: Synonyms) -> tuple[tuple[str, ...], ...]:
    keys = sorted((key for key in synonyms if _words_in(key, text)), key=len, reverse=True)
    known = "".join(rf"\b{re.escape(key)}\b|" for key in keys)
    pattern = re.compile(rf"\([^)]*\)|{known}[^\s()]+")
    stems: dict[tuple[str, ...], None] = {}
    for reading in _either(text):
        pieces = [_options(piece, synonyms) for piece in pattern.findall(reading)]
        stems |= dict.fromkeys(_stems(" ".join(choice)) for choice in product(*pieces))
    return tuple(stems)


def _options(piece: str, synonyms: Synonyms) -> tuple[str, ...]:
    words = piece[1:-1].split("/") if piece.startswith("(") else [piece]
    return tuple(dict.fromkeys(w for word in words for w in (word, *synonyms.get(word, ()))))


def _either(text: str) -> Iterator[str]:
    """`loss of bladder or bowel control`: loss of bladder, of bowel control, of bladder control."""
    head, either, tail = text.partition(" or ")
    if not either:
        yield text
        return
    before, _, _ = head.rpartition(" ")
    yield from _either(f"{before} {tail}".strip())
    _, _, rest = tail.partition(" ")
    if rest:
        yield f"{head} {rest}"
    if _stems(before):
        yield head


def _words_in(key: str, text: str) -> bool:
    return re.search(rf"\b{re.escape(key)}\b", text) is not None


def _stems(text: str) -> tuple[str, ...]:
    empty = Vocabulary(frozenset())
    found = (_root(m.group(), empty) for m in _TOKEN.finditer(text) if m.group()[0].isalnum())
    return tuple(dict.fromkeys(word for word in found if word))


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
