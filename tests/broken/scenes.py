"""The bad days: each sets up the works, breaks something, and tells what was seen."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import func, select, update

from desk import jobs
from desk.work import Actor
from models import Appointment, Job, Outbox, clock
from models.database import retrying
from tests.broken import balance, reminders
from tests.broken.patients import Patient
from tests.broken.phones import Mailroom, Wechat
from tests.broken.works import Works, opened
from tests.servers import DatabaseServer, RedisServer

_AT_ONCE = 8
_DRAIN_SECONDS = 60.0
_OLD_LEASE_SECONDS = 5.0


@dataclass
class Seen:
    """What came out of a bad day: `wrong` in words, `counts` for the table."""

    wrong: list[str]
    counts: dict[str, float] = field(default_factory=dict)

    def __getitem__(self, name: str) -> float:
        return self.counts[name]


def killed(works: Works, *, seed: int, count: int) -> Seen:
    """Patients talk, several at once, while web and couriers are killed -9 at random moments."""
    rng = random.Random(seed)
    return _while_they_talk(works, seed, count, lambda: strike(works, rng), restarts=True)


def strike(works: Works, rng: random.Random) -> None:
    """Wait a moment, kill -9 one of the programs, start it again."""
    time.sleep(rng.uniform(0.1, 1.2))
    victim = rng.choice([works.web, *works.couriers])
    victim.kill()
    time.sleep(rng.uniform(0.0, 0.3))
    victim.start()
    if victim is works.web:
        works.wait_for(f"{works.webhook}/healthz")


def without(works: Works, server: RedisServer | DatabaseServer, *, seed: int, count: int) -> Seen:
    """Patients talk while Redis or the database goes away and comes back; nobody restarts us."""
    rng = random.Random(seed)
    turn = iter(range(1_000_000))

    def outage() -> None:
        time.sleep(rng.uniform(2.0, 5.0))
        (server.kill if next(turn) % 2 else server.stop)()
        time.sleep(rng.uniform(1.0, 4.0))
        server.start()

    return _while_they_talk(works, seed, count, outage, restarts=False)


def _while_they_talk(
    works: Works, seed: int, count: int, harm: Callable[[], None], *, restarts: bool
) -> Seen:
    with opened(works):
        wechat = Wechat(works.wechat_url)
        mailroom = Mailroom(wechat)
        patients = [Patient(wechat, number, seed, is_retried=restarts) for number in range(count)]
        wechat.follow([patient.openid for patient in patients])
        harms = 0
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            talks = [pool.submit(patient.talk) for patient in patients]
            while not all(talk.done() for talk in talks):
                harm()
                harms += 1
                mailroom.read()
            for talk in talks:
                talk.result()
        ill = [
            f"{p.name} has ended:\n{p.log()}" for p in (works.web, *works.couriers) if not p.lives
        ]
        settle(works, restarts=restarts)
        mailroom.read()
        wrong = [*ill, *balance.wrong(works.house, patients, mailroom)]
        return Seen(wrong, {"harms": harms, **_counts(works, patients, mailroom)})


def settle(works: Works, *, restarts: bool) -> None:
    """
    Let the couriers bring everything to its end, once the evening has come.

    Where they may be restarted none of them is in the middle of a call.
    """
    time.sleep(max(0.0, (works.evening - clock.system_now()).total_seconds() + 1.0))
    if restarts:
        for courier in works.couriers:
            courier.kill()
            courier.start()
    drain(works)


def free_leases(works: Works) -> None:
    """What a courier has lost sight of is free after a minute; here the minute passes at once."""

    def once() -> None:
        with works.house.engine.begin() as conn:
            now = clock.now(conn)
            held = Outbox.state.in_(("leased", "sending"))
            # A lease lasts 60 s. A call takes milliseconds here: nobody works on one this old.
            old = now + timedelta(seconds=60 - _OLD_LEASE_SECONDS)
            conn.execute(
                update(Outbox).where(held, Outbox.leased_until < old).values(leased_until=now)
            )
            alike = Job.state == "leased", Job.leased_until < old
            conn.execute(update(Job).where(*alike).values(leased_until=now))

    retrying(once)


def drain(works: Works, meanwhile: Callable[[], None] = lambda: None) -> None:
    """
    Wait until nothing is due any more.

    Raises:
        TimeoutError: nothing has moved for a long time.
    """
    left, until = waiting(works), time.monotonic() + _DRAIN_SECONDS
    while left:
        meanwhile()
        free_leases(works)
        time.sleep(0.2)
        before, left = left, waiting(works)
        if left != before:
            until = time.monotonic() + _DRAIN_SECONDS
        elif time.monotonic() > until:
            raise TimeoutError(f"{left} notices stay: {[c.log() for c in works.couriers]}")


def waiting(works: Works) -> int:
    """How many notices are due or in somebody's hands."""
    with works.house.engine.connect() as conn:
        pending = Outbox.state.in_(("due", "leased", "sending"))
        is_time = Outbox.not_before <= clock.now(conn)
        query = select(func.count()).select_from(Outbox).where(pending, is_time)
        return conn.scalar(query) or 0


def _counts(works: Works, patients: list[Patient], mailroom: Mailroom) -> dict[str, float]:
    with works.house.engine.connect() as conn:
        by_status = Counter(conn.scalars(select(Appointment.status)))
    return {
        "conversations": len(patients),
        "messages": sum(p.memory.sent for p in patients),
        "unanswered": sum(p.memory.unanswered for p in patients),
        "web deaths": works.web.deaths,
        "courier deaths": sum(c.deaths for c in works.couriers),
        "booked": by_status["booked"],
        "cancelled": by_status["cancelled"],
        "moved": by_status["rescheduled"],
        "reminders": sum(mailroom.reminders().values()),
        "uncertain": uncertain(works),
    }


