"""All followers are written to, strangers from WeChat's own list, and that is not kept."""

from __future__ import annotations

import itertools
import json
import logging
import socket
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
import requests
from flask import Flask
from sqlalchemy import insert, select
from werkzeug.serving import make_server

from bot import doctor
from bot.channels import Channels, open_channels
from bot.chores import TASKS
from bot.courier import Courier
from bot.crowd import Crowd
from bot.house import House
from bot.turn import open_desk
from bot.wechat import WechatClient
from bot.wiring import furnish
from desk import staff
from desk.broadcasts import Broadcasts
from desk.departing import Sending
from desk.work import Actor
from models import Broadcast, BroadcastList, BroadcastTarget, Job, Outbox, WechatUser
from scheduling.broadcasting import Audience, Progress
from scheduling.staff_errors import NoFollowerList, WechatAway
from simulator.app import alongside, create_app, switchboard_of
from simulator.config import SimulatorConfig
from simulator.switchboard import Switchboard
from tests import traces
from tests.bot.conftest import MakeHospital
from tests.bot.hospital import APP, TOKEN

WORDS = "周一停水"
PLACES = {"place_enc", "after_enc", "until_enc"}
WINDOW = Actor("window", name="test")
MASS = "/cgi-bin/message/mass/send"


def stranger(number: int) -> str:
    return f"oStranger{number:03d}0000000000000000"


def friend(number: int) -> str:
    return f"oFriend{number:03d}000000000000000000"


class Town:
    """A hospital, WeChat beside it, followers who registered and others."""

    def __init__(self, house: House, board: Switchboard) -> None:
        self.house, self.board = house, board
        self.now = house.settings.fixed_now
        with open_desk(house, WINDOW) as counter:
            for name in ("刘护士", "王护士"):
                staff.invite(counter.work, name, "desk")
            self.liu, self.wang = (staff.by_number(counter.work, n) for n in (1, 2))

    def follow(self, *openids: str) -> None:
        for openid in openids:
            self.board.exchange.add_patient(openid[1:10], openid=openid)
            self.board.exchange.set_following(openid, following=True)

    def leave(self, *openids: str) -> None:
        for openid in openids:
            self.board.exchange.set_following(openid, following=False)

    def register(self, *openids: str) -> None:
        rows = [
            {
                "openid_hash": self.house.vault.lookup(one),
                "openid_enc": self.house.vault.seal(one),
                "followed": True,
                "created_at": self.now,
            }
            for one in openids
        ]
        with self.house.engine.begin() as conn:
            conn.execute(insert(WechatUser), rows)
        self.follow(*openids)

    @contextmanager
    def desk(self) -> Iterator[Broadcasts]:
        with open_desk(self.at(), WINDOW) as counter:
            yield Broadcasts(counter.work)

    def written(self) -> int:
        """A broadcast to everyone, confirmed; its minute is over."""
        count = Crowd(self.house).count()
        with self.desk() as desk:
            made = desk.draft(self.liu, Audience(kind="everyone"), WORDS, "mass", crowd=count)
            if desk.confirm(self.liu, made.id).state == "waiting":
                desk.approve(self.wang, made.id)
        self.now += timedelta(minutes=2)
        return made.id

    def at(self) -> House:
        return replace(self.house, settings=replace(self.house.settings, fixed_now=self.now))

    def courier(self, ways: Channels | None = None) -> Courier:
        house = self.at()
        return Courier(house, ways or open_channels(house), TASKS)

    def work_on(self, seconds: int = 3, ways: Channels | None = None) -> None:
        """The courier does what is due by now."""
        self.now += timedelta(seconds=seconds)
        self.courier(ways).run_once()

    def until(self, state: str, ways: Channels | None = None) -> None:
        for _ in range(60):
            if self.state() == state:
                return
            self.work_on(ways=ways)
        raise AssertionError(f"{self.state()}: {self.lists()}")

    def state(self) -> str:
        with self.house.engine.connect() as conn:
            return conn.scalar(select(Broadcast.state).order_by(Broadcast.id.desc()).limit(1))

    def lists(self) -> list[tuple[int, str, str]]:
        """The lists of strangers: size, state, why."""
        with self.house.engine.connect() as conn:
            query = select(BroadcastList.size, BroadcastList.state, BroadcastList.why).where(
                BroadcastList.strangers
            )
            return [tuple(row) for row in conn.execute(query.order_by(BroadcastList.id))]

    def progress(self, number: int) -> Progress:
        with self.desk() as desk:
            return desk.progress(self.liu, number)

    def got(self) -> Counter[str]:
        """How often each phone shows the words."""
        events = self.board.exchange.events_after(0)
        words = [e for e in events if e.kind == "official" and WORDS in told(e.body)]
        return Counter(event.openid for event in words)

    def of_strangers(self) -> set[str]:
        """Where anything of a stranger is kept."""
        people = [p.openid for p in self.board.exchange.patients()]
        return traces.of(self.house, [one for one in people if one.startswith("oStranger")])


