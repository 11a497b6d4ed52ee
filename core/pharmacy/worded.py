"""What the model is asked to word, and what is compared with its rows afterwards.

Knows: a request from lines of facts, with the rows whose management may be restated; drugs, numbers
and grades of an answer that the facts do not hold are named.
Does not know: whether a sentence without any of these is true; it stays marked as the model's.
"""

import hashlib
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cache
from typing import Literal

from core.i18n import LANGUAGES, Language, Text, translator
from core.model.request import Request, Turn
from core.pharmacy.knowledge import Knowledge
from core.safety.orders import CitedRow
from core.settings import ASSETS
from core.terms.drug_names import drug_names
from core.terms.folding import fold

BUDGET = 2000  # new tokens; the model's authors give a thinking text answer as many
SPOKEN: dict[Language, str] = {
    "en": "English",
    "zh-CN": "Simplified Chinese",
    "zh-TW": "Traditional Chinese",
}
_NUMBER = re.compile(r"(?<![A-Za-z0-9.])\d+(?:[.,]\d+)?(?![A-Za-z0-9]*\d)")
_OF_GRADES = r"(?:severity|grade[ds]?|interaction|相互作用|交互作用|等级|等級|级别|級別|分级)"

Kind = Literal["drug", "number", "grade"]


@dataclass(frozen=True, slots=True)
class Mark:
    """Something in the answer that the rows do not hold; `said` as it stands there."""

    kind: Kind
    said: str


@cache
def prompt(name: str) -> str:
    return (ASSETS / "model" / "prompts" / f"{name}.txt").read_text(encoding="utf-8")


def prompt_id(name: str) -> str:
    """Names the wording: its file and the beginning of its hash."""
    return f"{name} {hashlib.sha256(prompt(name).encode()).hexdigest()[:12]}"


def request(
    purpose: str,
    name: str,
    given: str,
    cited: tuple[CitedRow, ...],
    language: Language,
    *,
    about: str,
    knowledge: Knowledge,
) -> Request:
    """A request to word the facts `given` about drugs by the prompt `name`."""
    return Request(
        purpose=purpose,
        instruction=prompt(name).format(language=SPOKEN[language]),
        turns=(Turn("user", (given,)),),
        budget=BUDGET,
        prompt_id=prompt_id(name),
        cited=cited,
        inputs={"facts": hashlib.sha256(given.encode()).hexdigest()},
        about=about,
        knowledge={"pharmacy": f"{knowledge.version} {knowledge.digest}"},
    )


def cited_row(drugs: Iterable[str], *managements: Text) -> CitedRow:
    """What a rule says to do, in each language, for the gate of orders."""
    said = (text.say(language) for text in managements for language in LANGUAGES)
    return CitedRow(frozenset(drugs), tuple(dict.fromkeys(said)))


def compare(
    answer: str, given: str, drugs: Collection[str], grades: Collection[str]
) -> tuple[Mark, ...]:
    """What an answer names that facts, `drugs` and `grades` do not hold, each once, by kind."""
    return (*_drugs(answer, given, drugs), *_numbers(answer, given), *_grades(answer, grades))


def _drugs(answer: str, given: str, drugs: Collection[str]) -> list[Mark]:
    names = drug_names()
    known = {mention.drug for mention in names.mentions(fold(given))} | set(drugs)
    folded = fold(answer)
    found = {m.drug: folded[m.start : m.end] for m in names.mentions(folded)}
    return [Mark("drug", said) for drug, said in found.items() if drug not in known]


def _numbers(answer: str, given: str) -> list[Mark]:
    held = set(_NUMBER.findall(given))
    said = dict.fromkeys(_NUMBER.findall(answer))
    return [Mark("number", number) for number in said if number not in held]


def _grades(answer: str, grades: Collection[str]) -> list[Mark]:
    """Words of a grade that no row has, where the answer speaks of the grade of an interaction."""
    own = {translator(lang)(f"pharmacy.severity.{grade}") for lang in LANGUAGES for grade in grades}
    marks = []
    for grade in ("contraindicated", "major", "moderate", "minor"):
        words = {translator(language)(f"pharmacy.severity.{grade}") for language in LANGUAGES}
        either = "|".join(map(re.escape, sorted(words - own)))
        if grade in grades or not either:
            continue
        behind = rf"{_OF_GRADES}\W{{0,3}}(?:is|as|为|為|是|:)?\W{{0,2}}(?:{either})"
        near = rf"(?:{either})\W{{0,3}}(?:的)?{_OF_GRADES}|{behind}"
        marks += [Mark("grade", m[0]) for m in re.finditer(near, answer, re.IGNORECASE)]
    return marks
