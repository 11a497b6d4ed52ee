"""Reads dose and frequency out of one line of a medicine list (`20mg qn`, `0.5 g bid`, `每日2次`).

Knows: amounts in mg, g and micrograms; usual Latin, English and Chinese frequencies.
Does not know: units per kilogram, infusion rates, tapering. What it cannot read stays `None`; a
daily dose is never guessed from an amount without a frequency.
"""

import re
from dataclasses import dataclass

MILLIGRAMS = {"mg": 1.0, "毫克": 1.0, "g": 1000.0, "克": 1000.0}
MILLIGRAMS.update(dict.fromkeys(("mcg", "ug", "μg", "µg", "微克"), 0.001))
AMOUNT = re.compile(
    r"(?<![\d.,a-z])(\d{1,3}(?:,\d{3})+|\d+(?:\.\d+)?)\s*(mcg|mg|ug|μg|µg|毫克|微克|克|g)(?![a-z/])(?!\s*/\s*(?:kg|ml))"
)
COUNTED = re.compile(
    r"(?<![\d.a-z])(\d+(?:\.\d+)?)\s*(?:ml|毫升|片|粒|颗|支|袋|丸|滴|iu|u|单位|%|units?|tabs?|tablets?|caps?|capsules?)(?![a-z])"
)
TABLETS = re.compile(
    r"(?:每次|一次|[x×*])\s*(\d+(?:\.\d+)?)\s*(?:片|粒|颗|tabs?|tablets?|caps?|capsules?)|"
    r"(?<![\d.])(\d+(?:\.\d+)?)\s*(?:tabs?|tablets|caps|capsules|片|粒|颗)(?=\s*(?:qd|qn|bid|tid|qid|每[日天晚早]))"
)
TIMES: tuple[tuple[str, float], ...] = (
    (r"\bq\.?i\.?d\b\.?|\bfour times (?:a day|daily)\b|(?:每|一)[日天]\s*(?:4|四)次", 4),
    (r"\bt\.?i\.?d\b\.?|\bthree times (?:a day|daily)\b|(?:每|一)[日天]\s*(?:3|三)次", 3),
    (r"\bb\.?i\.?d\b\.?|\btwice (?:a day|daily)\b|(?:每|一)[日天]\s*(?:2|两|二)次|早晚各", 2),
    (r"\bq\.?o\.?d\b\.?|\bevery other day\b|隔[日天]", 0.5),
    (r"\bq\.?w\b\.?|\b(?:once )?(?:a week|weekly)\b|(?:每|一)(?:周|星期)\s*(?:1|一)?次", 1 / 7),
    (
        r"\bq\.?[dn]\b\.?|\bq[ap]m\b|\bo\.?d\b\.?|\b(?:once )?(?:a day|daily)\b|"
        r"\bat (?:night|bedtime)\b|\bhs\b|"
        r"(?:每|一)[日天]\s*(?:1|一)次|每[晚早]|睡前|晨服",
        1,
    ),
)
EVERY_HOURS = re.compile(r"\bq(\d+)h\b|每\s*(\d+)\s*小时|\bevery (\d+) hours?\b")
ROUTES: tuple[tuple[str, str], ...] = (
    (r"\biv\b|\bi\.v\.|intravenous|静脉|静滴|静推|静注", "intravenous"),
    (r"\btopical(?:ly)?\b|外用|外敷|涂抹", "topical"),
    (r"\bpo\b|\bp\.o\.|\boral(?:ly)?\b|\bby mouth\b|口服", "oral"),
)
WORDS = re.compile(
    "|".join(pattern for pattern, _ in (*TIMES, *ROUTES))
    + "|"
    + EVERY_HOURS.pattern
    + r"|\bprn\b|必要时|\bstat\b|\bim\b|\bsc\b|肌注|皮下|饭[前后]|餐[前后]|每次|一次|"
    r"\btake\b|\btabs?\b"
)


@dataclass(frozen=True, slots=True)
class Regimen:
    """Dose per day in mg and route, each `None` when the line does not say it."""

    mg_per_day: float | None = None
    route: str | None = None


def read_regimen(folded: str) -> Regimen:
    """The regimen in a folded line (`core.terms.folding.fold`)."""
    amount = AMOUNT.search(folded)
    times = _times_per_day(folded)
    mg = None
    if amount and times is not None:
        mg = float(amount[1].replace(",", "")) * MILLIGRAMS[amount[2]] * _pieces(folded) * times
    route = next((name for pattern, name in ROUTES if re.search(pattern, folded)), None)
    return Regimen(mg, route)


def without_regimen(folded: str) -> str:
    """The line without amounts, counts and frequency words: what is left should be a name."""
    rest = AMOUNT.sub(" ", folded)
    rest = TABLETS.sub(" ", rest)
    rest = COUNTED.sub(" ", rest)
    rest = WORDS.sub(" ", rest)
    return re.sub(r"\s+", " ", rest).strip(" -,./*x×")


def _times_per_day(folded: str) -> float | None:
    every = EVERY_HOURS.search(folded)
    if every:
        hours = int(next(group for group in every.groups() if group))
        return 24 / hours if 0 < hours <= 168 else None
    return next((times for pattern, times in TIMES if re.search(pattern, folded)), None)


def _pieces(folded: str) -> float:
    """How many pieces make one dose; one when the line does not say."""
    found = TABLETS.search(folded)
    return float(next(group for group in found.groups() if group)) if found else 1.0
