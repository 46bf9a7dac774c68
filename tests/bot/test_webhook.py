"""The door as WeChat sees it: always an answer, never a 500, emergencies before everything."""

from __future__ import annotations

import json
import logging
import os
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from bot.house import House
from bot.settings import ConfigError
from bot.turn import open_desk
from bot.wiring import furnish
from desk import calls, dispatch, inbox, requests
from desk.work import Actor, Work
from handlers.texts import notices
from models import HumanRequest, Inbox, Outbox, clock
from tests.bot.conftest import MakeHospital, poster
from tests.bot.hospital import TOWARDS, Patient, settings

_SHARED = Path(os.environ.get("SHARED_DATA", Path(__file__).parents[3] / "shared" / "data"))
HEART = "胸口疼得厉害，出冷汗，喘不上气"
Hospital = tuple[House, FlaskClient]


def test_wechat_verifies_the_address(hospital: Hospital) -> None:
    house, client = hospital
    query = {"timestamp": "1", "nonce": "2", "echostr": "echo"}

    good = client.get("/wechat", query_string={**query, "signature": house.wire.sign("1", "2")})
    bad = client.get("/wechat", query_string={**query, "signature": "0" * 40})

    assert (good.status_code, good.text) == (200, "echo")
    assert bad.status_code == 403


def test_a_stranger_is_refused(hospital: Hospital, patient: Patient) -> None:
    client = hospital[1]
    body = patient.message("你好")

    assert client.post("/wechat", data=body).status_code == 403
    assert client.post("/wechat?encrypt_type=aes", data=body).status_code == 403


BROKEN = [
    b"",
    b"<xml>",
    b"{",
    b"\xff\xfe",
    b"<xml/>",
    b"x" * 70_000,
    b"<xml>" + b"<a>" * 5000 + b"</a>" * 5000 + b"</xml>",
    b'{"a":' + b"[" * 900 + b"]" * 900 + b"}",
    b'<?xml version="1.0" encoding="foo"?><xml><MsgType>text</MsgType></xml>',
    b"<xml><FromUserName>o</FromUserName><MsgType>text</MsgType><CreateTime>"
    + b"9" * 5000
    + b"</CreateTime></xml>",
]


@pytest.mark.parametrize("body", BROKEN, ids=range(len(BROKEN)))
def test_what_is_malformed_is_answered_success(
    hospital: Hospital, patient: Patient, body: bytes
) -> None:
    assert patient.deliver(body) == "success"


def test_every_sample_push_is_answered_and_unknown_kinds_with_success(
    hospital: Hospital, patient: Patient
) -> None:
    file = _SHARED / "wechat" / "inbound-samples.json"
    if not file.exists():
        pytest.fail(f"{file} is missing: set SHARED_DATA")
    talked_to = {"text", "image", "voice", "video", "link", "subscribe", "CLICK"}

    for sample in json.loads(file.read_text(encoding="utf-8")):
        answer = patient.deliver(sample["xml"].encode())

        kind = (sample["event"] or sample["kind"]).strip()
        assert (answer != "success") == (kind in talked_to), (sample["id"], answer)


def test_an_emergency_is_answered_with_database_and_redis_down(
    make_hospital: MakeHospital,
) -> None:
    nowhere = "postgresql+psycopg://nobody@127.0.0.1:9/none"
    _, client = make_hospital(nowhere, "redis://127.0.0.1:9/0", empty=True)
    started = time.monotonic()

    answer = Patient(poster(client)).say(HEART)

    assert "120" in answer
    assert time.monotonic() - started < 1


def test_an_emergency_is_journalled_and_the_desk_alerted_once(
    hospital: Hospital, patient: Patient
) -> None:
    body = patient.message(HEART)

    answers = {patient.deliver(body) for _ in range(3)}

    assert len(answers) == 1
    house = hospital[0]
    deadline = time.monotonic() + 5
    kinds: list[str] = []
    while not kinds and time.monotonic() < deadline:
        time.sleep(0.05)
        with house.engine.connect() as conn:
            kinds = list(conn.scalars(select(HumanRequest.kind)))
    time.sleep(0.2)
    with house.engine.connect() as conn:
        assert list(conn.scalars(select(HumanRequest.kind))) == ["emergency"]
        assert len(list(conn.scalars(select(Inbox.id)))) == 1


