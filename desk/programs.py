"""What other programs ask of the desk, in their own words: public ids, codes, local times."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time

from sqlalchemy import func, select

from desk.bookings import Bookings
from desk.identity import GUARDIAN, document_text
from desk.openings import OPENINGS, openings
from desk.work import Work
from models import Doctor, Patient, Slot
from scheduling import documents
from scheduling.errors import BadDocument
from scheduling.types import AppointmentView, Opening, PatientId

# Of a record that the desk has merged into another, the patient is that other.
_PERSON = func.coalesce(Patient.merged_into_id, Patient.id)
# Documents that are a person's own: a newborn under a guardian's has no number to be found by.
DOCUMENT_KINDS = tuple(kind for kind in documents.KINDS if kind != GUARDIAN)


class UnknownError(LookupError):
    """Nothing goes by that name; `field` is patient, doctor or slot."""

    def __init__(self, field: str) -> None:
        """Say which of the names it was."""
        super().__init__(field)
        self.field = field


@dataclass(frozen=True, slots=True)
class Wish:
    """
    An appointment as a program wants it.

    `patient` is a public id, `doctor` a code of the roster; day and times are local. `ends` None
    means whatever slot begins at `begins`.
    """

    patient: str
    doctor: str
    day: date
    begins: time
    ends: time | None = None


def find_patient(work: Work, kind: str, number: str) -> str:
    """
    Return the public id of the patient with this document.

    Raises:
        UnknownError: nobody is registered with it.
        BadDocument: there is no such kind, or no such number of it.
    """
    if kind not in DOCUMENT_KINDS:
        raise BadDocument(kind=kind, reason="kind")
    document = documents.normalise(kind, number)
    documents.facts(kind, document, work.local(work.now).date())
    on_file = select(_PERSON).where(
        Patient.document_kind == kind,
        Patient.document_hash == work.vault.lookup(document_text(kind, document)),
    )
    person = on_file.scalar_subquery()
    found = work.conn.scalar(select(Patient.public_id).where(Patient.id == person))
    if found is None:
        raise UnknownError("patient")
    return found


def book(work: Work, wish: Wish) -> AppointmentView:
    """
    Take and confirm a place in one transaction.

    Raises:
        UnknownError: no such patient, doctor, or slot of that doctor at that time.
        Refusal: whatever stops the chat from booking stops a program too.
    """
    patient = work.conn.scalar(select(_PERSON).where(Patient.public_id == wish.patient))
    if patient is None:
        raise UnknownError("patient")
    bookings = Bookings(work)
    held = bookings.hold(_slot(work, wish).slot, PatientId(patient))
    return bookings.confirm(held.id)


def _slot(work: Work, wish: Wish) -> Opening:
    doctor = work.conn.scalar(select(Doctor.id).where(Doctor.code == wish.doctor))
    if doctor is None:
        raise UnknownError("doctor")
    begins = datetime.combine(wish.day, wish.begins, tzinfo=work.zone)
    query = OPENINGS.where(Slot.doctor_id == doctor, Slot.starts_at == begins).order_by(Slot.id)
    found = openings(work, query)
    fitting = [o for o in found if wish.ends is None or o.ends_at.time() == wish.ends]
    if not fitting:
        raise UnknownError("slot")
    return max(fitting, key=lambda opening: opening.left)
