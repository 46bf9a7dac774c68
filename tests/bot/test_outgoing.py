"""The whole road out: a booking, the courier, WeChat's servers, the phone, and the way back."""

from __future__ import annotations

import json
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, update
from werkzeug.serving import make_server

from bot.channels import open_channels
from bot.chores import TASKS
from bot.courier import Courier
from bot.house import House
from bot.turn import open_desk
from bot.wiring import furnish
from desk import ledger
from desk.work import Actor
from models import Department, Outbox, Subscription
from scheduling.channels import CUSTOMER, LONG, ONCE, TEMPLATE, VISIT
from simulator.app import alongside, create_app, switchboard_of
from simulator.config import DEMO_PATIENTS, SimulatorConfig
from simulator.switchboard import Switchboard
from tests import forked
from tests.bot.conftest import MakeHospital
from tests.bot.hospital import APP, TOKEN, TOWARDS, environment

ROOT = Path(__file__).parents[2]
LI = DEMO_PATIENTS[0][0]
EVENING = datetime.fromisoformat("2026-12-01T19:00:00+08:00")
MINE = "https://hospital.example/mine"
FORM = (
    'data = {{thing1 = "{{department}}", time2 = "{{when}}", thing3 = "{{room}}"}}\n'
    f'page = "{MINE}"\n'
)
PLACES = {
    VISIT: '[visit.{kind}]\nstatus = 1501001\ndata = {{pat_name = "{{patient}}", '
    'department_name = "{{department}}", department_location = "{{room}}"}}\n',
    LONG: '[long.{kind}]\nid = "L1"\n' + FORM,
    TEMPLATE: '[template.{kind}]\nid = "T1"\n' + FORM,
    ONCE: '[once.{kind}]\nid = "O1"\n' + FORM,
}


class Town:
    """A hospital and WeChat's servers on one port, and a patient with her phone."""

    def __init__(self, house: House, board: Switchboard, given: dict[str, str]) -> None:
        self.house = house
        self.board = board
        self.given = given
        self.before = 0

    def at(self, moment: datetime) -> House:
        """The hospital at that moment."""
        return replace(self.house, settings=replace(self.house.settings, fixed_now=moment))

    def books(self, up_to: int | None = None) -> None:
        """She talks until the place is hers."""
        self.board.follow(LI)
        for text in (*TOWARDS, "1")[:up_to]:
            self.board.say(LI, text)

    def deliver(self, moment: datetime) -> None:
        """The courier does what is due then."""
        house = self.at(moment)
        Courier(house, open_channels(house), TASKS).run_once()

    def courier_process(self, moment: datetime, log: Path) -> BaseProcess:
        """A courier of its own process, at that moment."""
        given = {"PATH": os.environ["PATH"], **self.given, "FIXED_NOW": moment.isoformat()}
        command = ["flask", "--app", "wsgi", "courier", "run", "--once"]
        return forked.start(command, given, ROOT, log)

    def forget_who_fetched_a_token(self) -> None:
        """Its lock ends by itself after 16 s: before those two minutes are over."""
        for lock in self.house.redis.keys("desk:wechat:*-lock"):
            self.house.redis.delete(lock)

    def write_to_us(self, moment: datetime) -> None:
        """She writes something then, so that messages may be sent."""
        with open_desk(self.at(moment), Actor("chat", openid=LI)) as counter:
            ledger.heard_from(counter.work)

    def rows(self) -> list[Outbox]:
        # Read only: a look must not stand in the way of another process's courier.
        with self.house.engine.connect().execution_options(read_only=True) as conn:
            return list(conn.execute(select(*Outbox.__table__.c).order_by(Outbox.id)))

    def first(self):
        return self.rows()[0]

    def shown(self) -> list[str]:
        """Everything her phone shows, as text, the newest last."""
        events = [*self.board.exchange.timeline(LI), *self.board.exchange.services(LI)]
        return [json.dumps(event.body, ensure_ascii=False) for event in events]

    def until(self, seen: Callable[[], bool]) -> None:
        """Wait for an event that WeChat pushes by itself."""
        for _ in range(6000):
            if seen():
                return
            time.sleep(0.01)
        raise AssertionError("never seen")

    def jobs(self) -> int:
        with self.house.engine.connect() as conn:
            return len(conn.exec_driver_sql("SELECT 1 FROM job WHERE kind = 'receipt'").all())


