"""A page of notices is one read and one write; a courier that dies leaves one call in doubt."""

from __future__ import annotations

import threading
import time
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
import redis
from sqlalchemy import event, insert, select, update

from bot import handing
from bot.chores import TASKS
from bot.courier import Courier
from bot.house import House
from bot.tasks import CHORES, DELIVER, broker, here, knock, make_app
from bot.tries import Tries
from bot.turn import open_desk
from bot.wechat_errors import PermanentError, TransientError
from desk import jobs, outbox
from desk.departing import Sending
from desk.work import Actor
from models import Job, Outbox, WechatUser
from tests.bot.conftest import MakeHospital

CHANNELS = '[template.news]\nid = "T1"\ndata = {thing1 = "{text}"}\n'


class DoomedError(BaseException):
    """kill -9: no handler of ours sees it."""


class Phones:
    """A channel that keeps what arrives, and dies or fails when it is told to."""

    def __init__(self) -> None:
        self.arrived: Counter[int] = Counter()
        self.keys: Counter[str] = Counter()
        self.dies_at = 0
        self.fails: dict[int, Exception] = {}
        self.calls = 0
        self._guard = threading.Lock()

    def send(self, sending: Sending) -> str:
        with self._guard:
            self.calls += 1
            call = self.calls
        if call in self.fails:
            raise self.fails[call]
        self.arrived[sending.lease.id] += 1
        self.keys[sending.key] += 1
        if call == self.dies_at:
            raise DoomedError
        return f"m{sending.lease.id}"


class Crowd:
    """So many people, each with a notice that is due; a clock that the test turns."""

    def __init__(self, house: House, count: int) -> None:
        assert house.settings.fixed_now is not None
        self.now = house.settings.fixed_now
        settings = replace(house.settings, fixed_now=None)
        self.house = replace(house, settings=settings, simulated_now=lambda: self.now)
        self.phones = Phones()
        row = {"followed": True, "created_at": self.now, "last_message_at": self.now}
        with house.engine.begin() as conn:
            conn.execute(update(Outbox).values(state="void"))
            rows = [
                {"openid_hash": f"h{n}", "openid_enc": house.vault.seal(f"oCrowd{n}"), **row}
                for n in range(count)
            ]
            conn.execute(insert(WechatUser), rows)
            known = select(WechatUser.id).where(WechatUser.openid_hash.like("h%"))
            accounts = conn.scalars(known).all()
        notices = [outbox.Notice("news", f"n{a}", {"words": "停电"}, a) for a in accounts]
        with open_desk(self.house, Actor("window")) as counter:
            outbox.put_all(counter.work, notices)

    def courier(self) -> Courier:
        return Courier(self.house, self.phones, TASKS)

    def dies(self, at: int) -> None:
        """A courier dies right after that call has arrived; a minute later its lease is over."""
        self.phones.dies_at = self.phones.calls + at
        courier = self.courier()
        with pytest.raises(DoomedError):
            courier.run_once()
        courier._handing._lanes.shutdown()  # its other threads, which a kill would have ended
        self.now += timedelta(minutes=1, seconds=1)

    def states(self) -> Counter[str]:
        with self.house.engine.connect() as conn:
            return Counter(conn.scalars(select(Outbox.state).where(Outbox.state != "void")))

    def uncertain(self) -> int:
        with self.house.engine.connect() as conn:
            marked = select(Outbox.id).where(Outbox.uncertain_at.is_not(None))
            return len(conn.scalars(marked).all())


@pytest.fixture
def crowd(make_hospital: MakeHospital, sqlite_url: str, redis_url: str) -> Crowd:
    house, _ = make_hospital(sqlite_url, redis_url, SEND_RATES="customer=0;template=0")
    return Crowd(house, 30)


@pytest.fixture
def keyed(make_hospital: MakeHospital, sqlite_url: str, redis_url: str, tmp_path) -> Crowd:
    file = tmp_path / "channels.toml"
    file.write_text(CHANNELS, encoding="utf-8")
    more = {"SEND_RATES": "template=0", "CHANNELS_FILE": str(file)}
    house, _ = make_hospital(sqlite_url, redis_url, **more)
    return Crowd(house, 30)


