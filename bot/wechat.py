"""
Calls to WeChat: one base URL, time-outs, typed errors, and a token that many processes share.

Not wechatpy's client: its token refresh has no lock and retries without end (485 token requests
for one message were measured), and `timeout` is not used for it.
"""

from __future__ import annotations

import json
import logging
import secrets
import threading
import time
from collections.abc import Mapping
from typing import Any

import redis
import requests

_LOG = logging.getLogger(__name__)

_TIMEOUT_SECONDS = (3.05, 5.0)
_TOKEN_KEY, _LOCK_KEY = "desk:wechat:token:{}", "desk:wechat:token-lock:{}"
_LOCK_SECONDS = 8
_SAFETY_SECONDS = 300
_BAD_TOKEN = frozenset({40001, 40014, 42001})
# Busy, rate limits: worth another try, later.
_BUSY = frozenset({-1, 45009, 45011})
_RETRY_SECONDS: Mapping[int, float] = {-1: 5.0, 45009: 3600.0, 45011: 60.0}
_UNLOCK = "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end"


class WechatError(Exception):
    """A call failed; `code` is WeChat's errcode, or 0 where it never got that far."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(f"{code} {message}".strip())
        self.code = code


class TransientError(WechatError):
    """Worth another try after `retry_after` seconds."""

    def __init__(self, code: int, message: str, retry_after: float = 30.0) -> None:
        super().__init__(code, message)
        self.retry_after = retry_after


class PermanentError(WechatError):
    """Trying again changes nothing: out of window, out of quota, refused."""


class WechatClient:
    """One account's calls."""

    def __init__(
        self, base_url: str, app_id: str, app_secret: str, client: redis.Redis | None
    ) -> None:
        self._base = base_url.rstrip("/")
        self._app_id = app_id
        self._secret = app_secret
        self._redis = client
        self._session = requests.Session()
        self._own_token = ""
        self._own_until = 0.0
        self._guard = threading.Lock()

    def send_text(self, openid: str, text: str) -> None:
        """
        Send a customer-service text.

        Raises:
            TransientError: busy or unreachable.
            PermanentError: WeChat will not deliver it.
        """
        self._call(
            "/cgi-bin/message/custom/send",
            {"touser": openid, "msgtype": "text", "text": {"content": text}},
        )

    def create_menu(self, buttons: list[dict[str, Any]]) -> None:
        """Publish the account's menu; errors as `send_text`."""
        self._call("/cgi-bin/menu/create", {"button": buttons})

    def check(self) -> None:
        """Raise what stands between us and WeChat, if anything does."""
        self._token()

    def _call(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        token = self._token()
        try:
            return self._post(path, body, token)
        except WechatError as error:
            if error.code not in _BAD_TOKEN:
                raise
        return self._post(path, body, self._token(failed=token))

    def _post(self, path: str, body: Mapping[str, Any], token: str) -> dict[str, Any]:
        # WeChat shows \\uXXXX escapes as they are, so the JSON is written in UTF-8.
        data = json.dumps(body, ensure_ascii=False).encode()
        params = {"access_token": token} if token else {}
        try:
            answer = self._session.post(
                self._base + path, params=params, data=data, timeout=_TIMEOUT_SECONDS
            )
            told = answer.json()
        except (requests.RequestException, ValueError) as error:
            raise TransientError(0, type(error).__name__) from error
        if not isinstance(told, dict):
            raise TransientError(0, "no JSON object")
        code = int(told.get("errcode") or 0)
        if code in _BUSY:
            raise TransientError(code, "busy", _RETRY_SECONDS[code])
        if code:
            raise PermanentError(code, str(told.get("errmsg", ""))[:80])
        return told

    def _token(self, failed: str = "") -> str:
        """Return the shared token; a new one only if the stored one is the one that failed."""
        stored = self._stored()
        if stored and stored != failed:
            return stored
        with self._guard:
            lock = self._locked()
            try:
                stored = self._stored()
                if stored and stored != failed:
                    return stored
                return self._fetched(force=bool(failed))
            finally:
                self._unlock(lock)

    def _fetched(self, *, force: bool) -> str:
        told = self._post(
            "/cgi-bin/stable_token",
            {
                "grant_type": "client_credential",
                "appid": self._app_id,
                "secret": self._secret,
                "force_refresh": force,
            },
            token="",
        )
        token, lives = str(told.get("access_token", "")), int(told.get("expires_in", 0))
        if not token:
            raise TransientError(0, "no token in the answer")
        lives = max(60, lives - _SAFETY_SECONDS)
        self._own_token, self._own_until = token, time.monotonic() + lives
        if self._redis is not None:
            try:
                self._redis.set(_TOKEN_KEY.format(self._app_id), token, ex=lives)
            except redis.RedisError:
                _LOG.warning("Redis is away: the token stays in this process")
        return token

    def _stored(self) -> str:
        if self._redis is not None:
            try:
                token = self._redis.get(_TOKEN_KEY.format(self._app_id))
            except redis.RedisError:
                token = None
            if isinstance(token, bytes):
                return token.decode()
        return self._own_token if time.monotonic() < self._own_until else ""

    def _locked(self) -> str:
        """Take the refresh lock among all processes, or wait until its holder must be done."""
        if self._redis is None:
            return ""
        mine, name = secrets.token_hex(8), _LOCK_KEY.format(self._app_id)
        deadline = time.monotonic() + _LOCK_SECONDS
        try:
            while time.monotonic() < deadline:
                if self._redis.set(name, mine, nx=True, ex=_LOCK_SECONDS):
                    return mine
                time.sleep(0.05)
        except redis.RedisError:
            _LOG.warning("Redis is away: each process refreshes its own token")
        return ""

    def _unlock(self, mine: str) -> None:
        if self._redis is None or not mine:
            return
        try:
            self._redis.eval(_UNLOCK, 1, _LOCK_KEY.format(self._app_id), mine)
        except redis.RedisError:
            _LOG.warning("Redis is away: the refresh lock runs out by itself")