def told(body: dict) -> str:
    return json.dumps(body, ensure_ascii=False)


@pytest.fixture
def make_town(make_hospital: MakeHospital, redis_url: str, monkeypatch) -> Iterator[Callable]:
    """`make_town(database_url)`: WeChat tells ten followers a page, and a list is of eight."""
    monkeypatch.setattr("simulator.users._PAGE", 10)
    monkeypatch.setattr("scheduling.strangers.MOST", 8)
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    servers = []

    def make(database_url: str) -> Town:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        url = f"http://127.0.0.1:{port}"
        own = {"WECHAT_API_BASE_URL": url, "SEND_RATES": "mass=0"}
        house, _ = make_hospital(database_url, redis_url, **own)
        simulated = create_app(
            SimulatorConfig(
                webhook_url=f"{url}/wechat",
                token=TOKEN,
                app_id=APP,
                app_secret="a secret",
                account_id="gh_1",
                patients=(),
            )
        )
        both = alongside(furnish(Flask("bot"), house), simulated)
        server = make_server("127.0.0.1", port, both, threaded=True)
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        servers.append((server, thread))
        return Town(house, switchboard_of(simulated))

    yield make
    for server, thread in servers:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def town(make_town, sqlite_url: str) -> Town:
    return make_town(sqlite_url)


def test_everybody_is_written_to_once_and_nobody_who_never_registered_is_kept(
    make_town, database_url: str
) -> None:
    town = make_town(database_url)
    town.follow(*map(stranger, range(12)))
    town.register(*map(friend, range(3)))
    town.follow(*map(stranger, range(12, 25)))

    number = town.written()
    seen: set[str] = set()
    for _ in range(60):
        if town.state() == "done":
            break
        town.work_on()
        seen |= town.of_strangers()

    everybody = [*map(stranger, range(25)), *map(friend, range(3))]
    assert town.got() == Counter(everybody)
    assert {where.rpartition(".")[2] for where in seen} <= PLACES
    assert town.of_strangers() == set()
    assert [size for size, _, _ in town.lists()] == [8, 8, 7, 2]
    far = town.progress(number)
    assert far.counts == {"sent": 28}
    assert [one.size for one in far.lists] == [3, 8, 8, 7, 2]
    assert len({one.msg_id for one in far.lists}) == 5


class DoomedError(BaseException):
    """kill -9: no handler of ours sees it."""


class Doomed(Channels):
    """Ways out whose courier dies in a call to strangers, before or after WeChat has taken it."""

    def __init__(self, ways: Channels, *, after: bool) -> None:
        self._ways, self._after = ways, after

    def send(self, sending: Sending) -> str:
        if "strangers" not in sending.payload:
            return self._ways.send(sending)
        if self._after:
            self._ways.send(sending)
        raise DoomedError


@pytest.mark.parametrize("after", [True, False], ids=["taken", "not begun"])
@pytest.mark.parametrize("redis_forgets", [True, False], ids=["forgotten", "remembered"])
def test_a_courier_killed_in_a_list_leaves_nobody_out_and_nobody_twice(
    town: Town, *, after: bool, redis_forgets: bool
) -> None:
    town.follow(*map(stranger, range(20)))
    town.register(*map(friend, range(2)))
    town.written()
    doomed = Doomed(open_channels(town.at()), after=after)
    with pytest.raises(DoomedError):
        town.until("done", ways=doomed)
    # Meanwhile who stood at the end of the list and at its beginning leave, and others come.
    town.leave(stranger(7), stranger(0))
    town.follow(*map(stranger, range(20, 23)))
    if redis_forgets:
        town.house.redis.flushall()
    town.board.config.clock.forward(100)
    town.now += timedelta(seconds=100)

    town.until("done")

    got = town.got()
    stayed = [n for n in range(23) if n not in (0, 7)]
    assert set(got.values()) == {1}
    assert {stranger(n) for n in stayed} <= set(got)
    assert {friend(0), friend(1)} <= set(got)
    assert town.of_strangers() == set()


