"""How often each call may be made: a day, a minute, a month.

Days and months are those of Beijing. Sources:
https://developers.weixin.qq.com/doc/service/Message_Management/API_Call_Limits.html ,
https://developers.weixin.qq.com/doc/service/api/base/api_getstableaccesstoken ,
https://developers.weixin.qq.com/doc/service/api/notify/message/api_masssend
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from simulator.config import SimulatorConfig
from simulator.errors import ApiError

DAILY: Mapping[str, int] = {
    "token": 2000,
    "stable_token": 500_000,
    "force_refresh": 20,
    "menu_create": 1000,
    "media_upload": 100_000,
    "media_get": 200_000,
    "custom_send": 500_000,
    "template_send": 100_000,
    "mass_send": 100,
    "mass_preview": 100,
    "qrcode": 100_000,
    "user_list": 500,
    "user_info": 5_000_000,
}
DAILY_OF_TEST_ACCOUNT: Mapping[str, int] = {"token": 200, "custom_send": 50_000}
EACH_MINUTE: Mapping[str, int] = {"stable_token": 10_000, "mass_send": 60, "sns_token": 50_000}
CLEARS_EACH_MONTH = 10

_BEIJING = timedelta(hours=8)


def beijing_month(seconds: float) -> str:
    """The calendar month of an instant, as `2026-11`."""
    return f"{datetime.fromtimestamp(seconds, UTC) + _BEIJING:%Y-%m}"


def _day(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC) + _BEIJING:%Y-%m-%d}"


def _minute(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M}"


class Quotas:
    """The account's calls, counted. Thread-safe."""

    def __init__(self, config: SimulatorConfig) -> None:
        """Count by this account's clock."""
        self._config = config
        self._lock = threading.Lock()
        self._used: dict[str, tuple[str, int]] = {}  # "day token" → period, calls in it

    def count(self, name: str) -> None:
        """One more call under this quota.

        Raises:
            ApiError: 45009 too many today, 45011 too many this minute.
        """
        now = self._config.clock()
        with self._lock:
            if self._add(f"minute {name}", _minute(now)) > EACH_MINUTE.get(name, 10**9):
                raise ApiError(45011, "api minute-quota reach limit, must slow, retry next minute")
            if self._add(f"day {name}", _day(now)) > self._limit(name):
                raise ApiError(45009, "reach max api daily quota limit")

    def clear(self) -> None:
        """Forget today's calls, as /cgi-bin/clear_quota does.

        Raises:
            ApiError: 48006, done ten times this month already.
        """
        with self._lock:
            used = self._add("month clear", beijing_month(self._config.clock()))
            if used > CLEARS_EACH_MONTH:
                raise ApiError(48006, "forbid to clear quota because of reaching the limit")
            for key in [key for key in self._used if key.startswith("day ")]:
                del self._used[key]

    def view(self) -> dict[str, dict[str, int]]:
        """Today's calls and their limit, by quota."""
        today = _day(self._config.clock())
        with self._lock:
            return {
                name: {"used": used, "limit": self._limit(name)}
                for key, (period, used) in self._used.items()
                if period == today and (name := key.removeprefix("day ")) != key
            }

    def _limit(self, name: str) -> int:
        daily = DAILY_OF_TEST_ACCOUNT if self._config.test_account else {}
        return {**DAILY, **daily, **self._config.quotas}.get(name, 10**9)

    def _add(self, key: str, period: str) -> int:
        before, used = self._used.get(key, (period, 0))
        self._used[key] = (period, used + 1 if before == period else 1)
        return self._used[key][1]
