"""The gate in front of every screen: whatever fails in the judge, nothing passes."""

import pytest

from core.safety import orders
from core.ui.gate import HELD, OrderGate


@pytest.mark.parametrize("fault", [RecursionError, KeyError, ValueError, MemoryError])
@pytest.mark.parametrize("at", ["feed", "close"])
def test_a_judge_that_fails_holds_everything_back(
    fault: type[Exception],
    at: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def failing(*_: object) -> None:
        raise fault("secret words")

    sound = OrderGate()
    assert sound.feed("More of it. ") + sound.close() == "More of it. "
    gate = OrderGate()
    monkeypatch.setattr(orders.Gate, at, failing)
    said = gate.feed("More of it. ") + gate.close()
    assert said.count(HELD) == 1 and said.endswith(HELD)
    monkeypatch.undo()
    assert gate.feed("And more. ") + gate.close() == ""
    assert fault.__name__ in caplog.text and "secret" not in caplog.text