def reminded(works: Works, *, count: int, channel: str, seed: int, kills: int = 0) -> Seen:
    """Two couriers deliver `count` due reminders; `kills` times one of them dies in between."""
    rng = random.Random(seed)
    openids = [reminders.openid_of(number) for number in range(count)]
    reminders.lay(works.house, count)
    with closing(works):
        wechat = _wechat_with(works, openids, channel)
        mailroom = Mailroom(wechat)
        started = time.monotonic()
        for courier in works.couriers:
            courier.start()
        _kill_couriers(works, mailroom, rng, kills, count)
        drain(works, mailroom.read)
        seconds = time.monotonic() - started
        mailroom.read()
        counts = _delivered(works, mailroom)
        counts |= {"seconds": seconds, "a second": count / seconds, "reminders": count}
        wrong = balance.arrivals(works.house, mailroom)
        if counts["sent"] != count:
            wrong.append(f"{counts['sent']} of {count} are marked as sent")
        if counts["uncertain"] > counts["courier deaths"]:
            wrong.append(f"{counts['uncertain']} are in doubt, more than one a death")
        return Seen(wrong, counts)


def _wechat_with(works: Works, openids: list[str], channel: str) -> Wechat:
    """The simulator alone, with patients who may be written to; it pushes nothing to us."""
    works.simulator.start()
    works.wait_for(f"{works.wechat_url}/phone/api/state")
    wechat = Wechat(works.wechat_url)
    wechat.follow(openids, wrote=channel == reminders.KEYLESS)
    return wechat


def _kill_couriers(
    works: Works, mailroom: Mailroom, rng: random.Random, kills: int, count: int
) -> None:
    """Each time another share of the notices has gone out, one courier dies at once."""
    for kill in range(1, kills + 1):
        goal = count - count * kill // (kills + 1)
        while waiting(works) > goal:
            mailroom.read()
            time.sleep(rng.uniform(0.0, 0.03))
        victim = rng.choice(works.couriers)
        victim.kill()
        victim.start()


def _delivered(works: Works, mailroom: Mailroom) -> dict[str, float]:
    with works.house.engine.connect() as conn:
        sent = conn.scalar(select(func.count()).select_from(Outbox).where(Outbox.state == "sent"))
    arrived = Counter[str]()
    for (openid, _), number in mailroom.reminders().items():
        arrived[openid] += number
    return {
        "sent": sent or 0,
        "arrived": sum(arrived.values()),
        "twice": sum(number > 1 for number in arrived.values()),
        "uncertain": uncertain(works),
        "courier deaths": sum(courier.deaths for courier in works.couriers),
    }


def uncertain(works: Works) -> int:
    """How many notices are marked: they may have gone out once more than we know."""
    with works.house.engine.connect() as conn:
        marked = select(func.count()).select_from(Outbox).where(Outbox.uncertain_at.is_not(None))
        return conn.scalar(marked) or 0


def token_hangs(works: Works, *, count: int) -> Seen:
    """
    WeChat's token endpoint hangs while reminders are due; then it heals.

    Meanwhile the couriers' other work goes on: a job that is due is done.
    """
    openids = [reminders.openid_of(number) for number in range(count)]
    reminders.lay(works.house, count)
    with closing(works):
        wechat = _wechat_with(works, openids, reminders.KEYED)
        mailroom = Mailroom(wechat)
        wechat.post("/simulator/faults", path="*/stable_token", kind="slow", seconds=60)
        with works.house.engine.begin() as conn:
            jobs.put(
                works.house.work(conn, Actor("job")), "purge", "purge:test", {}, clock.now(conn)
            )
        for courier in works.couriers:
            courier.start()
        wrong = []
        if not _eventually(lambda: _is_job_done(works)):
            wrong.append("a courier waits for WeChat and does nothing else")
        mailroom.read()
        if mailroom.arrived:
            wrong.append("a notice arrived without a token")
        wechat.clear_faults()
        if not _eventually(lambda: _has_sent(works, mailroom, count)):
            wrong.append("not everything was sent after it had healed")
        wrong += balance.arrivals(works.house, mailroom)
        wrong += [f"{c.name} has ended" for c in works.couriers if not c.lives]
        return Seen(wrong, {"reminders": count, **_delivered(works, mailroom)})


def _is_job_done(works: Works) -> bool:
    with works.house.engine.connect() as conn:
        query = select(Job.due_at).where(Job.dedupe_key == "purge:test")
        return conn.execute(query).scalar_one() > clock.now(conn)


def _has_sent(works: Works, mailroom: Mailroom, count: int) -> bool:
    """Whether all is sent; what waits for its next try need not wait any longer."""

    def once() -> None:
        with works.house.engine.begin() as conn:
            tried = Outbox.state == "due", Outbox.attempts > 0
            conn.execute(update(Outbox).where(*tried).values(not_before=clock.now(conn)))

    retrying(once)
    is_done = _delivered(works, mailroom)["sent"] == count
    mailroom.read()  # afterwards: what is marked as sent has arrived by then
    return is_done


def _eventually(condition: Callable[[], bool]) -> bool:
    until = time.monotonic() + _DRAIN_SECONDS
    while not condition():
        if time.monotonic() > until:
            return False
        time.sleep(0.2)
    return True
