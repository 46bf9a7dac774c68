"""Slots as rows and as people see them: one query and one shape for everybody."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Row, Select, case, select
from sqlalchemy.orm import InstrumentedAttribute

from desk.work import Work
from models import Department, Doctor, Shift, Site, Slot
from scheduling.types import HalfDay, Opening, SlotId

_HALVES: dict[str, HalfDay] = {"am": "am", "pm": "pm", "night": "night"}


def select_openings(work: Work) -> Select[*tuple[Any, ...]]:
    """Return the select of all slots with what an `Opening` needs; add a WHERE to it."""
    today = work.local(work.now).date()
    sellable = case(
        (Slot.visit_on <= today, Slot.chat_capacity), else_=Slot.chat_capacity - Slot.reserve
    )
    window_left = Slot.capacity - Slot.booked
    chat_left = sellable - Slot.chat_booked
    left = case((chat_left < window_left, chat_left), else_=window_left)
    columns: tuple[ColumnElement[Any] | InstrumentedAttribute[Any], ...] = (
        Slot.id.label("slot"),
        Slot.shift_id,
        Site.code.label("site"),
        Site.name.label("site_name"),
        Department.code.label("department"),
        Department.name.label("department_name"),
        Doctor.code.label("doctor"),
        Doctor.name.label("doctor_name"),
        Doctor.title,
        Doctor.expertise,
        Slot.starts_at,
        Slot.ends_at,
        Slot.visit_on,
        Slot.is_open,
        Shift.half_day,
        Shift.room,
        Shift.service_type,
        Shift.mode,
        Shift.fee_fen,
        Shift.state,
        Slot.capacity,
        left.label("left"),
    )
    return (
        select(*columns)
        .select_from(Slot)
        .join(Shift, Shift.id == Slot.shift_id)
        .join(Department, Department.id == Slot.department_id)
        .join(Site, Site.id == Department.site_id)
        .outerjoin(Doctor, Doctor.id == Slot.doctor_id)
    )


def to_opening(row: Row[*tuple[Any, ...]], work: Work) -> Opening:
    """Return the row as an `Opening`, its times site-local, nothing left of a closed slot."""
    return Opening(
        slot=SlotId(row.slot),
        shift=row.shift_id,
        site=row.site,
        site_name=row.site_name,
        department=row.department,
        department_name=row.department_name,
        doctor=row.doctor,
        doctor_name=row.doctor_name,
        title=row.title or "",
        expertise=tuple(filter(None, (row.expertise or "").split(";"))),
        starts_at=work.local(row.starts_at),
        ends_at=work.local(row.ends_at),
        half_day=_HALVES[row.half_day],
        room=row.room,
        service_type=row.service_type,
        mode=row.mode,
        fee_fen=row.fee_fen,
        left=max(0, row.left) if row.is_open else 0,
        capacity=row.capacity,
    )
