"""
The courier: the only one who sends, and who runs what is due by time.

A page of rows is leased in one transaction, marked with its channels in another, sent outside of
any, and marked again. Killed between "WeChat accepted" and "row marked", nothing is lost, and
nothing is repeated where the channel knows the message again; docs/outgoing.md. Couriers run by
themselves (`run`) or as tasks of Celery workers (`bot.tasks`).
"""

from __future__ import annotations

import contextlib
import logging
import threading
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy.exc import IntegrityError

from bot.chores import RECURRING, Task
from bot.fetching import ERRANDS
from bot.handing import Handing, How, Outcome, Times, WaysOut, told_of
from bot.house import House
from bot.tries import Tries
from bot.wechat_errors import NOT_FOLLOWING, NOT_SUBSCRIBED, TOO_LATE, TOO_MANY
from desk import dispatch, jobs
from desk.departing import Circumstances, Instead, Learnt, Leased, Sending
from desk.work import Actor, Work
from models.database import retrying
from scheduling.channels import IN_TURN, KINDS, repeats_after

_LOG = logging.getLogger(__name__)

_LEASE = timedelta(seconds=60)
# Small, so that what is due by time is soon looked at.
_JOBS = 5
# A page is one read and one write; its calls end with their time (`bot.handing`).
PAGE = 100
# Who waits for it learns what became of it sooner: her answer counts from then on.
URGENT = 5
_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 1.0, 30.0
_MOST_ATTEMPTS = 8
_LONGEST_WAIT = timedelta(hours=1)
_ACTOR = Actor("job", name="courier")
# What a refusal of WeChat's tells of a person.
_LEARNT: Mapping[int, Learnt] = {
    NOT_SUBSCRIBED: "unsubscribed",
    NOT_FOLLOWING: "left",
    TOO_LATE: "shut",
    TOO_MANY: "shut",
}

T = TypeVar("T")


