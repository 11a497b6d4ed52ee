"""Emergencies in free text, found by table before and without the model.

Knows: the triggers of `assets/safety/red_flags.csv`, the project's wordings in `lay_phrases.csv`,
single vital signs with their limits. Recall goes over precision: only a denied mention of a rule
that allows it is left out; a past, supposed or other person's emergency fires and says so in
`assertion`, because a parent writes for a child. Does not know: scores of questionnaires (a trigger
such as `PHQ-9第9题>=1分` belongs to the form), and nothing that it misses is thereby safe.
"""

import operator
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Literal, cast, get_args

from core.errors import BadTable
from core.i18n import Text
from core.safety import phrases
from core.safety.phrases import (
    WEIGHT,
    Mention,
    Part,
    Phrasebook,
    Reading,
    Synonyms,
    Vocabulary,
    one_spelling,
)
from core.settings import current
from core.tables import Row, anything, filled, known, one_of, read_table
from core.terms.negation import Assertion

Urgency = Literal["emergency", "urgent", "same_day"]
Wording = Literal["table", "project"]
URGENCIES: tuple[Urgency, ...] = get_args(Urgency)
# Pieces taken at one time that count as an overdose. The project's own limit, not a clinical one.
MANY_PIECES = 10
_MANY_PIECES_RULE = "RF068"

