"""
Links between accounts and patients, and how a pending one is verified: by a code or the desk.

A code is six digits, known only to the patient's phone; the row keeps its keyed hash, how long it
lives and how often it was guessed. 5 codes a day with 5 tries each leave a guesser one chance in
40,000 a day.
"""

from __future__ import annotations

import hmac
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, and_, func, select, update

from desk import consents, family, outbox
from desk.work import Work
from models import Appointment, Outbox, Patient, PatientLink, WaitlistEntry
from scheduling.errors import (
    LinkCodeWrong,
    NoPhoneKnown,
    NotYourPatient,
    OnlyAtDesk,
    TooManyCodes,
)
from scheduling.masking import mask_document, mask_name, mask_phone
from scheduling.phones import takes_messages
from scheduling.types import CodeSent, PatientView

_CODES = 1_000_000
_DAY = timedelta(hours=24)
_UNVERIFIED = ("own", "pending")


@dataclass(frozen=True, slots=True)
class PendingLink:
    """A link (own or pending) that the desk may verify once the papers have been seen."""

    id: int
    masked_name: str
    masked_document: str
    relation: str
    state: str
    created_at: datetime


def send_code(work: Work, link: int) -> CodeSent:
    """
    Write a new code for a pending link into the outbox; returns where it goes.

    Raises:
        NotYourPatient: the link is not pending, so there is nothing to verify.
        NoPhoneKnown: no phone on file that takes messages.
        TooManyCodes: facts: limit.
    """
    found = work.conn.execute(
        select(PatientLink.patient_id, Patient.phone_enc, Patient.phone_proof)
        .join(Patient, Patient.id == PatientLink.patient_id)
        .where(PatientLink.id == link, PatientLink.state == "pending")
        .with_for_update()
    ).one_or_none()
    if found is None:
        raise NotYourPatient
    phone = work.vault.open(found.phone_enc) if found.phone_enc else None
    # A stranger who registered her first has left a phone of his own.
    if phone is None or found.phone_proof != family.VOUCHED or not takes_messages(phone):
        raise NoPhoneKnown
    return _send(work, link, found.patient_id, phone)


def send_phone_code(work: Work, link: int, patient: int, phone: str) -> CodeSent:
    """
    Write a code to a new phone of a patient into the outbox.

    Raises:
        TooManyCodes: facts: limit.
    """
    return _send(work, link, patient, phone, purpose=phone)


