"""
Forgetting people: a patient nobody speaks for and no visit obliges to keep, and an account.

The rows stay, for appointments and audits point to them; what they tell of a person does not.
"""

from __future__ import annotations

import secrets

from sqlalchemy import delete, exists, select, update

from desk import attachments, family, links
from desk.waitlist import Waitlist
from desk.work import Work
from models import (
    Appointment,
    HumanRequest,
    Inbox,
    Outbox,
    Patient,
    PatientLink,
    Prompt,
    Subscription,
    WaitlistEntry,
    WechatUser,
)

# Ends of an appointment that left nothing behind.
_CAME_TO_NOTHING = ("expired", "cancelled", "rescheduled")
_WAITING = ("due", "leased", "paused", "call")


def end_link(work: Work, account: int, patient: int) -> None:
    """End the acting account's link and its turns in line; forget whom nothing obliges to keep."""
    lines = Waitlist(work)
    for view in lines.mine():
        if view.patient == patient:
            lines.leave(view.id)
    active = PatientLink.active_key == f"{account}:{patient}"
    link = work.conn.scalar(select(PatientLink.id).where(active))
    if link is not None:
        links.remove(work, link)
    forget_patient(work, patient)


def forget_patient(work: Work, patient: int) -> bool:
    """Forget a patient nobody speaks for and who has no visit, past or ahead; tells if it did."""
    family.lock(work, patient)
    spoken_for = exists().where(PatientLink.patient_id == patient, PatientLink.state != "removed")
    visits = exists().where(
        Appointment.patient_id == patient, Appointment.status.not_in(_CAME_TO_NOTHING)
    )
    row = work.conn.execute(
        select(Patient.birth_on, spoken_for.label("spoken_for"), visits.label("visits")).where(
            Patient.id == patient
        )
    ).one()
    if row.spoken_for or row.visits:
        return False
    nothing = work.vault.seal("")
    # A record that the desk found to be the same person's, and merged, says as much of her.
    records = select(Patient.id).where(
        (Patient.id == patient) | (Patient.merged_into_id == patient)
    )
    for record in work.conn.scalars(records).all():
        work.conn.execute(
            update(Patient)
            .where(Patient.id == record)
            .values(
                name_enc=nothing,
                document_enc=nothing,
                document_hash=_nobody(work),
                birth_on=row.birth_on.replace(month=1, day=1),
                phone_enc=None,
                phone_hash=None,
                phone_proof=None,
                name_hash=None,
                tail_hash=None,
                guardian_id=None,
            )
        )
    for table, told in ((Appointment, {"cancel_reason": None}), (WaitlistEntry, {})):
        theirs = update(table).where(table.patient_id == patient)
        work.conn.execute(theirs.values(words_enc=None, **told))
    return True


def forget_account(work: Work, account: int) -> None:
    """Forget who an account is, what it wrote and what it was to be told; it acts no more."""
    work.known.account = None
    known = work.conn.scalar(select(WechatUser.openid_hash).where(WechatUser.id == account))
    nobody = _nobody(work)
    work.conn.execute(delete(Inbox).where(Inbox.openid_hash == known))
    attachments.forget(work, known or "")
    work.conn.execute(
        delete(HumanRequest).where(
            HumanRequest.openid_hash == known,
            # Who waits for help in an emergency is still answered.
            (HumanRequest.kind != "emergency") | (HumanRequest.state != "open"),
        )
    )
    work.conn.execute(
        update(Prompt)
        .where(Prompt.openid_hash == known)
        .values(openid_hash=nobody, state="void", payload_enc=work.vault.seal("{}"))
    )
    work.conn.execute(delete(Subscription).where(Subscription.wechat_user_id == account))
    mine = Outbox.wechat_user_id == account
    work.conn.execute(update(Outbox).where(mine, Outbox.state.in_(_WAITING)).values(state="void"))
    work.conn.execute(
        update(Outbox).where(mine, Outbox.state != "sending").values(payload_enc=b"")
    )
    work.conn.execute(
        update(WechatUser)
        .where(WechatUser.id == account)
        .values(
            openid_hash=nobody,
            openid_enc=work.vault.seal(""),
            followed=False,
            last_message_at=None,
            last_tap_at=None,
            care=None,
        )
    )


def _nobody(work: Work) -> str:
    """A hash that no document and no account has."""
    return work.vault.lookup(f"nobody:{secrets.token_hex(16)}")
