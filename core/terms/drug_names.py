"""Drug names as people write them: which drug is meant, or which ones it could be.

Knows: exact names first (INN, Chinese, brands, both scripts), then the same without dose, salt and
form words, then fixed combinations, then pinyin that fits one drug only. A near name is never
taken: it is offered.
Does not know: whether the drug interacts, or any brand that no table lists.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from core.errors import BadTable
from core.settings import current
from core.terms.dose import without_regimen
from core.terms.folding import fold, initials, pinyin
from core.terms.form_words import (
    SALTS_EN,
    SWALLOWED,
    TOPICAL,
    one_word_less,
    only_forms,
    without_forms,
)
from core.terms.name_table import Name, joined_otherwise, read_names, read_traps
from core.terms.near_names import NearNames
from core.terms.ordinary_words import leftover

How = Literal[
    "exact",
    "without_dose",
    "without_salt_or_form",
    "combination",
    "pinyin",
    "in_text",
    "from_label",
    "chosen",
]
LONGEST_NAME = 200  # characters; a longer text is a sentence and is searched for names instead
_BRACKETS = re.compile(r"[(\[]([^()\[\]]*)[)\]]")
_LATIN = re.compile(r"[a-z0-9]")


@dataclass(frozen=True, slots=True)
class Match:
    """What a name resolved to: several drugs only for a combination without a row of its own."""

    drugs: tuple[str, ...]
    how: How


@dataclass(frozen=True, slots=True)
class Mention:
    """A name found in running text, at `start` of the folded text."""

    start: int
    end: int
    drug: str


class DrugNames:
    """An index over all written forms; everything that is matched is folded first."""

    def __init__(
        self,
        names: Iterable[Name],
        traps: Iterable[tuple[str, str]],
        problem: BadTable | None = None,
    ) -> None:
        self.problem = problem
        self.names = tuple(names)
        self.by_form: dict[str, str] = {}
        self.in_text: dict[str, str] = {}
        self.by_sound: dict[str, set[str]] = defaultdict(set)
        for name in self.names:
            self._add(fold(name.text), name)
            if name.kind != "brand" and name.language == "zh-CN":
                for sound in (pinyin(name.text), initials(name.text)):
                    self.by_sound[sound].add(name.drug)
        for name in self.names:
            for form in joined_otherwise(fold(name.text)):
                self._add(form, name)
        self.traps = tuple((fold(phrase), drug) for phrase, drug in traps)
        self._near = NearNames(self.by_form, self.by_sound)
        self._by_beginning: dict[str, list[str]] = defaultdict(list)
        for form in self.in_text:
            self._by_beginning[form[:2]].append(form)

    def _add(self, form: str, name: Name) -> None:
        self.by_form.setdefault(form, name.drug)
        if name.in_text:
            self.in_text.setdefault(form, name.drug)

    def resolve(self, text: str) -> Match | None:
        """The drug that a name means, or `None`. Never guesses."""
        folded = fold(text) if len(text) <= 2 * LONGEST_NAME else ""
        if not 0 < len(folded) <= LONGEST_NAME:
            return None
        if folded in self.by_form:
            return Match((self.by_form[folded],), "exact")
        return self._beginning(folded) or self._beside_brackets(folded)

    def _beginning(self, folded: str) -> Match | None:
        """A name with nothing but regimen and form behind it; the 5 of `5-FU` stays in the name."""
        for end in range(len(folded) - 1, 1, -1):
            drug = self.by_form.get(folded[:end])
            if drug and _whole_word(folded, 0, end):
                rest = without_regimen(folded[end:])
                if not rest:
                    return Match((drug,), "without_dose")
                apart = " " if folded[end] == " " else ""  # a 钙 apart is calcium and no salt
                if not without_forms(apart + rest).strip() and not SALTS_EN.fullmatch(folded[:end]):
                    return Match((drug,), "without_salt_or_form")
        return None

    def _beside_brackets(self, folded: str) -> Match | None:
        """Brackets are passed over only when they say no more than the name outside does."""
        outside = _BRACKETS.sub("", folded).strip()
        match = self._beginning(outside) or self._plain(outside)
        asides = _BRACKETS.findall(folded) if match else []
        return match if all(self._says_no_more(aside, match) for aside in asides) else None

    def _says_no_more(self, aside: str, match: Match | None) -> bool:
        if not leftover(aside):
            return True
        other = self._plain(aside)
        return bool(match and other and set(other.drugs) == set(match.drugs))

    def _plain(self, folded: str) -> Match | None:
        bare = without_regimen(folded)
        if bare in self.by_form:
            return Match((self.by_form[bare],), "without_dose")
        drug = self._without_english_salt(bare) or self._without_chinese_salt(bare)
        if drug:
            return Match((drug,), "without_salt_or_form")
        parts = self.combination(bare)
        if parts:
            return Match(parts, "combination" if len(parts) > 1 else "without_salt_or_form")
        heard = self.by_sound.get(bare, set())
        if len(bare) >= 4 and len(heard) == 1:
            return Match(tuple(heard), "pinyin")
        return None

    def _without_english_salt(self, bare: str) -> str | None:
        rest = " ".join(SALTS_EN.sub(" ", bare).split()).strip(" -,/")
        return self.by_form.get(rest)

    def _without_chinese_salt(self, bare: str) -> str | None:
        """Takes salt and form words off either end, fewest first (硫酸氢氯吡格雷 is a name)."""
        forms, seen = [bare], {bare}
        for rest in forms:
            if rest in self.by_form:
                return self.by_form[rest]
            for shorter in one_word_less(rest):
                if shorter not in seen:
                    seen.add(shorter)
                    forms.append(shorter)
        return None

    def combination(self, folded: str) -> tuple[str, ...]:
        """The parts of a combination written as one Chinese word: only salts and forms between."""
        found = self.mentions(folded)
        if len(found) < 2:
            return ()
        between = [folded[a.end : b.start] for a, b in zip(found, found[1:], strict=False)]
        around = folded[: found[0].start], folded[found[-1].end :]
        if not all(map(only_forms, between)) or any(without_forms(s).strip() for s in around):
            return ()
        if any(_LATIN.match(folded[m.start]) for m in found):
            return ()
        return tuple(dict.fromkeys(m.drug for m in found))

    def mentions(self, folded: str) -> tuple[Mention, ...]:
        """Names in folded running text, longest first, without what only looks like a name."""
        covered = self._trapped(folded)
        taken = bytearray(len(folded))
        mentions = []
        for found in sorted(self._candidates(folded), key=lambda m: (m.start - m.end, m.start)):
            trapped = covered.get((found.drug, found.start), 0) >= found.end
            if not trapped and not any(taken[found.start : found.end]):
                taken[found.start : found.end] = b"\1" * (found.end - found.start)
                mentions.append(found)
        return tuple(sorted(mentions, key=lambda m: m.start))

    def _candidates(self, folded: str) -> Iterator[Mention]:
        for start in range(len(folded) - 1):
            for form in self._by_beginning.get(folded[start : start + 2], ()):
                end = start + len(form)
                if folded.startswith(form, start) and _whole_word(folded, start, end):
                    yield Mention(start, end, self.in_text[form])

    def _trapped(self, folded: str) -> dict[tuple[str, int], int]:
        """Where a drug is not meant: for each drug and place, up to where a trap reaches."""
        covered: dict[tuple[str, int], int] = {}
        for phrase, drug in ((phrase, drug) for phrase, drug in self.traps if phrase in folded):
            for found in re.finditer(re.escape(phrase), folded):
                for place in range(*found.span()):
                    covered[drug, place] = max(found.end(), covered.get((drug, place), 0))
        return covered

    def near(self, text: str, limit: int = 5) -> tuple[str, ...]:
        """Drugs whose names are close to what was typed, best first; to be offered, never taken."""
        return self._near.find(text[:LONGEST_NAME], limit)

    def is_topical(self, text: str) -> bool:
        """Does the name say cream, gel, eye drops or the like, and nothing that is swallowed?"""
        folded = fold(text)
        return bool(TOPICAL.search(folded)) and not SWALLOWED.search(folded)


def _whole_word(folded: str, start: int, end: int) -> bool:
    """A Latin name must not be cut out of a longer word; a Chinese one has no word edges."""
    before = start > 0 and _LATIN.match(folded[start]) and _LATIN.match(folded[start - 1])
    after = end < len(folded) and _LATIN.match(folded[end - 1]) and _LATIN.match(folded[end])
    return not before and not after


def load(folder: Path) -> DrugNames:
    """The index of `folder`; with a bad row it is empty and `problem` says where."""
    try:
        return DrugNames(read_names(folder), read_traps(folder))
    except BadTable as problem:
        return DrugNames((), (), problem)


@cache
def drug_names() -> DrugNames:
    """The names of this process, loaded at first use."""
    return load(current().assets / "terms")
