"""The courier sends what is due, once, by the first way that is open; the rest is rung about."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from bot.chores import TASKS
from bot.courier import Courier
from bot.house import House
from bot.turn import open_desk
from bot.wechat_errors import PermanentError, TransientError
from desk import accounts, jobs, ledger, outbox
from desk.departing import Sending
from desk.work import Actor, Work
from models import Appointment, Outbox, WechatUser
from scheduling.channels import CUSTOMER, TEMPLATE, Window
from tests.bot.conftest import MakeHospital, poster
from tests.bot.hospital import Patient

Hospital = tuple[House, FlaskClient]
CHANNELS = '[template.confirmed]\nid = "T1"\ndata = {thing1 = "{patient}"}\n'


class Postbox:
    """A way out that keeps what it is given; it fails as it is told to, in that order."""

    def __init__(self, *failures: Exception) -> None:
        self.failures = list(failures)
        self.sent: list[tuple[str | None, str, str]] = []

    def send(self, sending: Sending) -> str:
        if self.failures:
            raise self.failures.pop(0)
        self.sent.append((sending.reach.openid, sending.channel, sending.payload["text"]))
        return f"m{len(self.sent)}"


@pytest.fixture
def consented(hospital: Hospital, patient: Patient) -> House:
    """A hospital whose patient has registered; her own confirmation still waits."""
    patient.walk_to_the_last_question()
    return hospital[0]


@pytest.fixture
def with_templates(
    make_hospital: MakeHospital, sqlite_url: str, redis_url: str, tmp_path
) -> House:
    """The same, where confirmations may go out as template messages."""
    file = tmp_path / "channels.toml"
    file.write_text(CHANNELS, encoding="utf-8")
    house, client = make_hospital(sqlite_url, redis_url, CHANNELS_FILE=str(file))
    Patient(poster(client)).walk_to_the_last_question()
    return house


def put(house: House, key: str, kind: str = "reply", openid: str = "oPatient1") -> None:
    with open_desk(house, Actor("chat", openid=openid)) as counter:
        account = accounts.account(counter.work)
        notice = outbox.Notice(kind, key, {"text": f"通知{key}"}, wechat_user_id=account)
        outbox.put(counter.work, notice)


def row(house: House, key: str):
    with house.engine.connect() as conn:
        return conn.execute(select(*Outbox.__table__.c).where(Outbox.dedupe_key == key)).one()


def later(house: House, minutes: float) -> House:
    """The same house, some time later."""
    assert house.settings.fixed_now is not None
    now = house.settings.fixed_now + timedelta(minutes=minutes)
    return replace(house, settings=replace(house.settings, fixed_now=now))


def test_a_notice_is_sent_once(consented: House) -> None:
    put(consented, "a")
    box = Postbox()
    courier = Courier(consented, box, TASKS)

    courier.run_once()
    courier.run_once()

    assert box.sent == [("oPatient1", CUSTOMER, "通知a")]
    assert (row(consented, "a").state, row(consented, "a").provider_id) == ("sent", "m1")


def test_on_every_engine_her_message_and_the_job_of_her_hold_are_done(
    make_hospital: MakeHospital, database_url: str, redis_url: str
) -> None:
    house, client = make_hospital(database_url, redis_url)
    Patient(poster(client)).walk_to_the_last_question()
    put(house, "a")
    box = Postbox()

    for minutes in (0, 60):
        Courier(later(house, minutes), box, TASKS).run_once()

    assert box.sent == [("oPatient1", CUSTOMER, "通知a")]
    with house.engine.connect() as conn:
        assert conn.scalars(select(Appointment.status)).all() == ["expired"]


def test_a_confirmation_without_a_way_out_is_given_up_silently(
    consented: House, caplog: pytest.LogCaptureFixture
) -> None:
    with consented.engine.begin() as conn:
        conn.execute(update(WechatUser).values(last_message_at=None, last_tap_at=None))
    for kind in ("confirmed", "reply"):
        put(consented, kind, kind)
    with caplog.at_level(logging.ERROR):
        Courier(consented, Postbox(), TASKS).run_once()
    assert {row(consented, kind).state for kind in ("confirmed", "reply")} == {"dead"}
    assert "(confirmed)" not in caplog.text
    assert "(reply) found no way out: dead" in caplog.text


def test_a_busy_wechat_is_tried_again_later_not_at_once(consented: House) -> None:
    put(consented, "a")
    box = Postbox(TransientError(45009, "busy", retry_after=3600))

    Courier(consented, box, TASKS).run_once()
    Courier(later(consented, 59), box, TASKS).run_once()

    assert box.sent == []
    assert (row(consented, "a").state, row(consented, "a").last_error) == ("due", "45009 busy")
    Courier(later(consented, 61), box, TASKS).run_once()
    assert len(box.sent) == 1


def test_a_closed_channel_is_followed_by_the_next_in_the_same_round(with_templates: House) -> None:
    put(with_templates, "a", "confirmed")
    box = Postbox(PermanentError(40037, "no such template"))

    Courier(with_templates, box, TASKS).run_once()

    assert box.sent == [("oPatient1", CUSTOMER, "通知a")]
    assert row(with_templates, "a").channels_closed == TEMPLATE


@pytest.mark.parametrize(
    ("code", "kind", "follows"),
    [(43004, "confirmed", False), (45015, "reply", True), (45047, "reply", True)],
)
def test_what_wechat_knows_of_her_and_we_did_not_is_learnt_from_its_refusal(
    with_templates: House, code: int, kind: str, *, follows: bool
) -> None:
    """The event that she left was lost, or another program has used up her messages."""
    put(with_templates, "a", kind)
    box = Postbox(PermanentError(code, "no"))

    Courier(with_templates, box, TASKS).run_once()

    assert (box.sent, row(with_templates, "a").state) == ([], "dead")
    with with_templates.engine.connect() as conn:
        her = conn.execute(select(WechatUser.followed, WechatUser.last_message_at)).one()
    assert her == (follows, None)
    with open_desk(with_templates, Actor("chat", openid="oPatient1")) as counter:
        ledger.heard_from(counter.work)
    put(with_templates, "b")
    Courier(with_templates, box, TASKS).run_once()
    assert box.sent == [("oPatient1", CUSTOMER, "通知b")]


def test_a_channel_that_stays_busy_is_given_up_for_the_next(with_templates: House) -> None:
    put(with_templates, "a", "confirmed")
    box = Postbox(*[TransientError(-1, "busy") for _ in range(8)])

    for hours in range(9):
        Courier(later(with_templates, 60 * hours / 4), box, TASKS).run_once()

    assert box.sent == [("oPatient1", CUSTOMER, "通知a")]


def test_what_may_have_gone_out_is_repeated_once_marked_counted_and_logged(
    consented: House, caplog: pytest.LogCaptureFixture
) -> None:
    put(consented, "a")
    lost = [TransientError(0, "ReadTimeout", is_uncertain=True) for _ in range(9)]
    box = Postbox(*lost)

    for minutes in range(0, 60, 5):
        Courier(later(consented, minutes), box, TASKS).run_once()

    assert len(lost) - len(box.failures) == 2
    assert row(consented, "a").state == "dead"
    assert row(consented, "a").uncertain_at is not None
    counted = consented.counters.exposition()
    assert 'desk_courier_total{what="uncertain"} 1' in counted
    assert 'desk_courier_total{what="dead"} 1' in counted
    assert "may go out twice" in caplog.text
    assert "oPatient1" not in caplog.text


def test_a_channel_with_keys_may_be_in_doubt_as_often_as_it_likes(with_templates: House) -> None:
    put(with_templates, "a", "confirmed")
    box = Postbox(*[TransientError(0, "ReadTimeout", is_uncertain=True) for _ in range(3)])

    for minutes in range(6):
        Courier(later(with_templates, minutes), box, TASKS).run_once()

    assert box.sent == [("oPatient1", TEMPLATE, "通知a")]
    assert row(with_templates, "a").uncertain_at is None


class DoomedError(BaseException):
    """kill -9: no handler of ours sees it."""


@pytest.mark.parametrize(
    ("kind", "keyed"), [("confirmed", True), ("reply", False)], ids=["keyed", "keyless"]
)
def test_a_courier_killed_after_wechat_accepted(
    with_templates: House, kind: str, *, keyed: bool
) -> None:
    put(with_templates, "a", kind)
    keys: list[str] = []

    class Accepts(Postbox):
        def send(self, sending: Sending) -> str:
            keys.append(sending.key)
            if len(keys) == 1:
                raise DoomedError
            return super().send(sending)

    box = Accepts()
    with pytest.raises(DoomedError):
        Courier(with_templates, box, TASKS).run_once()
    assert row(with_templates, "a").state == "sending"

    Courier(later(with_templates, 0.5), box, TASKS).run_once()  # its lease still runs
    assert len(keys) == 1
    Courier(later(with_templates, 2), box, TASKS).run_once()

    assert len(keys) == 2
    assert keys[0] == keys[1]
    assert row(with_templates, "a").state == "sent"
    assert (row(with_templates, "a").uncertain_at is None) is keyed


def test_a_reminder_without_a_way_out_is_a_call_and_is_told_loudly(
    make_hospital: MakeHospital, sqlite_url: str, redis_url: str,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    house, client = make_hospital(sqlite_url, redis_url)
    patient = Patient(poster(client))
    patient.walk_to_the_last_question()
    patient.say("1")
    evening = "2026-12-01T19:00:00+08:00"
    then, dusk = make_hospital(sqlite_url, redis_url, empty=True, FIXED_NOW=evening)

    with caplog.at_level(logging.ERROR):
        Courier(then, Postbox(), TASKS).run_once()

    assert "(reminder) found no way out: call" in caplog.text
    assert 'desk_outbox{state="call"} 1' in dusk.get("/metrics").text
    assert house


# -- the ledger of customer messages


def windows(house: House) -> tuple[Window, ...]:
    with open_desk(house, Actor("chat", openid="oPatient1")) as counter:
        account = accounts.account(counter.work)
        assert account is not None
        return ledger.windows(counter.work, account)


def test_five_messages_after_a_word_of_hers_and_none_after_two_days(consented: House) -> None:
    for number in range(6):
        put(consented, f"n{number}")
    box = Postbox()

    Courier(consented, box, TASKS).run_once()

    assert len(box.sent) == 5
    assert row(consented, "n5").state == "dead"
    assert [window.left for window in windows(consented)] == [0]
    assert windows(later(consented, 48 * 60)) == ()


def test_a_new_word_of_hers_opens_five_more(hospital: Hospital, patient: Patient) -> None:
    patient.walk_to_the_last_question()
    house = hospital[0]
    for number in range(5):
        put(house, f"n{number}")
    Courier(house, Postbox(), TASKS).run_once()
    soon = later(house, 1)
    with open_desk(soon, Actor("chat", openid="oPatient1")) as counter:
        ledger.heard_from(counter.work)
    assert [window.left for window in windows(soon)] == [5]


def test_a_template_message_uses_up_no_customer_message(with_templates: House) -> None:
    put(with_templates, "a", "confirmed")
    Courier(with_templates, Postbox(), TASKS).run_once()
    assert row(with_templates, "a").channel == TEMPLATE
    assert [window.left for window in windows(with_templates)] == [5]


@pytest.mark.parametrize(
    "tap",
    [
        lambda her: her.say("挂号", bizmsgmenuid="0-1"),
        lambda her: her.say("", MsgType="event", Event="CLICK", EventKey="help"),
        lambda her: her.say("", MsgType="event", Event="SCAN", EventKey="s", Ticket="t"),
        lambda her: her.say("", MsgType="event", Event="subscribe", EventKey=""),
    ],
    ids=["option", "menu", "scan", "follow"],
)
def test_a_tap_opens_three_messages_for_a_minute(
    hospital: Hospital, patient: Patient, tap: Callable[[Patient], str]
) -> None:
    patient.walk_to_the_last_question()
    house = hospital[0]
    with open_desk(house, Actor("job")) as counter:
        counter.work.conn.execute(update(WechatUser).values(last_message_at=None))

    tap(patient)

    assert [window.left for window in windows(house)] == [3]
    for number in range(4):
        put(house, f"n{number}")
    box = Postbox()
    Courier(house, box, TASKS).run_once()
    assert len(box.sent) == 3
    assert windows(later(house, 1)) == ()


def test_a_picture_is_a_message_too(hospital: Hospital, patient: Patient) -> None:
    patient.walk_to_the_last_question()
    with open_desk(hospital[0], Actor("job")) as counter:
        counter.work.conn.execute(update(WechatUser).values(last_message_at=None))
    patient.say("", MsgType="image", PicUrl="http://p", MediaId="m")
    assert [window.left for window in windows(hospital[0])] == [5]


def test_who_has_left_gets_no_message_until_coming_back(
    hospital: Hospital, patient: Patient
) -> None:
    patient.walk_to_the_last_question()
    patient.say("", MsgType="event", Event="unsubscribe", EventKey="")
    put(hospital[0], "a")
    box = Postbox()
    Courier(hospital[0], box, TASKS).run_once()
    assert box.sent == []

    patient.say("我的预约")
    put(hospital[0], "b")
    Courier(hospital[0], box, TASKS).run_once()
    assert len(box.sent) == 1


# -- jobs


def test_a_hold_nobody_confirmed_is_given_back(
    make_hospital: MakeHospital, sqlite_url: str, redis_url: str
) -> None:
    _, client = make_hospital(sqlite_url, redis_url)
    Patient(poster(client)).walk_to_the_last_question()
    half_past, _ = make_hospital(
        sqlite_url, redis_url, empty=True, FIXED_NOW="2026-11-24T09:30:00+08:00"
    )

    Courier(half_past, Postbox(), TASKS).run_once()

    with half_past.engine.connect() as conn:
        assert conn.scalars(select(Appointment.status)).all() == ["expired"]


def test_what_is_to_be_done_by_time_is_tried_until_it_is_done(
    make_hospital: MakeHospital, sqlite_url: str, redis_url: str
) -> None:
    """After eight tries a plan for the patients of a suspension was given up, and nobody told."""
    house, _ = make_hospital(sqlite_url, redis_url)
    with open_desk(house, Actor("job")) as counter:
        jobs.put(counter.work, "plan", "plan:1", {}, counter.work.now)
    done: list[int] = []

    def plan(work: Work, payload: object) -> None:
        done.append(len(done))
        if len(done) <= 20:
            raise ArithmeticError("the database was away")

    for hour in range(25):
        now = house.settings.fixed_now + timedelta(hours=2 * hour)
        settings = replace(house.settings, fixed_now=now)
        Courier(replace(house, settings=settings), Postbox(), {"plan": plan}).run_jobs()

    assert len(done) == 21
