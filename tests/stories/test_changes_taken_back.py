"""What staff change of a shift is shown with who hears of it, and is taken back within minutes."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from models import Appointment, Outbox, Shift, Slot
from tests.stories.test_shift_orders import free_colleague
from tests.stories.ward import booked

pytestmark = pytest.mark.story


def notices(ward, kind: str) -> list[str]:
    query = select(Outbox.state).where(Outbox.kind == kind).order_by(Outbox.id)
    return [row.state for row in ward.read(query)]


def sent(ward, kind: str) -> None:
    """The courier has delivered it."""
    with ward.stage.house.engine.begin() as conn:
        conn.execute(update(Outbox).where(Outbox.kind == kind).values(state="sent"))


def test_another_doctor_was_wrong_and_nobody_hears_of_either(ward):
    doctor = booked(ward.stage)
    colleague = free_colleague(ward, doctor)
    ward.nurse(f"{doctor}后天上午由{colleague}代诊")
    assert "10分钟内回复：撤销" in ward.nurse("确认执行")
    (leaves,) = ward.read(select(Outbox.not_before).where(Outbox.kind == "substituted"))
    acted = ward.read(select(Outbox.created_at).where(Outbox.kind == "substituted"))[0]
    assert (leaves[0] - acted[0]).total_seconds() == 60

    preview = ward.nurse("撤销")
    assert "将要撤销" in preview, preview
    assert "0位已经收到通知" in preview
    assert "完整回复：确认撤销" in ward.nurse("好的")
    assert "和原来一样" in ward.nurse("确认撤销")
    assert notices(ward, "substituted") == ["void"]
    assert doctor in ward.stage.patient.say("我的预约")
    assert "due" in notices(ward, "reminder")
    assert "没有" in ward.nurse("撤销")


def test_who_has_been_told_is_told_that_it_was_wrong(ward):
    doctor = booked(ward.stage)
    before = ward.read(select(Appointment.starts_at).where(Appointment.channel == "chat"))
    ward.nurse(f"{doctor}后天上午推迟30分钟")
    ward.nurse("确认执行")
    sent(ward, "retimed")
    ward.stage.wait(5)
    assert "1位已经收到通知" in ward.nurse("撤销刚才的修改")
    ward.nurse("确认撤销")
    assert notices(ward, "retimed") == ["sent", "due"]
    after = ward.read(select(Appointment.starts_at).where(Appointment.channel == "chat"))
    assert after == before


def test_a_room_changed_back_and_forth_is_told_each_time(ward):
    doctor = booked(ward.stage)
    for room in ("9诊室", "8诊室", "9诊室"):
        ward.nurse(f"改诊室 {doctor} 后天上午 {room}")
        ward.nurse("确认执行")
        sent(ward, "room")
        ward.stage.wait(2)
    assert len(notices(ward, "room")) == 3
    ward.nurse("撤销")
    ward.nurse("确认撤销")
    rooms = [row.room for row in ward.read(select(Shift.room).where(Shift.overridden == "room"))]
    assert rooms == ["8诊室"]


@pytest.mark.parametrize("words", ["加号 {} 后天上午 3", "减号 {} 后天上午 2"])
def test_places_are_as_before(ward, words):
    doctor = booked(ward.stage)
    query = select(Slot.id, Slot.capacity, Slot.chat_capacity).order_by(Slot.id)
    before = ward.read(query)
    ward.nurse(words.format(doctor))
    ward.nurse("确认执行")
    assert ward.read(query) != before
    assert "将要撤销" in ward.nurse("发错了")
    ward.nurse("确认撤销")
    assert ward.read(query) == before


def test_after_ten_minutes_it_stands(ward):
    doctor = booked(ward.stage)
    ward.nurse(f"加号 {doctor} 后天上午 3")
    ward.nurse("确认执行")
    ward.stage.wait(11)
    assert "没有" in ward.nurse("撤销")


def test_the_newest_act_is_taken_back_and_a_suspension_where_it_is_named(ward):
    doctor = booked(ward.stage)
    ward.nurse(f"加号 {doctor} 后天上午 3")
    ward.nurse("确认执行")
    ward.stage.wait(1)
    ward.nurse(f"停诊 {doctor} 后天上午")
    ward.nurse("确认停诊")
    assert "将要恢复" in ward.nurse("撤销")
    ward.nurse("退出")
    assert "将要恢复" in ward.nurse("撤销停诊")
    ward.nurse("退出")
    assert "的加号" in ward.nurse("撤销加号")


def test_the_preview_says_who_hears_of_it_and_how(ward):
    """It counted those who are here, and those nobody reaches, among the told."""
    doctor = booked(ward.stage)
    preview = ward.nurse(f"{doctor}后天上午推迟30分钟")
    assert "1位患者，通知1位：微信1位，短信0位。" in preview, preview
    ward.nurse("退出")
    with ward.stage.house.engine.begin() as conn:
        here = update(Appointment).where(Appointment.channel == "chat")
        conn.execute(here.values(status="checked_in"))
    preview = ward.nurse(f"{doctor}后天上午推迟30分钟")
    assert "1位患者，通知0位" in preview, preview
    assert "1位已到院，不发通知，请当面告知" in preview


def test_what_the_other_doctor_costs_is_shown_to_both(ward):
    doctor = booked(ward.stage)
    colleague = free_colleague(ward, doctor)
    with ward.stage.house.engine.begin() as conn:
        mine = select(Appointment.shift_id).where(Appointment.channel == "chat")
        conn.execute(update(Shift).values(service_type="expert", fee_fen=1000))
        conn.execute(update(Shift).where(Shift.id.in_(mine)).values(fee_fen=2500))
    preview = ward.nurse(f"{doctor}后天上午由{colleague}代诊")
    assert f"挂号费仍按25元（{colleague}平时10元）" in preview, preview
    ward.nurse("确认执行")
    payload = ward.read(select(Outbox.payload_enc).where(Outbox.kind == "substituted"))[0][0]
    opened = ward.stage.house.vault.open(payload)
    assert '"usual_fen": 1000' in opened


def test_who_is_here_hears_of_another_room(ward):
    """Who had checked in sat before the old door."""
    doctor = booked(ward.stage)
    with ward.stage.house.engine.begin() as conn:
        here = update(Appointment).where(Appointment.channel == "chat")
        conn.execute(here.values(status="checked_in"))
    ward.nurse(f"改诊室 {doctor} 后天上午 9诊室")
    ward.nurse("确认执行")
    assert notices(ward, "room") == ["due"]


def test_the_hour_at_which_it_begins_anyway_is_no_change(ward):
    doctor = booked(ward.stage)
    assert "本来就是这个时间" in ward.nurse(f"{doctor}后天上午8点开始")