@pytest.fixture
def town(
    make_hospital: MakeHospital, sqlite_url: str, redis_url: str, tmp_path: Path
) -> Iterator[Callable[..., Town]]:
    """`town(channel, …)`: one whose reminders may take these channels."""
    servers = []

    def make(*channels: str, kinds: tuple[str, ...] = ("reminder",), **more: str) -> Town:
        file = tmp_path / "channels.toml"
        tables = (PLACES[name].format(kind=kind) for name in channels for kind in kinds)
        file.write_text("".join(tables), encoding="utf-8")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        url = f"http://127.0.0.1:{port}"
        own = {"WECHAT_API_BASE_URL": url, "CHANNELS_FILE": str(file), **more}
        house, client = make_hospital(sqlite_url, redis_url, **own)
        simulated = create_app(
            SimulatorConfig(
                webhook_url=f"{url}/wechat",
                token=TOKEN,
                app_id=APP,
                app_secret="a secret",
                account_id="gh_1",
                long_term_templates=frozenset({"L1"}),
                public_hospital=VISIT in channels,
            )
        )
        both = alongside(furnish(Flask("bot"), house), simulated)
        server = make_server("127.0.0.1", port, both, threaded=True)
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        servers.append((server, thread))
        assert client
        given = environment(sqlite_url, redis_url, **own)
        return Town(house, switchboard_of(simulated), given)

    yield make
    for server, thread in servers:
        server.shutdown()
        thread.join()
        server.server_close()


def credits_of(town: Town) -> dict[str, int]:
    with town.house.engine.connect() as conn:
        rows = conn.execute(select(Subscription.template_id, Subscription.credits))
        return {row.template_id: row.credits for row in rows}


def test_with_nothing_set_up_she_is_told_that_no_reminder_will_come(town):
    place = town()
    place.books()
    assert "微信不允许我们主动提醒，请自己记住" in place.shown()[-1]
    place.deliver(EVENING)
    assert place.first().state == "call"


def test_a_word_of_hers_on_the_day_before_brings_the_reminder(town):
    place = town()
    place.books()
    noon = EVENING - timedelta(hours=7)
    place.write_to_us(noon)
    place.deliver(EVENING)
    assert place.first().channel == CUSTOMER
    assert "【就诊提醒】张*芳，12月2日 周三 上午8:00" in place.shown()[-1]


def test_a_template_message_is_promised_arrives_and_is_reported_delivered(town):
    place = town(TEMPLATE)
    place.books()
    assert "前一天晚上会在微信提醒您" in place.shown()[-1]

    place.deliver(EVENING)

    assert "2026年12月2日 08:00" in place.shown()[-1]
    assert "1诊室" in place.shown()[-1]
    assert (place.first().state, place.first().channel) == ("sent", TEMPLATE)
    place.until(lambda: place.jobs() == 1)
    place.deliver(EVENING + timedelta(minutes=1))
    assert place.first().delivered_at is not None


def test_a_template_message_she_blocks_is_followed_by_the_next_channel(town):
    place = town(TEMPLATE)
    place.books()
    place.board.exchange.patient(LI).refuses_notices = True

    place.deliver(EVENING)
    place.until(lambda: place.jobs() == 1)
    place.deliver(EVENING + timedelta(minutes=1))

    row = place.first()
    assert (row.state, row.channels_closed) == ("call", TEMPLATE)
    assert row.last_error == "template: failed:user block"


def test_each_yes_on_the_page_is_one_reminder(town):
    place = town(ONCE)
    place.books()
    place.board.subscribe(LI, ["O1"])
    place.until(lambda: credits_of(place) == {"O1": 1})

    place.deliver(EVENING)

    assert (place.first().state, place.first().channel) == ("sent", ONCE)
    assert credits_of(place) == {"O1": 0}
    place.until(lambda: place.jobs() == 1)
    place.deliver(EVENING + timedelta(minutes=1))
    assert place.first().provider_id is not None
    assert place.first().delivered_at is not None


def test_a_long_term_subscription_lasts_until_she_ends_it(town):
    place = town(LONG)
    place.books()
    place.board.subscribe(LI, ["L1"])
    place.until(lambda: credits_of(place) == {"L1": 1})
    place.deliver(EVENING)
    place.deliver(EVENING + timedelta(hours=12, minutes=30))
    assert [row.state for row in place.rows()] == ["sent", "sent"]

    place.board.config.clock.forward(5)
    place.board.refuse_notices(LI, on=True)

    place.until(lambda: credits_of(place) == {"L1": 0})


def test_a_subscription_notice_that_failed_afterwards_is_a_call(town):
    place = town(ONCE)
    place.books()
    place.board.subscribe(LI, ["O1"])
    place.until(lambda: credits_of(place) == {"O1": 1})
    place.board.faults.add("/cgi-bin/message/subscribe/bizsend", "undelivered", 1)
    place.deliver(EVENING)
    place.until(lambda: place.jobs() == 1)
    place.deliver(EVENING + timedelta(minutes=1))
    assert (place.first().state, place.first().channels_closed) == ("call", ONCE)


