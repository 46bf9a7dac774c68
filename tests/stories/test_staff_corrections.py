"""A preview waits for its word: whoever corrects herself never leaves the old one waiting."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from bot.turn import open_desk
from desk import shifts
from models import Shift, Suspension
from tests.stories.test_staff_words import a_doctor
from tests.stories.ward import CONSOLE, EVERYBODY, booked

pytestmark = pytest.mark.story


def other_shift(ward, doctor: str):
    """A shift of another doctor whose name nobody else has."""
    with open_desk(ward.stage.house, CONSOLE) as counter:
        ahead = shifts.ahead(counter.work, EVERYBODY)
    codes: dict[str, set[str]] = {}
    for view in ahead:
        codes.setdefault(view.doctor_name, set()).add(view.doctor or "")
    unique = [v for v in ahead if v.doctor and len(codes[v.doctor_name]) == 1]
    return next(v for v in unique if v.doctor_name != doctor and not v.booked)


@pytest.mark.parametrize(
    "words", ["等等，改成{}的", "换成{}的", "停错人了，是{}", "错了，应该是{}"]
)
def test_what_is_meant_instead_is_shown_and_the_first_is_not_done(ward, words):
    """「等等，改成李静周五上午」 left 张伟 waiting; the word then stopped him."""
    doctor = booked(ward.stage)
    other = other_shift(ward, doctor)
    half = {"am": "上午", "pm": "下午"}.get(other.half_day, "晚上")
    when = f"{other.doctor_name}{other.starts_at.month}月{other.starts_at.day}日{half}"
    assert "影响1位患者" in ward.nurse(f"停诊 {doctor} 后天上午")
    preview = ward.nurse(words.format(when))
    assert "将要停诊" in preview, preview
    assert other.doctor_name in preview
    assert doctor not in preview, preview
    assert "已停诊" in ward.nurse("确认停诊")
    stopped = ward.read(select(Shift.id).where(Shift.suspension_id.is_not(None)))
    assert [row.id for row in stopped] == [other.id]


@pytest.mark.parametrize("words", ["错了", "不对", "等一下", "不是这个", "我肚子疼", "挂骨科"])
def test_what_says_nothing_new_puts_it_aside_and_says_so(ward, words):
    doctor = booked(ward.stage)
    ward.nurse(f"停诊 {doctor} 后天上午")
    assert "刚才的停诊没有执行" in ward.nurse(words)
    assert "已停诊" not in ward.nurse("确认停诊")
    assert ward.read(select(Suspension.id)) == []


def test_a_question_about_it_keeps_it_waiting(ward):
    doctor = booked(ward.stage)
    ward.nurse(f"停诊 {doctor} 后天上午")
    for words in ("刚才那个影响几个人", "影响多少病人", "今日预约", "停车场在哪"):
        assert "影响1位患者" in ward.nurse(words), words
    assert "确认停诊" in ward.nurse("发吧")
    assert "已停诊" in ward.nurse("确认 停诊")
    assert "最近一次停诊影响1位患者" in ward.nurse("刚才那个影响几个人")
    assert "张*国" in ward.nurse("谁还没回")


@pytest.mark.parametrize(
    ("order", "words", "shown"),
    [
        ("加号 {} 后天上午 3", "错了，5个", "将加5个号"),
        ("改诊室 {} 后天上午 23-2", "错了，16-7", "将改到16-7"),
        ("改时间 {} 后天上午 9点", "不对，是8点半", "8:30开始"),
        ("通知 {}后天上午的病人：带医保卡", "内容改一下，带医保卡和片子", "内容：带医保卡和片子"),
    ],
)
def test_how_many_where_and_what_is_put_right(ward, order, words, shown):
    assert "执行请回复" in ward.nurse(order.format(booked(ward.stage)))
    assert shown in ward.nurse(words)


def test_two_more_are_for_the_shift_that_got_some(ward):
    doctor = booked(ward.stage)
    assert "加号 张伟 明天上午 2" in ward.nurse("再加两个")
    ward.nurse(f"加号 {doctor} 后天上午 3")
    ward.nurse("确认执行")
    again = ward.nurse("再加两个")
    assert "将加2个号" in again, again
    assert doctor in again


ANSWERS = {
    "加号": "给指定的患者",
    "电话名单": "“电话名单”页",
    "你能干什么": "停诊 张伟 明天上午",
    "怎么停诊": "停诊 张伟 明天上午",
    "你好": "刘护士，您好",
    "帮我请个假": "哪位医生、哪一天",
    "{}后天上午的号全部改到下周": "没有执行",
    "帮我把赵桂兰的号取消": "“患者”页",
    "赵桂兰打电话来说不来了": "“患者”页",
    "后天上午神经内科谁看": "神经内科 普通号、",
    "今天都有谁出诊": "上午，",
    "{}后天上午还有号吗": "还剩",
    "{}现在看到几号了": "诊室",
    "最近停了哪些": "停诊的班次",
    "停诊 {}后天上午，加号 {} 周五上午 2": "一次请说一件事",
}


def test_a_nurse_gets_the_answers_of_the_staff_and_a_patient_a_patients(ward):
    doctor = booked(ward.stage)
    for words, told in ANSWERS.items():
        asked = words.format(doctor, doctor)
        assert told in ward.nurse(asked), asked
        ward.nurse("退出")
        assert told not in ward.nurse(asked, openid="oCurious"), asked
        ward.nurse("退出", openid="oCurious")
    assert "神经内科" in ward.nurse("挂神经内科，后天上午"), "a nurse is a patient, too"


def test_no_more_bookings_are_as_many_places_as_are_taken(ward):
    doctor = booked(ward.stage)
    assert "去掉" in ward.nurse(f"{doctor}后天上午不要再挂了")
    assert "已限号" in ward.nurse("确认执行")


def test_a_doctor_without_a_clinic_then_is_told_so_and_of_no_booking(ward):
    with open_desk(ward.stage.house, CONSOLE) as counter:
        ahead = shifts.ahead(counter.work, EVERYBODY)
    view = next(v for v in ahead if v.doctor)
    openid = a_doctor(ward, view.doctor_name, view.doctor)
    assert "没有班次" in ward.nurse("我12月31日上午来不了", openid=openid)
    other = other_shift(ward, view.doctor_name).doctor_name
    assert "只能办自己的班次" in ward.nurse(f"加号 {other} 明天上午 2", openid=openid)
    assert "哪一天" in ward.nurse("帮我请个假", openid=openid)
