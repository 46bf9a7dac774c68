"""
Finding a patient at the desk: by name, phone, document or its last four places, or a code.

All of it is found by keyed hashes, so whole or not at all. What is found is masked; seeing it in
full needs a reason, and leaves one line in the audit.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, bindparam, func, or_, select, update
from sqlalchemy.orm import aliased

from desk import appointments, audit
from desk.identity import document_text, name_hash, search_keys, tail_hash
from desk.work import Work
from models import Appointment, Patient, PatientLink
from scheduling import documents
from scheduling.errors import BadDocument, NotYourPatient
from scheduling.masking import mask_document, mask_name, mask_phone
from scheduling.phones import clean_phone
from scheduling.rota import PatientLine
from scheduling.staff_errors import TooManyLooks
from scheduling.types import AppointmentView, PatientId

MOST = 50
# So many patients are seen in full by one member of staff in an hour.
MOST_REVEALED, _HOUR = 60, timedelta(hours=1)
_TAIL = re.compile(r"[0-9]{3}[0-9Xx]")
_CODE = re.compile(r"[0-9A-Za-z]{8}")
_LOOKED_BACK = timedelta(days=90)
_BATCH = 1000
_COLUMNS = (
    Patient.id, Patient.name_enc, Patient.document_kind, Patient.document_enc, Patient.sex,
    Patient.birth_on, Patient.phone_enc,
)  # fmt: skip
_PATIENTS = select(*_COLUMNS).where(Patient.merged_into_id.is_(None)).order_by(Patient.id)
# A record that was merged leads to the one it was merged into.
_RECORD = aliased(Patient)
_LED_TO = select(func.coalesce(_RECORD.merged_into_id, _RECORD.id))
_ONE = select(*_COLUMNS).where(
    Patient.id == _LED_TO.where(_RECORD.id == bindparam("patient")).scalar_subquery()
)
_LINKS = (
    select(PatientLink.id, PatientLink.relation, PatientLink.state)
    .where(PatientLink.patient_id == bindparam("patient"), PatientLink.state != "removed")
    .order_by(PatientLink.id)
)
_UNINDEXED = (
    select(Patient.id, Patient.name_enc, Patient.document_enc)
    .where(Patient.name_hash.is_(None), Patient.id > bindparam("after"))
    .order_by(Patient.id)
    .limit(_BATCH)
)


@dataclass(frozen=True, slots=True)
class LinkLine:
    """An account that speaks for the patient; `state` own, pending or verified."""

    id: int
    relation: str
    state: str


@dataclass(frozen=True, slots=True)
class Card:
    """A patient with visits (of the last 90 days and ahead) and the accounts that speak."""

    patient: PatientLine
    visits: Sequence[AppointmentView]
    links: Sequence[LinkLine]


@dataclass(frozen=True, slots=True)
class Revealed:
    """The same patient in full."""

    name: str
    document: str
    phone: str


def search(work: Work, words: str) -> list[PatientLine]:
    """
    Return whom all the words fit, at most `MOST`, masked; nobody for no words.

    A phone, a document or its last four places, an appointment's code; the rest is a whole name.
    """
    conditions = _conditions(work, words)
    if not conditions:
        return []
    fitting = select(func.coalesce(Patient.merged_into_id, Patient.id)).where(*conditions)
    rows = work.conn.execute(_PATIENTS.where(Patient.id.in_(fitting)).limit(MOST))
    found = [_line(work, row) for row in rows]
    audit.record(work, "search", "patients", {"words": words, "found": [p.id for p in found]})
    return found


def card(work: Work, patient: int, site: str | None = None) -> Card:
    """
    Return a patient's card; with `site` without the visits to other ones.

    Raises:
        NotYourPatient: there is none of that number.
    """
    line = _line(work, _row(work, patient))
    since = work.local(work.now).date() - _LOOKED_BACK
    patient = line.id
    visits = [
        one
        for one in appointments.of_patient(work, line.id, since)
        if site in (None, one.opening.site)
    ]
    links = [LinkLine(*row) for row in work.conn.execute(_LINKS, {"patient": patient})]
    audit.record(work, "look", f"patient:{patient}")
    return Card(line, visits, links)


def reveal(work: Work, patient: int, reason: str) -> Revealed:
    """
    Return a patient in full; who looked and why is kept.

    Raises:
        ValueError: no reason. NotYourPatient: nobody of that number. TooManyLooks: so many within
        the hour are a copy of the register, and no work at the desk.
    """
    why = reason.strip()
    if not why:
        raise ValueError("a reason must be given")
    row = _row(work, patient)
    if audit.count(work, "reveal", work.now - _HOUR) >= MOST_REVEALED:
        raise TooManyLooks(looks=MOST_REVEALED)
    audit.record(work, "reveal", f"patient:{row.id}", {"reason": why})
    opened = work.vault.open
    phone = opened(row.phone_enc) if row.phone_enc else ""
    return Revealed(opened(row.name_enc), opened(row.document_enc), phone)


def index(work: Work) -> int:
    """Make findable whoever was registered before there was this search; returns how many."""
    count, after = 0, 0
    while rows := work.conn.execute(_UNINDEXED, {"after": after}).all():
        for row in rows:
            after = row.id
            name, number = work.vault.open(row.name_enc), work.vault.open(row.document_enc)
            if not name:
                continue  # forgotten
            found = update(Patient).where(Patient.id == row.id)
            work.conn.execute(found.values(**search_keys(work, name, number)))
            count += 1
    return count


def _conditions(work: Work, words: str) -> list[ColumnElement[bool]]:
    rest: list[str] = []
    found: list[ColumnElement[bool]] = []
    for word in words.split():
        condition = _number(work, word)
        if condition is None:
            rest.append(word)
        else:
            found.append(condition)
    if rest:
        found.append(Patient.name_hash == name_hash(work, " ".join(rest)))
    return found


def _number(work: Work, word: str) -> ColumnElement[bool] | None:
    """What a word with digits in it may be; None for a name."""
    if _TAIL.fullmatch(word):
        return Patient.tail_hash == tail_hash(work, word)
    if not any(char.isdecimal() for char in word):
        return _code(word) if _CODE.fullmatch(word) and word.isupper() else None
    asked = known_by(work, word)
    if _CODE.fullmatch(word):
        asked.append(_code(word))
    return or_(*asked) if asked else None


def known_by(work: Work, word: str) -> list[ColumnElement[bool]]:
    """Return what is true of a patient whose document or phone this is; nothing: of nobody."""
    asked: list[ColumnElement[bool]] = [
        and_(
            Patient.document_kind == kind,
            Patient.document_hash == work.vault.lookup(document_text(kind, number)),
        )
        for kind, number in _documents(word)
    ]
    phone = clean_phone(word)
    if phone is not None:
        asked.append(Patient.phone_hash == work.vault.lookup(phone))
    return asked


def _code(word: str) -> ColumnElement[bool]:
    booked = select(Appointment.patient_id).where(Appointment.code == word.upper())
    return Patient.id.in_(booked)


def _documents(word: str) -> list[tuple[str, str]]:
    found = []
    for kind in documents.guess_kinds(word):
        try:
            found.append((kind, documents.normalise(kind, word)))
        except BadDocument:
            continue
    return found


def _row(work: Work, patient: int) -> Row[*tuple[Any, ...]]:
    row = work.conn.execute(_ONE, {"patient": patient}).one_or_none()
    if row is None:
        raise NotYourPatient
    return row


def _line(work: Work, row: Row[*tuple[Any, ...]]) -> PatientLine:
    opened = work.vault.open
    return PatientLine(
        id=PatientId(row.id),
        name_masked=mask_name(opened(row.name_enc)),
        sex=row.sex,
        birth_on=row.birth_on,
        document_kind=row.document_kind,
        document_masked=mask_document(opened(row.document_enc)),
        phone_masked=mask_phone(opened(row.phone_enc)) if row.phone_enc else "",
    )
