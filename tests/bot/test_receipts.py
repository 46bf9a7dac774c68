"""What WeChat reports about notices, in every shape it was seen in; nobody waits for an answer."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from bot.house import House
from models import Inbox, Job, Subscription
from tests.bot.conftest import poster
from tests.bot.hospital import Patient

Hospital = tuple[House, FlaskClient]
SENT, POPUP, CHANGE = "SubscribeMsgSentEvent", "SubscribeMsgPopupEvent", "SubscribeMsgChangeEvent"


@pytest.fixture
def her(hospital: Hospital, patient: Patient) -> Patient:
    """A patient who has consented."""
    patient.walk_to_the_last_question()
    return patient


def report(her: Patient, event: str, at: int = 1_700_000_000, **fields: Any) -> None:
    answer = her.say("", MsgType="event", Event=event, CreateTime=at, **fields)
    assert answer == "success"


def entry(template: str, status: str) -> dict[str, str]:
    return {"TemplateId": template, "SubscribeStatusString": status, "PopupScene": "1"}


def credits_of(house: House) -> dict[str, int]:
    with house.engine.connect() as conn:
        rows = conn.execute(select(Subscription.template_id, Subscription.credits))
        return {row.template_id: row.credits for row in rows}


def receipts(house: House) -> list[dict[str, object]]:
    with house.engine.connect() as conn:
        query = select(Job.payload).where(Job.kind == "receipt").order_by(Job.id)
        return [json.loads(payload) for payload in conn.scalars(query)]


def test_one_yes_and_several(hospital: Hospital, her: Patient) -> None:
    report(her, "subscribe_msg_popup_event", **{POPUP: {"List": entry("A", "accept")}})
    several = [entry("A", "accept"), entry("B", "accept"), entry("C", "reject")]
    report(her, "subscribe_msg_popup_event", 1_700_000_009, **{POPUP: {"List": several}})
    assert credits_of(hospital[0]) == {"A": 2, "B": 1}


def test_a_yes_pushed_three_times_is_one(hospital: Hospital, her: Patient) -> None:
    for _ in range(3):
        report(her, "subscribe_msg_popup_event", **{POPUP: {"List": entry("A", "accept")}})
    assert credits_of(hospital[0]) == {"A": 1}


@pytest.mark.parametrize("tag", [CHANGE, POPUP], ids=["as seen", "as documented"])
def test_a_subscription_ended(hospital: Hospital, her: Patient, tag: str) -> None:
    report(her, "subscribe_msg_popup_event", **{POPUP: {"List": entry("A", "accept")}})
    report(
        her, "subscribe_msg_change_event", 1_700_000_060, **{tag: {"List": entry("A", "reject")}}
    )
    assert credits_of(hospital[0]) == {"A": 0}


@pytest.mark.parametrize(
    ("fields", "number", "status"),
    [
        ({"MsgID": "7", "Status": "success"}, "7", "success"),
        ({"MsgId": "7", "Status": "failed:user block"}, "7", "failed:user block"),
        ({"MsgID": "7", "Status": "failed: system failed"}, "7", "failed: system failed"),
    ],
)
def test_a_template_message_reported(
    hospital: Hospital, her: Patient, fields: dict[str, str], number: str, status: str
) -> None:
    report(her, "TEMPLATESENDJOBFINISH", **fields)
    (receipt,) = receipts(hospital[0])
    assert (receipt["provider_id"], receipt["status"]) == (number, status)


def test_a_subscription_notice_reported(hospital: Hospital, her: Patient) -> None:
    good = {"TemplateId": "A", "MsgID": "8", "ErrorCode": "0", "ErrorStatus": "success"}
    bad = {"TemplateId": "B", "MsgID": "9", "ErrorCode": "-1", "ErrorStatus": "failed"}
    report(her, "subscribe_msg_sent_event", **{SENT: {"List": [good, bad]}})
    told = [(r["template"], r["provider_id"], r["status"]) for r in receipts(hospital[0])]
    assert told == [("A", "8", "success"), ("B", "9", "failed")]


@pytest.mark.parametrize(
    "fields", [{}, {POPUP: "what"}, {POPUP: {"List": "what"}}, {POPUP: {}}, {POPUP: None}]
)
def test_a_report_without_sense_is_taken_and_means_nothing(
    hospital: Hospital, her: Patient, fields: dict[str, Any]
) -> None:
    report(her, "subscribe_msg_popup_event", **fields)
    assert credits_of(hospital[0]) == {}


def test_of_a_stranger_nothing_is_kept(hospital: Hospital) -> None:
    stranger = Patient(poster(hospital[1]), "oStranger")
    report(stranger, "subscribe_msg_popup_event", **{POPUP: {"List": entry("A", "accept")}})
    report(stranger, "TEMPLATESENDJOBFINISH", MsgID="7", Status="success")
    assert credits_of(hospital[0]) == {}
    assert receipts(hospital[0]) == []


def test_a_report_is_no_word_of_the_patients(hospital: Hospital, her: Patient) -> None:
    def turns() -> int:
        with hospital[0].engine.connect() as conn:
            return conn.scalar(select(func.count()).select_from(Inbox)) or 0

    before = turns()
    report(her, "TEMPLATESENDJOBFINISH", MsgID="7", Status="success")
    assert turns() == before


def test_a_broken_database_loses_the_report_not_the_connection(
    hospital: Hospital, her: Patient, caplog: pytest.LogCaptureFixture
) -> None:
    with hospital[0].engine.begin() as conn:
        conn.exec_driver_sql("DROP TABLE job")
    report(her, "TEMPLATESENDJOBFINISH", MsgID="7", Status="success")
    assert "a report of templatesendjobfinish is lost: OperationalError" in caplog.text