def test_a_page_costs_as_many_statements_as_one_notice(crowd: Crowd) -> None:
    counted: list[str] = []

    @event.listens_for(crowd.house.engine, "before_cursor_execute")
    def count(conn, cursor, statement, *rest) -> None:
        counted.append(statement)

    assert crowd.courier().deliver() == 30
    assert crowd.states() == {"sent": 30}
    assert len(counted) < 30, counted


def test_killed_in_the_middle_of_a_page_one_call_is_in_doubt(crowd: Crowd) -> None:
    crowd.dies(at=10)
    assert crowd.states() == {"sending": 30}

    crowd.courier().run_once()

    assert crowd.states() == {"sent": 30}
    assert crowd.phones.calls == 31
    assert Counter(crowd.phones.arrived.values()) == {1: 29, 2: 1}
    assert crowd.uncertain() == 1
    with crowd.house.engine.connect() as conn:
        numbers = set(conn.scalars(select(Outbox.provider_id).where(Outbox.state == "sent")))
    assert len(numbers) == 30


def test_control_without_the_journal_the_whole_page_is_in_doubt(
    crowd: Crowd, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Tries, "traces", lambda self, ids: {})
    crowd.dies(at=10)
    crowd.courier().run_once()
    assert crowd.uncertain() == 30


def killed(monkeypatch: pytest.MonkeyPatch, where: type, name: str) -> None:
    """The next courier that comes there dies before it does anything; the one after lives."""
    act = getattr(where, name)

    def dies(*some, **more):
        monkeypatch.setattr(where, name, act)
        raise DoomedError

    monkeypatch.setattr(where, name, dies)