_COLUMNS = {
    "id": filled, "triggers_en": filled, "triggers_zh": filled,
    "negation_sensitive": one_of("yes", "no"), "action_en": filled, "action_zh": filled,
    "urgency": one_of(*URGENCIES), "source": filled, "mark": one_of("V", "B"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class RedFlag:
    """One rule that fired. `words` are the folded words that matched, `wording` whose they are."""

    id: str
    urgency: Urgency
    action: Text
    source: str
    mark: str
    words: tuple[str, ...]
    assertion: Assertion
    wording: Wording


@dataclass(frozen=True, slots=True)
class Phrase:
    parts: tuple[Part, ...]
    wording: Wording


@dataclass(frozen=True, slots=True)
class Limit:
    """A vital sign at which a rule fires, as `血氧<=91`."""

    sign: str
    holds: Callable[[float, float], bool]
    bound: float


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of the table with every wording that calls it."""

    flag: RedFlag
    negation_sensitive: bool
    phrases: tuple[Phrase, ...]
    limits: tuple[Limit, ...]


@dataclass(frozen=True, slots=True)
class Rules:
    rules: tuple[Rule, ...]
    vocabulary: Vocabulary


def scan(text: str, folder: Path | None = None) -> tuple[RedFlag, ...]:
    """Every red flag in a text of any of the three languages, the most urgent first."""
    table = load(folder or _folder())
    reading = phrases.read(text, table.vocabulary)
    found = (flag for rule in table.rules if (flag := _fired(rule, reading)))
    return tuple(sorted(found, key=lambda flag: (URGENCIES.index(flag.urgency), flag.id)))


def _fired(rule: Rule, reading: Reading) -> RedFlag | None:
    best: RedFlag | None = None
    for flag in _hits(rule, reading):
        if flag.assertion == "negated" and rule.negation_sensitive:
            continue
        if best is None or WEIGHT.index(flag.assertion) < WEIGHT.index(best.assertion):
            best = flag
        if best.assertion == "affirmed":
            break
    return best


def _hits(rule: Rule, reading: Reading) -> Iterator[RedFlag]:
    for phrase in rule.phrases:
        if found := _all(phrase.parts, reading):
            words = tuple(word for word, _ in found)
            weakest = max((said for _, said in found), key=WEIGHT.index)
            yield replace(rule.flag, words=words, assertion=weakest, wording=phrase.wording)
    for word in _beyond(rule.limits, reading.text):
        yield replace(rule.flag, words=(word,), assertion="affirmed", wording="table")
    if rule.flag.id == _MANY_PIECES_RULE:
        for word, said in _many_pieces(reading):
            yield replace(rule.flag, words=(word,), assertion=said, wording="project")


def _all(parts: Iterable[Part], reading: Reading) -> list[Mention]:
    """The mention of each part; empty when one is missing."""
    if not all(part.possible(reading) for part in parts):
        return []
    found = []
    for part in parts:
        mention = reading.mention(part)
        if mention is None:
            return []
        found.append(mention)
    return found


_IS = r"\s*(?:is|of|was|at|down to|为|是|:|=|只有|才|降到|掉到|到了|到|大概|约|测得|低至|高达)*\s*"
_SIGNS: dict[str, tuple[str, float, float]] = {
    "血氧": (
        r"血氧(?:饱和度)?|氧饱和度|\bspo2|\bo2 sats?|\bsats?|\boxygen saturation|\bsao2",
        40,
        100,
    ),
    "呼吸": (r"呼吸(?:频率|次数)?|\brr|\bresp(?:iratory)? rate", 3, 90),
    "收缩压": (r"收缩压|高压|血压|\bsbp|\bsystolic|\bbp|\bblood pressure", 40, 300),
    "心率": (r"心率|脉搏|心跳|\bhr|\bpulse|\bheart rate", 15, 300),
    "体温": (r"体温|\bt|\btemp(?:erature)?", 28, 44),
}
_READINGS = {
    sign: re.compile(rf"(?:{names}){_IS}(\d{{2,3}}(?:\.\d)?|\d)(?![\d.]|\s*(?:-|~|至)\s*\d)")
    for sign, (names, _, _) in _SIGNS.items()
}
_NAMES = {  # cheap to look for before the pattern
    "血氧": ("氧", "sat", "spo2", "sao2"), "呼吸": ("呼吸", "rr", "resp"),
    "收缩压": ("压", "sbp", "bp", "systolic", "blood pressure"),
    "心率": ("心", "脉搏", "hr", "pulse", "heart"), "体温": ("体温", "t"),
}  # fmt: skip
_LIMIT = re.compile(rf"({'|'.join(_SIGNS)})(<=|>=)(\d+(?:\.\d+)?)次?")
_PIECES = r"(?:片|粒|颗|錠|锭|板|瓶)"
_TAKEN_ZH = re.compile(
    rf"(?<![含口])(?:吃|服|吞|食|磕|嗑)(?:下去|下|了|咗|过|掉)*\s*(?:大概|差不多|大约|约|有|足足|将近)*\s*"
    rf"(\d{{1,3}}|[一二两三四五六七八九十百几]{{1,4}})\s*(?:多|几|来)?\s*{_PIECES}(?!\s*/?\s*(?:盒|装))"
)
_TENS = {
    "ten": 10, "fifteen": 15, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60,
    "hundred": 100,
}  # fmt: skip
_TAKEN_EN = re.compile(
    r"\b(?:took|taken|swallowed|ate|popped|downed|ingested|take)\s+(?:\w+\s+){0,2}?"
    rf"(\d{{1,3}}|{'|'.join(_TENS)})\s+(?:\w+\s+){{0,3}}?(?:tablets?|pills?|capsules?|tabs|caps)\b"
)
_DIGITS = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"两": 2, "几": 3}


def _beyond(limits: Iterable[Limit], text: str) -> Iterator[str]:
    for limit in limits:
        if not any(name in text for name in _NAMES[limit.sign]):
            continue
        _, low, high = _SIGNS[limit.sign]
        for match in _READINGS[limit.sign].finditer(text):
            value = float(match.group(1))
            if low <= value <= high and limit.holds(value, limit.bound):
                yield match.group()


def _many_pieces(reading: Reading) -> Iterator[tuple[str, Assertion]]:
    for pattern in (_TAKEN_ZH, _TAKEN_EN):
        for match in pattern.finditer(reading.text):
            if _number(match.group(1)) >= MANY_PIECES:
                yield match.group(), reading.said(*match.span())


def _number(text: str) -> int:
    """12, twenty, 十二, 三十 or 一百 as a number."""
    if text.isdecimal():
        return int(text)
    if text in _TENS:
        return _TENS[text]
    tens, ten, ones = text.partition("十")
    if "百" in text:
        return 100
    if not ten:
        return _DIGITS.get(text, 0)
    return 10 * _DIGITS.get(tens, 1) + _DIGITS.get(ones, 0)


def load_problem() -> BadTable | None:
    """Why no text can be scanned, if that is so."""
    try:
        load(_folder())
    except BadTable as problem:
        return problem
    return None


def _folder() -> Path:
    return current().assets / "safety"


@cache
def load(folder: Path) -> Rules:
    """The three tables of a folder, checked; raises `BadTable` with file, line and column."""
    rows = read_table(folder / "red_flags.csv", _COLUMNS)
    ids: set[str] = set()
    for row in rows:
        if row["id"] in ids:
            raise row.bad("id")
        ids.add(row["id"])
    lay = read_table(
        folder / "lay_phrases.csv",
        {
            "red_flag_id": known(ids),
            "lang": one_of("zh", "en"),
            "phrase": filled,
            "mark": one_of("project", "source"),
        },
    )
    book = Phrasebook(_synonyms(folder))
    rules = tuple(
        _rule(row, [r for r in lay if r["red_flag_id"] == row["id"]], book) for row in rows
    )
    return Rules(rules, Vocabulary(frozenset(_stems(rules))))


def _synonyms(folder: Path) -> Synonyms:
    rows = read_table(
        folder / "synonyms.csv", {"lang": one_of("zh", "en"), "word": filled, "also": anything}
    )
    # Chinese words are kept in the spelling in which texts are searched.
    return {one_spelling(row["word"]): tuple(map(one_spelling, row.many("also"))) for row in rows}


def _rule(row: Row, lay: list[Row], book: Phrasebook) -> Rule:
    own = [
        Phrase(book.parts(r["phrase"], lay=True), "project")
        for r in lay
        if not _LIMIT.fullmatch(r["phrase"])
    ]
    triggers = row.many("triggers_zh") + row.many("triggers_en")
    table = [Phrase(book.parts(t), "table") for t in triggers if not _is_number(t)]
    numbers = [*row.many("triggers_zh"), *(r["phrase"] for r in lay)]
    flag = RedFlag(
        row["id"], cast(Urgency, row["urgency"]), row.text("action"), row["source"], row["mark"],
        (), "affirmed", "table",
    )  # fmt: skip
    limits = tuple(limit for text in numbers if (limit := _limit(text)))
    return Rule(flag, row["negation_sensitive"] == "yes", (*table, *own), limits)


def _is_number(trigger: str) -> bool:
    """`oxygen saturation 91 or less` and `PHQ-9第9题>=1分` are limits, not wordings."""
    return bool(re.search(r"<=|>=|\d or (?:less|more)|score \d", trigger))


def _limit(text: str) -> Limit | None:
    match = _LIMIT.fullmatch(text)
    if match is None:
        return None
    return Limit(
        match.group(1),
        operator.le if match.group(2) == "<=" else operator.ge,
        float(match.group(3)),
    )


def _stems(rules: Iterable[Rule]) -> Iterator[str]:
    for rule in rules:
        for phrase in rule.phrases:
            for part in phrase.parts:
                if isinstance(part, phrases.English):
                    yield from (word for variant in part.variants for word in variant)
