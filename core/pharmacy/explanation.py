"""A worded explanation of one pair: what the model is given, and what is compared afterwards.

Knows: the model gets the decided finding and its steps, nothing else, in English. What it says is
compared with them: drugs, numbers and grades that the rows do not hold are named.
Does not know: whether a sentence without any of these is true; it stays marked as the model's.
"""

import hashlib
import re
from dataclasses import dataclass
from functools import cache
from typing import Literal

from core.i18n import LANGUAGES, Language, translator
from core.model.request import Request, Turn
from core.pharmacy import pair_text
from core.pharmacy.checker import Pair
from core.pharmacy.findings import Finding
from core.pharmacy.knowledge import Knowledge
from core.pharmacy.wording import Words
from core.settings import ASSETS
from core.terms.drug_names import drug_names
from core.terms.folding import fold

PURPOSE = "interaction"
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
def prompt() -> str:
    return (ASSETS / "model" / "prompts" / PURPOSE).read_text(encoding="utf-8")


def prompt_id() -> str:
    """Names the wording: its file and the beginning of its hash."""
    return f"{PURPOSE} {hashlib.sha256(prompt().encode()).hexdigest()[:12]}"


def request(pair: Pair, knowledge: Knowledge, language: Language) -> Request:
    """The question about a pair with a decided finding."""
    given = facts(pair, knowledge)
    return Request(
        purpose=PURPOSE,
        instruction=prompt().format(language=SPOKEN[language]),
        turns=(Turn("user", (given,)),),
        budget=BUDGET,
        prompt_id=prompt_id(),
        inputs={"facts": hashlib.sha256(given.encode()).hexdigest()},
        about=pair.key,
        knowledge={"pharmacy": f"{knowledge.version} {knowledge.digest}"},
    )


def facts(pair: Pair, knowledge: Knowledge) -> str:
    """What the rows hold of a pair, in English, one fact to a line."""
    words = Words(translator("en"), knowledge.profiles)
    decided = _decided(pair)
    names = (f"{words.name(m.id)} ({_chinese(m.id, knowledge)})" for m in (pair.a, pair.b))
    lines = [
        f"Medicines: {' + '.join(names)}",
        f"Grade: {words.severity(pair.severity)}",
        f"Effect: {words.effect(decided)}",
        f"Mechanism: {words.mechanism(decided)}",
        *(f"Step: {step.text}" for step in words.steps(decided)),
        f"Management: {words.management(decided)}",
        *(f"Also: {line}" for line in pair_text.context_lines(pair, knowledge, words)),
    ]
    return "\n".join(dict.fromkeys(lines))


def compare(answer: str, pair: Pair, knowledge: Knowledge) -> tuple[Mark, ...]:
    """What an answer names that the rows do not hold, each once, in the order of kinds."""
    given = facts(pair, knowledge)
    return (*_drugs(answer, pair, given), *_numbers(answer, given), *_grades(answer, pair))


def _decided(pair: Pair) -> Finding:
    if pair.decided_by is None:
        raise ValueError("a pair without a finding has nothing to explain")
    return pair.decided_by


def _chinese(drug: str, knowledge: Knowledge) -> str:
    return knowledge.profiles[drug].drug.name("zh-CN")


def _drugs(answer: str, pair: Pair, given: str) -> list[Mark]:
    names = drug_names()
    known = {mention.drug for mention in names.mentions(fold(given))} | {pair.a.id, pair.b.id}
    folded = fold(answer)
    found = {m.drug: folded[m.start : m.end] for m in names.mentions(folded)}
    return [Mark("drug", said) for drug, said in found.items() if drug not in known]


def _numbers(answer: str, given: str) -> list[Mark]:
    held = set(_NUMBER.findall(given))
    said = dict.fromkeys(_NUMBER.findall(answer))
    return [Mark("number", number) for number in said if number not in held]


def _grades(answer: str, pair: Pair) -> list[Mark]:
    """Words of another grade, where the answer speaks of the grade of the interaction."""
    marks = []
    for grade in ("contraindicated", "major", "moderate", "minor"):
        words = {translator(language)(f"pharmacy.severity.{grade}") for language in LANGUAGES}
        own = {translator(lang)(f"pharmacy.severity.{pair.severity}") for lang in LANGUAGES}
        either = "|".join(map(re.escape, sorted(words - own)))
        if grade == pair.severity or not either:
            continue
        behind = rf"{_OF_GRADES}\W{{0,3}}(?:is|as|为|為|是|:)?\W{{0,2}}(?:{either})"
        near = rf"(?:{either})\W{{0,3}}(?:的)?{_OF_GRADES}|{behind}"
        marks += [Mark("grade", m[0]) for m in re.finditer(near, answer, re.IGNORECASE)]
    return marks
