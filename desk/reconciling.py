"""
Our appointments beside those of the hospital's own system (HIS), by code, for some days (对账).

Out: what we have, as `desk.export` writes it. In: a CSV with a code, a status and what was paid;
what differs is shown, and what is theirs alone to know, whether a visit took place and was paid,
may be taken over. An appointment that one side does not have is never made or cancelled here.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, bindparam, exists, select, update

from desk import audit
from desk.events import record
from desk.work import Work
from models import Appointment, Department, Patient, Shift, Site, Ticket
from scheduling.masking import mask_name
from scheduling.queueing import OVER
from scheduling.rota import Member

MOST_LINES = 20_000
# What a column may be called, and what a status may be.
_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "code": ("code", "预约号", "预约码"),
    "status": ("status", "状态", "就诊状态"),
    "paid_fen": ("paid_fen", "已缴分", "实收分"),
}
_STATUSES: Mapping[str, str] = {
    "booked": "booked", "已预约": "booked", "未就诊": "booked",
    "checked_in": "checked_in", "已签到": "checked_in", "已到院": "checked_in",
    "completed": "completed", "已就诊": "completed", "已完成": "completed",
    "cancelled": "cancelled", "已取消": "cancelled", "已退号": "cancelled",
    "no_show": "no_show", "未到": "no_show", "爽约": "no_show",
}  # fmt: skip
# What became of a visit, as the other side may know better once its time is over.
_OPEN, _ENDS = ("booked", "checked_in"), ("completed", "no_show")
_OURS = (
    select(
        Appointment.id,
        Appointment.code,
        Appointment.status,
        Appointment.paid_fen,
        Appointment.starts_at,
        Appointment.ends_at,
        exists()
        .where(Ticket.appointment_id == Appointment.id, Ticket.state.not_in(OVER))
        .correlate(Appointment)
        .label("is_in_line"),
        Department.name.label("department"),
        Patient.name_enc,
    )
    .join(Department, Department.id == Appointment.department_id)
    .join(Shift, Shift.id == Appointment.shift_id)
    .join(Site, Site.id == Shift.site_id)
    .join(Patient, Patient.id == Appointment.patient_id)
    .where(
        Appointment.visit_on.between(bindparam("first"), bindparam("last")),
        Appointment.status.in_(("booked", "checked_in", "completed", "cancelled", "no_show")),
    )
    .order_by(Appointment.starts_at, Appointment.id)
)


class CsvError(ValueError):
    """The file cannot be read; `line` as a table program counts, `why` a word for it."""

    def __init__(self, line: int, why: str) -> None:
        super().__init__(f"line {line}: {why}")
        self.line, self.why = line, why


@dataclass(frozen=True, slots=True)
class Theirs:
    """One line of the other system; `paid_fen` None where it does not say."""

    status: str
    paid_fen: int | None


@dataclass(frozen=True, slots=True)
class Differing:
    """
    One appointment on which the two do not agree.

    `why`: only_ours, only_theirs, status or paid; `theirs` and `ours` as far as there are any.
    `can_take`: theirs may be taken over.
    """

    code: str
    why: str
    ours: str
    theirs: str
    name_masked: str = ""
    department: str = ""
    starts_at: datetime | None = None
    can_take: bool = False


def read(content: bytes) -> dict[str, Theirs]:
    """
    Return the lines of their CSV by code.

    Raises:
        CsvError: why: encoding, columns, code (missing or twice), status, paid or long.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise CsvError(1, "encoding") from error
    rows = csv.reader(io.StringIO(text, newline=""))
    header = [cell.strip().lower() for cell in next(rows, [])]
    places = {
        name: next((header.index(alias) for alias in aliases if alias in header), None)
        for name, aliases in _COLUMNS.items()
    }
    if places["code"] is None or places["status"] is None:
        raise CsvError(1, "columns")
    found: dict[str, Theirs] = {}
    for row in rows:
        if not any(cell.strip() for cell in row):
            continue
        code, theirs = _line(row, places, rows.line_num)
        if not code or code in found:
            raise CsvError(rows.line_num, "code")
        if len(found) >= MOST_LINES:
            raise CsvError(rows.line_num, "long")
        found[code] = theirs
    return found


