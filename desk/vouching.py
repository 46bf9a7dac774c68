"""
What the desk knows of a patient because it has seen the papers: who it is, and whose phone.

A phone that was only typed into the chat may be a stranger's; no link code goes there. The desk
asks the person for the number, puts it on file and vouches for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, bindparam, select, update

from desk import audit, family
from desk.identity import document_text
from desk.work import Work
from models import Patient
from scheduling import documents
from scheduling.errors import BadDocument, BadPhone
from scheduling.masking import mask_document, mask_name, mask_phone
from scheduling.phones import clean_phone

# An account that exists in no case: everybody who speaks for the patient is told.
_NOBODY = 0


@dataclass(frozen=True, slots=True)
class OnFile:
    """
    A patient as the desk finds one; `phone_proof` as in `models.Patient`.

    `id` is the patient all of it belongs to: of a merged record that is the other one.
    """

    id: int
    masked_name: str
    document_kind: str
    masked_document: str
    birth_on: date
    masked_phone: str
    phone_proof: str


def find(work: Work, number: str) -> Sequence[OnFile]:
    """Return the patients with this document or phone, whatever kind of document it is."""
    hashes = []
    for kind in documents.guess_kinds(number):
        with suppress(BadDocument):  # the shape of one, and none
            text = document_text(kind, documents.normalise(kind, number))
            hashes.append(work.vault.lookup(text))
    phone = clean_phone(number)
    values = {"documents": hashes, "phone": work.vault.lookup(phone) if phone else None}
    return [_on_file(work, row) for row in work.conn.execute(_FOUND, values)]


def vouch(work: Work, patient: int, phone: str) -> None:
    """
    Put the phone on file that the patient has told the desk, as one a code may be sent to.

    Raises:
        BadPhone. NotYourPatient: there is no such patient.
    """
    number = clean_phone(phone)
    if number is None:
        raise BadPhone
    family.lock(work, patient)
    work.conn.execute(
        update(Patient)
        .where(Patient.id == patient)
        .values(
            phone_enc=work.vault.seal(number),
            phone_hash=work.vault.lookup(number),
            phone_proof=family.VOUCHED,
        )
    )
    audit.record(work, "family vouched", f"patient:{patient}")
    family.tell(work, "phone", patient, but=_NOBODY)


def _on_file(work: Work, row: Row[Any]) -> OnFile:
    opened = work.vault.open
    return OnFile(
        id=row.merged_into_id or row.id,
        masked_name=mask_name(opened(row.name_enc)),
        document_kind=row.document_kind,
        masked_document=mask_document(opened(row.document_enc)),
        birth_on=row.birth_on,
        masked_phone=mask_phone(opened(row.phone_enc)) if row.phone_enc else "",
        phone_proof=row.phone_proof or "",
    )


_FOUND = (
    select(*Patient.__table__.c)
    .where(
        Patient.document_hash.in_(bindparam("documents", expanding=True))
        | (Patient.phone_hash == bindparam("phone"))
    )
    .order_by(Patient.id)
)
