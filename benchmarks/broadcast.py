"""
Broadcasts: 1, 2 and 4 couriers beside bare posts of the same bodies down one connection.

And the memory it takes to lay out more and more recipients.
"""

from __future__ import annotations

import itertools
import json
import multiprocessing
import os
import socket
import time
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any, Self

import requests
from sqlalchemy import func, insert, select, update

import migrations
from benchmarks import hospital
from benchmarks.measure import MICRO, Row, interleaved
from benchmarks.places import Places
from benchmarks.processes import pss_mb
from benchmarks.web import serving
from bot.channels import open_channels
from bot.courier import Courier
from bot.house import House, open_house
from bot.settings import Settings
from bot.turn import open_desk
from desk import laying, outbox
from desk.broadcasts import Broadcasts
from desk.work import Actor
from models import Broadcast, Outbox, Staff, WechatUser
from models.clock import system_now
from scheduling.broadcasting import Audience
from scheduling.rota import Member

_FIRST_PERSON = 1_000_001
_TEXT = "您预约的神经内科明天上午八点就诊，请带身份证，提前十五分钟到一楼取号。"
_NURSE = Member(1, "刘护士", "admin", None, None)
_JOB = Actor("job", name="bench")


def rows(places: Places) -> Iterator[Row]:
    """Yield rates of 1, 2 and 4 workers, the CPU of one notice, and the memory of laying out."""
    yield from _delivered(places)
    yield _laid(places)


def _delivered(places: Places) -> Iterator[Row]:
    engine = places.sizes.turn_engines[0]
    url = places.database(engine)
    port = _free_port()
    base = f"http://127.0.0.1:{port}"
    environment = hospital.environment(url, places.redis_url)
    environment |= {"WECHAT_API_BASE_URL": base, "SEND_RATES": "customer=0"}
    environment["HOSPITAL_ZONE"] = _noon()
    house = open_house(Settings.read(environment))
    migrations.upgrade(house.engine)
    people = itertools.count(_FIRST_PERSON)
    count = places.sizes.notices
    with (
        serving("benchmarks.floor_wechat:app", {}, address=f"127.0.0.1:{port}"),
        requests.Session() as session,
    ):

        def deliver(workers: int) -> Mapping[str, float]:
            _write(house, [next(people) for _ in range(count)])
            with _crew(environment, workers) as crew:
                wall = time.perf_counter()
                used = crew.deliver(count)
                seconds = time.perf_counter() - wall
            _check(house, count)
            who = f"{workers} workers"
            return {who: count / seconds, f"{who} CPU": used / count * MICRO}

        def post() -> Mapping[str, float]:
            wall, cpu = time.perf_counter(), time.process_time()
            for number in range(count):
                text = {"content": _TEXT}
                body = {"touser": hospital.openid(number), "msgtype": "text", "text": text}
                data = json.dumps(body, ensure_ascii=False).encode()
                session.post(f"{base}/cgi-bin/message/custom/send", data=data, timeout=5).json()
            used = (time.process_time() - cpu) / count * MICRO
            return {"posts": count / (time.perf_counter() - wall), "posts CPU": used}

        acts = [lambda workers=workers: deliver(workers) for workers in places.sizes.workers]
        samples = interleaved((*acts, post), places.sizes.rounds)
    house.close()
    for workers in places.sizes.workers:
        yield Row(
            work=f"broadcast, {workers} worker{'s' if workers > 1 else ''}",
            where=engine,
            unit="notices/s",
            samples=samples,
            ours=(f"{workers} workers",),
            limit=("posts",),
            goal=0.7 if workers == 1 else None,
            is_more_better=True,
        )
    yield Row(
        work="broadcast, one worker",
        where=engine,
        unit="µs CPU",
        samples=samples,
        ours=("1 workers CPU",),
        limit=("posts CPU",),
    )


def _write(house: House, people: list[int]) -> None:
    """One due notice for each of them; they wrote to us just now, so WeChat lets us send."""
    hospital.people(house, people[0], len(people))
    with open_desk(house, _JOB) as counter:
        work = counter.work
        work.conn.execute(update(WechatUser).values(last_message_at=system_now()))
        notices = [outbox.Notice("news", f"n{one}", {"words": _TEXT}, one) for one in people]
        outbox.put_all(work, notices)


def _noon() -> str:
    """A zone in which it is about noon: at night nothing would leave."""
    ahead = (12 - system_now().hour) % 24
    ahead -= 24 * (ahead > 12)
    return f"Etc/GMT{-ahead:+d}" if ahead else "Etc/GMT"


