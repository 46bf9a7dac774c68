"""The roster as a week (排班表): who sees patients when, and the same as a file that imports."""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Row, Select, bindparam, func, select

from desk.roster_fields import FIELDS
from desk.rows import WHERE
from desk.work import Work
from models import Department, Doctor, Shift, Site, Slot
from scheduling.rota import Member

DAYS = 7
# The name of the sheet, as the import knows it.
_SHEET = "shifts"
_BOOKED = func.coalesce(func.sum(Slot.booked), 0).label("booked")
_SHIFTS = (
    select(
        *Shift.__table__.c,
        *WHERE,
        func.coalesce(func.sum(Slot.capacity), 0).label("places"),
        _BOOKED,
        func.max(Slot.capacity).label("capacity"),
        func.max(Slot.chat_capacity).label("chat_capacity"),
    )
    .join(Site, Site.id == Shift.site_id)
    .join(Department, Department.id == Shift.department_id)
    .outerjoin(Doctor, Doctor.id == Shift.doctor_id)
    .outerjoin(Slot, Slot.shift_id == Shift.id)
    .group_by(
        *Shift.__table__.c, Site.code, Site.name, Department.code, Department.name,
        Doctor.code, Doctor.name,
    )
    .order_by(Site.code, Department.code, Doctor.code, Shift.starts_at, Shift.id)
)  # fmt: skip
_SPAN = _SHIFTS.where(Shift.visit_on.between(bindparam("first"), bindparam("last")))
_ONE = _SHIFTS.where(Shift.id == bindparam("shift"))


@dataclass(frozen=True, slots=True)
class Cell:
    """
    One shift in a week; times local, `capacity` and `chat_capacity` in each slot.

    `booked` of its `places` are taken.
    """

    id: int
    site: str
    department: str
    doctor: str | None
    doctor_name: str
    label: str
    day: date
    starts_at: datetime
    ends_at: datetime
    slot_minutes: int
    capacity: int
    chat_capacity: int
    room: str
    service_type: str
    mode: str
    fee_fen: int
    state: str
    places: int
    booked: int


@dataclass(frozen=True, slots=True)
class Line:
    """One doctor of a department, or the department's own 号, over the days of a week."""

    site_name: str
    department: str
    department_name: str
    doctor: str | None
    doctor_name: str
    days: Sequence[Sequence[Cell]]


def week(work: Work, member: Member, first: date, department: str = "") -> list[Line]:
    """Return the lines of seven days from `first`, of one department where it is named."""
    query = _SPAN if not department else _SPAN.where(Department.code == department)
    rows = work.conn.execute(_own(query, member), _span(first, DAYS)).all()
    lines: dict[tuple[str, str | None], list[Row[Any]]] = defaultdict(list)
    for row in rows:
        lines[row.department, row.doctor].append(row)
    return [_line(work, first, found) for found in lines.values()]


def one(work: Work, member: Member, shift: int) -> Cell | None:
    """Return one shift, None for none of this member's."""
    row = work.conn.execute(_own(_ONE, member), {"shift": shift}).one_or_none()
    return None if row is None else _cell(work, row)


def workbook(work: Work, member: Member, first: date, days: int) -> bytes:
    """Return the shifts of so many days as XLSX with the columns the import reads."""
    import openpyxl  # noqa: PLC0415 - as in roster_files

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet(_SHEET)
    names = [name for name in FIELDS[_SHEET] if name not in ("weekday", "valid_from", "valid_to")]
    sheet.append([FIELDS[_SHEET][name].headers[0] for name in names])
    for row in work.conn.execute(_own(_SPAN, member), _span(first, days)):
        values = columns(_cell(work, row))
        sheet.append([_cell_of(sheet, values[name]) for name in names])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _cell_of(sheet: Any, value: Any) -> Any:  # noqa: ANN401 - openpyxl's
    """A cell that holds what it says: no text is a formula, and it is read back as it was."""
    from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415 - as above

    cell = WriteOnlyCell(sheet, value=value)
    if isinstance(value, str):
        cell.data_type = "s"
    return cell


def _span(first: date, days: int) -> dict[str, date]:
    return {"first": first, "last": first + timedelta(days=days - 1)}


def _own(query: Select[Any], member: Member) -> Select[Any]:
    return query if member.site is None else query.where(Site.code == member.site)


def _line(work: Work, first: date, rows: Sequence[Row[Any]]) -> Line:
    days: list[list[Cell]] = [[] for _ in range(DAYS)]
    for row in rows:
        days[(row.visit_on - first).days].append(_cell(work, row))
    one = rows[0]
    return Line(
        one.site_name, one.department, one.department_name, one.doctor, one.doctor_name or "", days
    )


def _cell(work: Work, row: Row[Any]) -> Cell:
    return Cell(
        id=row.id,
        site=row.site,
        department=row.department,
        doctor=row.doctor,
        doctor_name=row.doctor_name or "",
        label=row.label,
        day=row.visit_on,
        starts_at=work.local(row.starts_at),
        ends_at=work.local(row.ends_at),
        slot_minutes=row.slot_minutes,
        capacity=row.capacity or 0,
        chat_capacity=row.chat_capacity or 0,
        room=row.room,
        service_type=row.service_type,
        mode=row.mode,
        fee_fen=row.fee_fen,
        state=row.state,
        places=int(row.places),
        booked=int(row.booked),
    )


def columns(cell: Cell) -> dict[str, str | int]:
    """Return a cell as the columns of a roster file."""
    return {
        "site": cell.site,
        "department": cell.department,
        "doctor": cell.doctor or "",
        "label": cell.label,
        "date": cell.day.isoformat(),
        "start": f"{cell.starts_at:%H:%M}",
        "end": f"{cell.ends_at:%H:%M}",
        "slot_minutes": cell.slot_minutes,
        "capacity_per_slot": cell.capacity,
        "wechat_capacity": cell.chat_capacity,
        "room": cell.room,
        "service_type": cell.service_type,
        "mode": cell.mode,
        "fee_fen": cell.fee_fen,
    }
