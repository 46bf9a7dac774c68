"""Staff say it as they talk; what is unclear is asked, and nothing happens without the word."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from bot.turn import open_desk
from desk import shifts, staff
from models import Shift, Suspension
from tests.stories.ward import CONSOLE, EVERYBODY, booked

pytestmark = pytest.mark.story


def ahead(ward) -> list:
    with open_desk(ward.stage.house, CONSOLE) as counter:
        return shifts.ahead(counter.work, EVERYBODY)


def a_doctor(ward, member_name: str, code: str) -> str:
    """An account bound to a doctor of the roster; returns its openid."""
    with open_desk(ward.stage.house, CONSOLE) as counter:
        invited = staff.invite(counter.work, member_name, "doctor", code)
    openid = f"oDoctor{code}"
    assert "绑定成功" in ward.nurse(f"绑定 {invited}", openid=openid)
    return openid


@pytest.mark.parametrize(
    "words",
    [
        "{}后天上午的门诊取消",
        "{}后天上午要做手术，上不了门诊",
        "{}后天上午有急事来不了",
        "把{}后天上午的号都停了，他家里有事",
        "后天上午{}休年假",
        "{}主任发烧了，后天上午停一下",
    ],
)
def test_a_clinic_is_suspended_in_the_nurses_own_words(ward, words):
    doctor = booked(ward.stage)
    preview = ward.nurse(words.format(doctor))
    assert "将要停诊" in preview, preview
    assert "影响1位患者" in preview
    assert ward.read(select(Suspension.id)) == []
    assert "已停诊" in ward.nurse("确认停诊")


def test_of_two_doctors_of_one_name_it_is_asked_which(ward):
    """The first one was taken without a word."""
    names: dict[str, set[str]] = {}
    for shift in ahead(ward):
        if shift.doctor:
            names.setdefault(shift.doctor_name, set()).add(shift.doctor)
    twice = next(name for name, codes in names.items() if len(codes) > 1)
    stand_in = next(name for name, codes in names.items() if len(codes) == 1)
    answer = ward.nurse(f"替诊 {twice} {stand_in}")
    assert "哪一个班次" in answer, answer
    ward.nurse("退出")


def test_a_whole_department_is_suspended_at_once(ward):
    """Only one doctor's clinics could be suspended together."""
    answer = ward.nurse("神经内科后天上午全部停诊")
    whole = re.search(r"([0-9]+)\. 全部[0-9]+个班次", answer)
    assert whole, answer
    preview = ward.nurse(whole[1])
    assert preview.count("神经内科") > 1, preview
    assert "已停诊" in ward.nurse("确认停诊")
    states = ward.read(select(Shift.state).where(Shift.state == "suspended"))
    assert len(states) > 1


def test_a_doctor_speaks_of_the_own_clinic_and_a_nurse_of_her_own_visit(ward):
    doctor = booked(ward.stage)
    code = next(s.doctor for s in ahead(ward) if s.doctor_name == doctor and s.booked)
    openid = a_doctor(ward, doctor, code)
    assert "将要停诊" in ward.nurse("我后天上午家里有事来不了", openid=openid)
    ward.nurse("退出", openid=openid)
    assert "将要停诊" not in ward.nurse("我后天上午家里有事来不了")


def test_what_sounds_like_an_order_and_is_none_changes_nothing_and_says_so(ward):
    answer = ward.nurse("张伟后天上午换班")
    assert "没有听懂" in answer, answer
    assert "停诊 张伟 明天上午" in answer
    assert "没有听懂要办什么" not in ward.nurse("张伟后天上午换班", openid="oCurious")


def test_a_slip_is_taken_back_in_the_words_the_answer_names(ward):
    doctor = booked(ward.stage)
    ward.nurse(f"停诊 {doctor} 后天上午")
    ward.nurse("确认停诊")
    assert "拿回原来的号" in ward.nurse("发错了")
    assert "已恢复" in ward.nurse("确认恢复")


def test_a_named_patient_gets_a_place_however_it_is_said(ward):
    doctor = booked(ward.stage)
    for words in (f"给张建国加个{doctor}后天上午的号", f"{doctor}后天上午给张建国加一个号"):
        assert "将加1个号给张*国" in ward.nurse(words), words
        ward.nurse("退出")


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("{}后天上午8点半才开始看", "8:30开始"),
        ("{}后天上午推迟到9点", "9:00开始"),
        ("{}后天上午要晚到20分钟", "（推迟20分钟）"),
        ("{}后天上午在6诊室看", "将改到6诊室"),
        ("{}后天上午再加两个", "将加2个号"),
        ("{}后天上午减掉1个号", "将减1个"),
    ],
)
def test_changes_are_understood_and_shown_first(ward, words, shown):
    doctor = booked(ward.stage)
    answer = ward.nurse(words.format(doctor))
    assert shown in answer, answer
    assert "确认执行" in answer


def test_when_nobody_works_then_it_is_said_when_somebody_does(ward):
    doctor = booked(ward.stage)
    answer = ward.nurse(f"停诊 {doctor} 后天晚上")
    assert "没有找到" in answer
    assert answer.count(doctor) >= 1, answer


@pytest.mark.parametrize("word", ["确认停诊", "确认恢复", "确认执行", "确认通知", "确认撤销"])
def test_a_word_that_confirms_nothing_does_nothing_and_says_so(ward, word):
    """The nurse was asked where it hurt."""
    assert "没有等着确认的操作" in ward.nurse(word)
    assert "没有等着确认的操作" not in ward.nurse(word, openid="oCurious")


@pytest.mark.parametrize(
    "words",
    [
        "除了{}神经内科后天上午都停",
        "不用别人替{}后天上午了",
        "{}后天上午别加号",
        "{}后天上午的病人改到下周",
    ],
)
def test_the_opposite_of_an_order_is_not_the_order(ward, words):
    """「除了张伟骨科都停」 was to suspend the very one."""
    answer = ward.nurse(words.format(booked(ward.stage)))
    assert "没有听懂要办什么，什么都没有改动" in answer, answer


def test_a_question_about_a_suspension_is_answered_and_suspends_nothing(ward):
    doctor = booked(ward.stage)
    for words in ("{}后天上午停诊吗", "{}后天上午是不是停诊", "为什么{}后天上午停诊"):
        answer = ward.nurse(words.format(doctor))
        assert "将要停诊" not in answer
        assert "1位患者（共" in answer, answer
