"""A question answered by the model in the words of the rows that were found for it.

Knows: the model gets question, remarks and rows in English, nothing else. A question for a dose, or
whether to start, stop or change something, is never handed to it. Without a row its answer is its
own (`Answer.holds`). Does not know: whether a sentence is true.
"""

import hashlib
from collections.abc import Mapping

from core.i18n import Language, translator
from core.model.request import Request
from core.pharmacy import worded
from core.pharmacy.answer_rows import Row, remarks, rows
from core.pharmacy.asking import Answer
from core.pharmacy.derivation import Profile
from core.pharmacy.knowledge import Knowledge
from core.pharmacy.wording import Words

PROMPT = "question"
MOST_ROWS = 40  # the worst first; a prompt of more would crowd out the answer
_SIGNS = str.maketrans("<>", "‹›")  # a question closes no frame around itself


def may_be_asked(answer: Answer) -> bool:
    """Whether the question is one that a model may word: none for an order."""
    return not answer.question.asks("order")


def purpose(answer: Answer) -> str:
    """The type of argument whose steps are looked for in the thought chain."""
    if answer.question.asks("mechanism", "enzymes"):
        return "mechanism"
    return "interaction" if answer.question.asks("interaction") else "treatment"


def request(answer: Answer, knowledge: Knowledge, language: Language) -> Request:
    """The question with its rows; `ValueError` for one that is not handed to the model."""
    if not may_be_asked(answer):
        raise ValueError("a question for an order is not asked")
    used = _used(answer, knowledge.profiles)
    cited = tuple(worded.cited_row(row.drugs, *row.managements) for row in used if row.managements)
    return worded.request(
        purpose(answer),
        PROMPT,
        facts(answer, knowledge.profiles),
        cited,
        language,
        about="+".join(sorted(medicine.id for medicine in answer.medicines)),
        knowledge=knowledge,
    )


def facts(answer: Answer, profiles: Mapping[str, Profile]) -> str:
    """The question, the medicines in both languages, remarks and rows, one fact to a line."""
    words = _english(profiles)
    names = (f"{words.name(m.id)} ({profiles[m.id].drug.name('zh-CN')})" for m in answer.medicines)
    asked = " ".join(answer.question.text.translate(_SIGNS).split())
    lines = [f"<question>{asked}</question>"]
    lines.append(f"Medicines: {', '.join(names) or 'none'}")
    lines += [f"Note: {remark}" for remark in remarks(answer, words)]
    lines += [line for row in _used(answer, profiles) for line in _lines(row, words)]
    return "\n".join(lines if answer.holds else [*lines, "No row of the tables answers this."])


def compare(text: str, answer: Answer, profiles: Mapping[str, Profile]) -> tuple[worded.Mark, ...]:
    """What the model names that no row holds; the words of the question itself back nothing."""
    given = facts(answer, profiles).partition("\n")[2]
    used = _used(answer, profiles)
    drugs = {m.id for m in answer.medicines} | {drug for row in used for drug in row.drugs}
    return worded.compare(text, given, drugs, {row.severity for row in used if row.severity})


def slug(answer: Answer, profiles: Mapping[str, Profile]) -> str:
    """Names question and rows: another list or table gives another name."""
    return f"ask-{hashlib.sha256(facts(answer, profiles).encode()).hexdigest()[:16]}"


def _english(profiles: Mapping[str, Profile]) -> Words:
    return Words(translator("en"), profiles)


def _used(answer: Answer, profiles: Mapping[str, Profile]) -> tuple[Row, ...]:
    return rows(answer, _english(profiles))[:MOST_ROWS]


def _lines(row: Row, words: Words) -> list[str]:
    grade = f" ({words.severity(row.severity)})" if row.severity else ""
    said = (f"  {term}: {text}" for term, text in row.said)
    return [f"Row {row.id}: {row.head}{grade}", *said]
