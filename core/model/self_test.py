"""A real question that shows whether the loaded model still writes what a program can read.

Knows: the question, the keys and kinds of values it asks for, how the answer is judged. A model
whose precision was cut too far loses structure before it loses fluent sentences.
Does not know: whether anything medical in an answer is right; one question is no evaluation.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from core.model.job import View
from core.model.request import Request, Turn

BUDGET = 400  # tokens; some models think unasked
KINDS: Mapping[str, type] = {"drug": str, "number": int, "known": bool}
_ASKED = (
    "Reply with one JSON object and nothing else. It has exactly these keys: "
    '"drug" (the string "warfarin"), "number" (the sum of 17 and 25 as an integer), '
    '"known" (the boolean true).'
)
_FENCED = re.compile(r"\A```(?:json)?\s*\n(.*?)\n?```\Z", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Outcome:
    """`first_s`: from the begin to the first token. `speed`: tokens a second after it, if any.

    `valid` is None where the question was not answered: that says nothing about the model.
    """

    valid: bool | None
    first_s: float
    speed: float | None
    tokens: int
    came: str


def request() -> Request:
    return Request(
        "self_test",
        "",
        (Turn("user", (_ASKED,)),),
        thinking=False,
        budget=BUDGET,
        prompt_id="self-test-1",
    )


def judge(view: View) -> Outcome:
    """What an ended answer shows."""
    rest = view.seconds - view.first_s
    speed = (view.tokens - 1) / rest if view.tokens > 1 and rest > 0 else None
    answered = view.state in ("finished", "truncated")
    return Outcome(
        holds(view.answer) if answered else None, view.first_s, speed, view.tokens, view.answer
    )


def holds(answer: str) -> bool:
    """Whether it is one JSON object with the keys and kinds of values that were asked for."""
    text = answer.strip()
    fenced = _FENCED.match(text)
    try:
        said = json.loads(fenced[1] if fenced else text)
    except (ValueError, RecursionError):
        return False
    return (
        isinstance(said, dict)
        and set(said) == set(KINDS)
        and all(type(said[key]) is kind for key, kind in KINDS.items())
    )
