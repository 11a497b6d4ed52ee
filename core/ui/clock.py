"""Stored moments as a person at this machine reads them: local time, to the second or the minute.

Knows: moments are stored in UTC (`core.records.tables.stamp`). Does not know: the tablet's zone.
"""

from datetime import datetime


def day_and_time(at: str) -> str:
    """`2026-11-22 22:05:09`."""
    return f"{_here(at):%Y-%m-%d %H:%M:%S}"


def time_of_day(at: str) -> str:
    """`22:05`."""
    return f"{_here(at):%H:%M}"


def zone() -> str:
    """`UTC+08:00`, as this machine is set now."""
    offset = f"{datetime.now().astimezone():%z}"  # `%:z` is not there before Python 3.12
    return f"UTC{offset[:3]}:{offset[3:5]}"


def _here(at: str) -> datetime:
    return datetime.fromisoformat(at).astimezone()
