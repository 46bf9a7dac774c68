"""
Slots as rows and as people see them: one query and one shape for everybody.

Statements are built once, at import, and executed with their values: building one costs two to
four times its execution (docs/performance.md).
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Date, Integer, Row, Select, and_, bindparam, case, select
from sqlalchemy.orm import InstrumentedAttribute

from desk.rows import WHERE
from desk.work import Work
from models import Department, Doctor, Shift, Site, Slot
from scheduling import quotas
from scheduling.limits import common_until
from scheduling.types import HalfDay, Opening, SlotId

_HALVES: dict[str, HalfDay] = {"am": "am", "pm": "pm", "night": "night"}


def to_half_day(text: str) -> HalfDay:
    """Return a column's half-day as one (KeyError if it is none)."""
    return _HALVES[text]


def _left() -> ColumnElement[int]:
    sellable = case(
        (Slot.visit_on <= bindparam("today"), Slot.chat_capacity),
        else_=Slot.chat_capacity - Slot.reserve,
    )
    free = Slot.capacity - Slot.booked
    kept_back = case(
        (Slot.visit_on <= bindparam("quotas_open", type_=Date), 0),
        else_=sum(
            getattr(Slot, f"kept_{name}") * bindparam(f"not_{name}", type_=Integer)
            for name in quotas.QUOTAS
        ),
    )
    chat_left = sellable - kept_back - Slot.chat_booked
    own = case((chat_left < free, chat_left), else_=free)
    spare = free - (Slot.chat_capacity - Slot.chat_booked)
    of_window = and_(Slot.visit_on <= bindparam("common", type_=Date), spare > 0)
    return case((of_window, case((own > 0, own), else_=0) + spare), else_=own)


# How many places the chat may still sell of a slot; less than none where its share was cut.
LEFT = _left().label("left")


def days(work: Work) -> dict[str, object]:
    """Return what `LEFT` needs: today, until when what is common, whose quotas do not count."""
    now = work.local(work.now)
    return {
        "today": now.date(),
        "common": common_until(work.policy, now),
        "quotas_open": quotas.opened_until(work.policy, now),
        **{f"not_{name}": int(name not in work.entitled) for name in quotas.QUOTAS},
    }


def _select_openings() -> Select[*tuple[Any, ...]]:
    columns: tuple[ColumnElement[Any] | InstrumentedAttribute[Any], ...] = (
        Slot.id.label("slot"),
        Slot.shift_id,
        *WHERE,
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
        LEFT,
    )
    return (
        select(*columns)
        .select_from(Slot)
        .join(Shift, Shift.id == Slot.shift_id)
        .join(Department, Department.id == Slot.department_id)
        .join(Site, Site.id == Department.site_id)
        .outerjoin(Doctor, Doctor.id == Slot.doctor_id)
    )


# All slots with what an `Opening` needs; add a WHERE to it, execute it with `rows`.
OPENINGS = _select_openings()
_WIDTH = len(OPENINGS.selected_columns)


def rows(
    work: Work, statement: Select[*tuple[Any, ...]], **values: object
) -> list[Row[*tuple[Any, ...]]]:
    """Execute a select made of `OPENINGS` with the values of its parameters."""
    return list(work.conn.execute(statement, {**days(work), **values}).all())


def openings(work: Work, statement: Select[*tuple[Any, ...]], **values: object) -> list[Opening]:
    """Execute a select made of `OPENINGS`; returns what people see."""
    return [to_opening(row, work) for row in rows(work, statement, **values)]


def to_opening(row: Row[*tuple[Any, ...]], work: Work) -> Opening:
    """Return the row as an `Opening`, its times site-local, nothing left of a closed slot."""
    # By position: this runs for every slot of a search, and a name costs five times as much.
    (
        slot, shift, site, site_name, department, department_name, doctor, doctor_name, title,
        expertise, starts_at, ends_at, _visit_on, is_open, half_day, room, service_type, mode,
        fee_fen, _state, capacity, left,
    ) = row[:_WIDTH]  # fmt: skip
    return Opening(
        slot=SlotId(slot),
        shift=shift,
        site=site,
        site_name=site_name,
        department=department,
        department_name=department_name,
        doctor=doctor,
        doctor_name=doctor_name,
        title=title or "",
        expertise=tuple(filter(None, (expertise or "").split(";"))),
        starts_at=work.local(starts_at),
        ends_at=work.local(ends_at),
        half_day=_HALVES[half_day],
        room=room,
        service_type=service_type,
        mode=mode,
        fee_fen=fee_fen,
        left=max(0, left) if is_open else 0,
        capacity=capacity,
    )
