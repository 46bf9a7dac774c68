"""
The courier: the only one who sends, and who runs what is due by time.

A row is leased in one transaction, marked with its channel in another, sent outside of any, and
marked again. Killed between "WeChat accepted" and "row marked", nothing is lost, and nothing is
repeated where the channel knows the message again; docs/outgoing.md.
"""

from __future__ import annotations

import logging
import threading
import traceback
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from bot.breaker import Breaker
from bot.chores import RECURRING, Task
from bot.house import House
from bot.wechat_errors import (
    NOT_SUBSCRIBED,
    PermanentError,
    TransientError,
    UnreachableError,
    WechatError,
)
from desk import dispatch, jobs
from desk.dispatch import Instead, Leased, Sending
from desk.work import Actor, Work
from models.database import retrying
from scheduling.channels import IN_TURN, KINDS, repeats_after

_LOG = logging.getLogger(__name__)

_LEASE = timedelta(seconds=60)
# Small, so that what has become urgent meanwhile, and what is due by time, is soon looked at.
_BATCH = 5
_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 1.0, 30.0
_MOST_ATTEMPTS = 8
_LONGEST_WAIT = timedelta(hours=1)
_ACTOR = Actor("job", name="courier")

T = TypeVar("T")


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


class Courier:
    """Delivers due notices and runs due jobs of one house."""

    def __init__(self, house: House, channels: WaysOut, tasks: Mapping[str, Task]) -> None:
        self._house = house
        self._channels = channels
        self._tasks = tasks
        self._breaker = Breaker()

    def run_once(self, stop: threading.Event | None = None) -> int:
        """Do everything that is due now, until told to stop; returns how much that was."""
        done = 0
        while not (stop and stop.is_set()):
            some = self._deliver_some() + self._run_some()
            if some == 0:
                break
            done += some
        return done

    def run(self, stop: threading.Event, recurring: Sequence[str] = RECURRING) -> None:
        """Go on until told to stop; an outage of the database is outlived, told in full once."""
        missing, pause = list(recurring), _PAUSE_SECONDS
        while not stop.is_set():
            try:
                while missing:
                    self.schedule(missing[-1])
                    missing.pop()
                self.run_once(stop)
                pause = _PAUSE_SECONDS
            except Exception as error:  # noqa: BLE001 - the courier must outlive bad days
                is_news = pause == _PAUSE_SECONDS
                pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)
                what = _told(error) if is_news else f"{type(error).__name__} again"
                _LOG.error("the courier stumbled, next try in %.0f s: %s", pause, what)
            stop.wait(pause)

    def schedule(self, kind: str) -> None:
        """See to it that a recurring job is due now."""
        self._transact(lambda work: jobs.put(work, kind, kind, {}, work.now))

    # -- notices

    def _deliver_some(self) -> int:
        leased = self._transact(lambda work: dispatch.lease(work, _BATCH, _LEASE))
        for notice in leased:
            self._deliver(notice)
        return len(leased)

    def _deliver(self, notice: Leased) -> None:
        """Try one channel after the other, until one takes it or none is left."""
        while True:
            step = self._transact(self._starting(notice))
            if not isinstance(step, Sending):
                self._settled(notice, step)
                return
            if step.is_repeat:
                self._count("uncertain")
                _LOG.warning("notice %d may go out twice by %s", notice.id, step.channel)
            if not self._hand_over(step):
                return

    def _starting(self, notice: Leased) -> Callable[[Work], Sending | Instead]:
        def act(work: Work) -> Sending | Instead:
            return dispatch.start(work, notice, _LEASE, self._breaker.resting(work.now))

        return act

    def _hand_over(self, sending: Sending) -> bool:
        """Make the call; True if this channel is closed and the next one may be tried at once."""
        lease = sending.lease
        try:
            number = self._channels.send(sending)
        except TransientError as error:
            self._watch(sending, error)
            wait = timedelta(seconds=error.retry_after)
            if lease.attempts >= _MOST_ATTEMPTS and not error.is_uncertain:
                return self._closed(sending, error)
            self._later(sending, str(error), wait, is_uncertain=error.is_uncertain)
        except PermanentError as error:
            self._breaker.answered(sending.channel)
            return self._closed(sending, error)
        except Exception as error:  # noqa: BLE001 - one bad notice must not stop the others
            _LOG.error("notice %d: %s", lease.id, _told(error))
            self._later(sending, type(error).__name__, timedelta(), is_uncertain=True)
        else:
            self._breaker.answered(sending.channel)
            self._transact(lambda work: dispatch.sent(work, sending, number))
            self._count("sent")
        return False

    def _watch(self, sending: Sending, error: TransientError) -> None:
        if not isinstance(error, UnreachableError):
            self._breaker.answered(sending.channel)
        elif self._breaker.failed(sending.channel, self._transact(lambda work: work.now)):
            self._count("rest")
            _LOG.warning("no answer from %s: it rests", sending.channel)

    def _later(self, sending: Sending, why: str, wait: timedelta, *, is_uncertain: bool) -> None:
        attempts = sending.lease.attempts
        wait = max(wait, _backoff(attempts))
        if is_uncertain:
            wait = max(wait, repeats_after(sending.lease.kind, sending.channel))

        def act(work: Work) -> Instead:
            if attempts >= _MOST_ATTEMPTS:
                return dispatch.abandoned(work, sending, why)
            again = work.now + wait
            return dispatch.later(work, sending, why, again, is_uncertain=is_uncertain)

        self._settled(sending.lease, self._transact(act))

    def _closed(self, sending: Sending, error: WechatError) -> bool:
        def act(work: Work) -> None:
            unsubscribed = error.code == NOT_SUBSCRIBED
            dispatch.closed(work, sending, str(error), is_unsubscribed=unsubscribed)

        self._transact(act)
        self._count("closed")
        _LOG.warning("notice %d not by %s: %s", sending.lease.id, sending.channel, error)
        return True

    def _settled(self, notice: Leased, how: Instead) -> None:
        """Loudly, where somebody will not be reached."""
        self._count(how)
        is_waited_for = KINDS[notice.kind].priority != IN_TURN
        if how == "call" or (how == "dead" and is_waited_for):
            _LOG.error("notice %d (%s) found no way out: %s", notice.id, notice.kind, how)

    def _count(self, label: str) -> None:
        self._house.counters.add("courier", label)

    # -- jobs

    def _run_some(self) -> int:
        leased = self._transact(lambda work: jobs.lease(work, _BATCH, _LEASE))
        for job in leased:
            self._run_job(job)
        return len(leased)

    def _run_job(self, job: jobs.LeasedJob) -> None:
        def act(work: Work) -> None:
            again = self._tasks[job.kind](work, job.payload)
            jobs.done(work, job.id, _at(work, again))

        try:
            self._transact(act)
        except Exception as error:  # noqa: BLE001 - one bad job must not stop the others
            _LOG.error("job %s failed: %s", job.kind, _told(error))
            again = None if job.attempts >= _MOST_ATTEMPTS else _backoff(job.attempts)
            why = type(error).__name__
            self._transact(lambda work: jobs.failed(work, job.id, why, _at(work, again)))
            self._house.counters.add("courier", "job failed")
        else:
            self._house.counters.add("courier", "job done")

    def _transact(self, act: Callable[[Work], T]) -> T:
        def once() -> T:
            with self._house.engine.begin() as conn:
                return act(self._house.work(conn, _ACTOR))

        return retrying(once)


def _at(work: Work, again: timedelta | None) -> datetime | None:
    return None if again is None else work.now + again


def _backoff(attempts: int) -> timedelta:
    return min(timedelta(seconds=10 * 2.0**attempts), _LONGEST_WAIT)


def _told(error: BaseException) -> str:
    """Where it broke, without the values in its message: they may be personal."""
    where = "".join(traceback.format_tb(error.__traceback__)[-3:])
    return f"{type(error).__name__}\n{where}"
