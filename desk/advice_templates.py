"""Template advice (号源模板建议): how many to call when in a shift, and what it costs whom."""

from __future__ import annotations

from sqlalchemy import bindparam, select

from desk import advice_rows as rows
from desk import shifts
from desk.advice_rows import GENERAL
from desk.work import Work
from models import Shift, Slot
from scheduling.advice import TemplateAdvice
from scheduling.rota import Member
from scheduling.templates import Clinic, trade_off

_SLOTS = (
    select(
        Slot.starts_at,
        Slot.capacity,
        Shift.slot_minutes,
        Shift.department_id,
        Shift.doctor_id,
        Shift.service_type,
    )
    .join(Shift, Shift.id == Slot.shift_id)
    .where(Slot.shift_id == bindparam("shift"))
    .order_by(Slot.starts_at)
)


def template(work: Work, member: Member, shift: int) -> TemplateAdvice | None:
    """
    Return the trade-off for one shift as it stands in the roster; None for one without places.

    A general shift is taken by itself, as if its patients waited for its room alone.

    Raises:
        NotAllowed: there is none, or it is not this member's business.
    """
    shifts.check(work, member, [shift])
    slots = work.conn.execute(_SLOTS, {"shift": shift}).all()
    now = tuple(slot.capacity for slot in slots)
    if not any(now):
        return None
    first, today = slots[0], work.local(work.now).date()
    known = rows.paces(work, [first.department_id], today)
    doctor = None if first.service_type in GENERAL else first.doctor_id
    planned = rows.planned(work, len(slots) * first.slot_minutes / sum(now))
    pace = known.get((first.department_id, doctor), planned)
    away = rows.no_shows(work, [first.department_id], today)[first.department_id]
    # Rounded, so that shifts alike share one search.
    clinic = Clinic(
        times=len(slots),
        step=first.slot_minutes,
        patients=sum(now),
        mean=round(pace.minutes, 1),
        scv=round(pace.scv, 1),
        no_show=round(away.share, 2),
        overtime=work.policy.overtime_percent / 100,
    )
    in_use, rule, curve = trade_off(clinic, now, seed=1)
    return TemplateAdvice(
        shift=shift,
        starts_at=tuple(work.local(slot.starts_at) for slot in slots),
        minutes=pace.minutes,
        measured=pace.patients,
        no_show=away.share,
        now=in_use,
        rule=rule,
        curve=curve,
        attended=away.seen,
    )
