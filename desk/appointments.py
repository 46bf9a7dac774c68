"""Appointments as their patients see them, and who may see which."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Row,
    and_,
    bindparam,
    exists,
    or_,
    select,
    union,
)

from desk.openings import OPENINGS, days, rows, to_opening
from desk.rows import among
from desk.work import Work
from models import Appointment, AppointmentEvent, Patient, PatientLink, Slot, WechatUser
from models.appointments import ACTIVE
from scheduling.errors import NotYourAppointment
from scheduling.masking import mask_name
from scheduling.types import AppointmentId, AppointmentView, PatientId

# Links that show everything of a patient; a pending one shows only what it booked itself.
SEES_ALL = ("verified",)
# Ends of a hold or a move that are nobody's appointment any more.
_GONE = ("expired", "rescheduled")
# Of appointments: which, and when they ended.
_Numbers = CompoundSelect[int, datetime | None]


def find(work: Work, appointment: AppointmentId) -> Row[*tuple[Any, ...]]:
    """
    Return the appointment's row: all its columns.

    Raises:
        NotYourAppointment: there is none, or the actor may not see it.
    """
    statement = _VISIBLE_ROW if is_chat(work) else _ROW
    values = {"appointment": appointment, "me": me(work)}
    row = work.conn.execute(statement, values).one_or_none()
    if row is None:
        raise NotYourAppointment
    return row


def view(work: Work, appointment: AppointmentId) -> AppointmentView:
    """
    Return one appointment as it is now.

    Raises:
        NotYourAppointment: there is none, or the actor may not see it.
    """
    found = _views(work, _VISIBLE_ONE if is_chat(work) else _ONE, appointment=appointment)
    if not found:
        raise NotYourAppointment
    return found[0]


def views(work: Work, some: Collection[int]) -> dict[int, AppointmentView]:
    """Return appointments as they are now, by number; those the actor may not see are left out."""
    if not some:
        return {}
    found = _views(work, _VISIBLE_SOME if is_chat(work) else _SOME, appointments=list(some))
    return {view.id: view for view in found}


def mine(work: Work) -> Sequence[AppointmentView]:
    """Return what is active or still to come of all that the actor may see, soonest first."""
    return _seen(work, _SEEN_AHEAD) if is_chat(work) else _views(work, _AHEAD)


def todays(work: Work) -> Sequence[AppointmentView]:
    """Return the visits of today that the acting account may see, soonest first."""
    return _seen(work, _SEEN_TODAY)


def numbers_of_today(work: Work) -> Sequence[int]:
    """Return which visits of today the acting account may see, for who needs no more of them."""
    return _numbers(work, _SEEN_TODAY)


def of_patient(work: Work, patient: PatientId, since: date) -> list[AppointmentView]:
    """Return what a patient has had since a local day and has ahead, soonest first."""
    return _views(work, _OF_PATIENT, patient=patient, since=since)


def given_back(work: Work, since: datetime) -> list[AppointmentView]:
    """
    Return what was cancelled last in the chat, all of one moment, if not before `since`.

    What the patient has again by now is left out.
    """
    found = work.conn.execute(_SEEN_GIVEN_BACK, {"me": me(work), "since": since}).all()
    if not found:
        return []
    last = max(row.ended_at for row in found)
    ids = [row.id for row in found if row.ended_at == last]
    active = {(a.patient, a.opening.slot) for a in mine(work) if a.status in ACTIVE}
    given = {(a.patient, a.opening.slot): a for a in _views(work, _SOME, appointments=ids)}
    return [view for place, view in given.items() if place not in active]


def moved_from(work: Work, appointment: AppointmentId) -> AppointmentView | None:
    """Return what an appointment was before it was moved, None where it never was."""
    old = work.conn.scalar(_MOVED_FROM, {"appointment": appointment})
    return None if old is None else views(work, [old]).get(old)


def ever(work: Work) -> Sequence[AppointmentView]:
    """Return all that the actor may see, past visits and cancelled ones too, soonest first."""
    return _seen(work, _SEEN_EVER) if is_chat(work) else _views(work, _EVER)


def visible(work: Work, some: Collection[int]) -> set[int]:
    """Return which of some appointments the account that acts may see."""
    values = {"appointments": list(some), "me": me(work)}
    return set(work.conn.scalars(_VISIBLE_IDS, values)) if some else set()


def is_chat(work: Work) -> bool:
    """The window, jobs and other programs are let in by their edge and see everything."""
    return work.actor.channel == "chat"


def me(work: Work) -> str | None:
    """The hash of the account that acts; None is nobody's."""
    openid = work.actor.openid
    return None if openid is None else work.vault.lookup(openid)


