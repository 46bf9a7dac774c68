"""An alarm and a code leave at once, whatever else waits and whichever server hangs."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import insert, select, update

from bot.breaker import FAILURES, REST, Breaker
from bot.channel_file import ChannelFile, Template
from bot.chores import TASKS
from bot.courier import Courier
from bot.house import House
from bot.turn import open_desk
from bot.wechat_errors import TransientError, UnreachableError
from desk import outbox
from desk.departing import Sending
from desk.work import Actor
from models import Outbox, WechatUser
from scheduling.channels import CUSTOMER, SMS
from tests.bot.hospital import Patient

WINDOW = Actor("window")
PHONE = {"phone": "13800000000"}
SECOND = timedelta(seconds=1)


class Evening:
    """A hospital whose texts are set up, a clock that calls turn on, and what was handed over."""

    def __init__(self, house: House) -> None:
        assert house.settings.fixed_now is not None
        self.begins = self.now = house.settings.fixed_now
        texts = {kind: Template("1", {"1": "{code}"}) for kind in ("alert", "link_code")}
        settings = replace(house.settings, fixed_now=None, channels=ChannelFile({SMS: texts}))
        self.house = replace(house, settings=settings, simulated_now=lambda: self.now)
        self.costs = {CUSTOMER: timedelta(seconds=0.1), SMS: timedelta()}
        self.fails: Exception | None = None
        self.handed: Counter[str] = Counter()
        with house.engine.begin() as conn:
            conn.execute(update(Outbox).values(state="void"))

    def crowd(self, count: int) -> None:
        """So many people are to be told something, each of whom has just written."""
        row = {"followed": True, "created_at": self.now, "last_message_at": self.now}
        sealed = self.house.vault.seal("oSomebody")
        with self.house.engine.begin() as conn:
            rows = [{"openid_hash": f"h{n}", "openid_enc": sealed, **row} for n in range(count)]
            conn.execute(insert(WechatUser), rows)
            known = select(WechatUser.id).where(WechatUser.openid_hash.like("h%"))
            accounts = conn.scalars(known).all()
        for account in accounts:
            self.put("confirmed", f"n{account}", {"text": "好"}, account)

    def put(
        self, kind: str, key: str, payload: dict[str, object], account: int | None = None
    ) -> None:
        with open_desk(self.house, WINDOW) as counter:
            outbox.put(counter.work, outbox.Notice(kind, key, payload, wechat_user_id=account))

    def send(self, sending: Sending) -> str:
        self.handed[sending.channel] += 1
        self.now += self.costs[sending.channel]
        if sending.channel == CUSTOMER and self.fails is not None:
            raise self.fails
        return "1"

    def courier(self) -> Courier:
        return Courier(self.house, self, TASKS)

    def sent_at(self, key: str) -> datetime:
        with self.house.engine.connect() as conn:
            at = conn.scalar(select(Outbox.sent_at).where(Outbox.dedupe_key == key))
        assert at is not None
        return at

    def states(self) -> Counter[str]:
        with self.house.engine.connect() as conn:
            return Counter(conn.scalars(select(Outbox.state).where(Outbox.state != "void")))


@pytest.fixture
def evening(hospital: tuple[House, FlaskClient], patient: Patient) -> Evening:
    patient.walk_to_the_last_question()
    return Evening(hospital[0])


def test_an_alarm_does_not_wait_for_a_hundred_confirmations(evening: Evening) -> None:
    evening.crowd(100)
    evening.now += SECOND
    evening.put("alert", "alert:1", {**PHONE, "time": "19:00", "code": "1"})
    evening.courier().run_once()
    assert evening.sent_at("alert:1") - evening.begins < 2 * SECOND
    assert evening.states() == {"sent": 101}


def test_a_code_leaves_while_wechat_hangs_and_wechat_is_left_alone(evening: Evening) -> None:
    evening.crowd(30)
    evening.costs[CUSTOMER] = 5 * SECOND
    evening.fails = UnreachableError(0, "ReadTimeout", is_uncertain=True)
    courier = evening.courier()
    courier.deliver()
    evening.put("link_code", "link_code:1", {**PHONE, "code": "1", "minutes": 10})
    courier.run_once()
    assert evening.sent_at("link_code:1") - evening.begins <= FAILURES * 5 * SECOND
    assert evening.handed == {CUSTOMER: FAILURES, SMS: 1}
    assert evening.states() == {"due": 30, "sent": 1}


def test_waiting_for_a_channel_that_rests_costs_no_attempt(evening: Evening) -> None:
    evening.crowd(FAILURES + 1)
    evening.fails = UnreachableError(0, "ConnectTimeout")
    courier = evening.courier()
    courier.run_once()
    with evening.house.engine.connect() as conn:
        query = select(Outbox.attempts).where(Outbox.state == "due").order_by(Outbox.id)
        assert list(conn.scalars(query)) == [1] * FAILURES + [0]
    evening.fails = None
    evening.now += 2 * REST
    courier.run_once()
    assert evening.states() == {"sent": FAILURES + 1}


def test_a_server_that_answers_no_is_no_server_that_hangs(evening: Evening) -> None:
    evening.crowd(2 * FAILURES)
    evening.fails = TransientError(45009, "the quota is used up", 3600)
    evening.courier().run_once()
    assert evening.handed[CUSTOMER] == 2 * FAILURES


def test_after_its_rest_one_call_decides(evening: Evening) -> None:
    breaker, now = Breaker(), evening.now
    assert [breaker.failed(CUSTOMER, now) for _ in range(FAILURES)] == [False, False, True]
    assert breaker.resting(now + REST - SECOND) == {CUSTOMER: now + REST}
    assert breaker.resting(now + REST) == {}
    assert breaker.failed(CUSTOMER, now + REST)
    breaker.answered(CUSTOMER)
    assert not breaker.failed(CUSTOMER, now + 2 * REST)


def test_the_courier_stops_in_the_middle_of_a_backlog(evening: Evening) -> None:
    evening.crowd(30)
    stop = threading.Event()
    courier = evening.courier()
    evening.costs[CUSTOMER] = timedelta()
    original = evening.send

    def last(sending: Sending) -> str:
        stop.set()
        return original(sending)

    evening.send = last  # type: ignore[method-assign]
    courier.run(stop)
    assert evening.handed[CUSTOMER] <= 5
