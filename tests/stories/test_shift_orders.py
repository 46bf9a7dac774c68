"""Another doctor, another room, more places: one line each, and the word that does it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from bot.turn import open_desk
from desk import demo, shifts, window
from desk.accounts import ensure_account
from desk.work import Actor
from models import Appointment, AuditEvent, Outbox, Shift, Slot
from scheduling.rota import ShiftView
from scheduling.types import Registration
from tests.stories.ward import CONSOLE, EVERYBODY, booked

pytestmark = pytest.mark.story
PHONE = "13800000021"


def free_colleague(ward, doctor: str) -> str:
    """A doctor of the same site who has no clinic the day after tomorrow."""
    with open_desk(ward.stage.house, CONSOLE) as counter:
        ahead = shifts.ahead(counter.work, EVERYBODY)
        mine = next(s for s in ahead if s.doctor_name == doctor)
        day = counter.now.date().toordinal() + 2
        busy = {s.doctor for s in ahead if s.starts_at.date().toordinal() == day}
        doctors = counter.catalogue.doctors()
    return next(d.name for d in doctors if d.site == mine.site and d.code not in busy)


def busy_colleague(ward, doctor: str) -> str:
    """A doctor of the same site who has a clinic at the hour that is booked."""
    with open_desk(ward.stage.house, CONSOLE) as counter:
        ahead = shifts.ahead(counter.work, EVERYBODY)
    mine = next(s for s in ahead if s.doctor_name == doctor and s.booked)
    return next(
        s.doctor_name
        for s in ahead
        if s.starts_at == mine.starts_at
        and s.site == mine.site
        and s.doctor_name not in ("", doctor)
    )


def places(ward, doctor: str) -> int:
    query = (
        select(func.sum(Slot.capacity))
        .join(Shift, Shift.id == Slot.shift_id)
        .where(Shift.overridden == "places")
    )
    return ward.read(query)[0][0]


def test_another_doctor_sees_the_patients_who_may_refuse_free_of_charge(ward):
    doctor = booked(ward.stage)
    colleague = free_colleague(ward, doctor)
    preview = ward.nurse(f"替诊 {doctor} {colleague} 后天上午")
    assert f"由{colleague}代替出诊" in preview, preview
    assert "确认执行" in ward.nurse("好")
    assert "已改好" in ward.nurse("确认执行")
    assert colleague in ward.stage.patient.say("我的预约")
    kinds = [row.kind for row in ward.read(select(Outbox.kind).where(Outbox.state == "due"))]
    assert "substituted" in kinds
    ward.stage.wait(60 * 24 + 9 * 60)
    ward.stage.patient.say("取消预约")
    assert "已取消" in ward.stage.patient.say("1")
    late = select(Appointment.late_cancel).where(Appointment.status == "cancelled")
    assert [row.late_cancel for row in ward.read(late)] == [False]


def test_who_sees_patients_elsewhere_cannot_stand_in(ward):
    doctor = booked(ward.stage)
    busy = busy_colleague(ward, doctor)
    assert "别处出诊" in ward.nurse(f"替诊 {doctor} {busy} 后天上午"), "before any word"


def test_the_room_is_another_one(ward):
    doctor = booked(ward.stage)
    assert "将改到9诊室" in ward.nurse(f"改诊室 {doctor} 后天上午 9诊室")
    assert "已改好" in ward.nurse("确认执行")
    rooms = [row.room for row in ward.read(select(Shift.room).where(Shift.overridden == "room"))]
    assert rooms == ["9诊室"]


def test_places_are_added_and_taken_away_again(ward):
    doctor = booked(ward.stage)
    assert "将加2个号" in ward.nurse(f"加号 {doctor} 后天上午 2")
    ward.nurse("确认执行")
    more = places(ward, doctor)
    assert "将减2个" in ward.nurse(f"{doctor}后天上午少放两个号")
    assert "已减号" in ward.nurse("确认执行")
    assert places(ward, doctor) == more - 2
    assert "几个号" in ward.nurse(f"加号 {doctor} 周四"), "the day is no number"
    ward.nurse("退出")
    assert "没有执行" in ward.nurse(f"加号 {doctor} 后天上午 50"), "before any word"


def of_doctor(ward, doctor: str) -> ShiftView:
    """The shift that is booked."""
    with open_desk(ward.stage.house, CONSOLE) as counter:
        ahead = shifts.ahead(counter.work, EVERYBODY)
    return next(s for s in ahead if s.doctor_name == doctor and s.booked)


def test_a_clinic_is_limited_to_so_many_places_and_that_is_taken_back(ward):
    """「限号」 was answered as not understood."""
    doctor = booked(ward.stage)
    before = of_doctor(ward, doctor).places
    preview = ward.nurse(f"{doctor}后天上午限号{before - 3}个")
    assert f"将限号{before - 3}个（现在共{before}个，去掉3个空着的号）" in preview, preview
    assert of_doctor(ward, doctor).places == before, "nothing without the word"
    assert "确认执行" in ward.nurse("好")
    assert "已限号" in ward.nurse("确认执行")
    assert of_doctor(ward, doctor).places == before - 3
    with open_desk(ward.stage.house, CONSOLE) as counter:
        demo.roll(counter.work)  # the same files, once more
    assert of_doctor(ward, doctor).places == before - 3
    assert "撤销" in ward.nurse("撤销")
    assert "已撤销" in ward.nurse("确认撤销")
    assert of_doctor(ward, doctor).places == before


def test_a_limit_above_what_there_is_gives_more_and_one_below_the_booked_is_refused(ward):
    doctor = booked(ward.stage)
    before = of_doctor(ward, doctor).places
    assert "多放2个号" in ward.nurse(f"限号 {doctor} 后天上午 {before + 2}")
    ward.nurse("确认执行")
    assert of_doctor(ward, doctor).places == before + 2
    assert f"现在就是{before + 2}个号" in ward.nurse(f"{doctor}后天上午只放{before + 2}个号")
    assert "有上限" in ward.nurse(f"限号 {doctor} 后天上午 {before + 50}"), "before any word"
    assert "几个号" in ward.nurse(f"限号 {doctor} 后天上午")
    assert f"将限号{before}个" in ward.nurse(str(before))
    ward.nurse("退出")


def test_no_limit_is_below_what_is_booked(ward):
    doctor = booked(ward.stage)
    other = Registration("李秀英", "resident_id", "110101195003070021", "self")
    with open_desk(ward.stage.house, CONSOLE) as counter:
        window.register(counter.work, other)
    ward.nurse(f"加号 {doctor} 后天上午 给 李秀英0021")
    ward.nurse("确认执行")
    before = of_doctor(ward, doctor)
    assert before.booked == 2
    refused = ward.nurse(f"{doctor}后天上午限号1个")
    assert "已经约了2位，不能限到1个" in refused, refused
    assert "没有等着确认的操作" in ward.nurse("确认执行")
    assert of_doctor(ward, doctor) == before


def visits(ward) -> list:
    return ward.read(
        select(Appointment.starts_at, Appointment.status).where(Appointment.channel == "chat")
    )


def test_the_clinic_begins_later_and_who_cannot_come_then_is_free_to_go(ward):
    doctor = booked(ward.stage)
    (before,) = visits(ward)
    preview = ward.nurse(f"{doctor}后天上午推迟30分钟")
    assert "（推迟30分钟）" in preview, preview
    assert "确认执行" in ward.nurse("好")
    assert "已改好" in ward.nurse("确认执行")
    (after,) = visits(ward)
    assert after.starts_at - before.starts_at == timedelta(minutes=30)
    kinds = [row.kind for row in ward.read(select(Outbox.kind).where(Outbox.state == "due"))]
    assert "retimed" in kinds
    with open_desk(ward.stage.house, CONSOLE) as counter:
        demo.roll(counter.work)  # the same files, once more
    assert visits(ward) == [after]
    ward.stage.wait(60 * 24 + 9 * 60)
    ward.stage.patient.say("取消预约")
    assert "已取消" in ward.stage.patient.say("1")
    late = select(Appointment.late_cancel).where(Appointment.status == "cancelled")
    assert [row.late_cancel for row in ward.read(late)] == [False]


def test_the_new_hour_is_said_and_not_taken_for_the_old_one(ward):
    doctor = booked(ward.stage)
    (before,) = visits(ward)
    assert "提前30分钟" in ward.nurse(f"改时间 {doctor} 后天上午 7点半")
    assert "已改好" in ward.nurse("确认执行")
    (after,) = visits(ward)
    assert before.starts_at - after.starts_at == timedelta(minutes=30)
    assert "几点开始" in ward.nurse(f"改时间 {doctor} 后天上午")
    assert "8:30开始" in ward.nurse("8点半")
    ward.nurse("退出")
    ward.nurse(f"改时间 {doctor} 后天上午")
    assert "（推迟20分钟）" in ward.nurse("推迟20分钟吧")
    ward.nurse("退出")
    assert "别的半天" in ward.nurse(f"{doctor}后天上午推迟5小时")
    assert visits(ward) == [after]


def test_a_place_is_added_for_somebody_by_name(ward):
    doctor = booked(ward.stage)
    other = Registration("李秀英", "resident_id", "110101195003070021", "self")
    with open_desk(ward.stage.house, CONSOLE) as counter:
        window.register(counter.work, other)
    assert "没有找到这位患者" in ward.nurse(f"加号 {doctor} 后天上午 给 王小明")
    preview = ward.nurse(f"加号 {doctor} 后天上午 给 李秀英0021")
    assert "将加1个号给李*英（女，1950年生）" in preview, preview
    assert "李秀英" not in preview
    done = ward.nurse("确认执行")
    assert "已加号：李*英" in done, done
    (row,) = ward.read(
        select(Appointment.status, Slot.capacity, Slot.booked)
        .join(Slot, Slot.id == Appointment.slot_id)
        .join(Shift, Shift.id == Appointment.shift_id)
        .where(Shift.overridden == "places")
        .where(Appointment.channel == "window")
        .order_by(Appointment.id.desc())
        .limit(1)
    )
    assert row.status == "booked"
    ward.nurse(f"加号 {doctor} 后天上午 给 李秀英0021")
    assert "不能重复约" in ward.nurse("确认执行")


def test_what_a_nurse_does_in_the_chat_is_the_desks_and_not_her_own_familys(ward):
    with open_desk(ward.stage.house, Actor("chat", openid="oNurse")) as counter:
        ensure_account(counter.work)  # she is a patient here, too
    doctor = booked(ward.stage)
    other = Registration("李秀英", "resident_id", "110101195003070021", "self", phone=PHONE)
    with open_desk(ward.stage.house, CONSOLE) as counter:
        window.register(counter.work, other)
    ward.nurse(f"加号 {doctor} 后天上午 给 李秀英0021")
    assert "已加号" in ward.nurse("确认执行")
    newest = select(Appointment.id, Appointment.wechat_user_id).order_by(Appointment.id.desc())
    (extra,) = ward.read(newest.limit(1))
    told = select(Outbox.kind, Outbox.wechat_user_id).where(Outbox.appointment_id == extra.id)
    notices = ward.read(told)

    assert extra.wechat_user_id is None
    assert "confirmed" in [row.kind for row in notices], "she did not read the nurse's chat"
    assert {row.wechat_user_id for row in notices} == {None}


def test_patients_are_looked_up_in_the_chat_only_where_the_site_wishes_it(ward):
    booked(ward.stage)
    assert "没有开放查患者" in ward.nurse("查患者 张建国")
    house = ward.stage.house
    policy = replace(house.settings.policy, chat_lookup=True)
    ward.stage.house = replace(house, settings=replace(house.settings, policy=policy))
    found = ward.nurse("查患者 张建国")
    assert "张*国" in found, found
    assert "138****0000" in found
    assert "没有找到" in ward.nurse("查患者 张建")
    assert "张*国" not in ward.nurse("查患者 张建国", openid="oCurious")
    who = [
        row.actor for row in ward.read(select(AuditEvent.actor).where(AuditEvent.act == "search"))
    ]
    assert who == ["window:staff:1"] * 2


def test_the_roster_file_leaves_alone_what_staff_have_changed(ward):
    doctor = booked(ward.stage)
    ward.nurse(f"加号 {doctor} 后天上午 2")
    ward.nurse("确认执行")
    before = places(ward, doctor)
    with open_desk(ward.stage.house, CONSOLE) as counter:
        demo.roll(counter.work)  # the same files, once more
    assert places(ward, doctor) == before


def test_a_patient_cannot_do_any_of_it(ward):
    doctor = booked(ward.stage)
    for words in (
        f"替诊 {doctor} 李芳 后天",
        f"加号 {doctor} 后天上午 2",
        f"改诊室 {doctor} 后天 9诊室",
        f"改时间 {doctor} 后天上午 9点",
        f"加号 {doctor} 后天上午 给 张建国",
        f"{doctor}后天上午限号1个",
    ):
        answer = ward.nurse(words, openid="oCurious")
        assert "确认执行" not in answer, answer


def test_the_whole_day_fits_a_phone_and_help_is_the_staffs_own(ward):
    listed = ward.nurse("今日预约")
    assert "还没有患者" in listed
    assert "，0位患者" not in listed
    assert "停诊 张伟 明天上午" in ward.nurse("帮助")
    assert "停诊" not in ward.stage.patient.say("帮助")


def test_places_just_added_are_taken_away_again_and_none_that_is_kept(ward):
    """The last slots keep a place for the visit day; taking that broke the whole turn."""
    doctor = booked(ward.stage)
    ward.nurse(f"加号 {doctor} 后天上午 3")
    ward.nurse("确认执行")
    before = places(ward, doctor)
    refused = ward.nurse(f"减号 {doctor} 后天上午 500")
    assert "没有这么多空着的号" in refused
    ward.nurse(f"减号 {doctor} 后天上午 {re.search(r'（([0-9]+)个）', refused)[1]}")
    assert "已减号" in ward.nurse("确认执行")
    assert places(ward, doctor) < before - 3
    short = select(func.count()).where(Slot.chat_capacity < Slot.chat_booked + Slot.reserve)
    assert ward.read(short)[0][0] == 0


def test_a_shift_gets_ten_extra_places_however_often_one_asks(ward):
    doctor = booked(ward.stage)
    for count, is_done in ((8, True), (3, False), (2, True), (1, False)):
        preview = ward.nurse(f"加号 {doctor} 后天上午 {count}")
        assert ("有上限" in preview) is not is_done, "said before the word"
        assert ("已加号" in ward.nurse("确认执行")) is is_done, count


def test_three_o_clock_is_in_the_afternoon_and_no_morning_clinic_goes_there(ward):
    """It was moved to three at night."""
    doctor = booked(ward.stage)
    assert "不能改到别的半天" in ward.nurse(f"改时间 {doctor} 后天上午 下午3点")
    assert "不能改到别的半天" in ward.nurse(f"改时间 {doctor} 后天上午 3点")
    assert "推迟30分钟" in ward.nurse(f"{doctor}后天上午晚半小时")


def test_a_clinic_is_stopped_and_patients_are_told_in_other_words_too(ward):
    """Both were heard as the wish to book."""
    doctor = booked(ward.stage)
    assert "将要停诊" in ward.nurse(f"后天上午{doctor}的号停掉")
    ward.nurse("退出")
    told = ward.nurse(f"给{doctor}后天上午的病人发个通知：改在3号楼看诊")
    assert "将要通知1位患者" in told
    assert "内容：改在3号楼看诊" in told


def test_two_doctors_change_places_by_two_lines_that_work(ward):
    """「对调」 was answered as not understood."""
    doctor = booked(ward.stage)
    colleague = free_colleague(ward, doctor)
    answer = ward.nurse(f"{doctor}和{colleague}后天上午对调")
    assert "还没有执行" in answer, answer
    assert "另一边也请照样写上哪一天" in answer, "she has no clinic then"
    (line,) = (each for each in answer.splitlines() if each.startswith("替诊"))
    assert line.startswith(f"替诊 {doctor} {colleague} ")
    assert f"由{colleague}代替出诊" in ward.nurse(line)
    assert "已改好" in ward.nurse("确认执行")


def test_two_who_have_a_clinic_at_one_time_cannot_stand_in_for_each_other(ward):
    doctor = booked(ward.stage)
    busy = busy_colleague(ward, doctor)
    assert "那时都出诊" in ward.nurse(f"{doctor}和{busy}后天上午对调")