def _seen(work: Work, numbers: _Numbers) -> list[AppointmentView]:
    """Those of the account that acts whose numbers a statement made by `_seen_where` finds."""
    found = _numbers(work, numbers)
    return _views(work, _SOME, appointments=found) if found else []


def _numbers(work: Work, numbers: _Numbers) -> Sequence[int]:
    return work.conn.scalars(numbers, {"me": me(work), **days(work)}).all()


def _views(work: Work, statement: Any, **values: object) -> list[AppointmentView]:  # noqa: ANN401
    found = rows(work, statement, me=me(work), **values)
    return [_to_view(row, work) for row in found]


# An account sees what it booked and all of the patients it is verified to speak for; before
# consent it is nobody and sees nothing.
_ACCOUNT = select(WechatUser.id).where(WechatUser.openid_hash == bindparam("me")).scalar_subquery()
_SPOKEN_FOR = select(PatientLink.patient_id).where(
    PatientLink.wechat_user_id == _ACCOUNT, among(PatientLink.state, SEES_ALL)
)
VISIBLE: ColumnElement[bool] = or_(
    Appointment.wechat_user_id == _ACCOUNT, Appointment.patient_id.in_(_SPOKEN_FOR)
)
_ROW = select(*Appointment.__table__.c).where(Appointment.id == bindparam("appointment"))
_VISIBLE_ROW = _ROW.where(VISIBLE)
_MOVED_FROM = select(Appointment.moved_from_id).where(Appointment.id == bindparam("appointment"))
_VISIBLE_IDS = select(Appointment.id).where(
    Appointment.id.in_(bindparam("appointments", expanding=True)), VISIBLE
)
_VIEWS = (
    OPENINGS.add_columns(
        Appointment.id.label("appointment_id"),
        Appointment.code.label("appointment_code"),
        Appointment.status,
        Appointment.patient_id,
        Appointment.channel,
        Appointment.created_at,
        Appointment.held_until,
        Appointment.version,
        Appointment.paid_fen,
        Appointment.cancel_reason,
        Patient.name_enc,
        PatientLink.relation,
    )
    .join(Appointment, Appointment.slot_id == Slot.id)
    .join(Patient, Patient.id == Appointment.patient_id)
    .outerjoin(
        PatientLink,
        and_(
            PatientLink.patient_id == Appointment.patient_id,
            PatientLink.wechat_user_id == _ACCOUNT,
            PatientLink.state != "removed",
        ),
    )
    .order_by(Appointment.starts_at, Appointment.id)
)
_ONE = _VIEWS.where(Appointment.id == bindparam("appointment"))
_VISIBLE_ONE = _ONE.where(VISIBLE)
_SOME = _VIEWS.where(Appointment.id.in_(bindparam("appointments", expanding=True)))
_VISIBLE_SOME = _SOME.where(VISIBLE)
_AHEAD = _VIEWS.where(Appointment.visit_on >= bindparam("today"), Appointment.status.not_in(_GONE))
_OF_PATIENT = _VIEWS.where(
    Appointment.patient_id == bindparam("patient"),
    Appointment.visit_on >= bindparam("since"),
    Appointment.status.not_in(_GONE),
)


def _seen_where(*such: ColumnElement[bool]) -> _Numbers:
    """
    What an account may see and is `such`, by number.

    It is asked apart, and each half by its own index: an OR of the two among nine tables has
    PostgreSQL and MariaDB read the whole hospital's day, or all its years.
    """
    found = select(Appointment.id, Appointment.ended_at).where(*such)
    spoken_for = PatientLink.patient_id == Appointment.patient_id
    return union(
        found.where(Appointment.wechat_user_id == _ACCOUNT),
        found.join(PatientLink, spoken_for).where(
            PatientLink.wechat_user_id == _ACCOUNT, among(PatientLink.state, SEES_ALL)
        ),
    )


_IS_THERE = ~among(Appointment.status, _GONE)
_SEEN_EVER = _seen_where(_IS_THERE)
_SEEN_AHEAD = _seen_where(Appointment.visit_on >= bindparam("today"), _IS_THERE)
_SEEN_TODAY = _seen_where(Appointment.visit_on == bindparam("today"), _IS_THERE)
_SEEN_GIVEN_BACK = _seen_where(
    Appointment.status == "cancelled",
    Appointment.ended_at >= bindparam("since"),
    exists().where(
        AppointmentEvent.appointment_id == Appointment.id,
        AppointmentEvent.to_status == "cancelled",
        AppointmentEvent.actor == "chat",
    ),
)
_EVER = _VIEWS.where(Appointment.status.not_in(_GONE))


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
        paid_fen=row.paid_fen,
        cancel_reason=row.cancel_reason or "",
    )
