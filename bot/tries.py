"""
What a courier is about to hand over and has handed over, kept in Redis until the rows say so.

One transaction marks a whole page of notices as `sending`. Of a courier that is killed meanwhile,
this tells which of them the channel has taken, which were never begun, and the one in between that
is in doubt. The same call keeps all processes together within a channel's pace (token bucket),
and keeps a courier that wakes up late from sending what another has taken over.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import redis

from desk.departing import Sending, Trace

_LOG = logging.getLogger(__name__)

# Longer than any courier's lease: what a dead one knew is asked for by its successor.
_LIVES_MS = 24 * 3600 * 1000
_AWAY_SECONDS = 5.0
_WAITS, _BEGUN, _TAKEN = "w", "b", "t"
# KEYS: the try before, the try to begin, the channel's bucket. ARGV: value of the try before it
# was taken and after (empty: none), value of the next before and after, calls a second, life.
# Returns -1 where somebody else has taken it over, else ms to wait, 0 where it may go.
_STEP = """
if ARGV[1] ~= '' and redis.call('GET', KEYS[1]) == ARGV[1] then
  redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[6])
end
if ARGV[3] == '' then return 0 end
if redis.call('GET', KEYS[2]) ~= ARGV[3] then return -1 end
local rate = tonumber(ARGV[5])
if rate > 0 then
  local t = redis.call('TIME')
  local now = tonumber(t[1]) * 1000 + math.floor(tonumber(t[2]) / 1000)
  local kept = redis.call('HMGET', KEYS[3], 'left', 'at')
  local most = math.max(1, rate)
  local left = tonumber(kept[1]) or most
  left = math.min(most, left + (now - (tonumber(kept[2]) or now)) * rate / 1000)
  if left < 1 then return math.ceil((1 - left) / rate * 1000) end
  redis.call('HSET', KEYS[3], 'left', left - 1, 'at', now)
  redis.call('PEXPIRE', KEYS[3], math.ceil(most / rate * 1000) + 1000)
end
redis.call('SET', KEYS[2], ARGV[4], 'PX', ARGV[6])
return 0
"""
# What is known of tries; from now on they are nobody's but the asker's.
_CLAIM = """
local found = {}
for number, key in ipairs(KEYS) do
  local value = redis.call('GET', key)
  if value and string.sub(value, 1, 1) ~= 'c' then
    redis.call('SET', key, 'c' .. value, 'PX', ARGV[1])
  end
  found[number] = value or ''
end
return found
"""


class Tries:
    """The tries of one account's couriers."""

    def __init__(
        self, client: redis.Redis | None, account: str, rates: Mapping[str, float]
    ) -> None:
        """`rates`: calls a second by channel, all processes together; 0: as fast as can be."""
        self._redis = client
        self._home = f"desk:try:{account}"
        self._rates = rates
        self._away_until = 0.0
        self._step: Any = client.register_script(_STEP) if client else None
        self._claim: Any = client.register_script(_CLAIM) if client else None

    def is_there(self) -> bool:
        """Tell whether tries can be kept; not until some seconds after Redis was away."""
        return self._redis is not None and time.monotonic() >= self._away_until

    def open(self, sendings: Sequence[Sending]) -> bool:
        """Put down what is about to be tried; False where that cannot be kept."""
        if self._redis is None or not self.is_there():
            return False
        try:
            with self._redis.pipeline(transaction=False) as pipe:
                for sending in sendings:
                    pipe.set(self._key(sending), _value(sending, _WAITS), px=_LIVES_MS)
                pipe.execute()
        except redis.RedisError:
            _LOG.warning("Redis is away: notices leave one by one")
            self.away()
            return False
        return True

    def away(self) -> None:
        """Redis has not answered: do without it for a while."""
        self._away_until = time.monotonic() + _AWAY_SECONDS

    def step(self, before: tuple[Sending, str | None] | None, begins: Sending | None) -> int:
        """
        Put down how the try before ended, and that another one begins.

        It was taken under that number, or refused (None).

        Returns 0 where it may begin, -1 where another courier has taken it over, else how many ms
        to wait for its channel and ask again, with nothing before.

        Raises:
            redis.RedisError.
        """
        taken = ("", "")
        if before is not None:
            sending, number = before
            after = _WAITS if number is None else _TAKEN
            taken = (_value(sending, _BEGUN), _value(sending, after, number or ""))
        waits, begun, rate = "", "", 0.0
        if begins is not None:
            waits, begun = _value(begins, _WAITS), _value(begins, _BEGUN)
            rate = self._rates.get(begins.channel, 0.0)
        keys = [
            self._key(before[0]) if before else self._home,
            self._key(begins) if begins else self._home,
            f"{self._home}:pace:{begins.channel if begins else ''}",
        ]
        return int(self._step(keys=keys, args=[*taken, waits, begun, rate, _LIVES_MS]))

    def traces(self, cut_short: Mapping[int, datetime]) -> dict[int, Trace]:
        """
        Return what is known of tries of these notices, begun then and cut short.

        Their courier may begin none of them now.
        """
        if self._redis is None or not cut_short:
            return {}
        keys = [self._of(one, since) for one, since in cut_short.items()]
        try:
            values = self._claim(keys=keys, args=[_LIVES_MS])
        except redis.RedisError:
            return {}
        tried = zip(cut_short.items(), values, strict=True)
        found = {one: _trace(since, value.decode()) for (one, since), value in tried}
        return {one: trace for one, trace in found.items() if trace is not None}

    def forget(self, sendings: Collection[Sending]) -> None:
        """The rows say now what became of these."""
        if self._redis is None or not sendings:
            return
        try:
            self._redis.unlink(*[self._key(one) for one in sendings])
        except redis.RedisError:
            _LOG.warning("Redis is away: what it keeps of tries runs out by itself")

    def _key(self, sending: Sending) -> str:
        return self._of(sending.lease.id, sending.since)

    def _of(self, notice: int, since: datetime | None) -> str:
        """Each try has its own: what is put down of one is not lost by beginning another."""
        return f"{self._home}:{notice}:{since.isoformat() if since else ''}"


def _value(sending: Sending, how: str, number: str = "") -> str:
    return "|".join(("f" if sending.is_first else "r", how, number))


def _trace(since: datetime, value: str) -> Trace | None:
    """What a value tells; None: nothing, or that the try is in doubt."""
    first, how, number = (*value.removeprefix("c").split("|", 2), "", "")[:3]
    if how not in (_WAITS, _TAKEN):
        return None
    return Trace(since, was_taken=how == _TAKEN, number=number, is_first=first == "f")
