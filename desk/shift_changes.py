"""
What staff change of one day's shift: doctor (替诊), room, hours, places (加号, 减号).

The patients keep their times. Who is told of another doctor may move or give the place back free
of charge; the roster's files leave alone what was changed here.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, select, update

from desk import appointments, audit, notices, outbox, shift_impact, shifts
from desk.shift_places import ShiftPlaces
from desk.work import Work
from models import Appointment, Doctor, Shift, Slot
from scheduling.rota import Member, ShiftView, Told
from scheduling.slots import half_day
from scheduling.staff_errors import BadShiftTime, DoctorBusy, NotAllowed
from scheduling.types import AppointmentId

# Who knew of a change that is taken back; None: it is none, and everybody is told.
Knowing = Collection[int] | None
_COMING = ("held", "booked", "checked_in")


class ShiftChanges(ShiftPlaces):
    """Changes of shifts, in one piece of work."""

    def rehearse(self, act: Callable[[], object]) -> None:
        """
        Do what would be done, and take it back at once.

        Raises:
            What the act raises.
        """
        trial = self._work.conn.begin_nested()
        try:
            act()
        finally:
            trial.rollback()

    def foresee(self, shift: int, change: str) -> Told:
        """Return who would be told of another doctor, room or time, and how."""
        return shift_impact.foresee(self._work, shift, change)

    def usual_fee(self, view: ShiftView, doctor: str) -> int | None:
        """Return what a doctor mostly costs, where that is not what this shift costs."""
        return self._usual_fee(view, doctor)

    def substitute(
        self, member: Member, shift: int, doctor: str | None, told: Knowing = None
    ) -> ShiftView:
        """
        Let another doctor see the patients of a shift, or nobody by name (None).

        Of a change that is taken back only those are `told` who knew of it; so of the others here.

        Raises:
            NotAllowed: not this member's shift, or no such doctor at its site.
            DoctorBusy: that doctor has another shift then.
        """
        work, view = self._begin(member, shift)
        slots = self._lock(work, shift)
        row = self._row(work, shift)
        stand_in = None
        if doctor is not None:
            found = work.conn.execute(
                select(Doctor.id, Doctor.name).where(
                    Doctor.code == doctor, Doctor.site_id == row.site_id
                )
            ).one_or_none()
            if found is None:
                raise NotAllowed
            self._refuse_if_busy(row, found.id, found.name)
            stand_in = found.id
        self._override(work, row, "doctor", doctor_id=stand_in)
        work.conn.execute(update(Slot).where(Slot.id.in_(slots)).values(doctor_id=stand_in))
        usual = self._usual_fee(view, doctor)
        for number in self._coming(work, shift):
            work.conn.execute(
                update(Appointment)
                .where(Appointment.id == number)
                .values(doctor_id=stand_in, version=Appointment.version + 1)
            )
            outbox.void(work, number)
            seen = appointments.view(work, AppointmentId(number))
            if seen.status != "booked":
                continue
            if told is None or number in told:
                notices.substituted(work, seen, usual)
            else:
                notices.unchanged(work, seen)
        self._write_down("substitute", shift, view.doctor, doctor, told)
        return shifts.one(work, member, shift) if member.role != "doctor" else view

    def move_room(self, member: Member, shift: int, room: str, told: Knowing = None) -> ShiftView:
        """
        See the patients of a shift in another room.

        Raises:
            NotAllowed.
        """
        work, view = self._begin(member, shift)
        row = self._row(work, shift)
        self._override(work, row, "room", room=room)
        for number in self._coming(work, shift):
            seen = appointments.view(work, AppointmentId(number))
            # Who is here waits before the old door.
            if seen.status != "held" and (told is None or number in told):
                notices.room_changed(work, seen, room)
        self._write_down("room", shift, view.room, room, told)
        return shifts.one(work, member, shift)

    def move_times(
        self, member: Member, shift: int, minutes: int, told: Knowing = None
    ) -> ShiftView:
        """
        Begin a shift so many minutes later, or earlier, with all its slots and patients.

        Raises:
            NotAllowed. DoctorBusy: the doctor has another shift then. BadShiftTime: facts: fault.
        """
        work, view = self._begin(member, shift)
        by = timedelta(minutes=minutes)
        slots = self._lock(work, shift)
        row = self._row(work, shift)
        begins, ends = row.starts_at + by, row.ends_at + by
        _check_times(work, row, begins)
        if row.doctor_id is not None:
            self._refuse_if_busy(row, row.doctor_id, view.doctor_name, (begins, ends))
        self._override(work, row, "time", starts_at=begins, ends_at=ends)
        _move(work, Slot, slots if minutes < 0 else slots[::-1], by)
        coming = self._coming(work, shift)
        _move(work, Appointment, coming, by, version=Appointment.version + 1)
        for number in coming:
            outbox.void(work, number)
            seen = appointments.view(work, AppointmentId(number))
            if seen.status != "booked":
                continue
            if told is None or number in told:
                notices.retimed(work, seen)
            else:
                notices.unchanged(work, seen)
        before, after = row.starts_at.isoformat(), begins.isoformat()
        self._write_down("time", shift, before, after, told)
        return shifts.one(work, member, shift)

    # -- inside

    def _write_down(
        self, act: str, shift: int, before: object, after: object, told: Knowing
    ) -> None:
        details = {"before": before, "after": after}
        if told is not None:
            details["is_undo"] = True
        audit.record(self._work_of_staff, act, f"shift:{shift}", details)

    def _usual_fee(self, view: ShiftView, doctor: str | None) -> int | None:
        """What the doctor who stands in mostly costs, where that is something else."""
        if doctor is None:
            return None
        usual = shift_impact.usual_fee(self._work, doctor, view.service_type, view.site)
        return None if usual == view.fee_fen else usual

    def _coming(self, work: Work, shift: int) -> Sequence[int]:
        coming = Appointment.status.in_(_COMING)
        query = select(Appointment.id).where(Appointment.shift_id == shift, coming)
        return list(work.conn.scalars(query.order_by(Appointment.id)))

    def _refuse_if_busy(
        self, row: Row[Any], doctor: int, name: str, span: tuple[datetime, datetime] | None = None
    ) -> None:
        begins, ends = span or (row.starts_at, row.ends_at)
        clash = select(Shift.id).where(
            Shift.doctor_id == doctor,
            Shift.id != row.id,
            Shift.state == "published",
            Shift.starts_at < ends,
            Shift.ends_at > begins,
        )
        if self._work.conn.scalar(clash.limit(1)) is not None:
            raise DoctorBusy(doctor=name)


def _check_times(work: Work, row: Row[Any], begins: datetime) -> None:
    """Whether a shift may begin then: it has not begun, and stays in its half-day."""
    rules = (
        ("begun", row.starts_at > work.now),
        ("past", begins > work.now),
        ("half_day", half_day(work.local(begins).time()) == row.half_day),
        ("half_day", work.local(begins).date() == row.visit_on),
    )
    for fault, holds in rules:
        if not holds:
            raise BadShiftTime(fault=fault)


def _move(
    work: Work,
    table: type[Slot | Appointment],
    numbers: Sequence[int],
    by: timedelta,
    **more: object,
) -> None:
    """Move rows in time one by one: no two slots of a shift may meet on the way."""
    columns = table.__table__.c
    for number in numbers:
        row = work.conn.execute(
            select(columns.starts_at, columns.ends_at).where(columns.id == number)
        ).one()
        moved = {"starts_at": row.starts_at + by, "ends_at": row.ends_at + by, **more}
        work.conn.execute(update(table).where(columns.id == number).values(**moved))
