"""
Shifts with their slots, for a search: one row for each shift, and of each slot the bare numbers.

A fortnight of a department is some forty shifts and some hundred slots; names come from the
directory, and only what is listed becomes an `Opening`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import UTC, date
from typing import Any

from sqlalchemy import DateTime, Row, Select, bindparam, select, type_coerce

from desk.openings import LEFT, to_half_day
from desk.openings import days as open_days
from desk.work import Work
from models import Shift, Slot
from scheduling.limits import last_open_day
from scheduling.offers import ShiftTimes, SlotTime
from scheduling.types import Opening, SlotId

_WARDS: Any = bindparam("wards", expanding=True)
_FIRST: Any = bindparam("first")
_LAST: Any = bindparam("last")
_SHIFTS = select(
    Shift.id, Shift.department_id, Shift.doctor_id, Shift.half_day, Shift.room,
    Shift.service_type, Shift.mode, Shift.fee_fen,
).where(Shift.visit_on.between(_FIRST, _LAST), Shift.state == "published")  # fmt: skip
# As they are stored: turning every instant of a search into an aware one by its type costs more
# than reading it.
_TIMES = (
    select(
        Slot.shift_id,
        Slot.id,
        type_coerce(Slot.starts_at, DateTime),
        type_coerce(Slot.ends_at, DateTime),
        LEFT,
        Slot.capacity,
    )
    .where(
        Slot.visit_on.between(_FIRST, _LAST),
        Slot.starts_at >= bindparam("soonest"),
        Slot.is_open,
    )
    .order_by(Slot.starts_at, Slot.id)
)
_Pair = tuple[Select[*tuple[Any, ...]], Select[*tuple[Any, ...]]]
_OF_WARDS: _Pair = (
    _SHIFTS.where(Shift.department_id.in_(_WARDS)),
    _TIMES.where(Slot.department_id.in_(_WARDS)),
)
_OF_DOCTOR: _Pair = (
    _SHIFTS.where(Shift.doctor_id == bindparam("doctor")),
    _TIMES.join(Shift, Shift.id == Slot.shift_id).where(Shift.doctor_id == bindparam("doctor")),
)


def of_wards(work: Work, wards: Collection[int], days: Collection[date] = ()) -> list[ShiftTimes]:
    """
    Return what may be booked by time in these departments (ids), full slots included.

    Only published shifts of bookable departments inside the booking window, from the first to the
    last of `days` where any are named.
    """
    return _read(work, _OF_WARDS, {"wards": [*wards]}, days) if wards else []


def of_doctor(work: Work, doctor: int, days: Collection[date] = ()) -> list[ShiftTimes]:
    """Return the same of a doctor (id), in whatever department."""
    return _read(work, _OF_DOCTOR, {"doctor": doctor}, days)


def _read(
    work: Work, of: _Pair, whose: Mapping[str, object], days: Collection[date]
) -> list[ShiftTimes]:
    now = work.local(work.now)
    today, last = now.date(), last_open_day(work.policy, now)
    window = {
        "first": max(today, min(days, default=today)),
        "last": min(last, max(days, default=last)),
    }
    shifts, slots = of
    times: dict[int, list[SlotTime]] = defaultdict(list)
    values = {**open_days(work), "soonest": work.now + work.policy.same_day_closes}
    for shift, *slot in work.conn.execute(slots, {**whose, **window, **values}).all():
        times[shift].append(_time(*slot))
    rows = work.conn.execute(shifts, {**whose, **window}).all() if times else []
    found = [_shift(work, row, tuple(times[row.id])) for row in rows if row.id in times]
    return [shift for shift in found if shift is not None]


def _time(slot: int, starts_at: Any, ends_at: Any, left: int, capacity: int) -> SlotTime:  # noqa: ANN401
    starts_at, ends_at = starts_at.replace(tzinfo=UTC), ends_at.replace(tzinfo=UTC)
    return SlotTime(SlotId(slot), starts_at, ends_at, max(0, left), capacity)


def _shift(
    work: Work, row: Row[*tuple[Any, ...]], times: tuple[SlotTime, ...]
) -> ShiftTimes | None:
    """None where the directory does not know the department: an import is just coming in."""
    ward = work.directory.wards.get(row.department_id)
    doctor = work.directory.doctors.get(row.doctor_id)
    if ward is None or not ward.bookable or (doctor is None and row.doctor_id is not None):
        return None
    first = times[0]
    one = Opening(
        slot=first.slot,
        shift=row.id,
        site=ward.site,
        site_name=ward.site_name,
        department=ward.code,
        department_name=ward.name,
        doctor=doctor.code if doctor else None,
        doctor_name=doctor.name if doctor else None,
        title=doctor.title if doctor else "",
        expertise=doctor.expertise if doctor else (),
        starts_at=work.local(first.starts_at),
        ends_at=work.local(first.ends_at),
        half_day=to_half_day(row.half_day),
        room=row.room,
        service_type=row.service_type,
        mode=row.mode,
        fee_fen=row.fee_fen,
        left=first.left,
        capacity=first.capacity,
    )
    return ShiftTimes(one, times)
