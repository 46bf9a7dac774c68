"""A doctor has to go before a clinic ends: the rest is suspended, what comes before is not."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.turn import open_desk
from desk import demo, shifts
from models import Appointment, Shift, Slot, Suspension, SuspensionLine
from tests.stories.ward import CONSOLE, EVERYBODY, booked

pytestmark = pytest.mark.story


def of_day(ward, doctor: str) -> list:
    """The doctor's shifts of the day after tomorrow, in the morning, by time."""
    with open_desk(ward.stage.house, CONSOLE) as counter:
        day = counter.now.date() + timedelta(days=2)
        found = shifts.ahead(counter.work, EVERYBODY)
    return [
        s
        for s in found
        if s.doctor_name == doctor and s.starts_at.date() == day and s.half_day == "am"
    ]


def local(ward, at):
    with open_desk(ward.stage.house, CONSOLE) as counter:
        return counter.work.local(at)


def hers(ward):
    """The visit of the patient of the stage: status, number of the shift, and when (local)."""
    columns = (Appointment.status, Appointment.shift_id, Appointment.starts_at)
    (row,) = ward.read(select(*columns).where(Appointment.channel == "chat"))
    return row.status, row.shift_id, local(ward, row.starts_at)


def said(at) -> str:
    return f"{at.hour}点{at.minute:02d}分" if at.minute else f"{at.hour}点"


def comes_last(ward, shift):
    """Her visit is the last one of the clinic; returns when (local)."""
    with ward.stage.house.engine.begin() as conn:
        last = conn.execute(
            select(Slot.id, Slot.starts_at, Slot.ends_at)
            .where(Slot.shift_id == shift.id, Slot.booked == 0)
            .order_by(Slot.starts_at.desc())
            .limit(1)
        ).one()
        old = conn.execute(
            select(Appointment.id, Appointment.slot_id).where(Appointment.channel == "chat")
        ).one()
        taken = {"booked": Slot.booked + 1, "chat_booked": Slot.chat_booked + 1}
        free = {"booked": Slot.booked - 1, "chat_booked": Slot.chat_booked - 1}
        wider = {"chat_capacity": Slot.capacity, "reserve": 0}
        conn.execute(Slot.__table__.update().where(Slot.id == last.id).values(**wider))
        conn.execute(Slot.__table__.update().where(Slot.id == last.id).values(**taken))
        conn.execute(Slot.__table__.update().where(Slot.id == old.slot_id).values(**free))
        conn.execute(
            Appointment.__table__.update()
            .where(Appointment.id == old.id)
            .values(slot_id=last.id, starts_at=last.starts_at, ends_at=last.ends_at)
        )
    return local(ward, last.starts_at)


def test_who_comes_later_is_moved_and_who_comes_before_is_not(ward):
    """The whole clinic was suspended, and nobody was told that."""
    doctor = booked(ward.stage)
    (whole,) = of_day(ward, doctor)
    *_, visit = hers(ward)
    since = visit + timedelta(minutes=60)
    preview = ward.nurse(f"{doctor}后天上午{said(since)}以后停诊")
    clock = f"{since.hour}:{since.minute:02d}"
    assert f"上午{clock}以后" in preview, preview
    assert "之前的照常出诊" in preview
    assert "没有患者受影响" in preview, "hers is before"
    assert of_day(ward, doctor) == [whole], "nothing without the word"
    assert "完整回复：确认停诊" in ward.nurse("好的")
    done = ward.nurse("确认停诊")
    assert "已停诊" in done
    assert f"上午{clock}以后" in done

    first, second = of_day(ward, doctor)
    assert (first.id, first.state, first.ends_at) == (whole.id, "published", since)
    assert (second.state, second.starts_at, second.ends_at) == ("suspended", since, whole.ends_at)
    assert first.places + second.places == whole.places
    assert hers(ward) == ("booked", first.id, visit)
    open_ = ward.read(select(Slot.is_open, Slot.starts_at).where(Slot.shift_id == second.id))
    assert open_
    assert not any(row.is_open for row in open_)
    assert f"{clock}–" in ward.nurse("停诊进度")


def test_the_one_concerned_may_come_earlier_in_the_same_clinic(ward):
    doctor = booked(ward.stage)
    (whole,) = of_day(ward, doctor)
    since = comes_last(ward, whole)
    preview = ward.nurse(f"{doctor}后天上午{said(since)}以后停诊")
    assert "影响1位患者" in preview, preview
    assert "可平移1位" in preview
    ward.nurse("确认停诊")
    ward.plan()
    (line,) = ward.read(select(SuspensionLine.target_id, SuspensionLine.state))
    target = ward.read(select(Appointment.shift_id).where(Appointment.id == line.target_id))
    assert target == [(whole.id,)], "the same doctor, the same morning"
    ward.stage.wait(3)
    assert "已改好" in ward.stage.patient.say("1")


def test_it_is_taken_back_and_the_clinic_is_one_again(ward):
    doctor = booked(ward.stage)
    (whole,) = of_day(ward, doctor)
    since = visit = comes_last(ward, whole)
    before = ward.read(select(Shift.ends_at, Shift.overridden).where(Shift.id == whole.id))
    preview = ward.nurse(f"停诊 {doctor} 后天上午{said(since)}以后")
    assert "影响1位患者" in preview, preview
    ward.nurse("确认停诊")
    assert hers(ward)[0] == "suspended"
    assert len(of_day(ward, doctor)) == 2
    with open_desk(ward.stage.house, CONSOLE) as counter:
        demo.roll(counter.work)  # the same files, once more
    assert [one.state for one in of_day(ward, doctor)] == ["published", "suspended"]

    assert "将要恢复" in ward.nurse("撤销停诊")
    assert "患者都拿回了原来的号" in ward.nurse("确认恢复")
    assert of_day(ward, doctor) == [whole]
    assert ward.read(select(Shift.ends_at, Shift.overridden).where(Shift.id == whole.id)) == before
    assert hers(ward) == ("booked", whole.id, visit)
    closed = select(Slot.id).where(Slot.shift_id == whole.id, Slot.is_open.is_(False))
    assert ward.read(closed) == []
    with open_desk(ward.stage.house, CONSOLE) as counter:
        demo.roll(counter.work)
    assert of_day(ward, doctor) == [whole]


def test_from_the_beginning_on_is_the_whole_clinic(ward):
    doctor = booked(ward.stage)
    (whole,) = of_day(ward, doctor)
    preview = ward.nurse(f"停诊 {doctor} 后天上午{said(whole.starts_at)}以后")
    assert "影响1位患者" in preview
    assert "之前的照常出诊" not in preview
    ward.nurse("确认停诊")
    assert [one.state for one in of_day(ward, doctor)] == ["suspended"]


@pytest.mark.parametrize("words", ["{}后天上午9点到10点停诊", "{}后天上午9点以前停诊"])
def test_a_middle_or_a_beginning_is_not_taken_for_the_whole(ward, words):
    doctor = booked(ward.stage)
    answer = ward.nurse(words.format(doctor))
    assert "只能停整个班次，或停某个时间以后的" in answer, answer
    assert "没有等着确认的操作" in ward.nurse("确认停诊")
    assert ward.read(select(Suspension.id)) == []


def test_a_patient_cannot(ward):
    doctor = booked(ward.stage)
    answer = ward.nurse(f"{doctor}后天上午10点以后停诊", openid="oCurious")
    assert "确认停诊" not in answer
