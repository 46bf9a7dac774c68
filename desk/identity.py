"""Who a registration speaks of, checked and ready to be stored or found."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from desk.work import Work
from models import Patient
from scheduling import documents
from scheduling.errors import BadBirthDate, BadName, BadPhone, BirthDateMissing, SexMissing
from scheduling.names import clean_name, name_key
from scheduling.phones import clean_phone
from scheduling.types import Registration

GUARDIAN = "guardian"
_TAIL = 4


@dataclass(frozen=True, slots=True)
class Identity:
    """
    A person as the register of patients knows one.

    `phone` None when none was given, `phone_proof` as in `models.Patient`.
    """

    name: str
    kind: str
    number: str
    document_hash: str
    sex: str
    birth_on: date
    phone: str | None
    guardian_id: int | None
    phone_proof: str | None = None


def lookup_text(kind: str, number: str, name: str, birth_on: date) -> str:
    """
    Return the text whose keyed hash finds a patient again.

    Several newborns may stand under one guardian's document, so theirs names them too.
    """
    text = document_text(kind, number)
    return f"{text}:{birth_on.isoformat()}:{name_key(name)}" if kind == GUARDIAN else text


def document_text(kind: str, number: str) -> str:
    """Return what is hashed of a document that is a person's own."""
    return f"document:{kind}:{number}"


def search_keys(work: Work, name: str, number: str) -> dict[str, str]:
    """Return the columns by which the desk finds a patient: the whole name, the last four."""
    return {"name_hash": name_hash(work, name), "tail_hash": tail_hash(work, number)}


def name_hash(work: Work, name: str) -> str:
    """Return the keyed hash of a name, however it is spaced or dotted."""
    return work.vault.lookup(f"name:{name_key(name)}")


def tail_hash(work: Work, number: str) -> str:
    """Return the keyed hash of the last four places of a document."""
    return work.vault.lookup(f"tail:{number[-_TAIL:].upper()}")


def identify(
    work: Work, registration: Registration, phone: str | None, proof: str | None = None
) -> Identity:
    """
    Check a registration; what the document tells outweighs what was said.

    `phone` is theirs, by `proof` if there is any.

    Raises:
        BadName, BadDocument, BadPhone, SexMissing, BirthDateMissing, BadBirthDate: see there.
    """
    name = clean_name(registration.name)
    if name is None:
        raise BadName
    kind, today = registration.document_kind, work.local(work.now).date()
    number = documents.normalise(kind, registration.document_number)
    told_sex, told_birth = documents.facts(kind, number, today)
    sex = told_sex or registration.sex
    if sex not in {"m", "f"}:
        raise SexMissing
    birth_on = told_birth or registration.birth_on
    if birth_on is None:
        raise BirthDateMissing
    _check_birth(work, kind, birth_on, today)
    text = lookup_text(kind, number, name, birth_on)
    return Identity(
        name=name,
        kind=kind,
        number=number,
        document_hash=work.vault.lookup(text),
        sex=sex,
        birth_on=birth_on,
        phone=_phone(phone),
        guardian_id=_guardian(work, number, name, birth_on) if kind == GUARDIAN else None,
        phone_proof=proof if phone else None,
    )


def _check_birth(work: Work, kind: str, birth_on: date, today: date) -> None:
    if not documents.is_birth_date(birth_on, today):
        raise BadBirthDate(reason="impossible")
    if kind == GUARDIAN and today - birth_on > work.policy.newborn_without_papers:
        raise BadBirthDate(reason="not_newborn")


def _phone(given: str | None) -> str | None:
    if not given:
        return None
    phone = clean_phone(given)
    if phone is None:
        raise BadPhone
    return phone


def _guardian(work: Work, number: str, name: str, birth_on: date) -> int | None:
    """The guardian, where registered as a patient too."""
    kind = documents.guardian_kind(number)
    text = lookup_text(kind, number, name, birth_on)
    return work.conn.scalar(
        select(func.coalesce(Patient.merged_into_id, Patient.id)).where(
            Patient.document_kind == kind,
            Patient.document_hash == work.vault.lookup(text),
        )
    )
