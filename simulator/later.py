"""What WeChat does after a call has returned: a few things at a time, however many there are."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable

MOST_AT_ONCE = 8
_LOG = logging.getLogger(__name__)


class Later:
    """Runs what it is given in threads that end when nothing is left. Thread-safe."""

    def __init__(self) -> None:
        """Nothing to do yet."""
        self._lock = threading.Lock()
        self._waiting: deque[Callable[[], object]] = deque()
        self._running = 0

    def put(self, act: Callable[[], object]) -> None:
        """Do this soon; acts may overtake one another."""
        with self._lock:
            self._waiting.append(act)
            if self._running == MOST_AT_ONCE:
                return
            self._running += 1
        threading.Thread(target=self._work, daemon=True).start()

    def _work(self) -> None:
        while (act := self._next()) is not None:
            try:
                act()
            except Exception:  # noqa: BLE001 - the others must not wait for ever
                _LOG.exception("something that was to be done later failed")

    def _next(self) -> Callable[[], object] | None:
        with self._lock:
            if self._waiting:
                return self._waiting.popleft()
            self._running -= 1
            return None
