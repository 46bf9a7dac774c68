"""The courier sends what is due, once, inside WeChat's window; the rest goes to the call list."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from bot.chores import TASKS
from bot.courier import Courier
from bot.house import House
from bot.turn import open_desk
from bot.wechat_errors import TransientError
from desk import accounts, ledger, outbox
from desk.ledger import Reader
from desk.work import Actor
from models import Appointment, Outbox, WechatUser
from tests.bot.conftest import MakeHospital, poster
from tests.bot.hospital import Patient

Hospital = tuple[House, FlaskClient]


class Postbox:
    """A channel that keeps what it is given; it fails as often as it is told to."""

    def __init__(self, *failures: Exception) -> None:
        self.failures = list(failures)
        self.sent: list[tuple[str, str]] = []

    def send(self, reader: Reader | None, text: str) -> None:
        if self.failures:
            raise self.failures.pop()
        assert reader is not None
        self.sent.append((reader.openid, text))


@pytest.fixture
def consented(hospital: Hospital, patient: Patient) -> House:
    """A hospital whose patient has registered; her own confirmation still waits."""
    patient.walk_to_the_last_question()
    return hospital[0]


def put(house: House, key: str, openid: str = "oPatient1") -> None:
    with open_desk(house, Actor("chat", openid=openid)) as counter:
        account = accounts.account(counter.work)
        notice = outbox.Notice("reply", key, {"text": f"通知{key}"}, wechat_user_id=account)
        outbox.put(counter.work, notice)


def state(house: House, key: str) -> tuple[str, str]:
    with house.engine.connect() as conn:
        query = select(Outbox.state, Outbox.last_error).where(Outbox.dedupe_key == key)
        row = conn.execute(query).one()
    return row.state, row.last_error


def test_a_notice_is_sent_once(consented: House) -> None:
    put(consented, "a")
    box = Postbox()
    courier = Courier(consented, box, TASKS)

    courier.run_once()
    courier.run_once()

    assert box.sent == [("oPatient1", "通知a")]
    assert state(consented, "a") == ("sent", "")


def test_a_busy_wechat_is_tried_again_later_not_at_once(consented: House) -> None:
    put(consented, "a")
    box = Postbox(TransientError(45009, "busy", retry_after=3600))

    Courier(consented, box, TASKS).run_once()

    assert box.sent == []
    assert state(consented, "a") == ("due", "45009 busy")


def test_five_messages_after_a_word_of_hers_and_none_after_two_days(consented: House) -> None:
    with open_desk(consented, Actor("chat", openid="oPatient1")) as counter:
        account = accounts.account(counter.work) or 0
    for number in range(5):
        put(consented, f"n{number}")
    Courier(consented, Postbox(), TASKS).run_once()

    with open_desk(consented, Actor("job")) as counter:
        assert ledger.reader(counter.work, account) == Reader("oPatient1", 0)
        before = counter.work.now - timedelta(hours=49)
        counter.work.conn.execute(update(Outbox).values(state="void"))
        counter.work.conn.execute(update(WechatUser).values(last_message_at=before))
        assert ledger.reader(counter.work, account) == Reader("oPatient1", 0)
        counter.work.conn.execute(update(WechatUser).values(last_message_at=counter.work.now))
        assert ledger.reader(counter.work, account) == Reader("oPatient1", 5)


def test_a_hold_nobody_confirmed_is_given_back(
    make_hospital: MakeHospital, sqlite_url: str, redis_url: str
) -> None:
    house, client = make_hospital(sqlite_url, redis_url)
    Patient(poster(client)).walk_to_the_last_question()
    later, _ = make_hospital(
        sqlite_url, redis_url, empty=True, FIXED_NOW="2026-11-24T09:30:00+08:00"
    )

    Courier(later, Postbox(), TASKS).run_once()

    with open_desk(later, Actor("chat", openid="oPatient1")) as counter:
        statuses = counter.work.conn.execute(select(Appointment.status)).scalars().all()
    assert statuses == ["expired"]
    house.close()


def test_who_has_left_gets_no_notice_until_coming_back(consented: House, patient: Patient) -> None:
    patient.say("", MsgType="event", Event="unsubscribe", EventKey="")
    with open_desk(consented, Actor("chat", openid="oPatient1")) as counter:
        account = accounts.account(counter.work)
        assert account is not None
        gone = ledger.reader(counter.work, account)
    assert gone is not None
    assert gone.left == 0

    patient.say("我的预约")

    with open_desk(consented, Actor("chat", openid="oPatient1")) as counter:
        back = ledger.reader(counter.work, account)
    assert back is not None
    assert back.left > 0