def _check(house: House, count: int) -> None:
    """All of them have been posted, none put off."""
    with open_desk(house, _JOB) as counter:
        conn = counter.work.conn
        sent = conn.scalar(select(func.count()).where(Outbox.state == "sent"))
        if sent != count:
            raise RuntimeError(f"{sent} of {count} sent")
        conn.execute(update(Outbox).values(state="void"))


class _crew:  # noqa: N801 - used like a function
    """Processes with a courier each, opened before the clock runs."""

    def __init__(self, environment: Mapping[str, str], number: int) -> None:
        context = multiprocessing.get_context("spawn")
        self._go, self._ready = context.Event(), context.Semaphore(0)
        self._told = context.SimpleQueue()
        self._crew = [
            context.Process(target=_work, args=(environment, self._ready, self._go, self._told))
            for _ in range(number)
        ]

    def __enter__(self) -> Self:
        """Wait until all are open."""
        for one in self._crew:
            one.start()
        for _ in self._crew:
            self._ready.acquire()
        return self

    def __exit__(self, *_: object) -> None:
        """All have ended."""
        for one in self._crew:
            one.join()

    def deliver(self, count: int) -> float:
        """Let them; returns the CPU seconds they used."""
        self._go.set()
        told = [self._told.get() for _ in self._crew]
        # What a page had no time for leaves later and is counted twice; `_check` counts the sent.
        if sum(done for done, _ in told) < count:
            raise RuntimeError(f"{told} of {count} delivered")
        return float(sum(used for _, used in told))


def _work(environment: Mapping[str, str], ready: Any, go: Any, told: Any) -> None:
    house = open_house(Settings.read(environment))
    courier = Courier(house, open_channels(house), {})
    house.engine.connect().close()
    house.memory.answers()
    ready.release()
    go.wait()
    cpu, done = time.process_time(), 0
    while some := courier.deliver():
        done += some
    told.put((done, time.process_time() - cpu))
    house.close()


def _laid(places: Places) -> Row:
    """The growth of this process while ever more recipients are laid out, in MB."""
    url = places.database("sqlite")
    house = open_house(Settings.read(hospital.environment(url, places.redis_url)))
    migrations.upgrade(house.engine)
    grown: list[float] = []
    for count in places.sizes.recipients:
        _followers(house, count)
        number = _confirmed(house)
        before = pss_mb(os.getpid())
        most = before
        after: timedelta | None = timedelta()
        while after is not None and after < timedelta(seconds=1):
            with open_desk(house, _JOB) as counter:
                after = laying.go_on(counter.work, number)
            most = max(most, pss_mb(os.getpid()))
        grown.append(most - before)
    house.close()
    return Row(
        work=f"laying out {places.sizes.recipients[-1]:,} recipients",
        where="sqlite",
        unit="MB grown",
        samples={"largest": [max(0.1, grown[-1])], "smallest": [max(0.1, grown[0])]},
        ours=("largest",),
        facts={
            f"MB at {n:,}": round(g, 1)
            for n, g in zip(places.sizes.recipients, grown, strict=True)
        },
    )


def _followers(house: House, count: int) -> None:
    """So many accounts follow, in all."""
    sealed, now = house.vault.seal("oBench"), system_now()
    row = {"openid_enc": sealed, "followed": True, "created_at": now}
    with open_desk(house, _JOB) as counter:
        conn = counter.work.conn
        known = len(conn.scalars(select(WechatUser.id)).all())
    for start in range(known, count, 10_000):
        with open_desk(house, _JOB) as counter:
            numbers = range(start, min(count, start + 10_000))
            fresh = [{"openid_hash": f"b{number}", **row} for number in numbers]
            counter.work.conn.execute(insert(WechatUser), fresh)


def _confirmed(house: House) -> int:
    """A broadcast to all of them whose time has come; returns its number."""
    with open_desk(house, _JOB) as counter:
        work = counter.work
        if work.conn.scalar(select(Staff.id)) is None:
            row = {"id": 1, "name": "刘护士", "role": "admin", "created_at": work.now}
            work.conn.execute(insert(Staff), row)
        desk = Broadcasts(work)
        made = desk.draft(_NURSE, Audience(kind="followers"), "周一停电", "mass")
        values = {"state": "scheduled", "not_before": work.now}
        work.conn.execute(update(Broadcast).where(Broadcast.id == made.id).values(**values))
        return made.id


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port
