"""Names that are close to what was typed: to be offered, never taken.

Knows: closeness of spelling and of pinyin, and beginnings; how close is close enough.
Does not know: what a name means for certain; everyday words and very short ones are near to
nothing.
"""

from bisect import bisect_left
from collections.abc import Mapping

from rapidfuzz import fuzz, process

from core.terms.dose import without_regimen
from core.terms.folding import fold, pinyin
from core.terms.ordinary_words import is_everyday

NEAR = 72  # of 100; below it the offered names were no help in a trial with 60 typed errors
NEAR_SHORT = 80  # for a short Latin word: half of it is soon found in some name
SHORT = 6
NEAR_BY_SOUND = 80
NEAR_IN_LATIN = 88  # what was typed in Latin letters may be no pinyin at all
LEAST_LATIN = 4  # letters; anything is near to fewer
LONGEST = 60  # characters that are compared


class NearNames:
    """Finds drugs by their folded forms and by the pinyin of their names."""

    def __init__(self, by_form: Mapping[str, str], by_sound: Mapping[str, set[str]]) -> None:
        self.by_form = by_form
        self.by_sound = by_sound
        self._forms = tuple(sorted(by_form))
        self._sounds = tuple(by_sound)

    def find(self, text: str, limit: int) -> tuple[str, ...]:
        """Drugs with a name close to `text`, best first."""
        bare = without_regimen(fold(text))[:LONGEST]
        latin = bare.isascii()
        if len(bare) < (LEAST_LATIN if latin else 2) or is_everyday(bare):
            return ()
        scored: dict[str, float] = {}
        by_form = NEAR_SHORT if latin and len(bare) <= SHORT else NEAR
        for form, score, _ in process.extract(
            bare, self._forms, scorer=fuzz.ratio, limit=12, score_cutoff=by_form
        ):
            drug = self.by_form[form]
            scored[drug] = max(score, scored.get(drug, 0))
        by_sound = NEAR_IN_LATIN if latin else NEAR_BY_SOUND
        for sound, score, _ in process.extract(
            pinyin(bare), self._sounds, scorer=fuzz.ratio, limit=8, score_cutoff=by_sound
        ):
            for drug in self.by_sound[sound]:
                scored[drug] = max(score - 5, scored.get(drug, 0))
        for form in self._beginning_with(bare):
            drug = self.by_form[form]
            scored[drug] = max(95, scored.get(drug, 0))
        return tuple(sorted(scored, key=lambda drug: (-scored[drug], drug)))[:limit]

    def _beginning_with(self, bare: str) -> tuple[str, ...]:
        first = bisect_left(self._forms, bare)
        return self._forms[first : bisect_left(self._forms, bare + "\U0010ffff")]
