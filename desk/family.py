"""
The people one account speaks for, as it may see them, and the accounts that speak for one person.

Those who speak for a patient are told when somebody else begins to, and when a code or the desk
has let somebody in.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Row, bindparam, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from desk import audit, outbox
from desk.work import Work
from models import Patient, PatientLink
from scheduling.errors import NotYourPatient, TooManyAccounts, TooManyChanges, TooManyPatients
from scheduling.masking import mask_document, mask_name, mask_phone
from scheduling.phones import takes_messages
from scheduling.types import PatientId, PatientView

# What shows that the phone on file is the patient's, not only the writer's.
VOUCHED = "desk"
_MONTH = timedelta(days=30)
SPEAKING = ("own", "pending", "verified")
_LINKED = (
    select(*Patient.__table__.c, PatientLink.relation, PatientLink.state, PatientLink.is_default)
    .join(PatientLink, PatientLink.patient_id == Patient.id)
    .where(PatientLink.wechat_user_id == bindparam("account"), PatientLink.state != "removed")
    .order_by(PatientLink.id)
)
_LINKED_ONE = _LINKED.where(Patient.id == bindparam("patient"))


def views(work: Work, account: int, patient: int | None = None) -> list[PatientView]:
    """Return the patients an account speaks for, in the order they were added, or one of them."""
    query = _LINKED if patient is None else _LINKED_ONE
    rows = work.conn.execute(query, {"account": account, "patient": patient})
    return [_as_view(work, row) for row in rows]


def ever(work: Work, account: int) -> Sequence[int]:
    """Return the patients an account speaks for or ever did."""
    mine = select(PatientLink.patient_id).where(PatientLink.wechat_user_id == account)
    return work.conn.scalars(mine.distinct().order_by(PatientLink.patient_id)).all()


def view(work: Work, account: int | None, patient: int) -> PatientView:
    """
    Return one patient of the account.

    Raises:
        NotYourPatient: the account does not speak for this patient.
    """
    found = [] if account is None else views(work, account, patient)
    if not found:
        raise NotYourPatient
    return found[0]


def link_id(work: Work, account: int | None, patient: int) -> int:
    """
    Return the link of an account to a patient.

    Raises:
        NotYourPatient: the account does not speak for this patient.
    """
    pair = f"{account}:{patient}"
    link = work.conn.scalar(select(PatientLink.id).where(PatientLink.active_key == pair))
    if link is None:
        raise NotYourPatient
    return link


def check_account(work: Work, account: int) -> None:
    """
    Refuse one patient more than an account may have, or may take on in a month.

    The account's row is locked by the turn that writes, so its patients are counted one turn at a
    time.

    Raises:
        TooManyPatients, TooManyChanges: facts: limit.
    """
    policy = work.policy
    mine = select(func.count()).where(PatientLink.wechat_user_id == account)
    if _count(work, mine.where(PatientLink.state != "removed")) >= policy.patients_per_account:
        raise TooManyPatients(limit=policy.patients_per_account)
    recent = mine.where(PatientLink.created_at > work.now - _MONTH)
    if _count(work, recent) >= policy.links_a_month:
        raise TooManyChanges(limit=policy.links_a_month)


def check_patient(work: Work, patient: int) -> None:
    """
    Refuse one account more than may speak for a patient, counted under the patient's lock.

    Raises:
        TooManyAccounts: facts: limit.
    """
    lock(work, patient)
    limit = work.policy.accounts_per_patient
    speaking = select(func.count()).where(
        PatientLink.patient_id == patient, PatientLink.state != "removed"
    )
    if _count(work, speaking) >= limit:
        raise TooManyAccounts(limit=limit)


def lock(work: Work, patient: int) -> None:
    """
    Lock the patient's row, so that the accounts are counted by one registration at a time.

    Raises:
        NotYourPatient: the desk has merged the record into another.
    """
    mine = select(Patient.id).where(Patient.id == patient, Patient.merged_into_id.is_(None))
    if work.conn.scalar(mine.with_for_update()) is None:
        raise NotYourPatient


def link(work: Work, account: int, patient: int, relation: str, state: str) -> None:
    """Link an account to a patient; a link that is there already stays as it is."""
    row = insert(PatientLink).values(
        wechat_user_id=account,
        patient_id=patient,
        relation=relation,
        state=state,
        pair=f"{account}:{patient}",
        code_tries=0,
        created_at=work.now,
    )
    try:
        with work.conn.begin_nested():
            work.conn.execute(row)
    except IntegrityError:
        if not views(work, account, patient):
            raise
        return
    record(work, "registered" if state == "own" else "linked", account, patient)
    if state == "pending":
        tell(work, "linked", patient, but=account)


def make_default(work: Work, account: int, patient: int) -> None:
    """Book for this patient where nobody is named, and for no other."""
    mine = PatientLink.wechat_user_id == account
    chosen = PatientLink.patient_id == patient
    work.conn.execute(update(PatientLink).where(mine).values(is_default=False))
    work.conn.execute(update(PatientLink).where(mine, chosen).values(is_default=True))


def others(
    work: Work, account: int, patient: int, states: Sequence[str] = SPEAKING
) -> Sequence[int]:
    """Return the other accounts that speak for a patient."""
    return work.conn.scalars(
        select(PatientLink.wechat_user_id).where(
            PatientLink.patient_id == patient,
            PatientLink.state.in_(states),
            PatientLink.wechat_user_id != account,
        )
    ).all()


def tell(work: Work, what: str, patient: int, but: int) -> None:
    """Tell the accounts that speak for a patient, not those that only claim to, but for one."""
    name = work.vault.open(
        work.conn.scalar(select(Patient.name_enc).where(Patient.id == patient)) or b""
    )
    readers = work.conn.scalars(
        select(PatientLink.wechat_user_id).where(
            PatientLink.patient_id == patient,
            PatientLink.state.in_(("own", "verified")),
            PatientLink.wechat_user_id != but,
        )
    )
    for reader in readers:
        key = f"family:{what}:{patient}:{reader}:{secrets.token_hex(8)}"
        at = f"{work.local(work.now):%H:%M}"
        payload = {"patient": mask_name(name), "what": what, "time": at}
        outbox.put(work, outbox.Notice("family", key, payload, wechat_user_id=reader))


def record(work: Work, act: str, account: int, patient: int) -> None:
    """
    Write into the audit what was done with a family's particulars; ids only.

    `act`: registered, linked, verified, unlinked, renamed, phone, default, exported, erased,
    merged.
    """
    audit.record(work, f"family {act}", f"patient:{patient}", {"account": account})


def _takes_messages(phone: str) -> bool:
    return bool(phone) and takes_messages(phone)


def _count(work: Work, query: Any) -> int:  # noqa: ANN401 - a select of one number
    return work.conn.scalar(query) or 0


def _as_view(work: Work, row: Row[*tuple[Any, ...]]) -> PatientView:
    opened = work.vault.open
    name = opened(row.name_enc)
    phone = opened(row.phone_enc) if row.phone_enc else ""
    is_vouched = row.phone_proof == VOUCHED
    is_shown = row.state == "verified" or (row.state == "own" and not is_vouched)
    return PatientView(
        id=PatientId(row.id),
        public_id=row.public_id,
        name=name,
        masked_name=mask_name(name),
        masked_document=mask_document(opened(row.document_enc)),
        document_kind=row.document_kind,
        sex=row.sex,
        birth_on=row.birth_on,
        relation=row.relation,
        link_state=row.state,
        masked_phone=mask_phone(phone) if phone and is_shown else "",
        is_default=row.is_default,
        is_phone_proved=row.phone_proof is not None,
        takes_code=row.state == "pending" and is_vouched and _takes_messages(phone),
    )
