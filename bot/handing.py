"""
A page of notices handed to its channels: one call after the other, each remembered in between.

Where a channel knows a message again its calls go down several connections at once; where it does
not, one at a time, so that a courier that dies leaves one of them in doubt and no more.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time
import traceback
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal, Protocol

import redis

from bot.breaker import Breaker
from bot.tries import Tries
from bot.wechat_errors import PermanentError, TransientError, UnreachableError
from desk.departing import Sending
from scheduling.channels import CHANNELS

_LOG = logging.getLogger(__name__)

# So much of a courier's time a page may take before what has become urgent is looked for.
BUDGET_SECONDS = 1.0
_LANES, _FEW = 4, 8

How = Literal["sent", "later", "closed", "unsent"]


class WaysOut(Protocol):
    """What the courier hands its notices to: `bot.channels.Channels`."""

    def send(self, sending: Sending) -> str:
        """
        Hand a notice to its channel; returns the number it got there, empty for none.

        Raises:
            TransientError: try again later.
            PermanentError: this way is closed for this notice.
        """
        ...


@dataclass(frozen=True, slots=True)
class Outcome:
    """
    What became of one call.

    `number` is the channel's own, `why` is not personal, `code` is WeChat's. `wait`: not again
    before that; `is_uncertain`: it may have arrived all the same. `unsent`: it was never begun.
    """

    sending: Sending
    how: How
    number: str = ""
    why: str = ""
    code: int = 0
    wait: timedelta = timedelta()
    is_uncertain: bool = False


@dataclass(frozen=True, slots=True)
class Times:
    """The house's clock, and whether the courier shall stop."""

    now: Callable[[], datetime]
    stops: Callable[[], bool]


class Handing:
    """Hands pages over and learns which channels do not answer."""

    def __init__(self, ways_out: WaysOut, tries: Tries, rested: Callable[[str], None]) -> None:
        """`rested` is told the name of a channel that is left alone from now on."""
        self.breaker = Breaker()
        self._ways_out = ways_out
        self._tries = tries
        self._rested = rested
        self._guard = threading.Lock()
        self._lanes = ThreadPoolExecutor(_LANES, thread_name_prefix="lane")

    def hand_over(
        self, sendings: Sequence[Sending], times: Times, *, is_kept: bool
    ) -> list[Outcome]:
        """
        Make the calls, as many as the time allows; returns what became of each.

        `is_kept`: the tries have been put down. Where they are not there is one.
        """
        until = time.monotonic() + BUDGET_SECONDS
        lanes = _lanes(sendings)
        if len(lanes) == 1:
            return _Lane(self, lanes[0], times, until, is_kept=is_kept).run()
        made = self._lanes.map(
            lambda lane: _Lane(self, lane, times, until, is_kept=is_kept).run(), lanes
        )
        return [outcome for lane in made for outcome in lane]

    def may_begin(self, before: Outcome | None, sending: Sending, until: float) -> bool:
        """
        Wait for the channel's pace; False where another courier has it or time is over.

        Raises:
            redis.RedisError: nobody can tell.
        """
        while True:
            wait = self._tries.step(_result(before), sending)
            if wait <= 0:
                return wait == 0
            before = None
            if time.monotonic() + wait / 1000 > until:
                return False
            time.sleep(wait / 1000)

    def lost(self) -> None:
        """Redis went away in the middle of a page: what was not begun goes without it."""
        self._tries.away()

    def note(self, before: Outcome) -> None:
        """Put down what became of the last call of a lane."""
        with contextlib.suppress(redis.RedisError):
            self._tries.step(_result(before), None)

    def is_resting(self, channel: str, now: Callable[[], datetime]) -> bool:
        """Tell whether a channel is left alone now; the clock is a question to the database."""
        return self.breaker.has_rested(channel) and channel in self.breaker.resting(now())

    def call(self, sending: Sending, now: Callable[[], datetime]) -> Outcome:
        """Make one call."""
        try:
            number = self._ways_out.send(sending)
        except TransientError as error:
            self._watch(sending.channel, error, now)
            wait = timedelta(seconds=error.retry_after)
            told = Outcome(sending, "later", why=str(error), code=error.code, wait=wait)
            return replace(told, is_uncertain=error.is_uncertain)
        except PermanentError as error:
            self._answered(sending.channel)
            return Outcome(sending, "closed", why=str(error), code=error.code)
        except Exception as error:  # noqa: BLE001 - one bad notice must not stop the others
            _LOG.error("notice %d: %s", sending.lease.id, told_of(error))
            return Outcome(sending, "later", why=type(error).__name__, is_uncertain=True)
        self._answered(sending.channel)
        return Outcome(sending, "sent", number=number)

    def _answered(self, channel: str) -> None:
        with self._guard:
            self.breaker.answered(channel)

    def _watch(self, channel: str, error: TransientError, now: Callable[[], datetime]) -> None:
        if not isinstance(error, UnreachableError):
            self._answered(channel)
            return
        at = now()
        with self._guard:
            rests = self.breaker.failed(channel, at)
        if rests:
            self._rested(channel)


@dataclass(frozen=True, slots=True)
class _Lane:
    """Calls one after the other, by one thread."""

    handing: Handing
    sendings: Sequence[Sending]
    times: Times
    until: float
    is_kept: bool

    def run(self) -> list[Outcome]:
        made: list[Outcome] = []
        before: Outcome | None = None
        for place, sending in enumerate(self.sendings):
            if self._is_over(place):
                made += [Outcome(one, "unsent") for one in self.sendings[place:]]
                break
            if place and self.handing.is_resting(sending.channel, self.times.now):
                made.append(Outcome(sending, "unsent"))
                continue
            try:
                may_go = not self.is_kept or self.handing.may_begin(before, sending, self.until)
            except redis.RedisError:
                self.handing.lost()
                return [*made, *(Outcome(one, "unsent") for one in self.sendings[place:])]
            before = self.handing.call(sending, self.times.now) if may_go else None
            made.append(before or Outcome(sending, "unsent"))
        if before is not None and self.is_kept:
            self.handing.note(before)
        return made

    def _is_over(self, place: int) -> bool:
        """The first call is always made: it was asked for a moment ago."""
        return place > 0 and (self.times.stops() or time.monotonic() > self.until)


def _lanes(sendings: Sequence[Sending]) -> list[list[Sending]]:
    """One for all whose channel forgets; several for a crowd whose channel knows them again."""
    forgotten = [one for one in sendings if CHANNELS[one.channel].key_lives is None]
    known = [one for one in sendings if CHANNELS[one.channel].key_lives is not None]
    number = _LANES if len(known) >= _FEW else 1
    lanes = [known[start::number] for start in range(number)]
    if number == 1:
        return [list(sendings)]
    return [lane for lane in (forgotten, *lanes) if lane]


def _result(outcome: Outcome | None) -> tuple[Sending, str | None] | None:
    """What is kept of a call that was made: its number, None where it was refused."""
    if outcome is None or outcome.is_uncertain or outcome.how == "unsent":
        return None
    return outcome.sending, outcome.number if outcome.how == "sent" else None


def told_of(error: BaseException) -> str:
    """Where it broke, without the values in its message: they may be personal."""
    where = "".join(traceback.format_tb(error.__traceback__)[-3:])
    return f"{type(error).__name__}\n{where}"
