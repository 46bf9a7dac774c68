"""The courier delivering due notices beside bare posts of the same bodies down one connection."""

from __future__ import annotations

import itertools
import json
import os
import secrets
import socket
import time
from collections.abc import Iterator, Mapping

import requests
from sqlalchemy import update

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
from desk import outbox
from desk.work import Actor
from models import WechatUser
from models.clock import system_now

_FIRST_PERSON = 1_000_001
_TEXT = "您预约的神经内科明天上午八点就诊，请带身份证，提前十五分钟到一楼取号。"


def rows(places: Places) -> Iterator[Row]:
    """Yield the rate of one courier, and the CPU of one notice."""
    engine = places.sizes.turn_engines[0]
    url = places.database(engine)
    hospital.build(url, places.redis_url).close()
    port = _free_port()
    base = f"http://127.0.0.1:{port}"
    environment = hospital.environment(url, places.redis_url) | {"WECHAT_API_BASE_URL": base}
    house = open_house(Settings.read(environment))
    people = itertools.count(_FIRST_PERSON)
    courier = Courier(house, open_channels(house), {})
    with (
        serving("benchmarks.floor_wechat:app", {}, address=f"127.0.0.1:{port}"),
        requests.Session() as session,
    ):
        memory: list[float] = []

        def deliver() -> Mapping[str, float]:
            count = places.sizes.notices
            _write(house, [next(people) for _ in range(count)])
            wall, cpu = time.perf_counter(), time.process_time()
            done = courier.run_once()
            if done != count:
                raise RuntimeError(f"{done} of {count} delivered")
            memory.append(pss_mb(os.getpid()))
            return _figures("courier", count, wall, cpu)

        def post() -> Mapping[str, float]:
            count = places.sizes.notices
            wall, cpu = time.perf_counter(), time.process_time()
            for number in range(count):
                text = {"content": _TEXT}
                body = {"touser": hospital.openid(number), "msgtype": "text", "text": text}
                data = json.dumps(body, ensure_ascii=False).encode()
                session.post(f"{base}/cgi-bin/message/custom/send", data=data, timeout=5).json()
            return _figures("posts", count, wall, cpu)

        samples = interleaved((deliver, post), places.sizes.rounds)
    house.close()
    yield Row(
        work="broadcast, one courier",
        where=engine,
        unit="notices/s",
        samples=samples,
        ours=("courier",),
        limit=("posts",),
        goal=0.7,
        is_more_better=True,
        facts={"MB grown from first to last round": round(memory[-1] - memory[0], 1)},
    )
    yield Row(
        work="broadcast, one courier",
        where=engine,
        unit="µs CPU",
        samples=samples,
        ours=("courier CPU",),
        limit=("posts CPU",),
    )


def _write(house: House, people: list[int]) -> None:
    """One due notice for each of them; they wrote to us just now, so WeChat lets us send."""
    hospital.people(house, people[0], len(people))
    with open_desk(house, Actor("job", name="bench")) as counter:
        work = counter.work
        work.conn.execute(update(WechatUser).values(last_message_at=system_now()))
        for person in people:
            key = f"reply:{secrets.token_hex(16)}"
            outbox.put(work, outbox.Notice("reply", key, {"text": _TEXT}, wechat_user_id=person))


def _figures(who: str, count: int, wall: float, cpu: float) -> dict[str, float]:
    used = (time.process_time() - cpu) / count * MICRO
    return {who: count / (time.perf_counter() - wall), f"{who} CPU": used}


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port
