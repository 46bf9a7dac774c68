"""
What the bot remembers of a conversation between two messages, and one message at a time per user.

Redis holds the live state, sealed; two Lua round trips a turn: lock and load, save and unlock.
Where Redis is away, the journal carries on; a copy in this process covers what the journal may
not keep before consent. A short circuit breaker spares every turn the time-outs.
"""

from __future__ import annotations

import json
import logging
import secrets
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta

import redis

from dialogue.state import State
from models.vault import Vault, VaultError

_LOG = logging.getLogger(__name__)

LOCK_SECONDS = 6.0
STATE_LIVES = timedelta(minutes=45)
_LIVES_MS = int(STATE_LIVES.total_seconds() * 1000)
_TIMEOUT_SECONDS = 0.5
_BREAK_SECONDS = 2.0
_MOST_COPIES = 10_000

_ENTER = """
local got = redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2])
return {got and 1 or 0, redis.call('GET', KEYS[2]), redis.call('GET', KEYS[3])}
"""
_LEAVE = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
if ARGV[2] ~= '' then
  redis.call('SET', KEYS[2], ARGV[2], 'PX', ARGV[3])
  redis.call('DEL', KEYS[3])
end
redis.call('DEL', KEYS[1])
return 1
"""


@dataclass(frozen=True, slots=True)
class Remembered:
    """
    A conversation after its turn `seq`, at `at`.

    `rest` is what did not fit into the last answer and waits for 「更多」.
    """

    seq: int
    at: datetime
    state: State
    rest: str = ""

    def to_json(self) -> str:
        """Return it as text, for Redis and the journal."""
        return json.dumps(
            {
                "seq": self.seq,
                "at": self.at.isoformat(),
                "state": self.state.to_json(),
                "rest": self.rest,
            },
            ensure_ascii=False,
        )

    @staticmethod
    def from_json(text: str) -> Remembered:
        """
        Read it back.

        Raises:
            ValueError: not of this version.
        """
        try:
            raw = json.loads(text)
            at = datetime.fromisoformat(raw["at"])
            return Remembered(raw["seq"], at, State.from_json(raw["state"]), raw["rest"])
        except (KeyError, TypeError) as error:
            raise ValueError("a damaged memory") from error


@dataclass(frozen=True, slots=True)
class Visit:
    """
    One try to be the only turn of a user; `is_mine` also where there is no Redis to ask.

    `copies` are the conversation as Redis has it; the journal tells which of them is true.
    """

    user: str
    token: str
    is_mine: bool
    copies: tuple[Remembered, ...] = ()


class Memory:
    """Conversations of all users; `user` is always the keyed hash of an openid."""

    def __init__(self, client: redis.Redis | None, vault: Vault) -> None:
        self._vault = vault
        self._client = client
        self._enter = client.register_script(_ENTER) if client else None
        self._leave = client.register_script(_LEAVE) if client else None
        self._broken_until = 0.0
        self._copies: OrderedDict[str, bytes] = OrderedDict()
        self._guard = threading.Lock()

    def enter(self, user: str) -> Visit:
        """Take the user's lock and load the conversation, in one round trip."""
        token = secrets.token_hex(8)
        if self._enter is None or self._is_broken():
            return Visit(user, token, is_mine=True)
        try:
            got, *sealed = self._enter(
                keys=self._keys(user), args=[token, int(LOCK_SECONDS * 1000)]
            )
        except redis.RedisError as error:
            self._break(error)
            return Visit(user, token, is_mine=True)
        copies = tuple(filter(None, map(self._opened, sealed)))
        return Visit(user, token, is_mine=bool(got), copies=copies)

    def draft(self, visit: Visit, remembered: Remembered) -> None:
        """
        Lay down what a turn is about to commit, for the case that it dies right after.

        Needed before consent only: then the journal keeps no state to come back to.
        """
        if self._client is None or self._is_broken():
            return
        sealed = self._vault.seal(remembered.to_json())
        try:
            self._client.set(self._keys(visit.user)[2], sealed, px=_LIVES_MS)
        except redis.RedisError as error:
            self._break(error)

    def leave(self, visit: Visit, remembered: Remembered | None = None) -> None:
        """Save the conversation, if there is a new one, and give the lock back if still ours."""
        sealed = self._vault.seal(remembered.to_json()) if remembered else b""
        if sealed:
            self._keep_copy(visit.user, sealed)
        if self._leave is None or self._is_broken():
            return
        try:
            self._leave(keys=self._keys(visit.user), args=[visit.token, sealed, _LIVES_MS])
        except redis.RedisError as error:
            self._break(error)

    def copy(self, user: str) -> Remembered | None:
        """Return this process's own copy; it may be older than the journal."""
        with self._guard:
            sealed = self._copies.get(user)
        return self._opened(sealed)

    def answers(self) -> bool:
        """Tell whether Redis is there now."""
        try:
            return self._client is not None and bool(self._client.ping())
        except redis.RedisError:
            return False

    @staticmethod
    def _keys(user: str) -> list[str]:
        return [f"desk:lock:{user}", f"desk:state:{user}", f"desk:draft:{user}"]

    def _opened(self, sealed: bytes | None) -> Remembered | None:
        if not sealed:
            return None
        try:
            return Remembered.from_json(self._vault.open(sealed))
        except (ValueError, VaultError):
            return None  # of an older version, or sealed by a key we no longer have

    def _keep_copy(self, user: str, sealed: bytes) -> None:
        with self._guard:
            self._copies[user] = sealed
            self._copies.move_to_end(user)
            while len(self._copies) > _MOST_COPIES:
                self._copies.popitem(last=False)

    def _is_broken(self) -> bool:
        return time.monotonic() < self._broken_until

    def _break(self, error: redis.RedisError) -> None:
        self._broken_until = time.monotonic() + _BREAK_SECONDS
        _LOG.warning("Redis is away (%s): the journal carries on", type(error).__name__)


def connect_redis(url: str) -> redis.Redis:
    """Return a client that never waits long; nothing is opened before first use."""
    return redis.Redis.from_url(
        url, socket_timeout=_TIMEOUT_SECONDS, socket_connect_timeout=_TIMEOUT_SECONDS
    )
