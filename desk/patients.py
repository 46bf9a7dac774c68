"""
The patients (就诊人) an account speaks for: consent, registration, links.

Nothing personal is stored before its owner has agreed to the notice in force. A patient exists
once, by document; whoever registers one that exists already gets a `pending` link, which sees
only what it booked itself until a code or the desk makes it `verified`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Row, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from desk import filing, links
from desk.accounts import account, ensure_account
from desk.identity import Identity, identify
from desk.work import Work
from models import Consent, Patient, PatientLink
from scheduling import documents
from scheduling.errors import (
    ConsentMissing,
    NotYourPatient,
    TooManyPatients,
)
from scheduling.masking import mask_document, mask_name
from scheduling.policy import CONSENT_VERSION
from scheduling.types import CodeSent, PatientId, PatientView, Registration


class Patients:
    """The people one account speaks for; every act belongs to the account of `work.actor`."""

    def __init__(self, work: Work) -> None:
        """Act within this piece of work."""
        self._work = work

    def linked(self) -> Sequence[PatientView]:
        """Return the patients the account speaks for, in the order they were added."""
        return [] if (mine := account(self._work)) is None else self._views(mine)

    def has_consented(self, purpose: str) -> bool:
        """
        Whether the account has agreed to the notice now in force.

        `purpose` is `registration` or `child`; a guardian agrees for each child anew, so a
        consent for a child counts until that child is registered.
        """
        mine = account(self._work)
        return mine is not None and self._consent_id(mine, purpose) is not None

    def consent(self, purpose: str) -> None:
        """Record that the account has agreed; with the first yes the account itself is kept."""
        mine = ensure_account(self._work)
        if self._consent_id(mine, purpose) is None:
            self._work.conn.execute(
                insert(Consent).values(
                    wechat_user_id=mine,
                    purpose=purpose,
                    version=CONSENT_VERSION,
                    given_at=self._work.now,
                )
            )

    def check_document(self, kind: str, number: str) -> tuple[str | None, date | None]:
        """
        Return sex (m or f) and birth date as far as the document tells them.

        Raises:
            BadDocument: the number cannot be right.
        """
        return documents.facts(kind, number, self._work.local(self._work.now).date())

    def guess_documents(self, number: str) -> Sequence[str]:
        """Return the kinds of document whose number has this shape, likeliest first."""
        return documents.guess_kinds(number)

    def register(self, registration: Registration) -> PatientView:
        """
        Link a patient to the account, creating the patient where the document is new.

        What the document tells of sex and birth date outweighs what was said. An existing patient
        keeps everything on file, above all the phone: that is where the code goes.

        Raises:
            ConsentMissing: no consent, or none of the guardian for a child; facts: purpose.
            BadName, BadDocument, BadPhone, SexMissing, BirthDateMissing, BadBirthDate: see there.
            NameMismatch: the document is on file under another name. The try is counted in this
                transaction: whoever answers the refusal must commit.
            TooManyPatients: the account may not speak for more.
        """
        mine = account(self._work)
        if mine is None or self._consent_id(mine, "registration") is None:
            raise ConsentMissing(purpose="registration")
        who = identify(self._work, registration)
        on_file = filing.find(self._work, who, mine)
        known = None if on_file is None else self._view(mine, on_file)
        if known is not None:
            return known
        child_consent = self._may_add(mine, who)
        patient, is_new = on_file, False
        if patient is None:
            patient, is_new = filing.create(self._work, who, mine)
        self._link(mine, patient, registration.relation, "own" if is_new else "pending")
        if child_consent is not None:
            self._spend(child_consent, patient)
        return self._view_or_refuse(mine, patient)

    def send_link_code(self, patient: PatientId) -> CodeSent:
        """
        Write a code to the phone on file into the outbox; returns where it goes.

        Raises:
            NotYourPatient: the account has not registered this patient.
            NoPhoneKnown, TooManyCodes: only the desk can help, or tomorrow.
        """
        return links.send_code(self._work, self._link_id(patient))

    def redeem_link_code(self, code: str) -> PatientView:
        """
        Verify the link whose code this is.

        Raises:
            LinkCodeWrong: wrong, used up or too old. The try is counted in this transaction:
                whoever answers the refusal must commit.
        """
        mine = account(self._work)
        return self._view_or_refuse(mine, links.redeem_code(self._work, mine, code))

    def unlink(self, patient: PatientId) -> None:
        """
        Stop speaking for a patient; the patient and the appointments stay.

        Raises:
            NotYourPatient: the account does not speak for this patient.
        """
        links.remove(self._work, self._link_id(patient))

    # -- consent ---------------------------------------------------------------------------

    def _consent_id(self, mine: int, purpose: str) -> int | None:
        """The standing consent; one for a child is spent once it is bound to that child."""
        return self._work.conn.scalar(
            select(func.min(Consent.id)).where(
                Consent.wechat_user_id == mine,
                Consent.purpose == purpose,
                Consent.version == CONSENT_VERSION,
                Consent.withdrawn_at.is_(None),
                Consent.patient_id.is_(None),
            )
        )

    def _may_add(self, mine: int, who: Identity) -> int | None:
        """Refuse before anything is written; returns the consent to spend on a child."""
        limit = self._work.policy.patients_per_account
        if len(self._views(mine)) >= limit:
            raise TooManyPatients(limit=limit)
        today = self._work.local(self._work.now).date()
        if documents.age_years(who.birth_on, today) >= self._work.policy.child_under_years:
            return None
        consent = self._consent_id(mine, "child")
        if consent is None:
            raise ConsentMissing(purpose="child")
        return consent

    def _spend(self, consent: int, child: int) -> None:
        """Bind a guardian's consent to the child it was given for."""
        self._work.conn.execute(
            update(Consent).where(Consent.id == consent).values(patient_id=child)
        )

    # -- links -----------------------------------------------------------------------------

    def _link(self, mine: int, patient: int, relation: str, state: str) -> None:
        """Link the account to the patient; a link that is there already stays as it is."""
        row = insert(PatientLink).values(
            wechat_user_id=mine,
            patient_id=patient,
            relation=relation,
            state=state,
            pair=f"{mine}:{patient}",
            code_tries=0,
            created_at=self._work.now,
        )
        try:
            with self._work.conn.begin_nested():
                self._work.conn.execute(row)
        except IntegrityError:
            if self._view(mine, patient) is None:
                raise

    def _link_id(self, patient: int) -> int:
        mine = account(self._work)
        link = self._work.conn.scalar(
            select(PatientLink.id).where(PatientLink.active_key == f"{mine}:{patient}")
        )
        if link is None:
            raise NotYourPatient
        return link

    # -- views -----------------------------------------------------------------------------

    def _views(self, mine: int, patient: int | None = None) -> list[PatientView]:
        query = (
            select(*Patient.__table__.c, PatientLink.relation, PatientLink.state)
            .join(PatientLink, PatientLink.patient_id == Patient.id)
            .where(PatientLink.wechat_user_id == mine, PatientLink.state != "removed")
            .order_by(PatientLink.id)
        )
        if patient is not None:
            query = query.where(Patient.id == patient)
        return [self._as_view(row) for row in self._work.conn.execute(query)]

    def _view(self, mine: int, patient: int) -> PatientView | None:
        return next(iter(self._views(mine, patient)), None)

    def _view_or_refuse(self, mine: int | None, patient: int) -> PatientView:
        view = None if mine is None else self._view(mine, patient)
        if view is None:
            raise NotYourPatient
        return view

    def _as_view(self, row: Row[*tuple[Any, ...]]) -> PatientView:
        name = self._work.vault.open(row.name_enc)
        return PatientView(
            id=PatientId(row.id),
            public_id=row.public_id,
            name=name,
            masked_name=mask_name(name),
            masked_document=mask_document(self._work.vault.open(row.document_enc)),
            document_kind=row.document_kind,
            sex=row.sex,
            birth_on=row.birth_on,
            relation=row.relation,
            link_state=row.state,
        )