def test_killed_between_marking_a_page_and_its_first_call_nothing_is_in_doubt(
    crowd: Crowd, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed(monkeypatch, handing.Handing, "hand_over")
    crowd.dies(at=0)
    assert crowd.states() == {"sending": 30}

    crowd.courier().run_once()

    assert Counter(crowd.phones.arrived.values()) == {1: 30}
    assert crowd.uncertain() == 0


def test_killed_while_marking_a_page_of_the_dead_what_those_knew_is_still_known(
    crowd: Crowd, monkeypatch: pytest.MonkeyPatch
) -> None:
    crowd.dies(at=10)
    opened = Tries.open

    def opens_and_dies(self, sendings) -> bool:
        monkeypatch.setattr(Tries, "open", opened)
        opened(self, sendings)
        raise DoomedError

    monkeypatch.setattr(Tries, "open", opens_and_dies)
    crowd.dies(at=0)

    crowd.courier().run_once()

    assert Counter(crowd.phones.arrived.values()) == {1: 29, 2: 1}
    assert crowd.uncertain() == 1


def test_killed_again_and_again_each_death_leaves_one_in_doubt(crowd: Crowd) -> None:
    for at in (1, 7, 12):
        crowd.dies(at)
    crowd.courier().run_once()
    assert crowd.states() == {"sent": 30}
    assert crowd.uncertain() <= 3
    assert sum(crowd.phones.arrived.values()) == 30 + crowd.uncertain()


def test_where_the_channel_knows_a_message_again_nothing_is_ever_in_doubt(keyed: Crowd) -> None:
    for at in (5, 1):
        keyed.dies(at)
    keyed.courier().run_once()
    assert keyed.states() == {"sent": 30}
    assert keyed.uncertain() == 0
    assert len(keyed.phones.keys) == 30


def test_a_refusal_before_a_death_is_no_doubt(crowd: Crowd) -> None:
    crowd.phones.fails = {2: TransientError(-1, "busy"), 3: PermanentError(45015, "too late")}
    crowd.dies(at=5)
    crowd.courier().run_once()
    assert crowd.uncertain() == 1


def test_a_courier_that_wakes_up_late_sends_nothing_of_another(
    crowd: Crowd, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow, quick = crowd.courier(), crowd.courier()
    send = crowd.phones.send

    def stalls(sending: Sending) -> str:
        monkeypatch.setattr(crowd.phones, "send", send)
        crowd.now += timedelta(minutes=1, seconds=1)
        quick.run_once()
        return send(sending)

    monkeypatch.setattr(crowd.phones, "send", stalls)
    slow.run_once()

    assert crowd.states() == {"sent": 30}
    assert sum(crowd.phones.arrived.values()) == 31  # the one it was at
    assert crowd.uncertain() == 1


def test_without_redis_they_leave_one_by_one(crowd: Crowd) -> None:
    crowd.house = replace(crowd.house, redis=None)
    crowd.dies(at=3)
    crowd.courier().run_once()
    assert crowd.states() == {"sent": 30}
    assert crowd.uncertain() == 1


def test_redis_goes_away_in_the_middle_of_a_page(
    crowd: Crowd, monkeypatch: pytest.MonkeyPatch
) -> None:
    step = Tries.step

    def fails(self, before, begins):
        if crowd.phones.calls == 4:
            raise redis.ConnectionError
        return step(self, before, begins)

    monkeypatch.setattr(Tries, "step", fails)
    crowd.courier().run_once()
    assert crowd.states() == {"sent": 30}
    assert Counter(crowd.phones.arrived.values()) == {1: 30}


def test_a_page_ends_with_its_time_and_the_rest_costs_no_attempt(
    crowd: Crowd, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handing, "BUDGET_SECONDS", 0.0)
    crowd.courier().deliver()
    assert crowd.states() == {"sent": 1, "due": 29}
    with crowd.house.engine.connect() as conn:
        due = select(Outbox.attempts, Outbox.sending_at).where(Outbox.state == "due")
        assert set(conn.execute(due).all()) == {(0, None)}


def test_all_couriers_together_keep_the_pace_of_a_channel(
    make_hospital: MakeHospital, sqlite_url: str, redis_url: str
) -> None:
    house, _ = make_hospital(sqlite_url, redis_url, SEND_RATES="customer=20")
    crowd = Crowd(house, 30)
    first, second = crowd.courier(), crowd.courier()
    started = time.monotonic()
    while crowd.states()["due"]:
        first.deliver()
        second.deliver()
    seconds = time.monotonic() - started
    assert crowd.states() == {"sent": 30}
    assert seconds >= 0.4, "twenty at once, then twenty a second"


def test_one_notice_that_cannot_be_read_does_not_hold_up_its_page(crowd: Crowd) -> None:
    with crowd.house.engine.begin() as conn:
        first = select(Outbox.id).where(Outbox.state == "due").limit(1).scalar_subquery()
        conn.execute(update(Outbox).where(Outbox.id == first).values(payload_enc=b"broken"))
    crowd.courier().run_once()
    assert crowd.states() == {"sent": 29, "leased": 1}


def test_the_tasks_of_the_workers_do_the_same_in_one_process(crowd: Crowd) -> None:
    courier = crowd.courier()
    with open_desk(crowd.house, Actor("job")) as counter:
        jobs.put(counter.work, "purge", "purge", {}, counter.work.now)
    here(make_app(lambda: courier, here=True))
    assert crowd.states() == {"sent": 30}
    with crowd.house.engine.connect() as conn:
        due_at: datetime = conn.scalar(select(Job.due_at).where(Job.dedupe_key == "purge"))
    assert due_at > crowd.now


def test_a_worker_knocks_for_each_of_its_processes_and_no_knock_is_kept() -> None:
    made: list[tuple[str, float]] = []
    knock(lambda name, expires: made.append((name, expires)), 3)
    assert Counter(name for name, _ in made) == {DELIVER: 3, CHORES: 1}
    assert all(0 < expires <= 1 for _, expires in made)


@pytest.mark.parametrize(
    ("ours", "celerys"),
    [
        ("redis://r:6379/1", "redis://r:6379/1"),
        ("unix:///run/redis.sock", "redis+socket:///run/redis.sock"),
        ("unix://:pw@/run/redis.sock", "redis+socket://:pw@/run/redis.sock"),
    ],
)
def test_celery_finds_our_redis(ours: str, celerys: str) -> None:
    assert broker(ours) == celerys
