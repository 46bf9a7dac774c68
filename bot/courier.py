"""
The courier: the only one who sends, and who runs what is due by time.

A row is leased in one transaction, sent outside of any, and marked in another. Killed between
"WeChat accepted" and "row marked", it may repeat one message; nothing is ever lost.
"""

from __future__ import annotations

import logging
import threading
import traceback
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

from bot.channels import Channel
from bot.chores import RECURRING, Task
from bot.house import House
from bot.wechat_errors import PermanentError, TransientError
from desk import jobs, ledger, outbox
from desk.work import Actor, Work
from handlers.texts import notices
from models.database import retrying

_LOG = logging.getLogger(__name__)

_LEASE = timedelta(seconds=60)
_BATCH = 20
_PAUSE_SECONDS = 1.0
_MOST_ATTEMPTS = 8
_LONGEST_WAIT = timedelta(hours=1)
_ACTOR = Actor("job", name="courier")

T = TypeVar("T")


class Courier:
    """Delivers due notices and runs due jobs of one house."""

    def __init__(self, house: House, channel: Channel, tasks: Mapping[str, Task]) -> None:
        self._house = house
        self._channel = channel
        self._tasks = tasks

    def run_once(self) -> int:
        """Do everything that is due now; returns how much that was."""
        done = 0
        while (some := self._deliver_some() + self._run_some()) > 0:
            done += some
        return done

    def run(self, stop: threading.Event, recurring: Sequence[str] = RECURRING) -> None:
        """Go on until told to stop; a failure of the database is outlived."""
        missing = list(recurring)
        while not stop.is_set():
            try:
                while missing:
                    self.schedule(missing[-1])
                    missing.pop()
                self.run_once()
            except Exception as error:  # noqa: BLE001 - the courier must outlive bad days
                _LOG.error("the courier stumbled: %s", _told(error))
            stop.wait(_PAUSE_SECONDS)

    def schedule(self, kind: str) -> None:
        """See to it that a recurring job is due now."""
        self._transact(lambda work: jobs.put(work, kind, kind, {}, work.now))

    # -- notices

    def _deliver_some(self) -> int:
        leased = self._transact(lambda work: outbox.lease(work, _BATCH, _LEASE))
        for notice in leased:
            self._deliver(notice)
        return len(leased)

    def _deliver(self, notice: outbox.Leased) -> None:
        account = notice.wechat_user_id
        reader = self._transact(lambda work: ledger.reader(work, account)) if account else None
        try:
            self._channel.send(reader, notices.render(notice.kind, notice.payload))
        except TransientError as error:
            again = max(timedelta(seconds=error.retry_after), _backoff(notice.attempts))
            self._failed(notice, str(error), again)
        except PermanentError as error:
            self._failed(notice, str(error), None)
        except Exception as error:  # noqa: BLE001 - one bad notice must not stop the others
            self._failed(notice, type(error).__name__, _backoff(notice.attempts))
        else:
            self._transact(lambda work: outbox.sent(work, notice.id))
            self._house.counters.add("courier", "sent")

    def _failed(self, notice: outbox.Leased, why: str, again: timedelta | None) -> None:
        if notice.attempts >= _MOST_ATTEMPTS:
            again = None
        self._house.counters.add("courier", "called off" if again is None else "later")
        self._transact(lambda work: outbox.failed(work, notice.id, why, _at(work, again)))

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
