"""
The patients of a suspension, one line each: where each could go, why, and how far it is.

Whether somebody is still to be rung, or was rung and has not decided, is told by the call list
itself, so that no number here can differ from it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, select

from desk import replanning
from desk.openings import to_half_day
from desk.work import Work
from models import (
    Appointment,
    Department,
    Doctor,
    Outbox,
    Patient,
    Shift,
    Site,
    Suspension,
    SuspensionLine,
)
from models.staff import PENDING
from scheduling.fitting import expertise_fit
from scheduling.masking import mask_name
from scheduling.replanning import RANKS, Seat, why
from scheduling.rota import Line, Progress, ShiftView
from scheduling.types import AppointmentId, Opening, PatientId

CALLS = ("suspended", "suspended_call")
_NEW = Appointment.__table__.alias("new")
_NEW_SHIFT, _NEW_SITE = Shift.__table__.alias("new_shift"), Site.__table__.alias("new_site")
_NEW_WARD, _NEW_DOCTOR = Department.__table__.alias("new_ward"), Doctor.__table__.alias("new_doc")
_LINES = (
    replanning.PEOPLE.add_columns(
        Appointment.shift_id,
        Patient.name_enc,
        SuspensionLine.id.label("line"),
        SuspensionLine.state.label("answer"),
        SuspensionLine.was_checked_in,
        SuspensionLine.call_at,
        SuspensionLine.answered_at,
        _NEW.c.status.label("new_status"),
        _NEW.c.slot_id.label("new_slot"),
        _NEW.c.starts_at.label("new_starts_at"),
        _NEW.c.half_day.label("new_half_day"),
        _NEW_SHIFT.c.room.label("new_room"),
        _NEW_SITE.c.code.label("new_site"),
        _NEW_SITE.c.name.label("new_site_name"),
        _NEW_WARD.c.name.label("new_ward_name"),
        _NEW_DOCTOR.c.code.label("new_doctor"),
        _NEW_DOCTOR.c.name.label("new_doctor_name"),
        _NEW_DOCTOR.c.title.label("new_title"),
    )
    .join(SuspensionLine, SuspensionLine.appointment_id == Appointment.id)
    .outerjoin(_NEW, _NEW.c.id == SuspensionLine.target_id)
    .outerjoin(_NEW_SHIFT, _NEW_SHIFT.c.id == _NEW.c.shift_id)
    .outerjoin(_NEW_SITE, _NEW_SITE.c.id == _NEW_SHIFT.c.site_id)
    .outerjoin(_NEW_WARD, _NEW_WARD.c.id == _NEW.c.department_id)
    .outerjoin(_NEW_DOCTOR, _NEW_DOCTOR.c.id == _NEW.c.doctor_id)
    .where(SuspensionLine.suspension_id == bindparam("suspension"))
)
_NOTICES = select(Outbox.appointment_id, Outbox.kind, Outbox.state).where(
    Outbox.kind.in_(CALLS),
    Outbox.appointment_id.in_(bindparam("appointments", expanding=True)),
    Outbox.created_at >= bindparam("since"),
)
_ACT = select(Suspension.created_at, Suspension.undone_at).where(
    Suspension.id == bindparam("suspension")
)
_NAMES = (
    select(Appointment.id, Patient.name_enc)
    .join(Patient, Patient.id == Appointment.patient_id)
    .where(Appointment.id.in_(bindparam("appointments", expanding=True)))
)


def of(work: Work, suspension: int) -> list[Line]:
    """Return a suspension's patients by the time of the visit they lost."""
    return _read(work, suspension)[0]


def progress(
    work: Work, suspension: int, shifts: Sequence[ShiftView], only: Sequence[int] = ()
) -> Progress:
    """Return how far a suspension is, or `only` some of its shifts: every patient counts once."""
    lines, told, began = _read(work, suspension, only)
    states = [line.state for line in lines]
    answers = [line.answered_at for line in lines if line.answered_at is not None]
    is_over = bool(lines) and not any(state in _OPEN for state in states)
    return Progress(
        id=suspension,
        shifts=tuple(shifts),
        waiting=states.count("waiting"),
        accepted=states.count("accepted"),
        other=states.count("other"),
        returned=states.count("returned"),
        to_ring=states.count("call"),
        phoned=states.count("phoned"),
        told=told,
        began=began,
        settled_at=max(answers, default=None) if is_over else None,
        now=work.local(work.now),
        undo_until=began + work.policy.undo,
    )


