"""A broadcast, delivered by Celery workers that are killed -9 while WeChat has a bad day."""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter
from contextlib import closing, suppress
from typing import Any

from sqlalchemy import func, insert, select, update

from benchmarks.processes import children
from bot.house import House
from bot.turn import open_desk
from desk import groups, staff
from desk.broadcasts import Broadcasts
from desk.work import Actor
from models import (
    Broadcast,
    Job,
    Outbox,
    Patient,
    PatientGroupMember,
    PatientLink,
    WechatUser,
    clock,
)
from models.database import retrying
from scheduling.broadcasting import Audience
from tests.broken import balance, reminders, scenes
from tests.broken.phones import Mailroom, Wechat
from tests.broken.scenes import Seen
from tests.broken.works import Process, Works

WORDS = "就诊提醒：周一停水，{patient}请自带饮水"
_MOST_ROWS = 1000
_WINDOW = Actor("window", name="test")
# What WeChat does to a call at every kill, so that no three in a row make the channel rest: it is
# busy, it does it and hangs up, it answers with 502. Of the last two nobody can tell.
FAULTS = ("errcode", "lost", "http")
DOUBTFUL = 2


def lay(house: House, count: int) -> int:
    """Keep `count` families in a group and a broadcast to it, confirmed by two; its number."""
    with open_desk(house, _WINDOW) as counter:
        for name in ("刘护士", "王护士"):
            staff.invite(counter.work, name, "desk")
        liu, wang = (staff.by_number(counter.work, number) for number in (1, 2))
        assert liu
        assert wang
        group = groups.create(counter.work, liu, "东村")
    with house.engine.begin() as conn:
        now = clock.now(conn)
        for start in range(0, count, _MOST_ROWS):
            numbers = range(start, min(count, start + _MOST_ROWS))
            conn.execute(insert(WechatUser), [reminders._account(house, n, now) for n in numbers])
            conn.execute(insert(Patient), [reminders._patient(house, n, now) for n in numbers])
            conn.execute(insert(PatientLink), [_link(n, now) for n in numbers])
            inside = [{"group_id": group, "patient_id": n + 1} for n in numbers]
            conn.execute(insert(PatientGroupMember), inside)
    with open_desk(house, _WINDOW) as counter:
        desk = Broadcasts(counter.work)
        made = desk.draft(liu, Audience(kind="group", group=group), WORDS)
        if desk.confirm(liu, made.id).state == "waiting":
            desk.approve(wang, made.id)
        counter.work.conn.execute(update(Broadcast).values(not_before=now))
        _hurry(counter.work.conn, now)
    return made.id


def _hurry(conn: Any, now: Any) -> None:
    """Its minute is over."""
    conn.execute(update(Job).where(Job.kind == "lay_broadcast").values(due_at=now))


def _link(number: int, now: Any) -> dict[str, Any]:
    return {
        "wechat_user_id": number + 1,
        "patient_id": number + 1,
        "relation": "self",
        "state": "verified",
        "pair": f"{number + 1}:{number + 1}",
        "created_at": now,
    }


def workers(works: Works, number: int) -> list[Process]:
    """So many Celery workers, each with one process that sends."""
    command = ["celery", "-A", "bot.worker", "worker", "--concurrency", "1"]
    quiet = ["--loglevel", "WARNING", "--without-gossip", "--without-mingle"]
    return [
        works._process(f"worker{n}", [*command, *quiet, "-n", f"worker{n}"])
        for n in range(1, number + 1)
    ]


