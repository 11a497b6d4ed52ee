"""Token buckets: how often something may happen, for each key, in a table of bounded size.

Knows: a bucket is one number, the moment at which it will be full again; a full one says nothing
and is dropped first. Does not know: requests, addresses, what a token is worth.
Limits: when the table is full of busy keys, the one that was quiet for longest is forgiven.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass

MOST_KEYS = 20_000


@dataclass(frozen=True, slots=True)
class Pace:
    """`burst` tokens at once, then `per_second`."""

    burst: float
    per_second: float


@dataclass(frozen=True, slots=True)
class Wish:
    """Tokens wanted from one bucket; more than it ever holds counts as all that it holds."""

    key: Hashable
    pace: Pace
    tokens: float = 1.0

    def full_again(self, full_at: float, now: float) -> float:
        taken = min(self.tokens, self.pace.burst)
        return max(full_at, now) + taken / self.pace.per_second

    def longest(self) -> float:
        """Seconds from empty to full."""
        return self.pace.burst / self.pace.per_second


class Buckets:
    """The table; its methods may be called from several threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic, most: int = MOST_KEYS) -> None:
        self._clock = clock
        self._most = most
        self._full_at: OrderedDict[Hashable, float] = OrderedDict()
        self._one_at_a_time = threading.Lock()

    def __len__(self) -> int:
        return len(self._full_at)

    def take(self, *wishes: Wish) -> float:
        """Takes every wish and returns 0, or takes none and returns the seconds until all fit."""
        with self._one_at_a_time:
            now = self._clock()
            after = [wish.full_again(self._full_at.get(wish.key, now), now) for wish in wishes]
            waits = [full - now - wish.longest() for wish, full in zip(wishes, after, strict=True)]
            if max(waits) > 1e-6:  # less is rounding
                return max(waits)
            for wish, full in zip(wishes, after, strict=True):
                self._full_at[wish.key] = full
                self._full_at.move_to_end(wish.key)
            self._make_room(now)
        return 0.0

    def _make_room(self, now: float) -> None:
        if len(self._full_at) > self._most:
            for key in [key for key, full in self._full_at.items() if full <= now]:
                del self._full_at[key]
        while len(self._full_at) > self._most:
            self._full_at.popitem(last=False)