class Courier:
    """Delivers due notices and runs due jobs of one house."""

    def __init__(self, house: House, channels: WaysOut, tasks: Mapping[str, Task]) -> None:
        self._house = house
        self._tasks = tasks
        settings = house.settings
        self._tries = Tries(house.redis, settings.wechat_app_id, settings.send_rates)
        self._handing = Handing(channels, self._tries, self._rested)

    def run_once(self, stop: threading.Event | None = None) -> int:
        """Do everything that is due now, until told to stop; returns how much that was."""
        done = 0
        while not (stop and stop.is_set()):
            some = self.deliver(stop) + self.run_jobs()
            if some == 0:
                break
            done += some
        return done

    def run(
        self,
        stop: threading.Event,
        recurring: Sequence[str] = RECURRING,
        one_round: Callable[[], object] | None = None,
    ) -> None:
        """
        Go on until told to stop; an outage of the database is outlived, told in full once.

        `one_round` does all that is due; without it `run_once` does.
        """
        missing, pause = list(recurring), _PAUSE_SECONDS
        while not stop.is_set():
            try:
                while missing:
                    self.schedule(missing[-1])
                    missing.pop()
                one_round() if one_round else self.run_once(stop)
                pause = _PAUSE_SECONDS
            except Exception as error:  # noqa: BLE001 - the courier must outlive bad days
                is_news = pause == _PAUSE_SECONDS
                pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)
                what = told_of(error) if is_news else f"{type(error).__name__} again"
                _LOG.error("the courier stumbled, next try in %.0f s: %s", pause, what)
            stop.wait(pause)

    def schedule(self, kind: str) -> None:
        """See to it that a recurring job is due now."""
        with contextlib.suppress(IntegrityError):  # another courier has, at this very moment
            self._transact(lambda work: jobs.put(work, kind, kind, {}, work.now))

    # -- notices

    def deliver(self, stop: threading.Event | None = None) -> int:
        """Deliver one page of what is due, urgent first; returns how many notices that was."""
        leased = self._transact(lambda work: dispatch.lease(work, PAGE, _LEASE))
        urgent = [one for one in leased if KINDS[one.kind].priority != IN_TURN]
        others = [one for one in leased if KINDS[one.kind].priority == IN_TURN]
        for some, most in ((urgent, URGENT), (others, PAGE)):
            size = most if self._tries.is_there() else 1
            for start in range(0, len(some), size):
                self._deliver_page(some[start : start + size], stop)
        return len(leased)

    def _deliver_page(self, leased: Sequence[Leased], stop: threading.Event | None) -> None:
        """Try one channel after the other, until each notice is taken or none is left for it."""
        times = Times(self._now, lambda: stop is not None and stop.is_set())
        while leased:
            try:
                steps, is_kept = self._start(leased)
            except Exception:
                if len(leased) == 1:
                    raise
                # One of them cannot be read: the others must not wait for it for ever. Or Redis
                # does not answer: alone each is in doubt by itself.
                for one in leased:
                    self._alone(one, stop)
                return
            for notice, step in zip(leased, steps, strict=True):
                if not isinstance(step, Sending):
                    self._settled(notice, step)
                elif step.is_repeat:
                    self._count("uncertain")
                    _LOG.warning("notice %d may go out twice by %s", notice.id, step.channel)
            sendings = [step for step in steps if isinstance(step, Sending)]
            made = self._handing.hand_over(sendings, times, is_kept=is_kept)
            outcomes = [self._judged(one) for one in made]
            self._settle(outcomes)
            leased = [one.sending.lease for one in outcomes if one.how == "closed"]

    def _alone(self, notice: Leased, stop: threading.Event | None) -> None:
        try:
            self._deliver_page([notice], stop)
        except Exception as error:  # noqa: BLE001 - its lease runs out, and it is tried again
            _LOG.error("notice %d cannot leave: %s", notice.id, told_of(error))

    def _start(self, leased: Sequence[Leased]) -> tuple[list[Sending | Instead], bool]:
        """
        Mark the rows, and tell whether the tries are kept.

        They are put down before the rows say so: who dies in between leaves nothing in doubt.
        """
        cut_short = {one.id: one.cut_short for one in leased if one.cut_short is not None}
        traces = self._tries.traces(cut_short)

        def act(work: Work) -> tuple[list[Sending | Instead], bool]:
            resting = self._handing.breaker.resting(work.now)
            now = Circumstances(_LEASE, resting, traces)
            steps = dispatch.start_page(work, leased, now)
            sendings = [step for step in steps if isinstance(step, Sending)]
            is_kept = self._tries.open(sendings)
            if not is_kept and len(sendings) > 1:
                raise ConnectionError("tries cannot be kept: no page leaves")
            return steps, is_kept

        return self._transact(act)

    def _judged(self, outcome: Outcome) -> Outcome:
        """A channel that stays busy is as good as closed."""
        is_last = outcome.sending.lease.attempts >= _MOST_ATTEMPTS
        if outcome.how == "later" and is_last and not outcome.is_uncertain:
            return replace(outcome, how="closed")
        return outcome

    def _settle(self, outcomes: Sequence[Outcome]) -> None:
        """Write down what became of a page of calls, all at once."""

        def act(work: Work) -> list[Instead]:
            resting = self._handing.breaker.resting(work.now)
            sent = [(one.sending, one.number) for one in outcomes if one.how == "sent"]
            dispatch.sent_page(work, sent)
            unsent: dict[datetime, list[Sending]] = defaultdict(list)
            for one in _only(outcomes, "unsent"):
                unsent[resting.get(one.sending.channel, work.now)].append(one.sending)
            for again, some in unsent.items():
                dispatch.unsent(work, some, again)
            for one in _only(outcomes, "closed"):
                dispatch.closed(work, one.sending, one.why, _LEARNT.get(one.code, ""))
            return [_later(work, one) for one in _only(outcomes, "later")]

        ended = self._transact(act) if outcomes else []
        self._tries.forget([one.sending for one in outcomes])
        for one, how in zip(_only(outcomes, "later"), ended, strict=True):
            self._settled(one.sending.lease, how)
        for one in _only(outcomes, "closed"):
            self._count("closed")
            notice, channel = one.sending.lease, one.sending.channel
            _LOG.warning("notice %d not by %s: %s", notice.id, channel, one.why)
        for _ in _only(outcomes, "sent"):
            self._count("sent")

    def _rested(self, channel: str) -> None:
        self._count("rest")
        _LOG.warning("no answer from %s: it rests", channel)

    def _now(self) -> datetime:
        return self._transact(lambda work: work.now)

    def _settled(self, notice: Leased, how: Instead) -> None:
        """Loudly, where somebody will not be reached."""
        self._count(how)
        is_waited_for = KINDS[notice.kind].priority != IN_TURN
        if how == "call" or (how == "dead" and is_waited_for):
            _LOG.error("notice %d (%s) found no way out: %s", notice.id, notice.kind, how)

    def _count(self, label: str) -> None:
        self._house.counters.add("courier", label)

    # -- jobs

    def run_jobs(self) -> int:
        """Run some of the jobs that are due; returns how many."""
        leased = self._transact(lambda work: jobs.lease(work, _JOBS, _LEASE))
        for job in leased:
            self._run_job(job)
        return len(leased)

    def _run_job(self, job: jobs.LeasedJob) -> None:
        def act(work: Work) -> None:
            again = brought(work) if brought else self._tasks[job.kind](work, job.payload)
            jobs.done(work, job.id, _at(work, again))

        errand = ERRANDS.get(job.kind)
        try:
            brought = errand(self._house, job.payload) if errand else None
            self._transact(act)
        except Exception as error:  # noqa: BLE001 - one bad job must not stop the others
            _LOG.error("job %s failed: %s", job.kind, told_of(error))
            # What is to be done by time is tried until it is done: forty patients wait for a plan.
            again, why = _backoff(job.attempts), type(error).__name__
            self._transact(lambda work: jobs.failed(work, job.id, why, work.now + again))
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
    return min(timedelta(seconds=10 * 2 ** min(attempts, _MOST_ATTEMPTS + 1)), _LONGEST_WAIT)


def _only(outcomes: Sequence[Outcome], how: How) -> list[Outcome]:
    return [one for one in outcomes if one.how == how]


def _later(work: Work, outcome: Outcome) -> Instead:
    """It is tried again after a while, or no more."""
    sending = outcome.sending
    if sending.lease.attempts >= _MOST_ATTEMPTS:
        return dispatch.abandoned(work, sending, outcome.why)
    wait = max(outcome.wait, _backoff(sending.lease.attempts))
    if outcome.is_uncertain:
        wait = max(wait, repeats_after(sending.lease.kind, sending.channel))
    again = work.now + wait
    return dispatch.later(work, sending, outcome.why, again, is_uncertain=outcome.is_uncertain)
