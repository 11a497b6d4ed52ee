"""Reads dose and frequency out of one line of a medicine list (`20mg qn`, `0.5 g bid`, `每日2次`).

Knows: amounts in mg, g and micrograms; usual Latin, English and Chinese frequencies; pieces a time.
Does not know: units per kilogram, infusion rates, tapering. A daily dose is given only when the
line says one amount, one count and one frequency and nothing else that could change it: too low a
dose would lower a grade, so doubt gives `None`.
"""

import re
from dataclasses import dataclass, field

from core.terms.dose_words import (
    AMOUNT,
    DAILY,
    DENIED,
    DURATION,
    EVERY,
    EVERY_HOURS,
    FIXED,
    GLUED,
    HELD,
    MILLIGRAMS,
    MULTIPLIED,
    OTHER_COUNT,
    PER_DAYS,
    PER_WEEKS,
    PIECES,
    PRODUCT,
    ROUTES,
    SLOTS,
    TAKEN,
    TIMES_A_DAY,
    TIMES_A_WEEK,
    UNCLEAR,
    WORDS,
    value,
)

MOST_PIECES = 4  # more of them beside a strength may be the size of the pack
HIGHEST = 1_000_000  # mg; beyond it the line is no dose
_LONGEST_PAUSE = 168  # hours
_STANDS_ALONE = re.compile(r"(?<![a-z0-9])(?:\d|(?:one|two|three|four|five|six)(?![a-z0-9]))")
_EDGES = " -,./*×:;#&()[]"
_LONE_X = re.compile(r"(?<![a-z0-9])x(?![a-z0-9])")


@dataclass(frozen=True, slots=True)
class Regimen:
    """Dose per day in mg and route, each `None` when the line does not say it."""

    mg_per_day: float | None = None
    route: str | None = None


@dataclass(slots=True)
class _Said:
    """What the words of one line say about dose and time; `rest` is what they leave."""

    rest: str
    amounts: list[float] = field(default_factory=list)
    counts: list[float] = field(default_factory=list)
    times: set[float] = field(default_factory=set)
    slots: set[str] = field(default_factory=set)
    daily: bool = False
    unclear: bool = False
    words: bool = False

    def take(self, pattern: re.Pattern[str], left: str = " ") -> list[tuple[str | None, ...]]:
        """Takes the matches out of `rest` and gives their groups."""
        found = [match.groups() for match in pattern.finditer(self.rest)]
        if found:
            self.rest = _single_spaced(pattern.sub(left, self.rest))
        return found


def read_regimen(folded: str) -> Regimen:
    """The regimen in a folded line (`core.terms.folding.fold`)."""
    return Regimen(_mg_per_day(_read(folded)), _route(folded))


def _route(folded: str) -> str | None:
    """The one route that is said; by mouth wins, since the others may lower a grade."""
    said = {
        name
        for pattern, name in ROUTES
        for found in pattern.finditer(folded)
        if not DENIED.search(folded[max(0, found.start() - 12) : found.start()])
    }
    if "oral" in said:
        return "oral"
    return said.pop() if len(said) == 1 else None


def without_regimen(folded: str) -> str:
    """The line without amounts, counts and frequency words: what is left should be a name."""
    return _single_spaced(_LONE_X.sub(" ", _read(folded).rest)).strip(_EDGES)


def says_regimen(folded: str) -> bool:
    """Does the line say an amount, a number of pieces, a time or a route?"""
    said = _read(folded)
    return bool(said.amounts or said.counts or said.times or said.slots or said.daily or said.words)


def says_amount(folded: str) -> bool:
    """Does the line say an amount or a number of pieces?"""
    said = _read(folded)
    return bool(said.amounts or said.counts)


def _read(folded: str) -> _Said:
    said = _Said(GLUED.sub(r"\1 ", _single_spaced(folded.replace(HELD, " "))))
    said.unclear = bool(said.take(UNCLEAR))
    _read_times(said)
    _read_amounts(said)
    said.take(DURATION)
    _read_counts(said)
    said.words = bool(said.take(WORDS))
    said.unclear |= bool(_STANDS_ALONE.search(said.rest))
    return said


def _single_spaced(text: str) -> str:
    """A long run of spaces would be tried again from each of its places."""
    return " ".join(text.split())


def _read_times(said: _Said) -> None:
    for groups in said.take(EVERY_HOURS):
        pause = value(next(filter(None, groups)))
        said.unclear |= not 0 < pause <= _LONGEST_PAUSE
        said.times.add(24 / pause if pause else 0)
    for pattern, days in ((PER_DAYS, 1), (PER_WEEKS, 7)):
        for every, times in said.take(pattern):
            _add_times(said, value(times), value(every) * days)
    for pattern, days in ((TIMES_A_DAY, 1), (TIMES_A_WEEK, 7)):
        for groups in said.take(pattern):
            _add_times(said, value(next(filter(None, groups), None)), days)
    for every, unit in said.take(EVERY):
        _add_times(said, 1, value(every) * (7 if unit and unit[0] in "w周星礼" else 1))
    for pattern, a_day in FIXED:
        if said.take(pattern):
            said.times.add(a_day)
    for pattern, slot in SLOTS:
        if said.take(pattern):
            said.slots.add(slot)
    said.daily = bool(said.take(DAILY))


def _add_times(said: _Said, times: float, days: float) -> None:
    said.unclear |= not (times and days)
    if days:
        said.times.add(times / days)


def _read_amounts(said: _Said) -> None:
    """Each amount leaves a mark, so that `20mg x2` shows what is multiplied."""
    for number, unit, rate in said.take(AMOUNT, HELD):
        said.unclear |= rate is not None
        said.amounts.append(value(number) * MILLIGRAMS[unit or ""])


def _leave_product(said: _Said) -> None:
    """Strength and pack of a product are no dose of their own where the same amount is dosed."""
    if not PRODUCT.search(said.rest):
        return
    left = _single_spaced(PRODUCT.sub(" ", said.rest))
    if len(said.amounts) == 2 and len(set(said.amounts)) == 1 and HELD in left:
        said.amounts, said.rest = said.amounts[:1], left
    elif len(said.amounts) == 1 and PIECES.search(left):
        said.rest = left


def _read_counts(said: _Said) -> None:
    _leave_product(said)
    for pattern in (MULTIPLIED, PIECES, TAKEN):
        for groups in said.take(pattern):
            said.counts.append(value(next(filter(None, groups), None)))
    said.rest = said.rest.replace(HELD, " ")
    said.unclear |= bool(said.take(OTHER_COUNT))


def _mg_per_day(said: _Said) -> float | None:
    times = _times_per_day(said)
    if said.unclear or times is None or len(said.amounts) != 1 or len(said.counts) > 1:
        return None
    pieces = said.counts[0] if said.counts else 1.0
    mg = said.amounts[0] * pieces * times
    return mg if pieces <= MOST_PIECES and 0 < mg <= HIGHEST else None


def _times_per_day(said: _Said) -> float | None:
    """How often a day; `None` when two words of time do not agree (`tid` and at bedtime)."""
    if len(said.times) > 1 or (said.daily and min(said.times, default=1) < 1):
        return None
    if said.times:
        (times,) = said.times
        return times if len(said.slots) in (0, times) else None
    return float(len(said.slots)) if said.slots else 1.0 if said.daily else None
