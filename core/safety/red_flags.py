"""Emergencies in free text, found by table before and without the model.

Knows: the triggers of `assets/safety/red_flags.csv`, the project's wordings in `lay_phrases.csv`,
single vital signs with their limits. Recall goes over precision: only a denied mention of a rule
that allows it is left out; a past, supposed or other person's emergency fires and says so in
`assertion`, because a parent writes for a child. Does not know: scores of questionnaires (a trigger
such as `PHQ-9第9题>=1分` belongs to the form), and nothing that it misses is thereby safe.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Literal, cast, get_args

from core.errors import BadTable
from core.i18n import Text
from core.safety.amounts import too_much, too_much_insulin
from core.safety.lifeless import no_sign_of_life, not_waking, stroke_alone
from core.safety.phrases import English, Phrasebook, Synonyms
from core.safety.pieces import many_pieces
from core.safety.reading import WEIGHT, Mention, Part, Reading, one_spelling
from core.safety.reading import read as read_text
from core.safety.stems import Forms, Vocabulary
from core.safety.vital_signs import Limit, beyond, read_limit
from core.settings import current
from core.tables import Row, anything, filled, known, one_of, read_table
from core.terms.negation import Assertion

Urgency = Literal["emergency", "urgent", "same_day"]
Wording = Literal["table", "project"]
URGENCIES: tuple[Urgency, ...] = get_args(Urgency)
# Wordings that a table of words cannot hold, by the rule that they call.
_READERS = {
    "RF005": (stroke_alone,),
    "RF059": (not_waking,),
    "RF061": (too_much_insulin,),
    "RF068": (many_pieces, too_much),
    "RF077": (no_sign_of_life,),
}

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
    reading = read_text(text, table.vocabulary)
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
    for word in beyond(rule.limits, reading.text):
        yield replace(rule.flag, words=(word,), assertion="affirmed", wording="table")
    for reader in _READERS.get(rule.flag.id, ()):
        for word, said in reader(reading):
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
    """The four tables of a folder, checked; raises `BadTable` with file, line and column."""
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
    forms = _forms(folder)
    book = Phrasebook(_synonyms(folder), Vocabulary(frozenset(), forms))
    rules = tuple(
        _rule(row, [r for r in lay if r["red_flag_id"] == row["id"]], book) for row in rows
    )
    return Rules(rules, Vocabulary(frozenset(_stems(rules)), forms))


def _synonyms(folder: Path) -> Synonyms:
    rows = read_table(
        folder / "synonyms.csv", {"lang": one_of("zh", "en"), "word": filled, "also": anything}
    )
    # Chinese words are kept in the spelling in which texts are searched.
    return {one_spelling(row["word"]): tuple(map(one_spelling, row.many("also"))) for row in rows}


def _forms(folder: Path) -> Forms:
    rows = read_table(folder / "english_forms.csv", {"word": filled, "form": filled})
    return {row["word"]: row["form"] for row in rows}


def _rule(row: Row, lay: list[Row], book: Phrasebook) -> Rule:
    own = [
        Phrase(book.parts(r["phrase"], lay=True), "project")
        for r in lay
        if not read_limit(r["phrase"])
    ]
    triggers = row.many("triggers_zh") + row.many("triggers_en")
    table = [Phrase(book.parts(t), "table") for t in triggers if not _is_number(t)]
    numbers = [*row.many("triggers_zh"), *(r["phrase"] for r in lay)]
    flag = RedFlag(
        row["id"], cast(Urgency, row["urgency"]), row.text("action"), row["source"], row["mark"],
        (), "affirmed", "table",
    )  # fmt: skip
    limits = tuple(limit for text in numbers if (limit := read_limit(text)))
    return Rule(flag, row["negation_sensitive"] == "yes", (*table, *own), limits)


def _is_number(trigger: str) -> bool:
    """`oxygen saturation 91 or less` and `PHQ-9第9题>=1分` are limits, not wordings."""
    return bool(re.search(r"<=|>=|\d or (?:less|more)|score \d", trigger))


def _stems(rules: Iterable[Rule]) -> Iterator[str]:
    for rule in rules:
        for phrase in rule.phrases:
            for part in phrase.parts:
                if isinstance(part, English):
                    yield from (word for variant in part.variants for word in variant)
