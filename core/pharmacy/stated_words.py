"""Words that are stated of patient and route: how they are written, and which word is meant.

Knows: the words of `context.csv`, their spellings, lists of them, words that deny.
Does not know: what a word does to a grade. A word that only contains an accepted one counts as it
only where this can raise a grade and never where it could lower one.
"""

import re
from collections.abc import Mapping
from typing import Any

from core.errors import BadInput
from core.i18n import LANGUAGES, translator
from core.terms.folding import fold

# Words of the context table, and what says that its condition is not met.
WORDS: dict[str, tuple[str, ...]] = {
    "sex": ("male", "female"),
    "indication": ("high_dose_oncology", "low_dose_weekly", "bridging", "recent_stent", "other"),
    "history": ("gi_bleed", "none"),
    "monitoring": ("level_available", "none"),
    "dose_reduced": ("to_25_33_percent", "none"),
    "smoking": ("stopped", "unchanged"),
}
OPEN_WORDS = ("indication", "history", "monitoring")  # people state more than the rows ask for
ROUTES = ("oral", "intravenous", "topical", "other")
SHORT = {"m": "male", "f": "female", "no": "none", "iv": "intravenous", "po": "oral"}
SHORT |= dict.fromkeys(
    (
        *("im", "intramuscular", "肌注", "肌内注射", "sc", "subcutaneous", "皮下", "皮下注射"),
        *("inhaled", "inhalation", "吸入", "nasal", "鼻用", "rectal", "直肠", "vaginal", "阴道"),
        *("sublingual", "舌下", "transdermal", "透皮"),
    ),
    "other",
)
LISTS = ("indication", "history")
NO_ROW = ("none", "other")
RAISING = ("gi_bleed", "high_dose_oncology")
_BETWEEN = re.compile(r"[,，、;；]")
_DENIED = re.compile(
    r"\b(?:no|not|non|never|without|den(?:y|ies|ied|ying)|negative|absent|nil)\b"
    r"|无|否认|没|未|阴性|排除"
)


def without_unread(given: Mapping[str, Any]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """What can be read, and the words of an open vocabulary that no row knows, as `key: word`.

    Such a word is neither "yes" nor "no" to any row: what it may mean is still asked for.
    """
    read, unread = dict(given), []
    for key in OPEN_WORDS:
        said = several(key, given.get(key))
        words = [one for one in said if isinstance(one, str) and one]
        meant = {one: _meant(key, one, WORDS[key]) for one in words}
        unknown = [one for one in words if meant[one] is None]
        if unknown and len(words) == len(said):
            # "None" beside a word that nobody read is no "none".
            read[key] = [m for m in meant.values() if m and m not in NO_ROW] or None
            unread += [f"{key}: {one[:40]}" for one in unknown]
    return read, tuple(unread)


def several(key: str, value: Any) -> tuple[Any, ...]:
    """The values of a field that may hold more than one, as a list or set off by commas."""
    values = value if isinstance(value, list | tuple) else (value,)
    if key not in LISTS:
        return (value,)
    return tuple(
        piece for one in values for piece in (_pieces(one) if isinstance(one, str) else (one,))
    )


def _pieces(text: str) -> tuple[str, ...]:
    return tuple(piece for piece in map(str.strip, _BETWEEN.split(text)) if piece)


def word(key: str, value: Any, known: tuple[str, ...]) -> str:
    """The word of the table that is meant; raises `BadInput` for any other."""
    meant = _meant(key, value, known) if isinstance(value, str) else None
    if meant is None:
        shown = ", ".join(known)
        raise BadInput("error.context.word", name=key, value=str(value)[:40], accepted=shown)
    return meant


def _meant(key: str, value: str, known: tuple[str, ...]) -> str | None:
    """The word as it stands in the table, or as a catalogue says it."""
    said = _spelled(value)
    said = SHORT.get(said, said)
    exact = (w for w in known if said in _spellings(key, w))
    return next(exact, None) or _contained(key, value, said)


def _contained(key: str, value: str, said: str) -> str | None:
    """`previous GI bleed` is a GI bleed; `denies GI bleed` is no word of ours."""
    if key not in LISTS or _DENIED.search(re.sub(r"[_-]", " ", fold(value))):
        return None
    return next(
        (w for w in RAISING if w in WORDS[key] and any(s in said for s in _spellings(key, w))),
        None,
    )


def _spelled(text: str) -> str:
    """`GI bleed`, `gi-bleed` and `gi_bleed` are one word."""
    return re.sub(r"[\s_-]+", "", fold(text))


def _spellings(key: str, word: str) -> set[str]:
    said = (
        t(f"pharmacy.route.{word}") if key == "route" else t(f"pharmacy.value.{word}")
        for t in map(translator, LANGUAGES)
    )
    return {_spelled(word), *map(_spelled, said)}