def _line(row: Sequence[str], places: Mapping[str, int | None], number: int) -> tuple[str, Theirs]:
    cells = {
        name: row[at].strip() if at is not None and at < len(row) else ""
        for name, at in places.items()
    }
    status = _STATUSES.get(cells["status"].lower())
    if status is None:
        raise CsvError(number, "status")
    if cells["paid_fen"] and not cells["paid_fen"].isdecimal():
        raise CsvError(number, "paid")
    paid = int(cells["paid_fen"]) if cells["paid_fen"] else None
    return cells["code"].upper(), Theirs(status, paid)


def compare(
    work: Work, member: Member, first: date, last: date, theirs: Mapping[str, Theirs]
) -> list[Differing]:
    """Return on what the two systems do not agree about these local days, by time."""
    ours = {row.code: row for row in _rows(work, member, first, last)}
    found = [one for code, row in ours.items() for one in _differing(work, row, theirs.get(code))]
    found += [
        Differing(code, "only_theirs", "", line.status)
        for code, line in theirs.items()
        if code not in ours
    ]
    audit.record(work, "reconcile", "appointments", {"differing": len(found)})
    return found


def take_over(
    work: Work, member: Member, first: date, last: date, theirs: Mapping[str, Theirs]
) -> int:
    """Take over what only they can know: visits that took place or did not, and what was paid."""
    count = 0
    for row in _rows(work, member, first, last):
        line = theirs.get(row.code)
        if line is None:
            continue
        values: dict[str, object] = {}
        if _can_take(work, row, line):
            values |= {"status": line.status, "ended_at": work.now}
        if line.paid_fen is not None and line.paid_fen != (row.paid_fen or 0):
            values["paid_fen"] = line.paid_fen or None
        if values:
            count += _take(work, row, values)
    audit.record(work, "take_over", "appointments", {"changed": count})
    return count


def _take(work: Work, row: Row[*tuple[Any, ...]], values: Mapping[str, object]) -> int:
    changed = work.conn.execute(
        update(Appointment)
        .where(Appointment.id == row.id, Appointment.status == row.status)
        .values(version=Appointment.version + 1, **values)
    ).rowcount
    if changed:
        record(work, row.id, row.status, str(values.get("status", row.status)), "reconciled")
    return changed


def _can_take(work: Work, row: Row[*tuple[Any, ...]], line: Theirs) -> bool:
    """Theirs is how a visit ended whose time is over here, with nobody in line for it."""
    is_over = row.ends_at <= work.now and not row.is_in_line
    return is_over and row.status in _OPEN and line.status in _ENDS


def _rows(work: Work, member: Member, first: date, last: date) -> Sequence[Row[*tuple[Any, ...]]]:
    query = _OURS if member.site is None else _OURS.where(Site.code == member.site)
    return work.conn.execute(query, {"first": first, "last": last}).all()


def _differing(work: Work, row: Row[*tuple[Any, ...]], line: Theirs | None) -> Iterator[Differing]:
    about = {
        "name_masked": mask_name(work.vault.open(row.name_enc)),
        "department": row.department,
        "starts_at": work.local(row.starts_at),
    }
    if line is None:
        if row.status != "cancelled":
            yield Differing(row.code, "only_ours", row.status, "", **about)
        return
    if line.status != row.status:
        can_take = _can_take(work, row, line)
        yield Differing(row.code, "status", row.status, line.status, **about, can_take=can_take)
    if line.paid_fen is not None and line.paid_fen != (row.paid_fen or 0):
        ours, theirs = str(row.paid_fen or 0), str(line.paid_fen)
        yield Differing(row.code, "paid", ours, theirs, **about, can_take=True)
