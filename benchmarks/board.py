"""
The call board with one watcher and with hundreds, real sockets on a worker with eight threads.

What the database is asked, what a patient's turn takes meanwhile, and how soon the last of them
sees a call.
"""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from sqlalchemy import select

import migrations
from benchmarks import hospital, load, messages
from benchmarks.measure import Row, interleaved, percentile
from benchmarks.places import Places, Sizes
from benchmarks.web import WebServer, serving
from bot.house import House, open_house
from bot.settings import Settings
from bot.turn import open_desk
from desk import calling, demo, tickets
from desk.work import Actor
from models import Appointment
from scheduling.rota import Member
from scheduling.types import AppointmentId

_SITE = "GH"
_MORNING = "2026-11-24T09:30:00+08:00"
_NURSE = Member(0, "bench", "desk", None, None)
_JOB = Actor("job", name="bench")
_MILLI = 1e3
_QUESTION = b"GET /board/GH/events HTTP/1.1\r\nHost: bench\r\n\r\n"
_COUNT = b"GET /statements HTTP/1.1\r\nHost: bench\r\n\r\n"
_PATIENCE_SECONDS = 30


def rows(places: Places) -> Iterator[Row]:
    """Yield what many watchers cost beside one: statements, a turn's time, and the last to see."""
    engine = places.sizes.turn_engines[0]
    many = places.sizes.watchers
    environment = _environment(places, engine)
    house, shift = _build(environment)
    with serving("benchmarks.board_app:app", environment, workers=1) as web:
        stand = _Stand(places.sizes, house, shift, web)
        stand.measure(1)  # what is loaded once
        samples = interleaved(
            [lambda: stand.measure(1), lambda: stand.measure(many)], places.sizes.rounds
        )
    house.close()
    for work, unit, key, goal in (
        ("statements for a board, all watchers together", "in 5 s", "statements", 1.25),
        ("turn while a board is watched", "ms p95", "turn", 1.25),
        ("until the last watcher sees a call", "ms", "call", None),
    ):
        yield Row(
            work=f"{work}: {many} against 1",
            where=f"{engine}, 1 worker of 8 threads",
            unit=unit,
            samples=samples,
            ours=(f"{key} {many}",),
            limit=(f"{key} 1",) if goal else (),
            goal=goal,
        )


def _environment(places: Places, engine: str) -> Mapping[str, str]:
    production = hospital.environment(places.database(engine), places.redis_url)
    return production | {"DESK_MODE": "development", "FIXED_NOW": _MORNING}


def _build(environment: Mapping[str, str]) -> tuple[House, int]:
    """The demo hospital in the middle of a morning, everybody booked is here; and a busy shift."""
    house = open_house(Settings.read(environment))
    migrations.upgrade(house.engine)
    with open_desk(house, _JOB) as counter:
        demo.load(counter.work)
    with open_desk(house, _JOB) as counter:
        booked = counter.work.conn.execute(
            select(Appointment.id, Appointment.shift_id)
            .where(Appointment.visit_on == counter.now.date(), Appointment.status == "booked")
            .order_by(Appointment.shift_id, Appointment.id)
        ).all()
        for row in booked:
            tickets.check_in(counter.work, AppointmentId(row.id), by_desk=True)
    return house, booked[0].shift_id


@dataclass
class _Stand:
    sizes: Sizes
    house: House
    shift: int
    web: WebServer
    people: Iterator[int] = field(default_factory=lambda: itertools.count(1_000_001))

    def measure(self, count: int) -> Mapping[str, float]:
        """Let so many watch: what they cost, and how soon they see a call."""
        return asyncio.run(self._measure(count))

    async def _measure(self, count: int) -> Mapping[str, float]:
        crowd = await asyncio.gather(*(_watch(self.web) for _ in range(count)))
        before = await self._statements()
        await asyncio.sleep(self.sizes.quiet_seconds)
        after = await self._statements()
        pushes = [
            messages.push(hospital.openid(next(self.people)), "在吗")
            for _ in range(self.sizes.single_turns)
        ]
        answers = await asyncio.to_thread(load.drive, self.web.socket, pushes, 1)
        if wrong := [one for one in answers if one.status != 200]:
            raise RuntimeError(f"a turn got {wrong[0].status}")
        called = time.perf_counter()
        await asyncio.to_thread(self._call)
        await asyncio.gather(*(_sees(reader) for reader, _ in crowd))
        seen = time.perf_counter()
        for _, writer in crowd:
            writer.close()
        return {
            f"statements {count}": after - before,
            f"turn {count}": percentile([one.seconds for one in answers], 0.95) * _MILLI,
            f"call {count}": (seen - called) * _MILLI,
        }

    async def _statements(self) -> int:
        (answer,) = await asyncio.to_thread(load.drive, self.web.socket, [_COUNT], 1)
        return int(answer.body)

    def _call(self) -> None:
        """Call the next one; 21 wait."""
        with open_desk(self.house, _JOB) as counter:
            if calling.call_next(counter.work, _NURSE, self.shift) is None:
                raise RuntimeError("everybody has been called")


async def _watch(web: WebServer) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Open a stream and read the board as it is."""
    reader, writer = await asyncio.open_unix_connection(web.socket, limit=1 << 22)
    writer.write(_QUESTION)
    await _sees(reader)
    return reader, writer


async def _sees(reader: asyncio.StreamReader) -> None:
    """Wait until the next state of the board has come, whole."""
    async with asyncio.timeout(_PATIENCE_SECONDS):
        await reader.readuntil(b"id: ")
        await reader.readuntil(b"\n\n")
