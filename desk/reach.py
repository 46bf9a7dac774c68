"""Whom a notice goes to, and what could reach them now."""

from __future__ import annotations

from sqlalchemy import bindparam, case, select

from desk import ledger, subscriptions
from desk.appointments import SEES_ALL
from desk.work import Work
from models import Appointment, Patient, PatientLink, WechatUser
from scheduling.channels import Reach
from scheduling.phones import takes_messages

_ACCOUNT = select(WechatUser.openid_enc, WechatUser.followed, WechatUser.care).where(
    WechatUser.id == bindparam("account")
)
_PHONE = (
    select(Patient.phone_enc)
    .join(Appointment, Appointment.patient_id == Patient.id)
    .where(Appointment.id == bindparam("appointment"))
)


def reach(work: Work, account: int | None, phone: str | None) -> Reach:
    """Return what is known of an account and a phone; either may be missing."""
    row = None
    if account is not None:
        row = work.conn.execute(_ACCOUNT, {"account": account}).one_or_none()
    if row is None or account is None:
        return Reach(phone=phone)
    return Reach(
        openid=work.vault.open(row.openid_enc) or None,  # an account that was erased has none
        is_following=row.followed,
        care=bool(row.care),
        windows=ledger.windows(work, account),
        credits=subscriptions.credits(work, account),
        phone=phone,
    )


_BOOKER = select(Appointment.wechat_user_id, Appointment.patient_id).where(
    Appointment.id == bindparam("appointment")
)
_LINKS = (
    select(PatientLink.wechat_user_id, PatientLink.relation)
    .where(PatientLink.patient_id == bindparam("patient"), PatientLink.state.in_(SEES_ALL))
    .order_by(case((PatientLink.relation == "self", 0), else_=1), PatientLink.id)
)


def readers(work: Work, appointment: int) -> dict[int, bool]:
    """
    Return which accounts may read about an appointment now, best first.

    True for who booked it and for the patient's own account: they are told also of what somebody
    else of the family does.
    """
    booked = work.conn.execute(_BOOKER, {"appointment": appointment}).one()
    links = work.conn.execute(_LINKS, {"patient": booked.patient_id})
    found = {} if booked.wechat_user_id is None else {booked.wechat_user_id: True}
    for link in links:
        found.setdefault(link.wechat_user_id, link.relation == "self")
    return found


def phone_of(work: Work, appointment: int) -> str | None:
    """Return the phone on file of an appointment's patient, if it takes messages."""
    sealed = work.conn.scalar(_PHONE, {"appointment": appointment})
    phone = work.vault.open(sealed) if sealed else None
    return phone if phone and takes_messages(phone) else None
