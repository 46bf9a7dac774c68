"""
A whole turn through the webhook beside WeRoBot's echo plus the statements nobody can do without.

Both under gunicorn (two workers, eight threads each), both sealed, both with Redis. WeRoBot knows
no journal and books nothing, so those statements on the bare driver are added to its CPU.
"""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from sqlalchemy import select

from benchmarks import hospital, messages
from benchmarks.load import Answer
from benchmarks.measure import Row, cpu_us, interleaved, percentile
from benchmarks.places import Places, Sizes
from benchmarks.raw import RawDesk
from benchmarks.web import WebServer, serving
from bot.house import House
from models import Slot

# What each person says, what the turn is called, and what its answer must hold.
CONVERSATION = (
    ("我想挂号", "asks", "不舒服"),
    ("我自己手麻，挂神经内科", "lists", "可以约的号"),
    ("1", "asks the time", "选几点"),
    ("1", "holds", "请核对"),
    ("1", "confirms", "预约成功"),
)
_FIRST_PERSON = 1_000_001  # behind the demo's own patients
_FLOORS = {"holds": ("raw hold",), "confirms": ("raw confirm",)}
_GOALS = {"holds": 1.5, "confirms": 1.5}
_MILLI = 1e3
_WARM = 64
_LATE = "success"  # after 4 s the answer is left to the courier: the load was too much


def rows(places: Places) -> Iterator[Row]:
    """Yield a row for every kind of turn on every server engine."""
    for engine in places.sizes.turn_engines:
        yield from _on(places, engine)


def _on(places: Places, engine: str) -> Iterator[Row]:
    with _opened(places, engine) as stand:
        stand.warm()
        samples = interleaved(
            (stand.echo, stand.talk, stand.raw_journal, stand.raw_booking), places.sizes.rounds
        )
        stand.one_by_one()
    for _, turn, _ in CONVERSATION:
        yield Row(
            work=f"turn that {turn}",
            where=engine,
            unit="µs CPU",
            samples=samples,
            ours=(turn,),
            limit=("WeRoBot echo", "raw journal", *_FLOORS.get(turn, ())),
            goal=_GOALS.get(turn, 1.3),
            facts=stand.latencies(turn),
        )


@contextmanager
def _opened(places: Places, engine: str) -> Iterator[_Stand]:
    url, redis_url = places.database(engine), places.redis_url
    house = hospital.build(url, redis_url)
    environment = hospital.environment(url, redis_url)
    knock = messages.push(hospital.openid(0), "在吗")
    with (
        serving("wsgi:app", environment) as ours,
        serving("benchmarks.echo_werobot:app", environment, knock=knock) as rival,
        RawDesk(url) as raw,
    ):
        yield _Stand(places.sizes, house, ours, rival, raw)
    house.close()


@dataclass
class _Stand:
    sizes: Sizes
    house: House
    ours: WebServer
    rival: WebServer
    raw: RawDesk
    answers: dict[tuple[str, int], list[Answer]] = field(default_factory=dict)
    _people: Iterator[int] = field(default_factory=lambda: itertools.count(_FIRST_PERSON))

    def warm(self) -> None:
        """Let both workers of both servers load what they load once."""
        self._talk(min(_WARM, self.sizes.turns), self.sizes.connections // 8 or 1)
        self.echo()
        self.answers.clear()

    def talk(self) -> Mapping[str, float]:
        return self._talk(self.sizes.turns, self.sizes.connections)

    def echo(self) -> Mapping[str, float]:
        return self._echo(self.sizes.turns, self.sizes.connections)

    def one_by_one(self) -> None:
        """One connection, for the latency of a turn alone."""
        self._talk(self.sizes.single_turns, 1)
        self._echo(self.sizes.single_turns, 1)

    def raw_journal(self) -> Mapping[str, float]:
        (person,) = self._register(1)
        hashed = self.house.vault.lookup(hospital.openid(person))
        keys = [secrets.token_hex(32) for _ in range(self.sizes.turns)]

        def journal(number: int) -> None:
            self.raw.journal(hashed, keys[number], number + 1)

        return {"raw journal": cpu_us(journal, self.sizes.turns)}

    def raw_booking(self) -> Mapping[str, float]:
        people = self._register(self.sizes.turns)
        slot = _a_slot(self.house)
        held: list[int] = []

        def hold(number: int) -> None:
            held.append(self.raw.hold(people[number], people[number], slot))

        def confirm(number: int) -> None:
            self.raw.confirm(held[number], people[number])

        return {
            "raw hold": cpu_us(hold, len(people)),
            "raw confirm": cpu_us(confirm, len(people)),
        }

    def latencies(self, turn: str) -> dict[str, float]:
        """Return p50 and p99 in ms, ours and the rival's, and how many were too late."""
        found = {}
        for (kind, connections), answers in self.answers.items():
            if kind in (turn, "WeRoBot echo"):
                seconds = [answer.seconds for answer in answers]
                who = "ours" if kind == turn else "WeRoBot"
                for name, share in (("p50", 0.5), ("p99", 0.99)):
                    title = f"{who} {name} ms at {connections}"
                    found[title] = round(percentile(seconds, share) * _MILLI, 1)
            if kind == turn:
                late = sum(messages.read(answer.body) == _LATE for answer in answers)
                found[f"late of {len(answers)} at {connections}"] = late
        return found

    def _talk(self, people: int, connections: int) -> dict[str, float]:
        openids = [hospital.openid(person) for person in self._register(people)]
        found = {}
        for text, turn, expected in CONVERSATION:
            requests = [messages.push(openid, text) for openid in openids]
            found[turn], answers = self.ours.cpu_us(requests, connections)
            for answer in answers:
                said = messages.read(answer.body)
                if expected not in said and said != _LATE:
                    raise RuntimeError(f"{turn}: not {expected} but {said}")
            self.answers.setdefault((turn, connections), []).extend(answers)
        return found

    def _echo(self, count: int, connections: int) -> dict[str, float]:
        # As many and as long as ours.
        texts = itertools.cycle([text for text, _, _ in CONVERSATION])
        requests = [messages.push(hospital.openid(number), next(texts)) for number in range(count)]
        figure, answers = self.rival.cpu_us(requests, connections)
        if not all(messages.read(answer.body) for answer in answers):
            raise RuntimeError("WeRoBot did not answer")
        self.answers.setdefault(("WeRoBot echo", connections), []).extend(answers)
        return {"WeRoBot echo": figure}

    def _register(self, count: int) -> list[int]:
        """New people, not yet known to Redis or the journal."""
        people = [next(self._people) for _ in range(count)]
        hospital.people(self.house, people[0], count)
        return people


def _a_slot(house: House) -> int:
    """Return a slot that is not the one the chat offers first."""
    with house.engine.connect().execution_options(read_only=True) as conn:
        return int(conn.scalars(select(Slot.id).order_by(Slot.id.desc()).limit(1)).one())
