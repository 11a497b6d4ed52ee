"""The judge of the self-test: one JSON object with the right keys and kinds, and the times."""

import pytest

from core.model import self_test
from core.model.job import State, View

GOOD = '{"drug": "warfarin", "number": 42, "known": true}'


@pytest.mark.parametrize(
    "answer", [GOOD, f"\n {GOOD}\n", f"```json\n{GOOD}\n```", f"```\n{GOOD}\n```"]
)
def test_the_object_that_was_asked_for_is_valid(answer: str) -> None:
    assert self_test.holds(answer)


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "warfarin 42 true",
        f"Here it is: {GOOD}",
        GOOD[:-1],
        f"[{GOOD}]",
        '{"drug": "warfarin", "number": 42}',
        '{"drug": "warfarin", "number": 42, "known": true, "more": 1}',
        '{"drug": "warfarin", "number": "42", "known": true}',
        '{"drug": "warfarin", "number": true, "known": true}',
        '{"drug": "warfarin", "number": 42, "known": 1}',
        "[" * 5000,
    ],
)
def test_anything_else_is_not_valid(answer: str) -> None:
    assert not self_test.holds(answer)


def test_the_times_are_told_apart() -> None:
    view = View("1", "self_test", "finished", answer=GOOD, tokens=21, seconds=12.0, first_s=2.0)
    assert self_test.judge(view) == self_test.Outcome(True, 2.0, 2.0, 21, GOOD)


@pytest.mark.parametrize("state", ["failed", "stopped", "no_model", "refused"])
def test_what_was_not_answered_is_not_judged(state: State) -> None:
    none = View("1", "self_test", state, answer='{"drug": "war', tokens=1)
    assert self_test.judge(none).valid is None
    cut = View("1", "self_test", "truncated", answer='{"drug": "war', tokens=9)
    assert self_test.judge(cut).valid is False
