"""
What staff change of one day's shift: doctor (替诊), room, hours, places (加号, 减号).

The patients keep their times. Who is told of another doctor may move or give the place back free
of charge; the roster's files leave alone what was changed here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, case, select, update

from desk import appointments, audit, line, notices, outbox, shifts, stock
from desk.admission import lock_patient
from desk.bookings import Bookings
from desk.work import Actor, Work
from models import Appointment, Doctor, Shift, Slot
from scheduling.errors import BadShiftTime, DoctorBusy, NotAllowed, TooFewPlaces, TooManyPlaces
from scheduling.rota import Member, ShiftView
from scheduling.slots import half_day
from scheduling.types import AppointmentId, AppointmentView, PatientId, SlotId

_COMING = ("held", "booked", "checked_in")


class ShiftChanges:
    """Changes of shifts, in one piece of work."""

    def __init__(self, work: Work) -> None:
        """Act within this piece of work."""
        self._work = work

    def substitute(self, member: Member, shift: int, doctor: str) -> ShiftView:
        """
        Let another doctor see the patients of a shift.

        Raises:
            NotAllowed: not this member's shift, or no such doctor at its site.
            DoctorBusy: that doctor has another shift then.
        """
        work, view = self._begin(member, shift)
        slots = self._lock(work, shift)
        row = self._row(work, shift)
        found = work.conn.execute(
            select(Doctor.id, Doctor.name).where(
                Doctor.code == doctor, Doctor.site_id == row.site_id
            )
        ).one_or_none()
        if found is None:
            raise NotAllowed
        self._refuse_if_busy(row, found.id, found.name)
        self._override(work, row, "doctor", doctor_id=found.id)
        work.conn.execute(update(Slot).where(Slot.id.in_(slots)).values(doctor_id=found.id))
        for number in self._coming(work, shift):
            work.conn.execute(
                update(Appointment)
                .where(Appointment.id == number)
                .values(doctor_id=found.id, version=Appointment.version + 1)
            )
            outbox.void(work, number)
            told = appointments.view(work, AppointmentId(number))
            if told.status == "booked":
                notices.substituted(work, told)
        details = {"before": view.doctor, "after": doctor}
        audit.record(work, "substitute", f"shift:{shift}", details)
        return shifts.one(work, member, shift) if member.role != "doctor" else view

    def move_room(self, member: Member, shift: int, room: str) -> ShiftView:
        """
        See the patients of a shift in another room.

        Raises:
            NotAllowed.
        """
        work, view = self._begin(member, shift)
        row = self._row(work, shift)
        self._override(work, row, "room", room=room)
        for number in self._coming(work, shift):
            told = appointments.view(work, AppointmentId(number))
            if told.status == "booked":
                notices.room_changed(work, told, room)
        audit.record(work, "room", f"shift:{shift}", {"before": view.room, "after": room})
        return shifts.one(work, member, shift)

    def move_times(self, member: Member, shift: int, minutes: int) -> ShiftView:
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
            told = appointments.view(work, AppointmentId(number))
            if told.status == "booked":
                notices.retimed(work, told)
        details = {"before": row.starts_at.isoformat(), "after": begins.isoformat()}
        audit.record(work, "time", f"shift:{shift}", details)
        return shifts.one(work, member, shift)

    def extra_for(self, member: Member, shift: int, patient: PatientId) -> AppointmentView:
        """
        Add one place to a shift that has not ended, and book it for this patient (加号).

        Raises:
            NotAllowed; TooManyPlaces; what `Bookings.hold` raises.
        """
        work, _ = self._begin(member, shift)
        slots = list(work.conn.scalars(select(Slot.id).where(Slot.shift_id == shift)))
        lock_patient(work, patient, line.heads(work, slots))
        stock.lock(work, slots)
        self._count_extra(work, shift, 1)
        ahead = select(Slot.id).where(Slot.id.in_(slots), Slot.ends_at > work.now)
        last = work.conn.scalar(ahead.order_by(Slot.starts_at.desc()).limit(1))
        if last is None:
            raise BadShiftTime(fault="begun")
        one_more = update(Slot).where(Slot.id == last).values(capacity=Slot.capacity + 1)
        work.conn.execute(one_more)
        self._override_places(work, shift)
        bookings = Bookings(work)
        view = bookings.confirm(bookings.hold(SlotId(last), patient).id)
        audit.record(work, "extra", f"shift:{shift}", {"patient": patient, "places": 1})
        return view

    def add_places(self, member: Member, shift: int, count: int) -> ShiftView:
        """
        Add places to a shift, the last slots first; who waits for one gets it.

        Raises:
            NotAllowed; TooManyPlaces: facts: limit, that of the policy for a shift.
        """
        work, view = self._begin(member, shift)
        slots = self._lock(work, shift)
        self._count_extra(work, shift, count)
        for number in range(count):
            slot = slots[-1 - number % len(slots)]
            self._give(work, slot, +1)
        self._override_places(work, shift)
        line.hand_over(work, slots)
        audit.record(work, "extra", f"shift:{shift}", {"places": count})
        return replace(view, places=view.places + count)

    def take_places(self, member: Member, shift: int, count: int) -> ShiftView:
        """
        Take free places away from a shift, the last slots first; what is kept for some stays.

        Raises:
            NotAllowed; TooFewPlaces: facts: limit, how many are free.
        """
        work, view = self._begin(member, shift)
        slots = self._lock(work, shift)
        rows = work.conn.execute(select(*Slot.__table__.c).where(Slot.id.in_(slots)))
        free = {
            row.id: max(0, min(row.capacity - row.booked, _common(row) - row.chat_booked))
            for row in rows
        }
        if not 0 < count <= sum(free.values()):
            raise TooFewPlaces(limit=sum(free.values()))
        left = count
        for slot in reversed(slots):
            gone = min(left, free[slot])
            self._give(work, slot, -gone)
            left -= gone
        again = case((Shift.extra > count, Shift.extra - count), else_=0)
        work.conn.execute(update(Shift).where(Shift.id == shift).values(extra=again))
        self._override_places(work, shift)
        audit.record(work, "fewer", f"shift:{shift}", {"places": count})
        return replace(view, places=view.places - count)

    # -- inside

    def _begin(self, member: Member, shift: int) -> tuple[Work, ShiftView]:
        work = replace(self._work, actor=Actor("window", name=f"staff:{member.id}"))
        return work, shifts.one(work, member, shift)

    def _lock(self, work: Work, shift: int) -> list[int]:
        """Lock the slots of a shift; returns them by time."""
        query = select(Slot.id).where(Slot.shift_id == shift).order_by(Slot.starts_at)
        slots = list(work.conn.scalars(query))
        line.lock(work, slots)
        return slots

    def _row(self, work: Work, shift: int) -> Row[Any]:
        """Read a shift; under the lock of its slots, so that of two changes one comes first."""
        return work.conn.execute(select(*Shift.__table__.c).where(Shift.id == shift)).one()

    def _count_extra(self, work: Work, shift: int, count: int) -> None:
        """
        So many places more than planned; no lock is needed for that.

        Raises:
            TooManyPlaces: facts: limit, of a shift, whoever gives them and however.
        """
        most = work.policy.extra_places
        more = update(Shift).where(Shift.id == shift, Shift.extra + count <= most)
        if count < 1 or work.conn.execute(more.values(extra=Shift.extra + count)).rowcount == 0:
            raise TooManyPlaces(limit=most)

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

    def _override(self, work: Work, row: Row[Any], what: str, **values: object) -> None:
        names = " ".join(sorted({*row.overridden.split(), what}))
        work.conn.execute(
            update(Shift).where(Shift.id == row.id).values(overridden=names, **values)
        )

    def _override_places(self, work: Work, shift: int) -> None:
        self._override(work, self._row(work, shift), "places")

    def _give(self, work: Work, slot: int, count: int) -> None:
        more = {
            "capacity": Slot.capacity + count,
            "chat_capacity": Slot.chat_capacity + count,
        }
        work.conn.execute(update(Slot).where(Slot.id == slot).values(**more))


def _common(slot: Row[Any]) -> int:
    """How many places of the chat's share are kept for nobody."""
    kept = slot.reserve + slot.kept_elderly + slot.kept_referred + slot.kept_signed
    return int(slot.chat_capacity - kept)


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
