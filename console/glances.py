"""Numbers that are dear to count: looked at again no sooner than their cost allows."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

# Of a process's time so much is spent counting at most, however many look and however much there
# is: what takes a millisecond is counted for whoever asks, what takes a second once a minute.
_SHARE = 1 / 50
_MOST_KEPT = 64


class Glances(Generic[K, V]):
    """The last answers of one process, shared by all who look."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Nothing was looked at yet."""
        self._clock = clock
        self._guard = threading.Lock()
        self._kept: dict[K, tuple[float, V]] = {}

    def at(self, what: K, count: Callable[[], V]) -> V:
        """Return what was counted a moment ago, or count now."""
        with self._guard:
            until, value = self._kept.get(what, (0.0, None))
            started = self._clock()
            if value is not None and started < until:
                return value
            value = count()
            ended = self._clock()
            self._kept.pop(what, None)
            self._kept[what] = (ended + (ended - started) / _SHARE, value)
            while len(self._kept) > _MOST_KEPT:
                self._kept.pop(next(iter(self._kept)))
            return value
