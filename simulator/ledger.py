"""How many customer-service messages the account may still send to each patient.

Source: https://developers.weixin.qq.com/doc/offiaccount/Customer_Service/Customer_Service_Messages.html
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

OUT_OF_TIME = 45015
OUT_OF_COUNT = 45047

_DAY = 24 * 3600.0
# What the patient does: how many messages it allows, for how many seconds.
GRANTS: dict[str, tuple[int, float]] = {
    "message": (5, 2 * _DAY),
    "tap": (3, 60.0),  # custom menu or msgmenu: a tap is no message
    "follow": (3, 60.0),
    "scan": (3, 60.0),
}


@dataclass(slots=True)
class Window:
    """Messages still allowed, until when (seconds since 1970)."""

    remaining: int
    until: float


class Ledger:
    """The windows of all patients. Thread-safe."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """Count by this clock (seconds since 1970)."""
        self._clock = clock
        self._lock = threading.Lock()
        self._windows: dict[str, dict[str, Window]] = {}

    def open(self, openid: str, action: str) -> None:
        """The patient did something of `GRANTS`: its window starts anew."""
        count, seconds = GRANTS[action]
        with self._lock:
            windows = self._windows.setdefault(openid, {})
            windows[action] = Window(count, self._clock() + seconds)

    def close(self, openid: str) -> None:
        """The patient unfollowed: nothing may be sent."""
        with self._lock:
            self._windows.pop(openid, None)

    def spend(self, openid: str) -> int:
        """Use one message; 0, or the error code 45015 (no window) or 45047 (used up)."""
        with self._lock:
            live = self._live(openid)
            if not live:
                return OUT_OF_TIME
            usable = [window for window in live.values() if window.remaining]
            if not usable:
                return OUT_OF_COUNT
            min(usable, key=lambda window: window.until).remaining -= 1
            return 0

    def view(self, openid: str) -> list[dict[str, Any]]:
        """The open windows: action, remaining, seconds left, their end (since 1970)."""
        now = self._clock()
        with self._lock:
            return [
                {
                    "action": action,
                    "remaining": w.remaining,
                    "seconds": round(w.until - now),
                    "until": w.until,
                }
                for action, w in self._live(openid).items()
            ]

    def _live(self, openid: str) -> dict[str, Window]:
        now = self._clock()
        windows = self._windows.get(openid, {})
        return {action: window for action, window in windows.items() if window.until > now}
