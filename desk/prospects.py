"""What can honestly be told of a wait (候补): who stands in front, and what came back before."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Integer, Row, String, and_, bindparam, func, or_, select

from desk.work import Work
from models import Appointment, Shift, WaitlistEntry
from models.waitlist import IN_LINE
from scheduling.waiting import History, Line, Wish, closes_at, history

# Older half-days tell of other times.
_LOOKS_BACK = timedelta(days=90)
_RETURNED = ("cancelled", "rescheduled")


def ids(work: Work, wish: Wish) -> dict[str, Any]:
    """Return a wish as the columns of its entry."""
    return {
        **_places(work, wish),
        "first_on": wish.first_on,
        "last_on": wish.last_on,
        "half_day": wish.half_day,
        "service_type": wish.service_type,
    }


def line(work: Work, wish: Wish, entry: Row[*tuple[Any, ...]] | None = None) -> Line:
    """Return a wish with its names and prospects: of an entry, or of who would join now."""
    places = _places(work, wish)
    ward = work.directory.wards[places["department_id"]]
    doctor = None
    if wish.doctor is not None:
        doctor = work.directory.doctors[places["doctor_id"]].name
    position = 1 + _ahead(work, wish, places, entry)
    return Line(
        wish=wish,
        site_name=ward.site_name,
        department_name=ward.name,
        doctor_name=doctor,
        position=position,
        closes_at=closes_at(work.policy, wish.last_on, work.zone),
        history=_history(work, wish, places, position),
    )


def _places(work: Work, wish: Wish) -> dict[str, Any]:
    directory = work.directory
    doctor = None if wish.doctor is None else directory.doctor_ids[wish.doctor]
    return {"department_id": directory.ward_ids[wish.department], "doctor_id": doctor}


def _ahead(
    work: Work, wish: Wish, places: dict[str, Any], entry: Row[*tuple[Any, ...]] | None
) -> int:
    """Count who joined earlier and may be given a place of this wish."""
    values = {
        **places,
        "any_doctor": int(wish.doctor is None),
        "first": wish.first_on,
        "last": wish.last_on,
        "half": wish.half_day,
        "service": wish.service_type,
        "now": work.now,
        "joined_at": work.now if entry is None else entry.joined_at,
        "entry": _LAST if entry is None else entry.id,
    }
    return work.conn.scalar(_AHEAD, values) or 0


def _history(work: Work, wish: Wish, places: dict[str, Any], needed: int) -> History | None:
    """
    Count the past half-days in which enough places came back before the list closed.

    Only for one half-day: what a week brings depends on too much else.
    """
    if wish.first_on != wish.last_on or not wish.half_day:
        return None
    today = work.local(work.now).date()
    values = {
        **places,
        "any_doctor": int(wish.doctor is None),
        "half": wish.half_day,
        "since": today - _LOOKS_BACK,
        "today": today,
    }
    came_back: Counter[Any] = Counter()
    for row in work.conn.execute(_PAST, values):
        came_back[row.visit_on] += _in_time(work, row.visit_on, row.ended_at)
    return history(list(came_back.values()), needed)


def _in_time(work: Work, day: Any, ended_at: datetime | None) -> int:  # noqa: ANN401 - a date
    if ended_at is None:
        return 0
    return int(work.local(ended_at) < closes_at(work.policy, day, work.zone))


_LAST = 2**31 - 1
_DOCTOR = bindparam("doctor_id", type_=Integer)
_ANY_DOCTOR = bindparam("any_doctor", type_=Integer) == 1
_HALF, _SERVICE = bindparam("half", type_=String), bindparam("service", type_=String)
_AHEAD = select(func.count(WaitlistEntry.id)).where(
    WaitlistEntry.state.in_(IN_LINE),
    WaitlistEntry.closes_at > bindparam("now"),
    or_(
        WaitlistEntry.doctor_id == _DOCTOR,
        and_(
            WaitlistEntry.department_id == bindparam("department_id"),
            or_(WaitlistEntry.doctor_id.is_(None), _ANY_DOCTOR),
        ),
    ),
    WaitlistEntry.first_on <= bindparam("last"),
    WaitlistEntry.last_on >= bindparam("first"),
    or_(WaitlistEntry.half_day == "", _HALF == "", WaitlistEntry.half_day == _HALF),
    or_(WaitlistEntry.service_type == "", _SERVICE == "", WaitlistEntry.service_type == _SERVICE),
    or_(
        WaitlistEntry.joined_at < bindparam("joined_at"),
        and_(
            WaitlistEntry.joined_at == bindparam("joined_at"),
            WaitlistEntry.id < bindparam("entry"),
        ),
    ),
)
# One row per place that came back, one without `ended_at` for a half-day where none did.
_PAST = (
    select(Shift.visit_on, Appointment.ended_at)
    .select_from(Shift)
    .outerjoin(
        Appointment,
        and_(
            Appointment.shift_id == Shift.id,
            Appointment.status.in_(_RETURNED),
            Appointment.confirmed_at.is_not(None),
        ),
    )
    .where(
        or_(
            Shift.doctor_id == _DOCTOR,
            and_(_ANY_DOCTOR, Shift.department_id == bindparam("department_id")),
        ),
        Shift.half_day == _HALF,
        Shift.state == "published",
        Shift.visit_on >= bindparam("since"),
        Shift.visit_on < bindparam("today"),
    )
)
