"""
The access token and the JS ticket: one of each, shared by all processes, renewed by one of them.

wechatpy's client renews without a lock and retries without end: one call burnt 485 tokens. Here a
secret is fetched under a Redis lock that only its owner gives back, after a second look at what
is stored, and in bounded time. Both are kept in Redis **sealed**: who holds the token speaks as
the hospital, and a Redis dump or MONITOR must not be enough for that. Without Redis each process
keeps its own.
"""

from __future__ import annotations

import contextlib
import logging
import secrets
import threading
import time
from collections.abc import Callable, Iterator

import redis

from bot.transport import Deadline
from bot.wechat_errors import PermanentError, TransientError
from models.vault import Vault, VaultError

_LOG = logging.getLogger(__name__)

_KEY = "desk:wechat:{}:{}"
# The lock outlives whatever is done under it, one last slow read included: a live owner never
# loses it.
FETCH_SECONDS = 10.0
_LOCK_MS = 16_000
_POLL_SECONDS = 0.05
# Nobody waits for a server that has just not answered.
_BREAK_SECONDS = 2.0
# Where only an operator can help: whoever asks next, and whoever was refused, waits this long.
_OPERATOR_BREAK_SECONDS, _OPERATOR_SECONDS = 60.0, 600.0
# So long a process sends with the secret it saw last before it looks at the shelf again. One that
# has been replaced meanwhile is refused, and then the shelf is asked.
_GLANCE_SECONDS = 1.0
_UNLOCK = "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end"

# Makes a secret, given the one that failed (empty: none did); returns it and its life in seconds.
Fetch = Callable[[str, Deadline], tuple[str, float]]


class Shelf:
    """Short-lived secrets of one account: in Redis for all processes, else in this one."""

    def __init__(self, app_id: str, client: redis.Redis | None, vault: Vault) -> None:
        self._app_id = app_id
        self._redis = client
        self._vault = vault
        self._own: dict[str, tuple[str, float]] = {}
        self._guards: dict[str, threading.Lock] = {}
        self._guard = threading.Lock()

    def get(self, name: str) -> str:
        """Return what is kept under the name; empty where nothing is."""
        if self._redis is not None:
            try:
                sealed = self._redis.get(self._key(name))
            except redis.RedisError:
                return self._get_own(name)
            return self._opened(sealed)
        return self._get_own(name)

    def put(self, name: str, value: str, seconds: float) -> None:
        """Keep it that long."""
        self._own[name] = (value, time.monotonic() + seconds)
        if self._redis is None:
            return
        try:
            self._redis.set(self._key(name), self._vault.seal(value), px=int(seconds * 1000))
        except redis.RedisError:
            _LOG.warning("Redis is away: WeChat's %s stays in this process", name)

    @contextlib.contextmanager
    def locked(self, name: str, deadline: Deadline) -> Iterator[None]:
        """
        Be the only one, in all processes, who renews this secret.

        Raises:
            TransientError: somebody else still does.
        """
        with self._guard:
            guard = self._guards.setdefault(name, threading.Lock())
        if not guard.acquire(timeout=deadline.left):
            raise _still_busy(name)
        try:
            mine = self._lock(name, deadline)
            try:
                yield
            finally:
                self._unlock(name, mine)
        finally:
            guard.release()

    def _lock(self, name: str, deadline: Deadline) -> str:
        """Return the owner's mark; empty where there is no Redis to ask."""
        if self._redis is None:
            return ""
        mine = secrets.token_hex(8)
        try:
            while not self._redis.set(self._key(f"{name}-lock"), mine, nx=True, px=_LOCK_MS):
                if not deadline.left:
                    raise _still_busy(name)
                time.sleep(_POLL_SECONDS)
        except redis.RedisError:
            _LOG.warning("Redis is away: each process renews WeChat's %s itself", name)
            return ""
        return mine

    def _unlock(self, name: str, mine: str) -> None:
        if self._redis is None or not mine:
            return
        try:
            self._redis.eval(_UNLOCK, 1, self._key(f"{name}-lock"), mine)
        except redis.RedisError:
            _LOG.warning("Redis is away: the lock of WeChat's %s runs out by itself", name)

    def _key(self, name: str) -> str:
        return _KEY.format(self._app_id, name)

    def _get_own(self, name: str) -> str:
        value, until = self._own.get(name, ("", 0.0))
        return value if time.monotonic() < until else ""

    def _opened(self, sealed: object) -> str:
        try:
            return self._vault.open(sealed) if isinstance(sealed, bytes) else ""
        except VaultError:
            return ""  # sealed by a key we no longer have: a new one will be fetched


def _still_busy(name: str) -> TransientError:
    return TransientError(0, f"WeChat's {name} is being renewed", retry_after=_BREAK_SECONDS)


class Secret:
    """One secret on the shelf and how to get a new one."""

    def __init__(self, name: str, shelf: Shelf, fetch: Fetch) -> None:
        self._name = name
        self._shelf = shelf
        self._fetch = fetch
        self._broken_until = 0.0
        self._seen = ("", 0.0)

    def current(self, deadline: Deadline, failed: str = "") -> str:
        """
        Return the secret; a new one only if there is none, or it is the one that failed.

        Raises:
            TransientError: WeChat gives none now.
        """
        seen, until = self._seen
        if seen and seen != failed and time.monotonic() < until:
            return seen
        kept = self._shelf.get(self._name)
        if kept and kept != failed:
            self._seen = (kept, time.monotonic() + _GLANCE_SECONDS)
            return kept
        with self._shelf.locked(self._name, deadline):
            kept = self._shelf.get(self._name)
            if kept and kept != failed:
                return kept
            return self._renewed(failed, deadline.within(FETCH_SECONDS))

    def _renewed(self, failed: str, deadline: Deadline) -> str:
        left = self._broken_until - time.monotonic()
        if left > 0:
            raise TransientError(0, f"WeChat has just refused a {self._name}", left)
        try:
            value, seconds = self._fetch(failed, deadline)
        except TransientError as error:
            self._broken_until = time.monotonic() + _BREAK_SECONDS
            error.is_uncertain = False  # what the secret was wanted for has not been sent
            raise
        except PermanentError as error:
            # Nothing is wrong with what was to be sent: it must not lose this way for good.
            self._broken_until = time.monotonic() + _OPERATOR_BREAK_SECONDS
            _LOG.error("WeChat gives no %s until somebody acts: %s", self._name, error)
            message = f"WeChat gives no {self._name}"
            raise TransientError(error.code, message, _OPERATOR_SECONDS) from error
        self._shelf.put(self._name, value, seconds)
        return value
