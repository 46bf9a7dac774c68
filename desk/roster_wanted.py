"""A shift as the roster wants it, and whether two of them need one doctor at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

from sqlalchemy import select

from desk.roster_files import Line, RosterTables
from desk.roster_places import name_appointments
from desk.splitting import whole_key
from desk.work import Work
from models import Appointment, Shift
from models.appointments import ACTIVE
from scheduling.slots import Slice

_Span = tuple[datetime, datetime, str]


@dataclass(frozen=True, slots=True)
class WantedShift:
    """One shift as the roster wants it; `values` are columns, `slices` its slots."""

    line: Line
    is_dated: bool
    key: str
    values: Mapping[str, Any]
    slices: tuple[Slice, ...]


def check_overlaps(work: Work, wanted: Mapping[str, WantedShift], tables: RosterTables) -> None:
    """
    Refuse a doctor in two places at once.

    A doctor's shift that begins at another time is another shift, and the old one stays: this is
    where a roster that moves a doctor's hours is told so, naming the appointments of the old.
    """
    by_doctor: dict[int, list[_Span]] = {}
    for shift in wanted.values():
        if (doctor := shift.values["doctor_id"]) is not None:
            span = (shift.values["starts_at"], shift.values["ends_at"], shift.key)
            by_doctor.setdefault(doctor, []).append(span)
    for doctor, starts_at, ends_at, key in _stored_spans(work, by_doctor, wanted):
        by_doctor[doctor].append((starts_at, ends_at, key))
    for spans in by_doctor.values():
        spans.sort()
        for one, other in pairwise(spans):
            if other[0] < one[1]:
                _report_overlap(work, wanted, one[2], other[2], tables)


def _stored_spans(
    work: Work, doctors: Iterable[int], wanted: Mapping[str, WantedShift]
) -> Iterator[tuple[int, datetime, datetime, str]]:
    days = [shift.values["visit_on"] for shift in wanted.values()]
    query = select(Shift.doctor_id, Shift.starts_at, Shift.ends_at, Shift.natural_key).where(
        Shift.visit_on.between(min(days), max(days)), Shift.state == "published"
    )
    concerned = set(doctors)
    for row in work.conn.execute(query):
        if row.doctor_id in concerned and whole_key(row.natural_key) not in wanted:
            yield row.doctor_id, row.starts_at, row.ends_at, row.natural_key


def _report_overlap(
    work: Work, wanted: Mapping[str, WantedShift], one: str, other: str, tables: RosterTables
) -> None:
    new, old = (one, other) if one in wanted else (other, one)
    shift = wanted[new]
    day = shift.values["visit_on"]
    if old in wanted:
        place = f"{wanted[old].line.file} 第{wanted[old].line.row}行"
        message = f"{day} 与 {place} 时间重叠，同一医生不能同时出两个班次"
    else:
        codes = work.conn.scalars(
            select(Appointment.code)
            .join(Shift, Shift.id == Appointment.shift_id)
            .where(Shift.natural_key == old, Appointment.status.in_(ACTIVE))
            .order_by(Appointment.starts_at, Appointment.id)
        ).all()
        booked = f"，其中有未完成的预约（{name_appointments(codes)}）" if codes else ""
        message = f"{day} 与该医生已有的班次时间重叠{booked}，请先停诊原班次"
    tables.errors.append(shift.line.error("start", message))
