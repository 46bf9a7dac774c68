"""Whom notices go to, and what could reach them now; asked for many at once."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from sqlalchemy import and_, bindparam, case, select

from desk import ledger, subscriptions
from desk.appointments import SEES_ALL
from desk.rows import among
from desk.work import Work
from models import Appointment, Patient, PatientLink, WechatUser
from scheduling.channels import Reach
from scheduling.phones import takes_messages

_ACCOUNTS = select(
    WechatUser.id,
    WechatUser.openid_enc,
    WechatUser.followed,
    WechatUser.care,
    WechatUser.last_message_at,
    WechatUser.last_tap_at,
).where(WechatUser.id.in_(bindparam("accounts", expanding=True)))
_PHONES = (
    select(Appointment.id, Patient.phone_enc)
    .join(Patient, Appointment.patient_id == Patient.id)
    .where(Appointment.id.in_(bindparam("appointments", expanding=True)))
)


def reach(work: Work, account: int | None, phone: str | None) -> Reach:
    """Return what is known of an account and a phone; either may be missing."""
    known = None if account is None else reach_of(work, [account]).get(account)
    return replace(known or Reach(), phone=phone)


def reach_of(work: Work, accounts: Collection[int]) -> dict[int, Reach]:
    """Return what is known of accounts, without phones; those that are no account are left out."""
    if not accounts:
        return {}
    rows = work.conn.execute(_ACCOUNTS, {"accounts": list(accounts)}).all()
    windows = ledger.open_now(work, rows)
    credits_ = subscriptions.credits_of(work, accounts)
    return {
        row.id: Reach(
            openid=work.vault.open(row.openid_enc) or None,  # an account that was erased has none
            is_following=row.followed,
            care=bool(row.care),
            windows=windows[row.id],
            credits=credits_[row.id],
        )
        for row in rows
    }


_FIRST = (
    select(Appointment.wechat_user_id, Appointment.patient_id, Patient.phone_enc)
    .join(Patient, Patient.id == Appointment.patient_id)
    .where(Appointment.id == bindparam("appointment"))
)
_BEST_FIRST = (case((PatientLink.relation == "self", 0), else_=1), PatientLink.id)
_LINKS = (
    select(PatientLink.patient_id, PatientLink.wechat_user_id, PatientLink.relation)
    .where(
        PatientLink.patient_id.in_(bindparam("patients", expanding=True)),
        among(PatientLink.state, SEES_ALL),
    )
    .order_by(*_BEST_FIRST)
)
_READERS = (
    select(
        Appointment.id,
        Appointment.wechat_user_id.label("booker"),
        PatientLink.wechat_user_id.label("reader"),
        PatientLink.relation,
    )
    .outerjoin(
        PatientLink,
        and_(PatientLink.patient_id == Appointment.patient_id, among(PatientLink.state, SEES_ALL)),
    )
    .where(Appointment.id.in_(bindparam("appointments", expanding=True)))
    .order_by(Appointment.id, *_BEST_FIRST)
)


def readers(work: Work, appointment: int) -> dict[int, bool]:
    """
    Return which accounts may read about an appointment now, best first.

    True for who booked it and for the patient's own account: they are told also of what somebody
    else of the family does.
    """
    return readers_of(work, [appointment])[appointment]


def readers_of(work: Work, appointments: Collection[int]) -> dict[int, dict[int, bool]]:
    """Return the readers of appointments, each as `readers` does."""
    found: dict[int, dict[int, bool]] = {}
    for row in work.conn.execute(_READERS, {"appointments": list(appointments)}):
        mine = found.setdefault(row.id, {} if row.booker is None else {row.booker: True})
        if row.reader is not None:
            mine.setdefault(row.reader, row.relation == "self")
    return found


def family_of(work: Work, patients: Collection[int]) -> dict[int, dict[int, bool]]:
    """Return who may read all about patients, best first; True: the patient's own account."""
    found: dict[int, dict[int, bool]] = {patient: {} for patient in patients}
    for link in work.conn.execute(_LINKS, {"patients": list(patients)}) if patients else ():
        found[link.patient_id].setdefault(link.wechat_user_id, link.relation == "self")
    return found


def first_reader(work: Work, appointment: int) -> tuple[int | None, str | None]:
    """Return the first of an appointment's readers, and the phone that takes messages."""
    row = work.conn.execute(_FIRST, {"appointment": appointment}).one()
    first = row.wechat_user_id
    if first is None:
        first = next(iter(family_of(work, [row.patient_id])[row.patient_id]), None)
    return first, opened_phone(work, row.phone_enc)


def phone_of(work: Work, appointment: int) -> str | None:
    """Return the phone on file of an appointment's patient, if it takes messages."""
    return phones_of(work, [appointment]).get(appointment)


def phones_of(work: Work, appointments: Collection[int]) -> Mapping[int, str]:
    """Return the phones on file of appointments' patients, those that take messages."""
    found = {}
    for row in work.conn.execute(_PHONES, {"appointments": list(appointments)}):
        phone = opened_phone(work, row.phone_enc)
        if phone is not None:
            found[row.id] = phone
    return found


def opened_phone(work: Work, sealed: bytes | None) -> str | None:
    """Return a phone on file, if there is one that takes messages."""
    phone = work.vault.open(sealed) if sealed else None
    return phone if phone and takes_messages(phone) else None
