"""Stored moments in the time of this machine."""

import time
from collections.abc import Iterator

import pytest

from core.ui import clock


@pytest.fixture(params=[("Asia/Shanghai", "22:05", "UTC+08:00"), ("UTC", "14:05", "UTC+00:00")])
def place(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple]:
    monkeypatch.setenv("TZ", request.param[0])
    time.tzset()
    yield request.param[1:]
    monkeypatch.undo()
    time.tzset()


def test_a_stored_moment_is_told_in_the_time_of_this_machine(place: tuple[str, str]) -> None:
    at = "2026-11-22T14:05:09.123456+00:00"
    assert clock.time_of_day(at) == place[0]
    assert clock.day_and_time(at) == f"2026-11-22 {place[0]}:09"
    assert clock.zone() == place[1]
