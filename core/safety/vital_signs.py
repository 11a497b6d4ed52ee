"""Vital signs named in a text, compared with the limits that a rule states, as `血氧<=91`.

Knows: how the five signs are written, values that can be one (an SpO2 from 40 to 100), ranges that
are a target and no reading. Does not know: units other than the table's, scores of several signs.
"""

import operator
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limit:
    """A vital sign at which a rule fires, as `血氧<=91`."""

    sign: str
    holds: Callable[[float, float], bool]
    bound: float


_IS = r"\s*(?:is|of|was|at|down to|为|是|:|=|只有|才|降到|掉到|到了|到|大概|约|测得|低至|高达)*\s*"
_SIGNS: dict[str, tuple[str, float, float]] = {
    "血氧": (
        r"血氧(?:饱和度)?|氧饱和度|\bspo2|\bo2 sats?|\bsats?|\boxygen saturation|\bsao2",
        40,
        100,
    ),
    "呼吸": (r"呼吸(?:频率|次数)?|\brr|\bresp(?:iratory)? rate", 3, 90),
    "收缩压": (r"收缩压|高压|血压|\bsbp|\bsystolic|\bbp|\bblood pressure", 40, 300),
    "心率": (r"心率|脉搏|心跳|\bhr|\bpulse|\bheart rate", 15, 300),
    "体温": (r"体温|\bt|\btemp(?:erature)?", 28, 44),
}
_READINGS = {
    sign: re.compile(rf"(?:{names}){_IS}(\d{{2,3}}(?:\.\d)?|\d)(?![\d.]|\s*(?:-|~|至)\s*\d)")
    for sign, (names, _, _) in _SIGNS.items()
}
_NAMES = {  # cheap to look for before the pattern
    "血氧": ("氧", "sat", "spo2", "sao2"), "呼吸": ("呼吸", "rr", "resp"),
    "收缩压": ("压", "sbp", "bp", "systolic", "blood pressure"),
    "心率": ("心", "脉搏", "hr", "pulse", "heart"), "体温": ("体温", "t"),
}  # fmt: skip
_LIMIT = re.compile(rf"({'|'.join(_SIGNS)})(<=|>=)(\d+(?:\.\d+)?)次?")


def read_limit(text: str) -> Limit | None:
    """The limit that a trigger states; None for a wording."""
    match = _LIMIT.fullmatch(text)
    if match is None:
        return None
    return Limit(
        match.group(1),
        operator.le if match.group(2) == "<=" else operator.ge,
        float(match.group(3)),
    )


def beyond(limits: Iterable[Limit], text: str) -> Iterator[str]:
    """The words of every reading in a text that is at or beyond a limit."""
    for limit in limits:
        if not any(name in text for name in _NAMES[limit.sign]):
            continue
        _, low, high = _SIGNS[limit.sign]
        for match in _READINGS[limit.sign].finditer(text):
            value = float(match.group(1))
            if low <= value <= high and limit.holds(value, limit.bound):
                yield match.group()
