"""Without a model the desk says so at once and pretends nothing."""

from core.model.desk import Desk, Job


def test_every_question_is_answered_with_no_model() -> None:
    desk = Desk()
    assert desk.model is None
    assert desk.submit("interaction") == Job("interaction", "no_model")
    assert desk.submit("") == Job("", "no_model")