def test_control_without_our_key_the_list_would_arrive_twice(town: Town, monkeypatch) -> None:
    send = WechatClient.send_mass
    keys = itertools.count()

    def keyless(client: WechatClient, openids: list[str], text: str, **_: str) -> str:
        return send(client, openids, text, key=f"{next(keys)}")

    monkeypatch.setattr(WechatClient, "send_mass", keyless)
    town.follow(*map(stranger, range(6)))
    town.written()
    doomed = Doomed(open_channels(town.at()), after=True)
    with pytest.raises(DoomedError):
        town.until("done", ways=doomed)
    town.house.redis.flushall()
    town.now += timedelta(seconds=100)
    town.until("done")
    assert set(town.got().values()) == {2}


def test_a_lost_answer_is_no_second_message(town: Town) -> None:
    town.follow(*map(stranger, range(20)))
    town.register(friend(0), friend(1))
    town.written()
    town.board.faults.add(MASS, "lost", 3)
    for _ in range(30):
        town.work_on(70)
        town.board.config.clock.forward(70)
    assert town.state() == "done"
    assert town.got() == Counter([*map(stranger, range(20)), friend(0), friend(1)])


def test_between_two_lists_it_can_be_stopped_and_goes_on(town: Town) -> None:
    town.follow(*map(stranger, range(20)))
    number = town.written()
    while not any(state == "sent" for _, state, _ in town.lists()):
        town.work_on()
    with town.desk() as desk:
        desk.pause(town.liu, number)
    before = town.got()
    assert 0 < len(before) < 20
    for _ in range(5):
        town.work_on(60)
    assert town.got() == before

    with town.desk() as desk:
        desk.resume(town.liu, number)
    town.until("done")
    assert town.got() == Counter(map(stranger, range(20)))


def test_a_list_that_was_put_aside_leaves_after_all(town: Town) -> None:
    """It had been handed over and not taken when somebody stopped it."""
    town.follow(*map(stranger, range(20)))
    number = town.written()
    while not town.lists():
        town.now += timedelta(seconds=3)
        town.courier().run_jobs()
    with town.desk() as desk:
        desk.pause(town.liu, number)
    town.work_on()
    assert town.got() == Counter()
    with town.desk() as desk:
        desk.resume(town.liu, number)
    town.until("done")
    assert town.got() == Counter(map(stranger, range(20)))


def test_after_a_cancel_nobody_more_is_written_to_and_no_place_is_kept(town: Town) -> None:
    town.follow(*map(stranger, range(20)))
    number = town.written()
    while len(town.got()) == 0:
        town.work_on()
    with town.desk() as desk:
        desk.cancel(town.liu, number)
    assert town.of_strangers() == set()
    before = town.got()
    for _ in range(5):
        town.work_on()
    assert town.got() == before
    assert len(before) < 20


@pytest.mark.parametrize(
    ("friends", "others", "reached", "skipped"),
    [(3, 1, 3, 1), (1, 3, 4, 0), (1, 1, 2, 0), (0, 1, 0, 1), (3, 0, 3, 0)],
)
def test_a_single_one_joins_the_others_if_it_can(
    town: Town, friends: int, others: int, reached: int, skipped: int
) -> None:
    town.register(*map(friend, range(friends))) if friends else None
    town.follow(*map(stranger, range(others)))
    number = town.written()
    town.until("done")
    assert len(town.got()) == reached
    assert set(town.got().values()) <= {1}
    far = town.progress(number)
    assert far.counts.get("sent", 0) == reached
    assert far.counts.get("skipped", 0) == skipped
    assert far.done == friends + others


def test_who_had_four_is_left_out_by_wechat_and_its_report_says_so(town: Town) -> None:
    town.follow(*map(stranger, range(5)))
    token = requests.get(
        f"{town.house.settings.wechat_api_base_url}/cgi-bin/token",
        params={"grant_type": "client_credential", "appid": APP, "secret": "a secret"},
        timeout=5,
    ).json()["access_token"]
    for number in range(4):
        body = {
            "touser": [stranger(0), stranger(1)],
            "msgtype": "text",
            "text": {"content": "别的"},
            "clientmsgid": f"k{number}",
        }
        url = f"{town.house.settings.wechat_api_base_url}{MASS}"
        answer = requests.post(url, params={"access_token": token}, json=body, timeout=5)
        assert answer.json()["errcode"] == 0
    town.board.exchange.patient(stranger(2)).refuses_notices = True

    number = town.written()
    town.until("done")
    reported(town)

    assert set(town.got()) == {stranger(3), stranger(4)}
    (one,) = town.progress(number).lists
    assert (one.size, one.filtered, one.arrived, one.lost) == (5, 2, 2, 1)
    assert town.progress(number).counts == {"sent": 2, "filtered": 2, "failed": 1}


