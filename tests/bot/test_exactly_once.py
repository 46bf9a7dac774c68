"""
WeChat may send one message three times, and our process may die at any moment of it.

Real servers, real processes, kill -9: one appointment and one reply text, on all three databases.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest
import requests
from sqlalchemy import func, select

from bot.house import House
from models import Appointment, Inbox
from tests.bot import hospital
from tests.bot.doomed_server import serve
from tests.bot.hospital import KEYS, Patient, build, opened, settings
from tests.forked import FORKS
from tests.servers import RedisServer

MOMENTS = ("before-commit", "after-commit", "after-save")


class Server:
    """A doomed bot server in a process of its own."""

    def __init__(self, database_url: str, redis_url: str) -> None:
        self._urls = (database_url, redis_url)
        self.start()

    def start(self) -> None:
        """Start it, again after a kill, on another port."""
        hears, tells = FORKS.Pipe(duplex=False)
        with hears, tells:
            self._process = FORKS.Process(target=serve, args=(tells, *self._urls, KEYS))
            self._process.start()
            self._base = f"http://127.0.0.1:{hears.recv()}"

    def post(self, body: bytes, query: dict[str, str]) -> tuple[int, str]:
        """Push to the webhook."""
        answer = requests.post(f"{self._base}/wechat", params=query, data=body, timeout=20)
        answer.encoding = "utf-8"
        return answer.status_code, answer.text

    def doom(self, moment: str) -> None:
        """Let the next turn be its last."""
        requests.post(f"{self._base}/doom/{moment}", timeout=5)

    def wait_for_death(self) -> int | None:
        """How it ended: -9 for kill -9."""
        self._process.join(20)
        return self._process.exitcode

    def stop(self) -> None:
        """End it, whatever it does."""
        self._process.kill()
        self._process.join()


@pytest.fixture
def start_server() -> Iterator[Callable[[str, str], Server]]:
    """`start_server(database_url, redis_url)`."""
    with ExitStack() as at_the_end:

        def start(database_url: str, redis_url: str) -> Server:
            server = Server(database_url, redis_url)
            at_the_end.callback(server.stop)
            return server

        yield start


@pytest.fixture
def house(database_url: str, redis_server: RedisServer, tmp_path: Path) -> Iterator[House]:
    """A hospital on one of the three databases, to look into."""
    own = settings(database_url, redis_server.url)
    build(own, tmp_path)
    house = opened(own)
    yield house
    house.close()


@pytest.fixture
def server(house: House, start_server: Callable[[str, str], Server]) -> Server:
    """A running server of that hospital."""
    own = house.settings
    return start_server(own.database_url, own.redis_url)


def booked(house: House) -> int:
    """How many appointments stand."""
    with house.engine.connect() as conn:
        count = select(func.count()).select_from(Appointment).where(Appointment.status == "booked")
        return conn.scalar(count) or 0


def journalled(house: House) -> int:
    """How many messages have been answered."""
    with house.engine.connect() as conn:
        return conn.scalar(select(func.count()).select_from(Inbox)) or 0


def test_delivered_three_times_one_after_another(house: House, server: Server) -> None:
    patient = Patient(server.post)
    patient.walk_to_the_last_question()
    confirmation = patient.message("1")

    answers = [patient.deliver(confirmation) for _ in range(3)]

    assert "预约成功" in answers[0]
    assert len(set(answers)) == 1
    assert booked(house) == 1


def test_delivered_three_times_at_once(house: House, server: Server) -> None:
    patient = Patient(server.post)
    patient.walk_to_the_last_question()
    confirmation = patient.message("1")

    with ThreadPoolExecutor(3) as pool:
        answers = list(pool.map(patient.deliver, [confirmation] * 3))

    assert "预约成功" in answers[0]
    assert len(set(answers)) == 1
    assert booked(house) == 1


def test_delivered_three_times_at_once_with_redis_away(
    house: House, server: Server, redis_server: RedisServer
) -> None:
    """Without the lock the journal alone keeps the three apart."""
    patient = Patient(server.post)
    patient.walk_to_the_last_question()
    confirmation = patient.message("1")
    redis_server.kill()

    with ThreadPoolExecutor(3) as pool:
        answers = list(pool.map(patient.deliver, [confirmation] * 3))

    assert "预约成功" in answers[0]
    assert len(set(answers)) == 1
    assert booked(house) == 1


@pytest.mark.parametrize("moment", MOMENTS)
def test_killed_while_answering(house: House, server: Server, moment: str) -> None:
    patient = Patient(server.post)
    patient.walk_to_the_last_question()
    before = journalled(house)
    confirmation = patient.message("1")
    server.doom(moment)

    with pytest.raises(requests.ConnectionError):
        patient.deliver(confirmation)
    assert server.wait_for_death() == -9
    assert journalled(house) - before == (moment != "before-commit")
    server.start()
    patient.post = server.post
    wait_for_the_dead_turns_lock(house, patient)

    answers = [patient.deliver(confirmation) for _ in range(2)]

    assert "预约成功" in answers[0]
    assert len(set(answers)) == 1
    assert booked(house) == 1
    assert "1. " in patient.say("我的预约")


@pytest.mark.parametrize(
    ("database_url", "moment"),
    [
        pytest.param("sqlite", "before-commit"),
        pytest.param("mariadb", "after-commit", marks=pytest.mark.server),
        pytest.param("postgres", "after-save", marks=pytest.mark.server),
    ],
    indirect=["database_url"],
)
def test_killed_in_the_middle_of_the_talk(house: House, server: Server, moment: str) -> None:
    """
    Also before consent, when the journal keeps no state, the talk goes on.

    One moment on each back-end: all nine are tried while answering, which writes more.
    """
    patient = Patient(server.post)
    for text in hospital.TOWARDS[:2]:
        patient.say(text)
    choice = patient.message(hospital.TOWARDS[2])
    server.doom(moment)
    with pytest.raises(requests.ConnectionError):
        patient.deliver(choice)
    server.wait_for_death()
    server.start()
    patient.post = server.post
    wait_for_the_dead_turns_lock(house, patient)

    answers = {patient.deliver(choice) for _ in range(2)}

    assert len(answers) == 1
    assert "同意" in answers.pop()
    assert "真实姓名" in patient.say(hospital.TOWARDS[3])


def wait_for_the_dead_turns_lock(house: House, patient: Patient) -> None:
    """WeChat tries again after 5 s; the lock of a dead turn ends after 6."""
    user = house.vault.lookup(patient.openid)
    deadline = time.monotonic() + 8
    while not (visit := house.memory.enter(user)).is_mine:
        assert time.monotonic() < deadline, "a dead turn's lock must end by itself"
        time.sleep(0.05)
    house.memory.leave(visit)


def test_redis_killed_in_mid_conversation(
    house: House, server: Server, redis_server: RedisServer
) -> None:
    patient = Patient(server.post)
    for text in hospital.TOWARDS[:4]:
        patient.say(text)
    redis_server.kill()
    for text in hospital.TOWARDS[4:-1]:
        patient.say(text)
    redis_server.start()

    last = patient.say(hospital.TOWARDS[-1])

    assert "号已为您留" in last
    assert "预约成功" in patient.say("1")
    assert booked(house) == 1
