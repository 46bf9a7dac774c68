"""Appointments as their patients see them, and who may see which."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, ScalarSelect, Select, and_, false, or_, select, true

from desk.openings import select_openings, to_opening
from desk.work import Work
from models import Appointment, Patient, PatientLink, Slot, WechatUser
from scheduling.errors import NotYourAppointment
from scheduling.masking import mask_name
from scheduling.types import AppointmentId, AppointmentView, PatientId

# Links that show everything of a patient; a pending one shows only what it booked itself.
SEES_ALL = ("verified",)
# Ends of a hold or a move that are nobody's appointment any more.
_GONE = ("expired", "rescheduled")


def find(work: Work, appointment: AppointmentId) -> Row[*tuple[Any, ...]]:
    """
    Return the appointment's row: all its columns.

    Raises:
        NotYourAppointment: there is none, or the actor may not see it.
    """
    row = work.conn.execute(
        select(*Appointment.__table__.c).where(Appointment.id == appointment, visible(work))
    ).one_or_none()
    if row is None:
        raise NotYourAppointment
    return row


def view(work: Work, appointment: AppointmentId) -> AppointmentView:
    """
    Return one appointment as it is now.

    Raises:
        NotYourAppointment: there is none, or the actor may not see it.
    """
    found = _views(work, Appointment.id == appointment)
    if not found:
        raise NotYourAppointment
    return found[0]


def mine(work: Work) -> Sequence[AppointmentView]:
    """Return what is active or still to come of all that the actor may see, soonest first."""
    today = work.local(work.now).date()
    return _views(work, and_(Appointment.visit_on >= today, Appointment.status.not_in(_GONE)))


def visible(work: Work) -> ColumnElement[bool]:
    """
    Return the condition on appointments that the actor may see.

    An account sees what it booked and all of the patients it is verified to speak for; before
    consent it sees nothing. The window, jobs and other programs are let in by their edge.
    """
    if work.actor.channel != "chat":
        return true()
    me = _me(work)
    spoken_for = select(PatientLink.patient_id).where(
        PatientLink.wechat_user_id == me, PatientLink.state.in_(SEES_ALL)
    )
    return or_(Appointment.wechat_user_id == me, Appointment.patient_id.in_(spoken_for))


def _me(work: Work) -> ScalarSelect[int | None]:
    """The id of the account that acts, as part of a query; NULL for none."""
    openid = work.actor.openid
    if openid is None:
        return select(WechatUser.id).where(false()).scalar_subquery()
    known = WechatUser.openid_hash == work.vault.lookup(openid)
    return select(WechatUser.id).where(known).scalar_subquery()


def _select(work: Work) -> Select[*tuple[Any, ...]]:
    return (
        select_openings(work)
        .add_columns(
            Appointment.id.label("appointment_id"),
            Appointment.code.label("appointment_code"),
            Appointment.status,
            Appointment.patient_id,
            Appointment.channel,
            Appointment.created_at,
            Appointment.held_until,
            Appointment.version,
            Patient.name_enc,
            PatientLink.relation,
        )
        .join(Appointment, Appointment.slot_id == Slot.id)
        .join(Patient, Patient.id == Appointment.patient_id)
        .outerjoin(
            PatientLink,
            and_(
                PatientLink.patient_id == Appointment.patient_id,
                PatientLink.wechat_user_id == _me(work),
                PatientLink.state != "removed",
            ),
        )
    )


def _views(work: Work, which: ColumnElement[bool]) -> list[AppointmentView]:
    query = (
        _select(work).where(which, visible(work)).order_by(Appointment.starts_at, Appointment.id)
    )
    return [_to_view(row, work) for row in work.conn.execute(query)]


def _to_view(row: Row[*tuple[Any, ...]], work: Work) -> AppointmentView:
    # A hold is over when its time is, whether or not the job has been round.
    over = row.status == "held" and row.held_until <= work.now
    return AppointmentView(
        id=AppointmentId(row.appointment_id),
        code=row.appointment_code,
        status="expired" if over else row.status,
        opening=to_opening(row, work),
        patient=PatientId(row.patient_id),
        patient_name_masked=mask_name(work.vault.open(row.name_enc)),
        relation=row.relation or "",
        channel=row.channel,
        created_at=work.local(row.created_at),
        held_until=None if row.held_until is None else work.local(row.held_until),
        version=row.version,
    )