def test_symptoms_of_two_messages_make_an_emergency_together(patient: Patient) -> None:
    assert "【紧急】" not in patient.say("我胸口闷")

    assert "【紧急】" in patient.say("现在出冷汗，喘不上气")


def test_with_the_database_down_a_patient_reads_an_apology_and_the_log_nothing_personal(
    make_hospital: MakeHospital, redis_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    nowhere = "postgresql+psycopg://nobody@127.0.0.1:9/none"
    _, client = make_hospital(nowhere, redis_url, empty=True)
    patient = Patient(poster(client))
    caplog.set_level(logging.DEBUG)

    answer = patient.say("我是张桂芳，想挂号")

    assert "请再说一遍" in answer
    error_id = answer.rpartition("（")[2].rstrip("）")
    assert error_id in caplog.text
    assert "张桂芳" not in caplog.text
    assert patient.openid not in caplog.text


def test_a_lost_redis_costs_no_time_out_a_turn(
    make_hospital: MakeHospital, sqlite_url: str
) -> None:
    _, client = make_hospital(sqlite_url, "redis://127.0.0.1:9/0")
    patient = Patient(poster(client))

    answers = [patient.say(text) for text in TOWARDS]

    assert "请核对" in answers[-1]


def test_a_message_for_another_account_is_left_alone(
    make_hospital: MakeHospital, sqlite_url: str, redis_url: str
) -> None:
    _, client = make_hospital(sqlite_url, redis_url, WECHAT_ACCOUNT_ID="gh_other")

    assert Patient(poster(client)).say("你好") == "success"


def test_while_another_turn_runs_the_connection_is_held(
    hospital: Hospital, patient: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    house, client = hospital
    monkeypatch.setattr("bot.turn.BUDGET_SECONDS", 0.2)
    monkeypatch.setattr("bot.webhook._HELD_SECONDS", 0.4)
    other = house.memory.enter(house.vault.lookup(patient.openid))
    assert other.is_mine
    started = time.monotonic()

    query = {"timestamp": "1", "nonce": "2", "signature": house.wire.sign("1", "2")}
    answer = client.post("/wechat", data=patient.message("你好"), query_string=query)

    assert time.monotonic() - started >= 0.4
    assert "success" not in answer.text
    house.memory.leave(other)
    assert "您好" in patient.say("你好")


def test_health_and_numbers(hospital: Hospital, patient: Patient) -> None:
    client = hospital[1]
    patient.say("你好")

    assert client.get("/healthz").text == "ok"
    assert client.get("/readyz").get_json() == {"database": True, "redis": True}
    assert 'desk_turns_total{what="passive"} 1' in client.get("/metrics").text


def test_half_characters_do_not_stop_a_turn(hospital: Hospital, patient: Patient) -> None:
    raw = '{"ToUserName":"gh_1","FromUserName":"o\\ud800","CreateTime":1,"MsgType":"text",'
    raw += '"Content":"\\ud800你好","MsgId":"7\\ud800"}'
    stamp = {"timestamp": "1", "nonce": "2"}
    signature = hospital[0].wire.sign("1", "2")

    answer = hospital[1].post("/wechat", query_string={**stamp, "signature": signature}, data=raw)

    assert answer.status_code == 200
    assert "您好" in answer.get_data(as_text=True)


def test_in_production_an_old_signature_speaks_for_nobody(
    hospital: Hospital, patient: Patient
) -> None:
    house, _ = hospital
    production = replace(house.settings, mode="production")
    client = furnish(Flask("production"), replace(house, settings=production)).test_client()
    body = patient.message("你好")

    def status(stamp: str) -> int:
        query = {"timestamp": stamp, "nonce": "2", "signature": house.wire.sign(stamp, "2")}
        return client.post("/wechat", query_string=query, data=body).status_code

    now = int(clock.system_now().timestamp())
    assert status("1577836800") == 403
    assert status("never") == 403
    assert status(str(now - 3600)) == 403
    assert status(str(now - 20)) == 200


def test_where_encryption_is_required_a_plain_message_is_refused(
    make_hospital: MakeHospital, sqlite_url: str, redis_url: str
) -> None:
    _, client = make_hospital(sqlite_url, redis_url, WECHAT_SEALED_ONLY="on")
    patient = Patient(poster(client))

    with pytest.raises(AssertionError, match="403"):
        patient.say("你好")


def test_who_asked_for_a_person_is_on_the_desks_list_until_answered(
    hospital: Hospital, patient: Patient
) -> None:
    patient.say("人工，我想问住院的事")
    patient.say("我爸突然嘴歪了，说话不清")

    def listed(work: Work) -> list[tuple[str, str]]:
        return [(each.kind, each.words) for each in requests.waiting(work)]

    # An emergency is answered at once and listed behind the answer.
    until = time.monotonic() + 5
    while time.monotonic() < until:
        with open_desk(hospital[0], Actor("window")) as counter:
            if len(listed(counter.work)) > 1:
                break
        time.sleep(0.05)

    with open_desk(hospital[0], Actor("window")) as counter:
        first, second = listed(counter.work)
        assert first == ("emergency", "我爸突然嘴歪了，说话不清")
        assert second == ("human", "人工，我想问住院的事")
        assert requests.answered(counter.work, requests.waiting(counter.work)[0].id)
        assert listed(counter.work) == [second]
        later = replace(counter.work, now=counter.work.now + timedelta(days=31))
        assert requests.purge(later) == 2


def test_the_desk_answers_in_the_chat_even_somebody_who_never_consented(
    hospital: Hospital, patient: Patient
) -> None:
    house = hospital[0]
    patient.say("人工，我想问住院的事")

    with open_desk(house, Actor("window")) as counter:
        (waiting,) = requests.waiting(counter.work)
        assert waiting.people == ()
        assert requests.answer(counter.work, waiting.id, "住院处在一楼东侧")
        assert not requests.answer(counter.work, waiting.id, "住院处在一楼东侧")
    with open_desk(house, Actor("job")) as counter:
        (lease,) = dispatch.lease(counter.work, 9, timedelta(minutes=1))
        sending = dispatch.start(counter.work, lease, timedelta(minutes=1))

    assert isinstance(sending, dispatch.Sending)
    assert (sending.channel, sending.reach.openid) == ("customer", patient.openid)
    assert "住院处在一楼东侧" in notices.render(lease.kind, sending.payload)


def test_who_takes_over_reads_what_was_said_and_the_talk_goes_on_behind_it(
    hospital: Hospital, patient: Patient
) -> None:
    patient.walk_to_the_last_question()
    assert "请核对" in patient.say("人工"), "the open question stays"

    with open_desk(hospital[0], Actor("window")) as counter:
        (waiting,) = requests.waiting(counter.work)
        thread = inbox.thread(counter.work, waiting.id)
        assert requests.answer(counter.work, waiting.id, "您好，可以确认。")

    said = [each.said for each in thread.talk]
    assert said[-1] == "人工"
    assert any("请核对" in each.answered for each in thread.talk)
    assert "预约成功" in patient.say("1"), "handed back: nothing is lost"


def test_before_consent_only_the_answers_are_known_to_who_takes_over(
    hospital: Hospital, patient: Patient
) -> None:
    patient.say("我手麻")
    patient.say("人工")

    with open_desk(hospital[0], Actor("window")) as counter:
        (waiting,) = requests.waiting(counter.work)
        thread = inbox.thread(counter.work, waiting.id)

    assert {each.said for each in thread.talk} == {""}
    assert waiting.words == "人工"


def test_after_two_days_an_answer_to_a_stranger_goes_on_the_call_list(
    hospital: Hospital, patient: Patient
) -> None:
    patient.say("人工")

    with open_desk(hospital[0], Actor("job")) as counter:
        work = replace(counter.work, now=counter.work.now + timedelta(hours=49))
        requests.answer(work, requests.waiting(work)[0].id, "您好")
        (lease,) = dispatch.lease(work, 9, timedelta(minutes=1))

        assert dispatch.start(work, lease, timedelta(minutes=1)) == "call"


def test_the_desk_sees_whom_to_ring(hospital: Hospital, patient: Patient) -> None:
    patient.walk_to_the_last_question()
    patient.say("人工")

    with open_desk(hospital[0], Actor("window")) as counter:
        (waiting,) = requests.waiting(counter.work)

    ((name, relation, _),) = waiting.people
    assert (name, relation) == ("张桂芳", "mother")


def _with_alerts(folder: Path) -> dict[str, str]:
    file = folder / "channels.toml"
    file.write_text('[sms.alert]\nid = "1"\ndata = ["{time}", "{code}"]\n')
    account = dict.fromkeys(("SMS_SECRET_ID", "SMS_SECRET_KEY", "SMS_APP_ID", "SMS_SIGN"), "x")
    return {"CHANNELS_FILE": str(file), "DUTY_PHONE": "13900000000", **account}


def test_a_duty_phone_that_no_text_would_reach_stops_the_start() -> None:
    with pytest.raises(ConfigError, match=r"DUTY_PHONE needs \[sms.alert\]"):
        settings("sqlite://", "", DUTY_PHONE="13900000000")


def test_an_answer_is_one_message_of_wechats(hospital: Hospital, patient: Patient) -> None:
    patient.say("人工")

    with open_desk(hospital[0], Actor("window")) as counter:
        (waiting,) = requests.waiting(counter.work)
        for words in (" ", "字" * 601):
            with pytest.raises(ValueError, match="1 to 600"):
                requests.answer(counter.work, waiting.id, words)
        assert requests.answer(counter.work, waiting.id, "字" * 600)
        (lease,) = dispatch.lease(counter.work, 9, timedelta(minutes=1))
        sending = dispatch.start(counter.work, lease, timedelta(minutes=1))

    assert isinstance(sending, dispatch.Sending)
    assert len(notices.render("answer", sending.payload).encode()) <= 2048


def test_an_answer_counts_against_the_window_and_a_lost_one_says_whom_to_ring(
    hospital: Hospital, patient: Patient
) -> None:
    patient.walk_to_the_last_question()
    patient.say("人工，可以带孩子吗")

    with open_desk(hospital[0], Actor("job")) as counter:
        work = replace(counter.work, now=counter.work.now + timedelta(hours=49))
        (waiting,) = requests.waiting(work)
        requests.answer(work, waiting.id, "可以带孩子")
        account = work.conn.scalar(select(Outbox.wechat_user_id).where(Outbox.kind == "answer"))
        (lease,) = dispatch.lease(work, 9, timedelta(minutes=1))
        dispatch.start(work, lease, timedelta(minutes=1))
        (call,) = calls.waiting(work)

    assert account is not None
    assert (call.kind, call.name, call.words) == ("answer", "张桂芳", "可以带孩子")


def test_the_nurse_on_duty_gets_one_text_about_an_emergency_and_no_word_of_it(
    make_hospital: MakeHospital, sqlite_url: str, redis_url: str, tmp_path: Path
) -> None:
    house, client = make_hospital(sqlite_url, redis_url, **_with_alerts(tmp_path))
    patient = Patient(poster(client))
    for words in (HEART, HEART, "你好"):
        patient.say(words)
    house.alarms.shutdown()

    with house.engine.connect() as conn:
        rows = list(conn.execute(select(Outbox.kind, Outbox.payload_enc)))
    ((kind, sealed),) = rows

    assert kind == "alert"
    told = json.loads(house.vault.open(sealed))
    assert told == {"phone": "13900000000", "time": "09:00", "code": "1"}