def test_the_medical_assistant_comes_first_and_knows_the_notice_again(town):
    place = town(VISIT, TEMPLATE)
    place.books()
    place.deliver(EVENING)
    assert place.first().channel == VISIT
    first = Outbox.id == place.first().id
    with place.house.engine.begin() as conn:  # the courier was killed before it could mark it
        due = {"state": "sending", "leased_until": EVENING, "sent_at": None}
        conn.execute(update(Outbox).where(first).values(**due))

    place.deliver(EVENING + timedelta(minutes=2))

    assert (place.first().state, place.first().uncertain_at) == ("sent", None)
    assert len(place.board.exchange.services(LI)) == 1


def test_an_account_that_does_not_qualify_falls_back_by_itself(town):
    place = town(VISIT, TEMPLATE)
    place.board.config.public_hospital = False
    place.books()
    place.deliver(EVENING)
    assert (place.first().state, place.first().channel) == ("sent", TEMPLATE)


@pytest.mark.parametrize("channel", [VISIT, LONG, TEMPLATE, ONCE])
@pytest.mark.parametrize(
    ("department", "seen", "room"), [("妇科", "门诊", "见现场指引"), ("骨科", "骨科", "1诊室")]
)
def test_others_who_look_at_her_phone_learn_no_sensitive_department(
    town, channel, department, seen, room
):
    place = town(channel)
    place.books(up_to=-1)
    if channel in (LONG, ONCE):
        template = {LONG: "L1", ONCE: "O1"}[channel]
        place.board.subscribe(LI, [template])
        place.until(lambda: credits_of(place) == {template: 1})
    with open_desk(place.house, Actor("window")) as counter:
        counter.work.conn.execute(update(Department).values(name=department))
    place.board.say(LI, "1")

    place.deliver(EVENING)

    card = place.shown()[-1]
    assert place.first().channel == channel
    assert seen in card
    assert room in card
    assert ("妇科" in card) is False
    assert (MINE in card) is (channel != VISIT)  # where a tap leads


def test_a_long_name_is_cut_to_what_the_field_takes(town):
    """WeChat refuses the whole notice otherwise (47003)."""
    place = town(TEMPLATE)
    place.books()
    name = "慢阻肺与呼吸睡眠障碍疾病多学科联合诊疗中心第二区"
    with open_desk(place.house, Actor("window")) as counter:
        counter.work.conn.execute(update(Department).values(name=name))
    place.deliver(EVENING)
    assert place.first().state == "sent"
    assert f'"{name[:20]}"' in place.shown()[-1]


CALLS = {TEMPLATE: "/cgi-bin/message/template/send", CUSTOMER: "/cgi-bin/message/custom/send"}


def reminders(place: Town) -> int:
    """How often her phone shows the evening's reminder."""
    return sum("8:00" in body or "08:00" in body for body in place.shown()[place.before :])


@pytest.mark.parametrize(("channel", "minutes", "times"), [(TEMPLATE, 2, 1), (CUSTOMER, 10, 2)])
def test_accepted_but_the_answer_is_lost(town, channel: str, minutes: int, times: int) -> None:
    """A key shows it once; without one it is shown once more, later, and we say so."""
    place = town(*([channel] if channel == TEMPLATE else []))
    place.books()
    place.write_to_us(EVENING)
    place.before = len(place.shown())
    place.board.faults.add(CALLS[channel], "lost", 1)
    place.deliver(EVENING)
    assert reminders(place) == 1

    place.deliver(EVENING + timedelta(minutes=minutes - 1))
    assert reminders(place) == 1
    place.deliver(EVENING + timedelta(minutes=minutes))

    assert place.first().state == "sent"
    assert reminders(place) == times
    assert (place.first().uncertain_at is None) is (channel == TEMPLATE)


def test_a_courier_killed_on_its_way_to_wechat_leaves_the_notice_to_the_next(
    town, tmp_path
) -> None:
    place = town()
    place.books()
    place.write_to_us(EVENING)
    place.before = len(place.shown())
    place.board.faults.add("/cgi-bin/stable_token", "slow", 1, seconds=10.0)
    courier = place.courier_process(EVENING, tmp_path / "log")
    try:
        place.until(lambda: place.first().state == "sending")
    finally:
        courier.kill()  # kill -9
        courier.join()

    place.forget_who_fetched_a_token()
    place.deliver(EVENING + timedelta(minutes=2))

    assert reminders(place) == 1
    assert place.first().state == "sent"
    assert place.first().uncertain_at is not None
