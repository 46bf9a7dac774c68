"""Booking through the desk beside the same statements on the bare driver; and the morning rush."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import select, update

from benchmarks import hospital
from benchmarks.measure import MICRO, Row, interleaved
from benchmarks.places import Places, Sizes
from benchmarks.raw import RawDesk
from bot.house import House
from bot.turn import open_desk
from desk.conflicts import retrying
from desk.counter import Counter
from desk.work import Actor
from models import Department, Slot
from models.clock import system_now
from scheduling.errors import SlotTaken
from scheduling.types import PatientId, SlotId

# Of the rate of the bare driver, where three statements were measured (facts: Core on each).
_GOALS = {"mariadb": 0.55, "postgres": 0.45}
_FIRST_PERSON = 1_000_001
# Inside the booking window, and not today.
_SOON, _LATE = timedelta(days=1), timedelta(days=13)

Book = Callable[[int, int], int]  # person, slot → appointment, 0 when the slot is full


def rows(places: Places) -> Iterator[Row]:
    """Yield bookings per second with many clients, then the rush, on every engine."""
    for engine in places.sizes.engines:
        url = places.database(engine)
        house = hospital.build(url, places.redis_url)
        yield from _Stand(places.sizes, engine, house, url).rows()
        house.close()


@dataclass
class _Stand:
    sizes: Sizes
    engine: str
    house: House
    url: str
    people: Iterator[int] = field(default_factory=lambda: itertools.count(_FIRST_PERSON))
    sold: set[int] = field(default_factory=set)

    def rows(self) -> Iterator[Row]:
        self._spread(self._through_the_desk, "warm-up")
        samples = interleaved(
            (
                lambda: self._spread(self._through_the_desk, "desk"),
                lambda: self._spread(self._raw(RawDesk.book), "raw"),
            ),
            self.sizes.rounds,
        )
        yield Row(
            work=f"booking, {self.sizes.clients} clients",
            where=self.engine,
            unit="bookings/s",
            samples=samples,
            ours=("desk",),
            limit=("raw",),
            goal=_GOALS.get(self.engine),
            is_more_better=True,
        )
        yield Row(
            work=f"booking, {self.sizes.clients} clients",
            where=self.engine,
            unit="µs CPU",
            samples=samples,
            ours=("desk CPU",),
            limit=("raw CPU",),
        )
        samples = interleaved(
            (
                lambda: self._rush(self._through_the_desk, "desk"),
                lambda: self._rush(self._raw(RawDesk.rush), "conditional UPDATE"),
            ),
            self.sizes.rounds,
        )
        yield Row(
            work=f"{self.sizes.rush} attempts on one slot of {self.sizes.rush_places}",
            where=self.engine,
            unit="s",
            samples=samples,
            ours=("desk",),
            limit=("conditional UPDATE",),
            goal=0.6,
            facts={"sold each time": " ".join(map(str, sorted(self.sold)))},
        )

    # -- how to book

    def _through_the_desk(self, person: int, slot: int) -> int:
        actor = Actor("chat", openid=hospital.openid(person))

        def act(counter: Counter) -> int:
            held = counter.bookings.hold(SlotId(slot), PatientId(person))
            return counter.bookings.confirm(held.id).id

        try:
            return retrying(lambda: open_desk(self.house, actor), act)
        except SlotTaken:
            return 0

    def _raw(self, act: Callable[[RawDesk, int, int, int], int]) -> Book:
        """One connection for each thread."""
        own = threading.local()

        def book(person: int, slot: int) -> int:
            if not hasattr(own, "desk"):
                own.desk = RawDesk(self.url)
            return act(own.desk, person, person, slot)

        return book

    # -- what is booked

    def _spread(self, book: Book, name: str) -> Mapping[str, float]:
        """Everybody at another slot; returns bookings per second and CPU µs for each."""
        people = self._register(self.sizes.bookings)
        slots = itertools.cycle(self._slots())
        cpu = time.process_time()
        seconds, sold = self._race(book, [(p, next(slots)) for p in people])
        if sold != len(people):
            raise RuntimeError(f"{name} booked {sold} of {len(people)}")
        used = time.process_time() - cpu
        return {name: sold / seconds, f"{name} CPU": used / sold * MICRO}

    def _rush(self, book: Book, name: str) -> Mapping[str, float]:
        """Everybody at the same slot; returns the seconds until all have their answer."""
        people = self._register(self.sizes.rush)
        slot = self._slots()[-1]
        with self.house.engine.begin() as conn:
            places = self.sizes.rush_places
            room = {"booked": 0, "chat_booked": 0, "reserve": 0}
            room |= {"capacity": places, "chat_capacity": places}
            conn.execute(update(Slot).where(Slot.id == slot).values(room))
        seconds, sold = self._race(book, [(person, slot) for person in people])
        self.sold.add(sold)
        if sold != self.sizes.rush_places:
            raise RuntimeError(f"{name} sold {sold} of {self.sizes.rush_places}")
        return {name: seconds}

    def _race(self, book: Book, wishes: Sequence[tuple[int, int]]) -> tuple[float, int]:
        """Return the seconds for all wishes with many clients, and how many were fulfilled."""
        waiting = list(reversed(wishes))
        sold = [0] * self.sizes.clients
        start = threading.Barrier(self.sizes.clients + 1)

        def client(number: int) -> None:
            start.wait()
            while waiting:
                try:
                    person, slot = waiting.pop()
                except IndexError:
                    return
                sold[number] += bool(book(person, slot))

        crew = [threading.Thread(target=client, args=(n,)) for n in range(self.sizes.clients)]
        for thread in crew:
            thread.start()
        start.wait()
        started = time.perf_counter()
        for thread in crew:
            thread.join()
        return time.perf_counter() - started, sum(sold)

    def _slots(self) -> list[int]:
        """Slots from the day after tomorrow on, where anybody may go."""
        anybody = (
            Department.bookable,
            Department.min_age_years.is_(None),
            Department.max_age_years.is_(None),
            Department.sex == "",
        )
        query = (
            select(Slot.id)
            .join(Department, Department.id == Slot.department_id)
            .where(
                *anybody,
                Slot.is_open,
                Slot.starts_at > system_now() + _SOON,
                Slot.starts_at < system_now() + _LATE,
            )
            .order_by(Slot.id)
        )
        with self.house.engine.connect().execution_options(read_only=True) as conn:
            return list(conn.scalars(query))

    def _register(self, count: int) -> list[int]:
        people = [next(self.people) for _ in range(count)]
        hospital.people(self.house, people[0], count)
        return people
