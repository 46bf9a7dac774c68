"""
What a patient of a suspended shift decides on the telephone, written down by the desk.

The same answers as in the chat: the place that is held, another one, or none. The member of staff
has to be allowed to touch the shift that was suspended.
"""

from __future__ import annotations

from sqlalchemy import select

from desk import appointments, audit, shifts, window
from desk.replacements import Replacements
from desk.work import Work
from models import Appointment, SuspensionLine
from models.staff import PENDING
from scheduling.errors import AppointmentOver
from scheduling.rota import Member
from scheduling.types import AppointmentId, AppointmentView, PatientId, SlotId


def take(work: Work, member: Member, line: int) -> AppointmentView:
    """
    Book the place that is held.

    Raises:
        NotAllowed: not this member's shift. HoldExpired, AppointmentOver: it is gone.
    """
    _check(work, member, line)
    view = Replacements(work).accept(line)
    _record(work, line, "take")
    return view


def give_back(work: Work, member: Member, line: int) -> AppointmentView:
    """
    No new place is wanted; returns what was suspended, with what is to be refunded.

    Raises:
        NotAllowed; AppointmentOver: it was decided before.
    """
    old = _check(work, member, line)
    Replacements(work).give_back(line)
    _record(work, line, "return")
    return appointments.view(work, old)


def book(work: Work, member: Member, line: int, slot: SlotId) -> AppointmentView:
    """
    Book another place instead; what was held for her is free again, in the same act.

    Raises:
        NotAllowed; AppointmentOver: it was decided before; what `window.book` raises.
    """
    old = _check(work, member, line)
    patient = appointments.find(work, old).patient_id
    Replacements(work).took_other(line)
    view = window.book(work, member, PatientId(patient), slot, is_replaced=True)
    _record(work, line, "other")
    return view


def lost(work: Work, member: Member, line: int) -> AppointmentView:
    """
    Return what was suspended.

    Raises:
        NotAllowed; AppointmentOver: it was decided before.
    """
    return appointments.view(work, _check(work, member, line))


def _check(work: Work, member: Member, line: int) -> AppointmentId:
    row = work.conn.execute(
        select(SuspensionLine.appointment_id, SuspensionLine.state, Appointment.shift_id)
        .join(Appointment, Appointment.id == SuspensionLine.appointment_id)
        .where(SuspensionLine.id == line)
    ).one_or_none()
    if row is None or row.state not in PENDING:
        raise AppointmentOver
    shifts.check(work, member, [row.shift_id])
    return AppointmentId(row.appointment_id)


def _record(work: Work, line: int, answer: str) -> None:
    audit.record(work, "phoned", f"suspension_line:{line}", {"after": answer})