def broadcasted(  # noqa: PLR0913 - a bad day has its sizes
    works: Works, *, count: int, channel: str, seed: int, kills: int, number: int = 2
) -> Seen:
    """Workers deliver a broadcast; `kills` times one of them, or its child, dies in between."""
    rng = random.Random(seed)
    openids = [reminders.openid_of(n) for n in range(count)]
    broadcast = lay(works.house, count)
    with closing(works):
        wechat = scenes._wechat_with(works, openids, channel)
        mailroom = Mailroom(wechat)
        works.couriers = workers(works, number)
        _bad_day(wechat)
        started = time.monotonic()
        for worker in works.couriers:
            worker.start()
        deaths = 0
        for kill in range(kills):
            _wait_for(works, mailroom, broadcast, count * kill // (kills + 1), is_laid=kill > 0)
            _bad_day(wechat)
            deaths += _kill(works, rng)
        seconds = _finish(works, mailroom, count) - started
        return _seen(works, mailroom, count, deaths, seconds)


def _bad_day(wechat: Wechat) -> None:
    wechat.clear_faults()  # two days in one would be three in a row, and thirty seconds of rest
    for kind in FAULTS:
        wechat.post("/simulator/faults", path="*/message/*/send", kind=kind, count=1)


def _wait_for(
    works: Works, mailroom: Mailroom, broadcast: int, goal: int, *, is_laid: bool
) -> None:
    """Until so many have been sent to; at first, until some of the notices are written."""
    until = time.monotonic() + scenes._DRAIN_SECONDS
    of = Outbox.broadcast_id == broadcast, Outbox.state == "sent"
    sent = select(func.count()).select_from(Outbox).where(*of)
    laid = select(Broadcast.laid).where(Broadcast.id == broadcast)
    while True:
        with works.house.engine.connect() as conn:
            if (conn.scalar(sent if is_laid else laid) or 0) >= max(1, goal):
                return
        _push_on(works, mailroom)
        time.sleep(0.05)
        if time.monotonic() > until:
            raise TimeoutError([w.log() for w in works.couriers])


def _kill(works: Works, rng: random.Random) -> int:
    """Kill -9 a worker with its process, or the process alone; returns how many that were."""
    time.sleep(rng.uniform(0.0, 0.1))
    victim = rng.choice(works.couriers)
    child = children(victim._running.pid) if victim._running else []
    if child and rng.random() < 0.5:
        with suppress(ProcessLookupError):
            os.kill(child[0], signal.SIGKILL)  # Celery starts another one
        return 1
    victim.kill()
    victim.start()
    return 1


def _push_on(works: Works, mailroom: Mailroom) -> None:
    """Read the phones; leases of the dead are over, and what waits for its next try is due."""
    mailroom.read()
    scenes.free_leases(works)

    def once() -> None:
        with works.house.engine.begin() as conn:
            tried = Outbox.state == "due", Outbox.attempts > 0
            conn.execute(update(Outbox).where(*tried).values(not_before=clock.now(conn)))

    retrying(once)


def _finish(works: Works, mailroom: Mailroom, count: int) -> float:
    """Wait until every recipient is settled; returns when that was."""
    until, before = time.monotonic() + scenes._DRAIN_SECONDS, -1
    while True:
        _push_on(works, mailroom)
        settled = sum(_states(works)[state] for state in ("sent", "call", "dead"))
        if settled == count:
            return time.monotonic()
        if settled != before:
            until, before = time.monotonic() + scenes._DRAIN_SECONDS, settled
        if time.monotonic() > until:
            raise TimeoutError(f"{_states(works)}: {[w.log() for w in works.couriers]}")
        time.sleep(0.2)


def _states(works: Works) -> Counter[str]:
    with works.house.engine.connect() as conn:
        return Counter(conn.scalars(select(Outbox.state).where(Outbox.kind == "news")))


def _seen(works: Works, mailroom: Mailroom, count: int, deaths: int, seconds: float) -> Seen:
    mailroom.read()
    arrived = Counter[str]()
    for (openid, _), number in mailroom.reminders().items():
        arrived[openid] += number
    doubt, states = scenes.uncertain(works), _states(works)
    counts = {
        "recipients": count,
        "arrived": sum(arrived.values()),
        "reached": len(arrived),
        "twice": sum(number > 1 for number in arrived.values()),
        "uncertain": doubt,
        "to ring": states["call"],
        "worker deaths": deaths,
        "answers lost": DOUBTFUL * (deaths + 1),
        "seconds": seconds,
        "a second": count / seconds,
    }
    wrong = balance.arrivals(works.house, mailroom, "news")
    if counts["twice"] > doubt:
        wrong.append(f"{counts['twice']} arrived twice, {doubt} are marked")
    if doubt > deaths + counts["answers lost"]:
        wrong.append(f"{doubt} in doubt after {deaths} deaths")
    if sum(states[state] for state in ("sent", "call")) != count:
        wrong.append(f"not everybody is sent to or rung: {dict(states)}")
    return Seen(wrong, counts)
