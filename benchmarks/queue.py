"""
A day of tickets: checking in, calling the next, asking where one stands; at 100 and at 10,000.

A hospital sees more patients in more rooms, not more in one: forty a room and half-day. Each act
is measured up to its commit and then taken back, so that every round meets the same day. Where the
database is in the process, its CPU time is what counts: others may use the machine too.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine, insert

import migrations
from benchmarks.hospital import openid
from benchmarks.measure import Row, interleaved, percentile
from benchmarks.places import Places
from desk import calling, standing, tickets
from desk.directory import Directories
from desk.work import Actor, Work
from models import (
    Appointment,
    Calling,
    Department,
    Doctor,
    Patient,
    PatientLink,
    Shift,
    Site,
    Slot,
    Staff,
    Ticket,
    TicketSeries,
    WechatUser,
)
from models.database import connect
from models.vault import Vault, make_key
from scheduling.policy import Policy
from scheduling.rota import Member
from scheduling.types import AppointmentId

_MILLI = 1e3
_ZONE = ZoneInfo("Asia/Shanghai")
_NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)  # ten in the morning
_DAY = date(2026, 11, 24)
_OPENS, _CLOSES = _NOW - timedelta(hours=2), _NOW + timedelta(hours=2)
# Of a room's patients so many have been seen, so many wait, the rest is still to come.
_A_ROOM, _SEEN, _WAITING = 40, 20, 8
_DEPARTMENTS = 20
_NURSE = Member(1, "bench", "desk", None, None)
_CHUNK = 5_000


def rows(places: Places) -> Iterator[Row]:
    """Yield, for every engine, how much slower each act is on the greatest day than the least."""
    for engine in places.sizes.engines:
        yield from _on(places, engine)


def _on(places: Places, name: str) -> Iterator[Row]:
    sizes = places.sizes.tickets
    measurements: list[Callable[[], Mapping[str, float]]] = []
    with ExitStack() as at_the_end:
        for size in sizes:
            engine = connect(places.database(name))
            at_the_end.callback(engine.dispose)
            day = Day(engine, size)
            for what, act in day.acts().items():
                act(0)  # plans and statements are made once
                measurements.append(_timed(f"{what} {size}", act, places.sizes.searches))
        samples = interleaved(measurements, places.sizes.rounds)
    for what in ("check-in", "call", "standing"):
        yield Row(
            work=f"{what}, {sizes[0]} to {sizes[-1]} tickets a day",
            where=name,
            unit="ms CPU p95" if name == "sqlite" else "ms p95",
            samples=samples,
            ours=(f"{what} {sizes[-1]}",),
            limit=(f"{what} {sizes[0]}",),
            goal=1.25,
            facts={"rooms": len(_rooms(sizes[-1]))},
        )


def _timed(
    name: str, act: Callable[[int], float], times: int
) -> Callable[[], Mapping[str, float]]:
    def measure() -> Mapping[str, float]:
        return {name: percentile([act(number) for number in range(times)], 0.95) * _MILLI}

    return measure


def _rooms(size: int) -> range:
    return range(1, 1 + max(2, size // _A_ROOM))


class Day:
    """One database with one day in it, at ten in the morning."""

    def __init__(self, engine: Engine, size: int) -> None:
        self._engine = engine
        is_inside = engine.dialect.name == "sqlite"
        self._clock = time.thread_time if is_inside else time.perf_counter
        self._rooms = _rooms(size)
        self._vault = Vault(make_key(), make_key())
        self._directories = Directories()
        migrations.upgrade(engine)
        with engine.begin() as conn:
            for table, some in self._tables().items():
                _put(conn, table, some)

    def acts(self) -> Mapping[str, Callable[[int], float]]:
        """What is measured, each for the room or patient of a number; returns seconds."""
        return {
            "check-in": lambda n: self._time(self._coming(n), _check_in),
            "call": lambda n: self._time(self._room(n), _call),
            "standing": lambda n: self._time(self._waiting(n), _standing),
        }

    def _time(self, number: int, act: Callable[[Work, int], object]) -> float:
        who = Actor("chat", openid=openid(number)) if number > self._rooms.stop else Actor("job")
        with self._engine.connect() as conn, conn.begin() as whole:
            work = Work(
                conn, _NOW, _ZONE, Policy(), self._vault, who, directories=self._directories
            )
            started = self._clock()
            if act(work, number) is None:
                raise RuntimeError("there was nobody")
            seconds = self._clock() - started
            whole.rollback()
        return seconds

    # -- who is asked about: patients are numbered room by room, after the rooms

    def _room(self, number: int) -> int:
        return self._rooms[number % len(self._rooms)]

    def _first(self, room: int) -> int:
        return self._rooms.stop + 1 + (room - 1) * _A_ROOM

    def _waiting(self, number: int) -> int:
        return self._first(self._room(number)) + _SEEN + number % _WAITING

    def _coming(self, number: int) -> int:
        still = _A_ROOM - _SEEN - _WAITING
        return self._first(self._room(number)) + _SEEN + _WAITING + number % still

    def _people(self) -> Iterator[tuple[int, int, int]]:
        """Room, number of the person, and her place in the room."""
        for room in self._rooms:
            for place in range(_A_ROOM):
                yield room, self._first(room) + place, place

    # -- the rows

    def _tables(self) -> Mapping[type, Iterator[dict[str, object]]]:
        return {
            Site: iter([{"id": 1, "code": "S", "name": "S", "kind": "general"}]),
            Staff: iter([{"id": 1, "name": "n", "role": "desk", "created_at": _NOW}]),
            Department: (
                {"id": n, "site_id": 1, "code": f"D{n}", "name": f"D{n}"}
                for n in range(1, 1 + _DEPARTMENTS)
            ),
            Doctor: (
                {**_home(n), "site_id": 1, "code": f"R{n}", "name": "n"} for n in self._rooms
            ),
            Shift: map(_shift, self._rooms),
            Slot: map(_slot, self._rooms),
            Calling: (
                {
                    "shift_id": n,
                    "site_id": 1,
                    "visit_on": _DAY,
                    "opened_at": _OPENS,
                    "calls": _SEEN,
                    "lanes": "ff",
                }
                for n in self._rooms
            ),
            TicketSeries: (
                {"department_id": n, "visit_on": _DAY, "last": 100_000}
                for n in range(1, 1 + _DEPARTMENTS)
            ),
            WechatUser: (self._account(who) for _, who, _ in self._people()),
            Patient: (self._patient(who) for _, who, _ in self._people()),
            PatientLink: (
                {
                    "wechat_user_id": who,
                    "patient_id": who,
                    "relation": "self",
                    "state": "own",
                    "pair": f"{who}:{who}",
                    "created_at": _NOW,
                }
                for _, who, _ in self._people()
            ),
            Appointment: (_appointment(*one) for one in self._people()),
            Ticket: (_ticket(*one) for one in self._people() if one[2] < _SEEN + _WAITING),
        }

    def _account(self, number: int) -> dict[str, object]:
        return {
            "id": number,
            "openid_hash": self._vault.lookup(openid(number)),
            "openid_enc": self._vault.seal(openid(number)),
            "created_at": _NOW,
        }

    def _patient(self, number: int) -> dict[str, object]:
        return {
            "id": number,
            "public_id": f"p{number}",
            "name_enc": self._vault.seal("李小明"),
            "document_kind": "passport",
            "document_hash": str(number),
            "document_enc": b"",
            "sex": "f",
            "birth_on": date(1970, 5, 1),
            "created_at": _NOW,
        }


def _check_in(work: Work, number: int) -> object:
    return tickets.check_in(work, AppointmentId(number))


def _call(work: Work, room: int) -> object:
    return calling.call_next(work, _NURSE, room)


def _standing(work: Work, _number: int) -> object:
    return standing.of_account(work) or None


def _put(conn: Connection, table: type, some: Iterator[dict[str, object]]) -> None:
    chunk = list(some)
    for first in range(0, len(chunk), _CHUNK):
        conn.execute(insert(table), chunk[first : first + _CHUNK])


def _home(room: int) -> dict[str, object]:
    return {"id": room, "department_id": 1 + room % _DEPARTMENTS}


def _shift(room: int) -> dict[str, object]:
    return {
        **_home(room),
        "natural_key": f"{room}",
        "site_id": 1,
        "doctor_id": room,
        "visit_on": _DAY,
        "half_day": "am",
        "starts_at": _OPENS,
        "ends_at": _CLOSES,
        "slot_minutes": 240,
        "room": f"{room}",
        "service_type": "expert",
        "fee_fen": 1000,
    }


def _slot(room: int) -> dict[str, object]:
    return {
        **_home(room),
        "shift_id": room,
        "doctor_id": room,
        "visit_on": _DAY,
        "starts_at": _OPENS,
        "ends_at": _CLOSES,
        "capacity": _A_ROOM,
        "chat_capacity": _A_ROOM,
        "booked": _A_ROOM,
        "chat_booked": _A_ROOM,
    }


def _appointment(room: int, who: int, place: int) -> dict[str, object]:
    waits = "checked_in" if place < _SEEN + _WAITING else "booked"
    return {
        "id": who,
        "code": f"{who}",
        "status": "completed" if place < _SEEN else waits,
        "patient_id": who,
        "wechat_user_id": who,
        "slot_id": room,
        "shift_id": room,
        "department_id": _home(room)["department_id"],
        "doctor_id": room,
        "visit_on": _DAY,
        "half_day": "am",
        "starts_at": _NOW,
        "ends_at": _CLOSES,
        "fee_fen": 1000,
        "service_type": "expert",
        "channel": "chat",
        "created_at": _OPENS,
        "confirmed_at": _OPENS,
        "occupies": f"{who}",
    }


def _ticket(room: int, who: int, place: int) -> dict[str, object]:
    is_seen = place < _SEEN
    return {
        "appointment_id": who,
        "site_id": 1,
        "department_id": _home(room)["department_id"],
        "shift_id": room,
        "visit_on": _DAY,
        "number": who,
        "label": f"{who}",
        "state": "done" if is_seen else "waiting",
        "due_at": _NOW,
        "ready_at": _OPENS,
        "called_at": _OPENS if is_seen else None,
        "ended_at": _NOW if is_seen else None,
    }
