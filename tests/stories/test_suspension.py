"""A nurse writes one line; the patients hear of it and answer with a digit."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from bot.turn import open_desk
from desk import rebooking
from desk.work import Actor
from models import Appointment, AuditEvent, Suspension, SuspensionLine
from tests.handlers.aloud_rules import wrongs
from tests.stories.ward import Ward, booked

pytestmark = pytest.mark.story


@pytest.fixture
def ward(stage):
    return Ward(stage)


def test_the_patient_takes_the_place_that_was_kept_for_her(ward):
    doctor = booked(ward.stage)
    assert "绑定成功" in ward.nurse(f"绑定 {ward.code}")

    preview = ward.nurse(f"停诊 {doctor} 后天上午")
    assert "影响" in preview
    assert "确认停诊" in preview
    assert "完整回复：确认停诊" in ward.nurse("好的"), "a bare yes does not act"
    assert "完整回复：确认停诊" in ward.nurse("1")
    assert ward.read(select(Suspension.id)) == []
    assert "已停诊" in ward.nurse("确认停诊")
    ward.plan()
    ward.stage.wait(3)

    assert "已改好" in ward.stage.patient.say("1")
    progress = ward.nurse("停诊进度")
    assert "接受新号1位" in progress, progress
    assert "预约" in ward.stage.patient.say("我的预约")


def test_she_looks_for_another_time_and_keeps_the_kept_place_until_then(ward):
    doctor = booked(ward.stage)
    ward.nurse(f"绑定 {ward.code}")
    ward.nurse(f"{doctor}后天上午不来了，家里有事")
    assert "已停诊" in ward.nurse("确认停诊")
    ward.plan()
    ward.stage.wait(3)

    assert "可以约的号" in ward.stage.patient.say("2")
    ward.stage.patient.say("下周三上午")
    ward.stage.patient.say("1")
    assert "请核对" in ward.stage.patient.say("1")
    assert "预约成功" in ward.stage.patient.say("1")
    states = [row.state for row in ward.read(select(SuspensionLine.state))]
    assert "other" in states
    held = select(Appointment.id).where(
        Appointment.status == "held", Appointment.channel == "window"
    )
    mine = select(SuspensionLine.target_id).where(SuspensionLine.state == "other")
    assert not {row[0] for row in ward.read(held)} & {row[0] for row in ward.read(mine)}


def test_she_does_not_want_any(ward):
    doctor = booked(ward.stage)
    ward.nurse(f"绑定 {ward.code}")
    ward.nurse(f"停诊 {doctor} 后天上午")
    ward.nurse("确认停诊")
    ward.plan()
    ward.stage.wait(3)

    assert "不算您取消" in ward.stage.patient.say("3")


def test_it_was_the_wrong_doctor_and_is_taken_back(ward):
    doctor = booked(ward.stage)
    ward.nurse(f"绑定 {ward.code}")
    ward.nurse(f"停诊 {doctor} 后天上午")
    ward.nurse("确认停诊")
    ward.stage.wait(2)

    preview = ward.nurse("撤销停诊")
    assert "拿回原来的号" in preview
    assert "已恢复" in ward.nurse("确认恢复")
    assert doctor in ward.stage.patient.say("我的预约")
    assert "没有正在进行的停诊" in ward.nurse("停诊进度")


def test_of_a_weeks_leave_one_day_is_taken_back(ward):
    """The whole week took place again."""
    doctor = booked(ward.stage)
    ward.nurse(f"绑定 {ward.code}")
    assert ward.nurse(f"{doctor}这两周都休假").count(doctor) > 1
    ward.nurse("确认停诊")
    preview = ward.nurse(f"{doctor}后天上午又能来了")
    assert preview.count(doctor) == 1, preview
    assert "1位患者拿回原来的号" in preview
    assert "已恢复" in ward.nurse("确认恢复")
    assert doctor in ward.stage.patient.say("我的预约")
    progress = ward.nurse("停诊进度")
    assert "没有患者要安排" in progress, progress


def test_a_patient_who_types_it_learns_nothing(ward):
    doctor = booked(ward.stage)
    for words in (f"停诊 {doctor} 后天上午", "绑定 WRONGONE", "停诊进度", "今日预约", "撤销停诊"):
        answer = ward.nurse(words, openid="oCurious")
        for secret in ("确认停诊", "影响", "患者", "绑定", "停诊 张伟"):
            assert secret not in answer, (words, answer)
    assert ward.read(select(Suspension.id)) == []


def test_said_twice_it_is_known_to_be_done(ward):
    doctor = booked(ward.stage)
    ward.nurse(f"绑定 {ward.code}")
    for words in (f"停诊 {doctor} 后天上午", "确认停诊"):
        ward.nurse(words)
    assert "已经停诊了" in ward.nurse(f"停诊 {doctor} 后天上午")


def test_she_walks_away_and_nothing_is_done(ward):
    doctor = booked(ward.stage)
    ward.nurse(f"绑定 {ward.code}")
    ward.nurse(f"停诊 {doctor} 后天上午")

    assert "没有执行" in ward.nurse("退出")
    assert ward.read(select(Suspension.id)) == []


def test_the_day_list_shows_masked_names_and_is_written_down(ward):
    doctor = booked(ward.stage)
    ward.nurse(f"绑定 {ward.code}")

    answer = ward.nurse(f"后天预约名单 {doctor}")
    assert "张*国" in answer, answer
    acts = [row.act for row in ward.read(select(AuditEvent.act))]
    assert acts[-1] == "look"


def suspended_and_told(ward, doctor: str) -> None:
    """Her clinic does not take place, and a minute later the patients are asked what they want."""
    ward.nurse(f"绑定 {ward.code}")
    ward.nurse(f"停诊 {doctor} 后天上午")
    ward.nurse("确认停诊")
    with open_desk(ward.stage.house, Actor("job", name="courier")) as counter:
        rebooking.carry_out(counter.work, counter.work.conn.scalar(select(Suspension.id)))
    ward.stage.wait(1)


def test_who_asks_for_her_appointments_is_asked_there_too(ward):
    doctor = booked(ward.stage)
    suspended_and_told(ward, doctor)

    answer = ward.stage.patient.say("我的预约")
    assert "停诊" in answer
    assert "1. 就改到这个时间" in answer
    assert "已改好" in ward.stage.patient.say("1")
    assert "停诊" not in ward.stage.patient.say("我的预约")


def test_who_has_it_slow_and_simple_is_asked_there_by_digits_of_its_own(ward):
    doctor = booked(ward.stage)
    ward.stage.patient.say("说慢点")
    suspended_and_told(ward, doctor)

    answer = ward.stage.patient.say("2")
    assert "1. 就改到这个时间" in answer
    assert "挂号" not in answer, "one list of digits at a time"
    assert list(wrongs(answer)) == []
    assert "已改好" in ward.stage.patient.say("1")
