"""What a turn does besides answering: late answers, long answers, menus, strangers."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from bot import turn
from bot.house import House
from handlers.texts import common
from models import Outbox
from tests.bot.conftest import MakeHospital, poster
from tests.bot.hospital import Patient

Hospital = tuple[House, FlaskClient]


def outbox(house: House) -> list[str]:
    with house.engine.connect() as conn:
        rows = conn.execute(select(Outbox.payload_enc).where(Outbox.kind == "reply")).scalars()
        return [house.vault.open(sealed) for sealed in rows]


def test_a_late_answer_is_left_to_the_courier_and_every_try_says_success(
    hospital: Hospital, patient: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    patient.walk_to_the_last_question()
    monkeypatch.setattr(turn, "_LATE_SECONDS", -1)
    message = patient.message("1")

    answers = [patient.deliver(message) for _ in range(3)]

    assert answers == ["success"] * 3
    (late,) = outbox(hospital[0])
    assert "预约成功" in late


def test_a_stranger_gets_a_late_answer_at_once_for_no_courier_can_reach_them(
    hospital: Hospital, patient: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turn, "_LATE_SECONDS", -1)

    assert "神经内科" in patient.say("手麻")
    assert outbox(hospital[0]) == []


def test_an_answer_too_long_for_wechat_goes_on_after_more(
    make_hospital: MakeHospital, sqlite_url: str, redis_url: str
) -> None:
    name = "。".join(f"第{n}院区" for n in range(250))
    _, client = make_hospital(sqlite_url, redis_url, HOSPITAL_NAME=name, WECHAT_LINKS="off")
    patient = Patient(poster(client))

    pages = [patient.say("你好")]
    while pages[-1].endswith(common.REST):
        pages.append(patient.say("更多"))

    assert len(pages) > 1
    assert all(len(page.encode()) <= 2000 for page in pages)
    told = "".join(page.removesuffix(common.REST) for page in pages)
    assert "第0院区" in told
    assert "第249院区" in told
    assert "人工服务" in told


def test_a_menu_click_does_what_it_says(patient: Patient) -> None:
    click = {"MsgType": "event", "Event": "CLICK"}

    assert "您哪里不舒服" in patient.say("", **click, EventKey="book", CreateTime=1)
    assert "没有已约的号" in patient.say("", **click, EventKey="my_appointments", CreateTime=2)
    assert "退出" in patient.say("", **click, EventKey="help", CreateTime=3)


@pytest.mark.parametrize(
    ("kind", "told"), [("voice", "转文字"), ("image", "图片"), ("video", "文字")]
)
def test_what_we_cannot_read_gets_a_clear_answer(patient: Patient, kind: str, told: str) -> None:
    assert told in patient.say("", MsgType=kind, MediaId="m")


@pytest.mark.parametrize(
    ("now", "told"),
    [
        ("2026-11-27T16:59:00+08:00", "已经转给工作人员"),
        ("2026-11-27T17:00:00+08:00", "工作时间是周一至周五 8:00-17:00"),
        ("2026-11-28T10:00:00+08:00", "工作时间是周一至周五 8:00-17:00"),
    ],
)
def test_who_asks_for_a_person_is_told_whether_one_is_there(
    make_hospital: MakeHospital, sqlite_url: str, redis_url: str, now: str, told: str
) -> None:
    _, client = make_hospital(sqlite_url, redis_url, FIXED_NOW=now, STAFFED_DAYS="1-5")

    assert told in Patient(poster(client)).say("人工")
