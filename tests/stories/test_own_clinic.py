"""A doctor speaks of the own clinic and names nobody; a nurse who does so is asked whose."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from bot.turn import open_desk
from desk import shifts, staff
from models import Appointment, Suspension
from tests.stories.ward import CONSOLE, EVERYBODY, booked

pytestmark = pytest.mark.story


@pytest.fixture
def clinic(ward):
    """The account of the doctor whom the patient of the stage has booked, and that shift."""
    name = booked(ward.stage)
    with open_desk(ward.stage.house, CONSOLE) as counter:
        seen = shifts.ahead(counter.work, EVERYBODY)
        shift = next(s for s in seen if s.doctor_name == name and s.booked)
        invited = staff.invite(counter.work, name, "doctor", shift.doctor)
    assert "绑定成功" in ward.nurse(f"绑定 {invited}", openid="oDoctor")
    return shift


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("我后天上午加2个号", "将加2个号"),
        ("我后天上午再看两个", "将加2个号"),
        ("给我后天上午减1个号", "将减1个空着的号"),
        ("我后天上午改到9诊室", "将改到9诊室"),
        ("我后天上午推迟20分钟", "（推迟20分钟）"),
        ("后天上午的号我都停了", "将要停诊"),
        ("我后天上午10点以后不看了", "10:00以后"),
        ("给张建国加个我后天上午的号", "将加1个号给张*国"),
        ("后天上午给我的病人张建国加一个号", "将加1个号给张*国"),
        ("我后天上午的病人通知一下：带以前的片子", "将要通知1位患者"),
    ],
)
def test_the_own_clinic_is_meant_and_shown_first(ward, clinic, words, shown):
    answer = ward.nurse(words, openid="oDoctor")
    assert shown in answer, answer
    assert clinic.doctor_name in answer
    assert ward.read(select(Suspension.id)) == []
    assert shown not in ward.nurse(words), "a nurse has no clinic"
    assert shown not in ward.nurse(words, openid="oCurious")


def test_a_patient_by_name_without_a_day_is_asked_for_the_clinic(ward, clinic):
    """「给我的病人赵桂兰加一个号」 was answered as a patient's wish."""
    answer = ward.nurse("给我的病人张建国加一个号", openid="oDoctor")
    if "哪一个班次" in answer:
        line = next(one for one in answer.splitlines() if "患者" in one and "1位" in one)
        answer = ward.nurse(line.partition(".")[0], openid="oDoctor")
    assert "将加1个号给张*国" in answer, answer
    before = ward.read(select(func.count(Appointment.id)))
    assert "完整回复：确认执行" in ward.nurse("好的", openid="oDoctor")
    assert ward.read(select(func.count(Appointment.id))) == before


def test_a_nurse_who_names_no_doctor_is_told_what_to_write(ward, clinic):
    answer = ward.nurse("给张建国加个号")
    assert "请写明医生和时间" in answer, answer
    assert "请写明医生和时间" not in ward.nurse("给张建国加个号", openid="oCurious")


def test_somebody_stands_in_for_the_one_who_writes(ward, clinic):
    """Nobody but the one who writes was suspended, or the one who was to help."""
    with open_desk(ward.stage.house, CONSOLE) as counter:
        seen = shifts.ahead(counter.work, EVERYBODY)
        busy = {
            s.doctor for s in seen if s.starts_at < clinic.ends_at and s.ends_at > clinic.starts_at
        }
        other = next(
            d
            for d in counter.catalogue.doctors()
            if d.site == clinic.site and d.code not in busy and d.department == clinic.department
        )
    for words in (f"我后天上午有事，{other.name}替我", f"{other.name}后天上午替我出诊"):
        answer = ward.nurse(words, openid="oDoctor")
        assert f"将由{other.name}代替出诊" in answer, answer
        assert clinic.doctor_name in answer
        ward.nurse("退出", openid="oDoctor")


def test_who_is_only_spoken_to_keeps_the_clinic(ward, clinic):
    """「李芳说张伟不来了」 was to suspend both."""
    with open_desk(ward.stage.house, CONSOLE) as counter:
        other = next(
            s.doctor_name
            for s in shifts.ahead(counter.work, EVERYBODY)
            if s.doctor_name not in ("", clinic.doctor_name)
            and s.starts_at.date() == clinic.starts_at.date()
        )
    for words in (
        "{other}主任说{away}后天上午不来了",
        "{other}你好，{away}后天上午请假",
        "通知一下{other}，{away}后天上午停诊",
    ):
        answer = ward.nurse(words.format(other=other, away=clinic.doctor_name))
        assert "将要停诊" in answer, answer
        assert other not in answer, words
        ward.nurse("退出")


def test_of_a_clinic_it_is_said_how_many_places_are_left(ward, clinic):
    answer = ward.nurse(f"帮我看看后天{clinic.doctor_name}还剩几个号")
    assert f"还剩{clinic.places - clinic.booked}个" in answer, answer
