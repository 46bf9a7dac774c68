"""Open slots of a department in two weeks, while the appointments of years pile up beside them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from datetime import date, datetime, timedelta
from statistics import median
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from benchmarks.growth import DAYS_AHEAD, DEPARTMENTS, Growing
from benchmarks.measure import Row, interleaved
from benchmarks.places import Places
from benchmarks.raw import RawDesk
from desk.finder import Finder
from desk.work import Actor, Work
from models.clock import system_now
from models.database import connect
from models.vault import Vault, make_key
from scheduling.policy import Policy
from scheduling.types import Need

_MILLI = 1e3
_ZONE = ZoneInfo("Asia/Shanghai")
_BY_COUNTER = """
SELECT s.id, s.starts_at, s.chat_capacity - s.chat_booked FROM slot s
JOIN shift h ON h.id = s.shift_id
WHERE s.department_id = ? AND s.visit_on BETWEEN ? AND ? AND s.is_open
  AND s.chat_booked < s.chat_capacity AND h.state = 'published' ORDER BY s.starts_at
"""
_BY_COUNTING = """
SELECT s.id, s.starts_at, s.chat_capacity - COUNT(a.id) FROM slot s
JOIN shift h ON h.id = s.shift_id
LEFT JOIN appointment a ON a.slot_id = s.id AND a.status IN ('held', 'booked', 'checked_in')
WHERE s.department_id = ? AND s.visit_on BETWEEN ? AND ? AND s.is_open AND h.state = 'published'
GROUP BY s.id, s.starts_at, s.chat_capacity HAVING COUNT(a.id) < s.chat_capacity
ORDER BY s.starts_at
"""


def rows(places: Places) -> Iterator[Row]:
    """Yield, for every engine, the growth of the desk's search and counting beside a counter."""
    for engine in places.sizes.engines:
        yield from _on(places, engine)


def _on(places: Places, name: str) -> Iterator[Row]:
    now = system_now()
    today = now.astimezone(_ZONE).date()
    seconds: dict[str, float | str] = {}
    measurements: list[Callable[[], Mapping[str, float]]] = []
    sizes = [f"{wanted:.0e}".replace("e+0", "e") for wanted in places.sizes.appointments]
    with ExitStack() as at_the_end:
        for size, wanted in zip(sizes, places.sizes.appointments, strict=True):
            url = places.database(name)
            engine = connect(url)
            at_the_end.callback(engine.dispose)
            started = time.perf_counter()
            Growing(engine, today).grow(wanted)
            seconds[f"s to make {size}"] = round(time.perf_counter() - started, 1)
            conn = at_the_end.enter_context(engine.connect().execution_options(read_only=True))
            raw = at_the_end.enter_context(RawDesk(url))
            for who, act in _acts(_finder(conn, now), raw, today).items():
                act(1)  # plans and statements are made once
                measurements.append(_timed(f"{who} {size}", act, places.sizes.searches))
        samples = interleaved(measurements, places.sizes.rounds)
    smaller, larger = sizes[-2:] if len(sizes) > 1 else (sizes[0], sizes[0])
    for who in ("desk", "counter"):
        yield Row(
            work=f"open-slot search by the {who}, growing",
            where=name,
            unit="ms p50",
            samples=samples,
            ours=(f"{who} {larger}",),
            limit=(f"{who} {smaller}",),
            goal=1.1,
            facts=seconds,
        )
    yield Row(
        work=f"the counter at {larger} appointments",
        where=name,
        unit="ms p50",
        samples=samples,
        ours=(f"counter {larger}",),
        limit=(f"counting {larger}",),
        goal=0.2,
    )


def _acts(finder: Finder, raw: RawDesk, today: date) -> Mapping[str, Callable[[int], int]]:
    last = today + timedelta(days=DAYS_AHEAD)

    def by_desk(department: int) -> int:
        return len(finder.offers(Need(departments=((f"D{department}", 1.0),))).exact)

    def by_counter(department: int) -> int:
        return len(raw.rows(_BY_COUNTER, department, today, last))

    def by_counting(department: int) -> int:
        return len(raw.rows(_BY_COUNTING, department, today, last))

    return {"desk": by_desk, "counter": by_counter, "counting": by_counting}


def _finder(conn: Connection, now: datetime) -> Finder:
    vault = Vault(make_key(), make_key())
    return Finder(Work(conn, now, _ZONE, Policy(), vault, Actor("chat", openid="oBench")))


def _timed(name: str, act: Callable[[int], int], times: int) -> Callable[[], Mapping[str, float]]:
    def measure() -> Mapping[str, float]:
        seconds: list[float] = []
        for number in range(times):
            started = time.perf_counter()
            if not act(1 + number % DEPARTMENTS):
                raise RuntimeError(f"{name} found nothing")
            seconds.append(time.perf_counter() - started)
        return {name: median(seconds) * _MILLI}

    return measure
