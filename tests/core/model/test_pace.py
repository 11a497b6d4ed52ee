"""What is said of the time an answer takes, from answers before it."""

import pytest

from core.model.pace import Pace

SEEN = Pace().with_answer(100, 10.0).with_answer(300, 30.0)  # 200 tokens, 20 s, 10 a second


def test_nothing_is_said_before_the_first_answer() -> None:
    assert Pace().left(0, ahead=0, together=4, runs=True) is None
    assert Pace().with_answer(0, 5.0) == Pace()


def test_a_running_answer_has_the_rest_of_a_usual_one_left() -> None:
    assert SEEN.left(50, ahead=0, together=4, runs=True) == pytest.approx(15.0)
    assert SEEN.left(200, ahead=0, together=4, runs=True) is None


def test_a_waiting_one_has_those_before_it() -> None:
    assert SEEN.left(0, ahead=0, together=4, runs=False) == pytest.approx(40.0)
    assert SEEN.left(0, ahead=4, together=4, runs=False) == pytest.approx(60.0)
