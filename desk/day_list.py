"""The day's patients by room, as they hang at its door: masked, or in full for a reason."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import bindparam, select

from desk import audit, shifts
from desk.work import Work
from models import Appointment, Patient
from scheduling.masking import mask_name
from scheduling.rota import Member, ShiftView

_EXPECTED = ("booked", "checked_in", "completed", "no_show")
_LINES = (
    select(
        Appointment.shift_id,
        Appointment.starts_at,
        Appointment.code,
        Appointment.status,
        Appointment.paid_fen,
        Patient.name_enc,
        Patient.sex,
        Patient.birth_on,
    )
    .join(Patient, Patient.id == Appointment.patient_id)
    .where(
        Appointment.shift_id.in_(bindparam("shifts", expanding=True)),
        Appointment.status.in_(_EXPECTED),
    )
    .order_by(Appointment.starts_at, Appointment.id)
)


@dataclass(frozen=True, slots=True)
class SheetLine:
    """One patient; `starts_at` local, `name` masked or in full."""

    starts_at: datetime
    code: str
    status: str
    is_paid: bool
    name: str
    sex: str
    birth_on: date


@dataclass(frozen=True, slots=True)
class SheetShift:
    """One shift of a room with its patients by time."""

    view: ShiftView
    lines: Sequence[SheetLine]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One room of a site and its shifts of the day by time."""

    site_name: str
    room: str
    shifts: Sequence[SheetShift]


def of_day(work: Work, member: Member, day: date, reason: str = "") -> list[Sheet]:
    """
    Return a sheet for each room in which there is a shift that is this member's business.

    With a `reason` names are in full; who looked and why is kept.
    """
    views = shifts.of_day(work, member, day)
    lines: dict[int, list[SheetLine]] = defaultdict(list)
    opened = work.vault.open
    for row in work.conn.execute(_LINES, {"shifts": [view.id for view in views]}):
        name = opened(row.name_enc)
        lines[row.shift_id].append(
            SheetLine(
                starts_at=work.local(row.starts_at),
                code=row.code,
                status=row.status,
                is_paid=row.paid_fen is not None,
                name=name if reason else mask_name(name),
                sex=row.sex,
                birth_on=row.birth_on,
            )
        )
    rooms: dict[tuple[str, str], list[SheetShift]] = defaultdict(list)
    for view in views:
        rooms[view.site_name, view.room].append(SheetShift(view, lines[view.id]))
    details = {"day": day.isoformat(), "reason": reason}
    audit.record(work, "reveal" if reason else "look", "day_list", details)
    return [Sheet(site, room, found) for (site, room), found in _in_order(rooms)]


def _in_order(
    rooms: dict[tuple[str, str], list[SheetShift]],
) -> list[tuple[tuple[str, str], list[SheetShift]]]:
    return sorted(rooms.items(), key=lambda item: item[0])