def foreseen(
    work: Work,
    people: Sequence[Row[*tuple[Any, ...]]],
    free: Sequence[Opening],
) -> list[Line]:
    """Return where each of these people would go if their shifts were suspended now."""
    planned = replanning.planned(work, people, free, ())
    opening_of = {int(one.slot): one for one in free}
    wanted = {"appointments": [row.id for row in people]}
    names = {row.id: row.name_enc for row in work.conn.execute(_NAMES, wanted)} if people else {}
    today = work.local(work.now).date()
    found = []
    for row, one in zip(people, planned, strict=True):
        new = opening_of[one.slot] if one.slot is not None else None
        person = replanning.stranded(work, row, today, replanning.fits(work, row, free))
        seat = replanning.seat(new) if new else None
        found.append(
            Line(
                line=None,
                appointment=AppointmentId(row.id),
                patient=PatientId(row.patient_id),
                name_masked=mask_name(work.vault.open(names[row.id])),
                starts_at=person.starts_at,
                was_checked_in=bool(row.was_checked_in),
                state="call" if new is None else "waiting",
                why=why(person, seat),
                new_at=new.starts_at if new else None,
                new_place=f"{new.site_name}{new.department_name}" if new else "",
                new_doctor=(new.doctor_name or "") if new else "",
                is_held=False,
            )
        )
    return found


# -- inside

_OPEN = ("waiting", "call", "phoned")


def _read(
    work: Work, suspension: int, only: Sequence[int] = ()
) -> tuple[list[Line], int, datetime]:
    """The lines, how many patients have got the notice, and when the act was."""
    act = work.conn.execute(_ACT, {"suspension": suspension}).one_or_none()
    began = act.created_at if act else work.now
    found = work.conn.execute(_LINES, {"suspension": suspension})
    rows = [row for row in found if not only or row.shift_id in only]
    wanted = {"appointments": [row.id for row in rows], "since": began}
    states: dict[int, set[tuple[str, str]]] = defaultdict(set)
    for notice in work.conn.execute(_NOTICES, wanted) if rows else ():
        states[notice.appointment_id].add((notice.kind, notice.state))
    told = sum(("suspended", "sent") in seen for seen in states.values())
    today = work.local(work.now).date()
    terms = {doctor.code: doctor.expertise for doctor in work.directory.doctors.values()}
    lines = [_line(work, row, states[row.id], terms, today) for row in rows]
    return lines, told, work.local(began)


def _line(
    work: Work,
    row: Row[*tuple[Any, ...]],
    notices: set[tuple[str, str]],
    terms: Mapping[str, tuple[str, ...]],
    today: Any,  # noqa: ANN401 - a date
) -> Line:
    seat = _seat(work, row)
    words = (work.vault.open(row.words_enc),) if row.words_enc else ()
    knows = seat is not None and words and expertise_fit(terms.get(seat.doctor or "", ()), words)
    fits = frozenset({seat.doctor or ""}) if seat and knows and knows[0] > 0 else frozenset[str]()
    person = replanning.stranded(work, row, today, fits)
    return Line(
        line=row.line,
        appointment=AppointmentId(row.id),
        patient=PatientId(row.patient_id),
        name_masked=mask_name(work.vault.open(row.name_enc)),
        starts_at=person.starts_at,
        was_checked_in=row.was_checked_in,
        state=_state(row.answer, {state for _, state in notices}),
        why=why(person, seat),
        new_at=seat.starts_at if seat else None,
        new_place=f"{row.new_site_name}{row.new_ward_name}" if seat else "",
        new_doctor=row.new_doctor_name or "",
        is_held=row.new_status == "held",
        call_at=work.local(row.call_at) if row.call_at else None,
        answered_at=work.local(row.answered_at) if row.answered_at else None,
    )


def _state(answer: str, calls: set[str]) -> str:
    """Who has not answered is to be rung, was rung, or may still answer by herself."""
    if answer not in PENDING:
        return answer
    if "call" in calls:
        return "call"
    return "phoned" if "called" in calls else answer


def _seat(work: Work, row: Row[*tuple[Any, ...]]) -> Seat | None:
    if row.new_slot is None:
        return None
    return Seat(
        slot=row.new_slot,
        starts_at=work.local(row.new_starts_at),
        half_day=to_half_day(row.new_half_day),
        doctor=row.new_doctor,
        rank=RANKS.get(row.new_title or "", 0),
        site=row.new_site,
        left=0,
    )