def _send(work: Work, link: int, patient: int, phone: str, purpose: str = "") -> CodeSent:
    key = _dedupe_key(work, patient)
    code = f"{secrets.randbelow(_CODES):06}"
    expires_at = work.now + work.policy.link_code_lives
    code_hash = _code_hash(work, link, f"{purpose}{code}")
    work.conn.execute(
        update(PatientLink)
        .where(PatientLink.id == link)
        .values(code_hash=code_hash, code_expires_at=expires_at, code_tries=0)
    )
    minutes = int(work.policy.link_code_lives.total_seconds() // 60)
    payload = {
        "phone": phone,
        "code": code,
        "minutes": minutes,
        "until": expires_at.isoformat(),
    }
    outbox.put(work, outbox.Notice("link_code", key, payload))
    return CodeSent(mask_phone(phone), minutes)


def redeem_code(work: Work, account: int | None, code: str) -> int:
    """
    Verify whichever pending link of the account the code belongs to; returns its patient.

    Raises:
        LinkCodeWrong: wrong, used up or too old; the try is counted.
    """
    alive = and_(
        PatientLink.wechat_user_id == account,
        PatientLink.state == "pending",
        PatientLink.code_expires_at > work.now,
        PatientLink.code_tries < work.policy.link_code_tries,
    )
    rows = work.conn.execute(
        select(PatientLink.id, PatientLink.patient_id, PatientLink.code_hash)
        .where(alive)
        .order_by(PatientLink.id)
        .with_for_update()
    ).all()
    work.conn.execute(
        update(PatientLink)
        .where(PatientLink.id.in_([row.id for row in rows]))
        .values(code_tries=PatientLink.code_tries + 1)
    )
    digits = _digits(code)
    matches = [r for r in rows if hmac.compare_digest(r.code_hash, _code_hash(work, r.id, digits))]
    if not matches:
        raise LinkCodeWrong
    _verify(work, matches[0].id)
    return int(matches[0].patient_id)


def redeem_phone_code(work: Work, link: int, phone: str, code: str) -> None:
    """
    See that a code came back which was sent to this new phone.

    Raises:
        LinkCodeWrong: wrong, used up or too old; the try is counted.
    """
    row = work.conn.execute(
        select(PatientLink.code_hash, PatientLink.code_expires_at, PatientLink.code_tries)
        .where(PatientLink.id == link)
        .with_for_update()
    ).one()
    tried = update(PatientLink).where(PatientLink.id == link)
    work.conn.execute(tried.values(code_tries=PatientLink.code_tries + 1))
    is_alive = row.code_expires_at is not None and row.code_expires_at > work.now
    is_right = row.code_hash is not None and hmac.compare_digest(
        row.code_hash, _code_hash(work, link, f"{phone}{_digits(code)}")
    )
    if not (is_alive and is_right and row.code_tries < work.policy.link_code_tries):
        raise LinkCodeWrong
    work.conn.execute(tried.values(code_hash=None, code_expires_at=None))


def pending_links(work: Work) -> list[PendingLink]:
    """
    Return the links that nobody has verified, oldest first.

    `own` ones may book; they wait only for seeing what was booked elsewhere.
    """
    rows = work.conn.execute(
        select(
            PatientLink.id,
            PatientLink.relation,
            PatientLink.state,
            PatientLink.created_at,
            Patient.name_enc,
            Patient.document_enc,
        )
        .join(Patient, Patient.id == PatientLink.patient_id)
        .where(PatientLink.state.in_(_UNVERIFIED))
        .order_by(PatientLink.id)
    )
    return [
        PendingLink(
            id=row.id,
            masked_name=mask_name(work.vault.open(row.name_enc)),
            masked_document=mask_document(work.vault.open(row.document_enc)),
            relation=row.relation,
            state=row.state,
            created_at=row.created_at,
        )
        for row in rows
    ]


def verify_by_desk(work: Work, link: int) -> None:
    """
    Verify a link: the desk has seen the papers.

    Raises:
        NotYourPatient: there is no such link to verify.
    """
    if not _verify(work, link):
        raise NotYourPatient


def remove(work: Work, link: int) -> None:
    """End a link; a code that is on its way dies with it."""
    row = _ids(work, link)
    if row is None:
        return
    work.conn.execute(
        update(PatientLink)
        .where(PatientLink.id == link)
        .values(state="removed", code_hash=None, code_expires_at=None, is_default=False)
    )
    _untell(work, row.wechat_user_id, row.patient_id)
    family.record(work, "unlinked", row.wechat_user_id, row.patient_id)
    consents.withdraw(work, row.wechat_user_id, row.patient_id)


def end_by_desk(work: Work, patient: int, link: int) -> bool:
    """
    End a link because the desk knows it must not be: a lost telephone, a stranger.

    False: the patient has no such link any more.
    """
    family.lock(work, patient)
    row = _ids(work, link)
    if row is None or row.patient_id != patient:
        return False
    remove(work, link)
    return True


def remove_others(work: Work, account: int, who: PatientView) -> int:
    """
    End the links of all other accounts to a patient; returns how many there were.

    What they had taken for the patient, or wait for, is this account's from now on: they see and
    change nothing of it any more.

    Raises:
        OnlyAtDesk: nobody has verified that this account is the patient's own.
    """
    if who.relation != "self" or who.link_state != "verified":
        raise OnlyAtDesk
    family.lock(work, who.id)
    strangers = work.conn.scalars(
        select(PatientLink.id).where(
            PatientLink.patient_id == who.id,
            PatientLink.state != "removed",
            PatientLink.wechat_user_id != account,
        )
    ).all()
    for link in strangers:
        remove(work, link)
    for table in (Appointment, WaitlistEntry):
        theirs = table.patient_id == who.id, table.wechat_user_id != account
        work.conn.execute(update(table).where(*theirs).values(wechat_user_id=account))
    return len(strangers)


def _verify(work: Work, link: int) -> bool:
    changed = work.conn.execute(
        update(PatientLink)
        .where(PatientLink.id == link, PatientLink.state.in_(_UNVERIFIED))
        .values(state="verified", verified_at=work.now, code_hash=None, code_expires_at=None)
    )
    row = _ids(work, link)
    if changed.rowcount != 1 or row is None:
        return False
    family.record(work, "verified", row.wechat_user_id, row.patient_id)
    family.tell(work, "verified", row.patient_id, but=row.wechat_user_id)
    return True


def _untell(work: Work, account: int, patient: int) -> None:
    """
    Take back what was about to be told to an account that speaks for the patient no more.

    Notices of visits find their next reader by themselves (`desk.dispatch`); these have none.
    """
    entries = work.conn.scalars(
        select(WaitlistEntry.id).where(
            WaitlistEntry.patient_id == patient, WaitlistEntry.wechat_user_id == account
        )
    )
    over = Outbox.dedupe_key.in_([f"waitlist_over:{entry}" for entry in entries])
    of_family = Outbox.dedupe_key.like(f"family:%:{patient}:{account}:%")
    waits = Outbox.wechat_user_id == account, Outbox.state.in_(("due", "leased", "call"))
    work.conn.execute(update(Outbox).where(*waits, over | of_family).values(state="void"))


def _ids(work: Work, link: int) -> Row[*tuple[Any, ...]] | None:
    return work.conn.execute(
        select(PatientLink.wechat_user_id, PatientLink.patient_id).where(PatientLink.id == link)
    ).one_or_none()


def _digits(code: str) -> str:
    return "".join(unicodedata.normalize("NFKC", code).split())


def _code_hash(work: Work, link: int, code: str) -> str:
    return work.vault.lookup(f"link_code:{link}:{code}")


def _dedupe_key(work: Work, patient: int) -> str:
    """A key of its own for this code; refuses more than a day may have."""
    limit = work.policy.link_codes_a_day
    sent = Outbox.dedupe_key.like(f"link_code:{patient}:%")
    recent = select(func.count()).where(sent, Outbox.created_at > work.now - _DAY)
    if (work.conn.scalar(recent) or 0) >= limit:
        raise TooManyCodes(limit=limit)
    return f"link_code:{patient}:{secrets.token_hex(8)}"
