"""The simulated WeChat's clock: the real one until somebody turns it or makes it stand still."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any


class Clock:
    """Seconds since 1970, as far ahead of `base` as it was turned. Thread-safe."""

    def __init__(self, base: Callable[[], float] = time.time) -> None:
        """Go as `base` does."""
        self._base = base
        self._lock = threading.Lock()
        self._ahead = 0.0
        self._stopped_at: float | None = None

    def __call__(self) -> float:
        """The simulated instant."""
        with self._lock:
            return self._now()

    def forward(self, seconds: float) -> None:
        """Turn it on by so much (back, if negative), also while it stands."""
        with self._lock:
            self._set(self._now() + seconds)

    def set_to(self, instant: float) -> None:
        """Turn it to an instant; it goes on from there, or stands there if it stood."""
        with self._lock:
            self._set(instant)

    def stand(self, *, still: bool) -> None:
        """Stand still, or go on from where it stands."""
        with self._lock:
            now = self._now()
            self._stopped_at = now if still else None
            self._set(now)

    def reset(self) -> None:
        """Be the real clock again."""
        with self._lock:
            self._ahead, self._stopped_at = 0.0, None

    def view(self) -> dict[str, Any]:
        """What a page needs to show it: `now`, `ahead` of the real time (both s), `still`."""
        with self._lock:
            now = self._now()
            ahead = round(now - self._base(), 3)
            return {"now": now, "ahead": ahead, "still": self._stopped_at is not None}

    def _now(self) -> float:
        return self._base() + self._ahead if self._stopped_at is None else self._stopped_at

    def _set(self, instant: float) -> None:
        self._ahead = instant - self._base()
        if self._stopped_at is not None:
            self._stopped_at = instant
