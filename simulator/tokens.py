"""Access tokens: the one that each call renews, and the stable one.

Sources: https://developers.weixin.qq.com/doc/service/api/base/api_getstableaccesstoken ,
https://developers.weixin.qq.com/doc/service/Message_Management/API_Call_Limits.html
"""

from __future__ import annotations

import secrets
import threading

from simulator.config import SimulatorConfig
from simulator.errors import ApiError

LIFE_SECONDS = 7200.0
_RENEW_EARLY = 300.0  # the stable token is renewed five minutes early, both valid meanwhile
_DAY = 86400.0
_DAILY = {"token": 2000, "token-test": 200, "force": 20}


class Tokens:
    """The account's tokens. Thread-safe."""

    def __init__(self, config: SimulatorConfig) -> None:
        """Tokens of this account, by its clock."""
        self._config = config
        self._lock = threading.Lock()
        self._good: dict[str, float] = {}  # token → valid until
        self._newest = ""
        self._stable = ""
        self._calls: dict[tuple[str, int], int] = {}

    def issue(self, app_id: str, secret: str) -> dict[str, object]:
        """/cgi-bin/token: a new token, which ends the one before.

        Raises:
            ApiError: 40013, 40125, or 45009 when called too often today.
        """
        self._authenticate(app_id, secret)
        with self._lock:
            self._count("token-test" if self._config.test_account else "token")
            now = self._config.clock()
            if self._newest:
                end = now + self._config.token_overlap_seconds
                self._good[self._newest] = min(self._good[self._newest], end)
            self._newest = self._new(now)
            return {"access_token": self._newest, "expires_in": int(LIFE_SECONDS)}

    def issue_stable(self, app_id: str, secret: str, *, force: bool) -> dict[str, object]:
        """/cgi-bin/stable_token: the same token while it is good.

        Raises:
            ApiError: 40013, 40125, or 45009 when forced too often today.
        """
        self._authenticate(app_id, secret)
        with self._lock:
            now = self._config.clock()
            if force:
                self._count("force")
                self._good.pop(self._stable, None)
            if self._good.get(self._stable, 0.0) - now <= _RENEW_EARLY:
                self._stable = self._new(now)
            left = self._good[self._stable] - now
            return {"access_token": self._stable, "expires_in": int(left)}

    def check(self, token: str) -> None:
        """Let a good token pass.

        Raises:
            ApiError: 41001 missing, 40001 unknown or replaced, 42001 expired.
        """
        if not token:
            raise ApiError(41001, "access_token missing")
        now = self._config.clock()
        with self._lock:
            until = self._good.get(token)
        if until is None:
            raise ApiError(40001, "invalid credential, access_token is invalid or not latest")
        if until <= now:
            replaced = token not in {self._newest, self._stable}
            if replaced:
                raise ApiError(40001, "invalid credential, access_token is invalid or not latest")
            raise ApiError(42001, "access_token expired")

    def expire_all(self) -> None:
        """Make every token an expired one, as after two hours."""
        with self._lock:
            self._good = dict.fromkeys(self._good, 0.0)

    def _authenticate(self, app_id: str, secret: str) -> None:
        if app_id != self._config.app_id:
            raise ApiError(40013, "invalid appid")
        if not secrets.compare_digest(secret.encode(), self._config.app_secret.encode()):
            raise ApiError(40125, "invalid appsecret")

    def _count(self, name: str) -> None:
        day = (name, int(self._config.clock() // _DAY))
        self._calls[day] = self._calls.get(day, 0) + 1
        if self._calls[day] > _DAILY[name]:
            raise ApiError(45009, "reach max api daily quota limit")

    def _new(self, now: float) -> str:
        token = f"sim_{secrets.token_urlsafe(48)}"
        self._good[token] = now + LIFE_SECONDS
        return token
