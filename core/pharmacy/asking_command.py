"""`python -m core pharmacy ask QUESTION --drugs NAME…`: the rows that answer, without a model.

Knows: the lines of a terminal and the JSON object. Emergencies in the question come first.
"""

import json
from typing import Any

from core.pharmacy.answer_rows import Row, remarks, rows, understood
from core.pharmacy.asking import Answer, answer
from core.pharmacy.knowledge import knowledge
from core.pharmacy.request import run
from core.pharmacy.wording import Words
from core.safety.red_flags import RedFlag, scan


def ask(question: str, drugs: list[str], words: Words, *, as_json: bool) -> str:
    """What is printed; `BadInput` for a question or list that is too long."""
    found = answer(question, run(drugs, {}, knowledge()), knowledge())
    emergencies = scan(question)
    if as_json:
        return json.dumps(_json(found, emergencies, words), ensure_ascii=False)
    return "\n".join(_lines(found, emergencies, words))


def _json(found: Answer, emergencies: tuple[RedFlag, ...], words: Words) -> dict[str, Any]:
    asked = found.question
    return {
        "question": asked.text,
        "topics": list(asked.topics),
        "foods": list(asked.foods),
        "patient": list(asked.patient),
        "drugs": [medicine.id for medicine in found.medicines],
        "named": list(asked.named),
        "unknown": list(asked.unknown),
        "answered": found.holds,
        "rows": [row.as_json() for row in rows(found, words)],
        "remarks": list(remarks(found, words)),
        "emergencies": [{"id": f.id, "action": words.t.text(f.action)} for f in emergencies],
        "knowledge": {"version": knowledge().version, "digest": knowledge().digest},
    }


def _lines(found: Answer, emergencies: tuple[RedFlag, ...], words: Words) -> list[str]:
    lines = [f"! {words.t(f'safety.{f.urgency}')}: {words.t.text(f.action)}" for f in emergencies]
    lines += [understood(found, words), *(f"! {said}" for said in remarks(found, words))]
    return lines + [line for row in rows(found, words) for line in _row(row, words)]


def _row(row: Row, words: Words) -> list[str]:
    grade = f"{words.severity(row.severity)} · " if row.severity else ""
    said = [f"  {term}: {text}" for term, text in row.said]
    return [f"{grade}{row.head} · {row.id}", *said, *(f"  {words.source(s)}" for s in row.sources)]