def reported(town: Town) -> None:
    """WeChat's reports are pushed after its answers; then the courier takes them."""
    known = select(Job.id).where(Job.kind == "mass_receipt", Job.state != "done")
    told_of = select(Outbox.id).where(Outbox.kind == "mass", Outbox.delivered_at.is_(None))
    dead = Outbox.state != "dead"
    for _ in range(200):
        with town.house.engine.connect() as conn:
            waits = conn.scalar(known) is not None
            if not waits and conn.scalar(told_of.where(dead)) is None:
                return
        if waits:
            town.work_on(130)
        threading.Event().wait(0.05)
    raise AssertionError("no report")


def test_a_list_wechat_lost_is_told_as_failed(town: Town) -> None:
    town.follow(*map(stranger, range(5)))
    town.board.faults.add(MASS, "undelivered", 1)
    number = town.written()
    town.until("done")
    reported(town)
    assert town.progress(number).counts == {"failed": 5}
    assert [why for _, _, why in town.lists()] == ["wechat"]


def test_an_account_without_the_right_is_told_so_before_and_in_the_middle(town: Town) -> None:
    town.follow(*map(stranger, range(20)))
    town.register(*map(friend, range(3)))
    number = town.written()
    town.board.config.verified = False
    town.until("done")
    assert town.got() == Counter()
    assert town.lists() == [(20, "failed", "48001")]
    assert town.progress(number).counts == {"failed": 23}
    with pytest.raises(NoFollowerList) as no:
        Crowd(town.house).count()
    assert no.value.facts == {"code": 48001}
    with town.house.engine.connect() as conn:
        assert set(conn.scalars(select(BroadcastTarget.state))) == {"failed"}


def test_while_wechat_is_away_nobody_knows_how_many_there_are(town: Town) -> None:
    town.board.faults.add("/cgi-bin/user/get", "http", 1)
    with pytest.raises(WechatAway):
        Crowd(town.house).count()


def test_a_bad_minute_of_the_list_costs_nobody(town: Town) -> None:
    town.follow(*map(stranger, range(20)))
    number = town.written()
    for kind in ("http", "html", "reset", "errcode"):
        town.board.faults.add("/cgi-bin/user/*", kind, 1)
    for _ in range(30):
        town.work_on(60)
        town.board.config.clock.forward(60)
    assert town.state() == "done"
    assert town.got() == Counter(map(stranger, range(20)))
    assert town.progress(number).uncertain == 0


def test_who_registers_meanwhile_is_still_written_to_once(town: Town) -> None:
    town.follow(*map(stranger, range(20)))
    town.register(*map(friend, range(2)))
    town.written()
    while not town.lists():
        town.work_on()
    town.register(stranger(1), stranger(15), stranger(19))
    town.until("done")
    assert town.got() == Counter([*map(stranger, range(20)), friend(0), friend(1)])


def test_a_number_that_is_another_lists_is_not_taken_for_sent(town: Town, monkeypatch) -> None:
    """WeChat was seen to take the same words to other people for a repetition."""
    town.follow(*map(stranger, range(12)))
    monkeypatch.setattr("bot.wechat.WechatClient.send_mass", lambda *_, **__: "77")
    number = town.written()
    town.until("done")
    assert town.lists() == [(8, "sent", ""), (4, "failed", "same")]
    assert town.progress(number).counts == {"sent": 8, "failed": 4}


def test_the_doctor_says_whether_all_may_be_written_to(town: Town) -> None:
    town.follow(*map(stranger, range(4)))
    findings = {one.what: one for one in doctor.examine(lambda: town.house.settings)}
    assert findings["followers"].advice.startswith("4; ")
    town.board.config.verified = False
    findings = {one.what: one for one in doctor.examine(lambda: town.house.settings)}
    assert "48001" in findings["followers"].advice
