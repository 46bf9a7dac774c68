"""The clock jumps forward by hours and days while everybody is at work."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.turn import open_desk
from desk import accounts, outbox
from desk.work import Actor
from models import Appointment, Outbox, Slot, clock
from tests.broken.patients import Patient
from tests.broken.phones import Mailroom, Wechat
from tests.broken.times import TurnableClock, asked_by_us
from tests.broken.works import Works, opened
from tests.conftest import BACKENDS
from tests.servers import RedisServer

pytestmark = [pytest.mark.slow, pytest.mark.server]
_SECONDS = 30.0


class Hospital:
    """The works on a clock that can be turned; it is ten in the morning, reminders go at 19."""

    def __init__(self, works: Works, turnable: TurnableClock) -> None:
        self.works = works
        self._turnable = turnable
        self.wechat = Wechat(works.wechat_url)
        self.mailroom = Mailroom(self.wechat)

    def patient(self, number: int) -> Patient:
        """Somebody who wants to come tomorrow afternoon."""
        wish = "头晕，想挂明天下午的号"
        patient = Patient(self.wechat, number, 7, is_retried=False, wish=wish)
        self.wechat.follow([patient.openid])
        return patient

    def now(self) -> datetime:
        """What time it is for the hospital."""
        with self.works.house.engine.connect() as conn:
            return clock.now(conn).astimezone(self.works.house.settings.zone)

    def jump_to(self, days: int, at: str) -> None:
        """Turn the clock of hospital and WeChat on to that time, today or in some days."""
        now = self.now()
        hour, minute = map(int, at.split(":"))
        goal = (now + timedelta(days=days)).replace(hour=hour, minute=minute, second=0)
        self.jump(goal - now)

    def jump(self, by: timedelta) -> None:
        """Turn both clocks on."""
        self._turnable.forward(by)
        self.wechat.post("/simulator/clock", forward=by.total_seconds())

    def tell(self, openid: str, words: str) -> None:
        """A late answer waits for the courier."""
        with open_desk(self.works.house, Actor("chat", openid=openid)) as counter:
            account = accounts.account(counter.work)
            late = outbox.Notice(
                "reply", f"reply:{words}", {"text": words}, wechat_user_id=account
            )
            outbox.put(counter.work, late)

    def reminders(self) -> list[tuple[str, datetime]]:
        """State and time of all reminders, the earliest first."""
        query = select(Outbox.state, Outbox.not_before).where(Outbox.kind == "reminder")
        with self.works.house.engine.connect() as conn:
            rows = conn.execute(query.order_by(Outbox.not_before)).all()
        return [(row.state, row.not_before) for row in rows]

    def arrived(self, words: str) -> int:
        """How many bubbles with these words came by themselves or as answers."""
        self.mailroom.read()
        return sum(n for (_, text), n in self.mailroom.arrived.items() if words in text)

    def token_calls(self) -> int:
        """How often WeChat was asked for a token since its midnight."""
        return int(self.wechat.get("/simulator/state")["quotas"]["stable_token"]["used"])


@pytest.fixture(params=BACKENDS)
def hospital(
    request: pytest.FixtureRequest,
    fresh_database: Callable[[str], str],
    redis_server: RedisServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Hospital]:
    url = fresh_database(request.param)
    turnable = TurnableClock(url)
    works = Works(
        url,
        redis_server.url,
        tmp_path,
        evening_in=timedelta(hours=9),
        WECHAT_SIGNATURE_SECONDS="0",
    )
    if turnable.is_asked_by_us:
        works.run_as("tests.broken.turned")
        for backend, words in asked_by_us.items():
            monkeypatch.setitem(clock.PRESENT, backend, words)
    with opened(works):
        yield Hospital(works, turnable)


def eventually(condition: Callable[[], bool]) -> None:
    """The courier looks every second; wait until it has done what it must."""
    until = time.monotonic() + _SECONDS
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.2)


def places(hospital: Hospital) -> tuple[list[str], int]:
    """The states of all appointments, and how many places are taken."""
    with hospital.works.house.engine.connect() as conn:
        states = list(conn.scalars(select(Appointment.status)))
        return states, sum(conn.scalars(select(Slot.booked)))


def test_a_hold_a_night_and_a_visit_are_over(hospital: Hospital) -> None:
    hospital.patient(1).ask_until("号已为您留")
    assert places(hospital) == (["held"], 1)
    hospital.jump(timedelta(minutes=6))
    eventually(lambda: places(hospital) == (["expired"], 0))

    patient = hospital.patient(2)
    patient.talk()
    hospital.tell(patient.openid, "早上的话")
    eventually(lambda: hospital.arrived("早上的话") == 1)

    hospital.jump_to(0, "21:30")  # the evening reminder is overdue, and it is quiet now
    eventually(lambda: hospital.reminders()[0][1] > hospital.now())
    assert [state for state, _ in hospital.reminders()] == ["due", "due"]
    assert hospital.arrived("就诊提醒") == 0

    hospital.jump_to(1, "07:31")  # the token of yesterday is no good any more
    eventually(lambda: hospital.reminders()[0][0] == "sent")
    assert hospital.arrived("就诊提醒") == 1
    assert hospital.token_calls() in (1, 2)  # asked for, and once more where it was refused

    hospital.jump_to(0, "19:00")  # the visit is over, and nobody was reminded two hours before
    eventually(lambda: hospital.reminders()[1][0] == "void")
    hospital.tell(patient.openid, "晚上的话")
    eventually(lambda: hospital.arrived("晚上的话") == 1)
    assert hospital.arrived("就诊提醒") == 1
