"""A nurse tells the patients of a shift something, by one line."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from bot.turn import open_desk
from desk import laying
from desk.work import Actor
from models import Broadcast, Outbox
from tests.stories.ward import Ward, booked

pytestmark = pytest.mark.story


@pytest.fixture
def ward(stage):
    return Ward(stage)


@pytest.fixture
def doctor(ward):
    name = booked(ward.stage)
    ward.nurse(f"绑定 {ward.code}")
    return name


def state(ward) -> list[str]:
    return [row.state for row in ward.read(select(Broadcast.state))]


def test_she_tells_them_and_they_hear_it(ward, doctor):
    preview = ward.nurse(f"通知 {doctor}后天上午的病人：{{姓名}}您好，明天下午起改在3号楼看诊")
    assert "位患者" in preview
    assert "微信能收到" in preview
    assert "内容：{姓名}您好，明天下午起改在3号楼看诊" in preview
    assert "完整回复：确认通知" in ward.nurse("好的"), "a bare yes does not act"
    assert state(ward) == []
    assert "开始发送" in ward.nurse("确认通知")
    assert state(ward) == ["scheduled"]

    ward.stage.wait(2)
    with open_desk(ward.stage.house, Actor("job", name="courier")) as counter:
        (number,) = counter.work.conn.scalars(select(Broadcast.id))
        laying.go_on(counter.work, number)
    kinds = {
        row.kind for row in ward.read(select(Outbox.kind).where(Outbox.broadcast_id == number))
    }
    assert kinds == {"visit_news"}
    assert "没有能撤销的通知" in ward.nurse("撤销通知")


def test_it_was_wrong_and_is_taken_back_before_it_begins(ward, doctor):
    ward.nurse(f"通知一下{doctor}后天上午的患者：改在3号楼看诊")
    ward.nurse("确认通知")
    assert "已撤销" in ward.nurse("撤销通知")
    assert state(ward) == ["cancelled"]
    assert "没有能撤销的通知" in ward.nurse("撤销通知")


def test_without_words_she_is_asked_what(ward, doctor):
    assert "要通知什么" in ward.nurse(f"通知 {doctor}后天上午的病人")
    assert "内容：停诊一小时，照常看" in ward.nurse("停诊一小时，照常看")
    assert "没有发送" in ward.nurse("退出")
    assert state(ward) == []


def test_what_cannot_be_filled_is_refused_at_once(ward, doctor):
    answer = ward.nurse(f"通知 {doctor}后天上午的病人：{{身份证}}请核对")
    assert "花括号" in answer


def test_a_patient_who_types_it_gets_an_ordinary_answer(ward, doctor):
    answer = ward.nurse(f"通知 {doctor}后天上午的病人：改在3号楼看诊", openid="oCurious")
    for secret in ("确认通知", "位患者", "内容："):
        assert secret not in answer
    assert state(ward) == []


def test_telling_of_a_suspension_is_no_suspension_and_says_so(ward, doctor):
    """Patients would have read 停诊 of a clinic that took bookings and gave nobody a place."""
    answer = ward.nurse(f"通知 {doctor}后天上午的病人：{doctor}医生停诊，请不要来")
    assert "班次没有停" in answer, answer
    ward.nurse("退出")
    assert "班次没有停" not in ward.nurse(f"通知 {doctor}后天上午的病人：请带身份证")
