"""
The register of patients: who is on file under a document, and who is new.

Whoever knows a number must not learn the name by guessing: a document stands for a few wrong names
a day, then for none, not even the right one. Who alone registered a patient may correct the name.
"""

from __future__ import annotations

import secrets
from datetime import date
from typing import Any

from sqlalchemy import Row, case, exists, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from desk.identity import Identity, lookup_text, name_hash, search_keys
from desk.rows import insert_row
from desk.work import Work
from models import Appointment, Patient, PatientLink
from scheduling.errors import BadBirthDate, NameMismatch
from scheduling.names import name_key

_PUBLIC_ID_BYTES = 12


def find(work: Work, who: Identity, account: int) -> int | None:
    """
    Return the patient on file under this document, None for nobody.

    Raises:
        NameMismatch: on file under another name. The try is counted in this transaction: whoever
            answers the refusal must commit.
        BadBirthDate: on file with another birth date.
    """
    found = _under(work, who)
    if found is None:
        return None
    today = work.local(work.now).date()
    if found.name_tried_on == today and found.name_tries >= work.policy.name_tries:
        raise NameMismatch
    if name_key(work.vault.open(found.name_enc)) != name_key(who.name):
        if not is_its_only_owner(work, found, account):
            _count_try(work, found.id, today)
            raise NameMismatch
        rename(work, found, who.name)
    if found.birth_on != who.birth_on:
        raise BadBirthDate(reason="mismatch")
    return int(found.merged_into_id or found.id)


def on_file(work: Work, who: Identity) -> int | None:
    """
    Return the patient under a document that the desk has seen; None for nobody.

    Raises:
        NameMismatch, BadBirthDate: on file as somebody else's.
    """
    found = _under(work, who)
    if found is None:
        return None
    if name_key(work.vault.open(found.name_enc)) != name_key(who.name):
        raise NameMismatch
    if found.birth_on != who.birth_on:
        raise BadBirthDate(reason="mismatch")
    return int(found.merged_into_id or found.id)


def _under(work: Work, who: Identity) -> Row[Any] | None:
    return work.conn.execute(
        select(*Patient.__table__.c).where(
            Patient.document_kind == who.kind, Patient.document_hash == who.document_hash
        )
    ).one_or_none()


def create(work: Work, who: Identity, account: int | None) -> tuple[int, bool]:
    """A new patient, True; when another account was a moment faster, the one it created."""
    seal = work.vault.seal
    row = insert(Patient).values(
        public_id=secrets.token_hex(_PUBLIC_ID_BYTES),
        name_enc=seal(who.name),
        document_kind=who.kind,
        document_hash=who.document_hash,
        document_enc=seal(who.number),
        **search_keys(work, who.name, who.number),
        sex=who.sex,
        birth_on=who.birth_on,
        phone_enc=seal(who.phone) if who.phone else None,
        phone_hash=work.vault.lookup(who.phone) if who.phone else None,
        phone_proof=who.phone_proof,
        guardian_id=who.guardian_id,
        created_at=work.now,
    )
    try:
        with work.conn.begin_nested():
            return insert_row(work.conn, row), True
    except IntegrityError:
        found = on_file(work, who) if account is None else find(work, who, account)
        if found is None:
            raise
        return found, False


def rename(work: Work, patient: Row[Any], name: str) -> None:
    """Put another name on file; a newborn's stands in what finds it again, too."""
    kind, number = patient.document_kind, work.vault.open(patient.document_enc)
    text = lookup_text(kind, number, name, patient.birth_on)
    work.conn.execute(
        update(Patient)
        .where(Patient.id == patient.id)
        .values(
            name_enc=work.vault.seal(name),
            name_hash=name_hash(work, name),
            document_hash=work.vault.lookup(text),
        )
    )


def is_its_only_owner(work: Work, patient: Row[Any], account: int) -> bool:
    """Nobody but this account has ever had to do with the patient, nor has a doctor seen them."""
    links = work.conn.execute(
        select(PatientLink.wechat_user_id, PatientLink.state).where(
            PatientLink.patient_id == patient.id
        )
    ).all()
    seen = select(
        exists().where(
            Appointment.patient_id == patient.id,
            or_(Appointment.wechat_user_id.is_(None), Appointment.starts_at <= work.now),
            Appointment.status.in_(("booked", "done")),
        )
    )
    return [tuple(link) for link in links] == [(account, "own")] and not work.conn.scalar(seen)


def _count_try(work: Work, patient: int, today: date) -> None:
    # Counted by the update itself, so that tries at the same moment all count.
    tries = case((Patient.name_tried_on == today, Patient.name_tries + 1), else_=1)
    work.conn.execute(
        update(Patient).where(Patient.id == patient).values(name_tries=tries, name_tried_on=today)
    )
