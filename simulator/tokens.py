"""Access tokens and the page ticket: the token each call renews, the stable one, their ends.

Sources: https://developers.weixin.qq.com/doc/service/api/base/api_getstableaccesstoken ,
https://developers.weixin.qq.com/doc/service/Message_Management/API_Call_Limits.html
"""

from __future__ import annotations

import secrets
import threading

from simulator.config import SimulatorConfig
from simulator.errors import ApiError
from simulator.quotas import Quotas

LIFE_SECONDS = 7200.0
_RENEW_EARLY = 300.0  # the stable token is renewed five minutes early, both valid meanwhile
_FORCE_APART = 30.0


class Tokens:
    """The account's tokens. Thread-safe."""

    def __init__(self, config: SimulatorConfig, quotas: Quotas) -> None:
        """Tokens of this account, by its clock."""
        self._config = config
        self._quotas = quotas
        self._lock = threading.Lock()
        self._good: dict[str, float] = {}  # token → valid until
        self._newest = ""
        self._stable = ""
        self._forced_at = float("-inf")
        self._ticket = ("", 0.0)

    def authenticate(self, app_id: str, secret: str) -> None:
        """Let the account's own program pass.

        Raises:
            ApiError: 41002 or 41004 missing, 40013 or 40125 wrong.
        """
        if not app_id:
            raise ApiError(41002, "appid missing")
        if not secret:
            raise ApiError(41004, "appsecret missing")
        if app_id != self._config.app_id:
            raise ApiError(40013, "invalid appid")
        if not secrets.compare_digest(secret.encode(), self._config.app_secret.encode()):
            raise ApiError(40125, "invalid appsecret")

    def check_address(self, address: str) -> None:
        """Let an address of the account's IP list pass.

        Raises:
            ApiError: 40164, it is not in the list.
        """
        allowed = self._config.ip_list
        if allowed is not None and address not in allowed:
            raise ApiError(40164, f"invalid ip {address} ipv6 ::ffff:{address}, not in whitelist")

    def issue(self, app_id: str, secret: str) -> dict[str, object]:
        """/cgi-bin/token: a new token, which ends the one before.

        Raises:
            ApiError: as `authenticate`, or 45009, called too often today.
        """
        self.authenticate(app_id, secret)
        self._quotas.count("token")
        with self._lock:
            now = self._config.clock()
            if self._newest in self._good:
                end = now + self._config.token_overlap_seconds
                self._good[self._newest] = min(self._good[self._newest], end)
            self._newest = self._new(now)
            return {"access_token": self._newest, "expires_in": int(LIFE_SECONDS)}

    def issue_stable(self, app_id: str, secret: str, *, force: bool) -> dict[str, object]:
        """/cgi-bin/stable_token: the same token while it is good.

        Raises:
            ApiError: as `authenticate`, or 45009 or 45011, called or forced too often.
        """
        self.authenticate(app_id, secret)
        self._quotas.count("stable_token")
        with self._lock:
            now = self._config.clock()
            if force:
                if now - self._forced_at < _FORCE_APART:
                    raise ApiError(45011, "force_refresh must be 30 seconds apart")
                self._quotas.count("force_refresh")
                self._forced_at = now
                self._good.pop(self._stable, None)
            if self._good.get(self._stable, 0.0) - now <= _RENEW_EARLY:
                self._stable = self._new(now)
            left = self._good[self._stable] - now
            return {"access_token": self._stable, "expires_in": int(left)}

    def ticket(self) -> tuple[str, int]:
        """The ticket that signs web pages, and its seconds left; the same while it is good."""
        with self._lock:
            now = self._config.clock()
            if self._ticket[1] <= now:
                self._ticket = (f"simticket_{secrets.token_urlsafe(48)}", now + LIFE_SECONDS)
            return self._ticket[0], int(self._ticket[1] - now)

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
            latest = token in {self._newest, self._stable}
        if until is not None and until > now:
            return
        if until is None or not latest:
            raise ApiError(40001, "invalid credential, access_token is invalid or not latest")
        raise ApiError(42001, "access_token expired")

    def expire(self) -> None:
        """Make every token an expired one, as after two hours."""
        with self._lock:
            self._good = dict.fromkeys(self._good, 0.0)

    def kill(self) -> None:
        """Make every token a wrong one, as when another program has asked for a new one."""
        with self._lock:
            self._good.clear()

    def _new(self, now: float) -> str:
        token = f"sim_{secrets.token_urlsafe(48)}"
        self._good[token] = now + LIFE_SECONDS
        return token
