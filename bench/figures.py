"""Timing, and lines in which no figure stands without the peer of the same run.

Knows: medians, 95th percentiles, ratios, the goal of a figure. Does not know: what is measured.
Standard library only. Times are wall clock in milliseconds.
"""

import gc
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sample:
    """Times of one thing in ms, at least one."""

    times: tuple[float, ...]

    @property
    def median(self) -> float:
        return statistics.median(self.times)

    @property
    def p95(self) -> float:
        """The smallest time that 95 of 100 do not exceed (nearest rank)."""
        ordered = sorted(self.times)
        return ordered[max(0, -(-len(ordered) * 95 // 100) - 1)]


def timed(act: Callable[[], object]) -> float:
    """Wall time of one call in ms."""
    begun = time.perf_counter()
    act()
    return (time.perf_counter() - begun) * 1000


def alternating(
    first: Callable[[int], float], second: Callable[[int], float], rounds: int
) -> tuple[Sample, Sample]:
    """Times of two rivals taken in turn, the order swapped each round: a busy moment hits both."""
    gc.collect()
    gc.freeze()  # what is loaded by now is not looked through again, as in the running app
    own: list[float] = []
    other: list[float] = []
    for n in range(rounds):
        turns = ((first, own), (second, other))
        for act, kept in turns if n % 2 == 0 else turns[::-1]:
            kept.append(act(n))
    return Sample(tuple(own)), Sample(tuple(other))


HEAD = f"{'':46} {'median':>9} {'p95':>9} {'peer':>9} {'ratio':>8}  goal"


def line(
    what: str, sample: Sample, peer: Sample, goal_ms: float = 0.0, goal_ratio: float = 0.0
) -> str:
    """One figure: median and p95 in ms, the peer's median in ms, the ratio of the medians."""
    ratio = sample.median / peer.median
    goals = []
    if goal_ms:
        goals.append((f"median < {goal_ms:g} ms", sample.median < goal_ms))
    if goal_ratio:
        goals.append((f"ratio <= {goal_ratio:g}", ratio <= goal_ratio))
    said = ", ".join(f"{text}: {'met' if met else 'MISSED'}" for text, met in goals)
    times = f"{sample.median:9.2f} {sample.p95:9.2f} {peer.median:9.2f} {ratio:8.2f}"
    return f"{what:46} {times}  {said}".rstrip()
