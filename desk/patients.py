"""
The patients (就诊人) an account speaks for: consent, registration, links.

Nothing personal is stored before its owner has agreed to the notice in force. A patient exists
once, by document; whoever registers one that exists already gets a `pending` link, which sees
only what it booked itself until a code or the desk makes it `verified`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from desk import consents, corrections, erasing, family, filing, links
from desk.accounts import account, ensure_account
from desk.identity import Identity, identify
from desk.work import Work
from scheduling import documents
from scheduling.errors import ConsentMissing, NotYourPatient
from scheduling.types import CodeSent, PatientId, PatientView, Registration

_SELF = "self"


class Patients:
    """The people one account speaks for; every act belongs to the account of `work.actor`."""

    def __init__(self, work: Work) -> None:
        """Act within this piece of work."""
        self._work = work

    def linked(self) -> Sequence[PatientView]:
        """Return the patients the account speaks for, in the order they were added."""
        mine = account(self._work)
        return [] if mine is None else family.views(self._work, mine)

    def has_consented(self, purpose: str) -> bool:
        """
        Whether the account has agreed to the notice now in force.

        `purpose` is `registration`, `child` (a guardian) or `relative` (somebody grown up agrees
        to be registered by another); the last two count until that patient is registered.
        """
        mine = account(self._work)
        return mine is not None and consents.standing(self._work, mine, purpose) is not None

    def consent(self, purpose: str) -> None:
        """Record that the account has agreed; with the first yes the account itself is kept."""
        consents.give(self._work, ensure_account(self._work), purpose)

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
            ConsentMissing: no consent, or none of the guardian for a child or of a grown-up
                relative; facts: purpose.
            BadName, BadDocument, BadPhone, SexMissing, BirthDateMissing, BadBirthDate: see there.
            NameMismatch: the document is on file under another name. The try is counted in this
                transaction: whoever answers the refusal must commit.
            TooManyPatients, TooManyChanges, TooManyAccounts: facts: limit.
        """
        work, mine = self._work, account(self._work)
        if mine is None or consents.standing(work, mine, "registration") is None:
            raise ConsentMissing(purpose="registration")
        phone, proof = self._phone_of(mine, registration)
        who = identify(work, registration, phone, proof)
        on_file = filing.find(work, who, mine)
        known = [] if on_file is None else family.views(work, mine, on_file)
        if known:
            return known[0]
        family.check_account(work, mine)
        agreed = self._agreed(mine, who, registration.relation)
        patient, is_new = on_file, False
        if patient is None:
            patient, is_new = filing.create(work, who, mine)
        if not is_new:
            family.check_patient(work, patient)
        family.link(work, mine, patient, registration.relation, "own" if is_new else "pending")
        if agreed is not None:
            consents.spend(work, agreed, patient)
        return family.view(work, mine, patient)

    def send_link_code(self, patient: PatientId) -> CodeSent:
        """
        Write a code to the phone on file into the outbox; returns where it goes.

        Raises:
            NotYourPatient: the account has not registered this patient.
            NoPhoneKnown: no phone that the desk vouches for. TooManyCodes: tomorrow again.
        """
        return links.send_code(self._work, self._link(patient))

    def redeem_link_code(self, code: str) -> PatientView:
        """
        Verify the link whose code this is.

        Raises:
            LinkCodeWrong: wrong, used up or too old. The try is counted in this transaction:
                whoever answers the refusal must commit.
        """
        mine = account(self._work)
        return family.view(self._work, mine, links.redeem_code(self._work, mine, code))

    def unlink(self, patient: PatientId) -> None:
        """
        Stop speaking for a patient; appointments stay, and with them the patient.

        Raises:
            NotYourPatient: the account does not speak for this patient.
        """
        self._link(patient)
        erasing.end_link(self._work, self._account(), patient)

    def unlink_others(self, patient: PatientId) -> int:
        """
        End the links of all other accounts to the patient: only the patient's own may.

        Returns how many there were.

        Raises:
            NotYourPatient: the account does not speak for this patient.
            OnlyAtDesk: nobody has verified that the account is the patient's own.
        """
        return links.remove_others(self._work, self._account(), self._own(patient))

    def others(self, patient: PatientId) -> int:
        """Return how many other accounts speak for the patient, as far as this one may know."""
        mine = account(self._work)
        seen = family.view(self._work, mine, patient)
        may_know = mine is not None and seen.link_state == "verified"
        return len(family.others(self._work, mine, patient)) if mine and may_know else 0

    def make_default(self, patient: PatientId) -> None:
        """
        Book for this patient where nobody is named.

        Raises:
            NotYourPatient: the account does not speak for this patient.
        """
        self._link(patient)
        family.make_default(self._work, self._account(), patient)

    def correct_name(self, patient: PatientId, name: str) -> PatientView:
        """
        Correct a mistyped name, while nobody but this account has had to do with the patient.

        Raises:
            NotYourPatient, BadName. OnlyAtDesk: others rely on the name.
        """
        return corrections.rename(self._work, self._account(), self._own(patient), name)

    def send_phone_code(self, patient: PatientId, phone: str) -> CodeSent | None:
        """
        Send a code to a new phone, to see that it is theirs; None where no SMS can be sent.

        Raises:
            NotYourPatient, BadPhone, OnlyAtDesk, TooManyCodes: see there.
        """
        return corrections.send_code(self._work, self._account(), self._own(patient), phone)

    def change_phone(self, patient: PatientId, phone: str, code: str = "") -> PatientView:
        """
        Put another phone on file; where codes can be sent, only with the one that was.

        Raises:
            NotYourPatient, BadPhone, OnlyAtDesk: see there. LinkCodeWrong: the try is counted,
                whoever answers the refusal must commit.
        """
        who = self._own(patient)
        return corrections.change_phone(self._work, self._account(), who, phone, code)

    # -- inside ----------------------------------------------------------------------------

    def _account(self) -> int:
        mine = account(self._work)
        if mine is None:
            raise NotYourPatient
        return mine

    def _link(self, patient: int) -> int:
        return family.link_id(self._work, account(self._work), patient)

    def _own(self, patient: PatientId) -> PatientView:
        return family.view(self._work, account(self._work), patient)

    def _phone_of(self, mine: int, registration: Registration) -> tuple[str | None, str | None]:
        """The phone given, or that of somebody of the family; and what proves it."""
        if registration.phone_of is None:
            return registration.phone, None
        return corrections.known_phone(
            self._work, family.view(self._work, mine, registration.phone_of)
        )

    def _agreed(self, mine: int, who: Identity, relation: str) -> int | None:
        """The consent to spend on this patient; None for the account's owner, grown up."""
        today = self._work.local(self._work.now).date()
        is_child = documents.age_years(who.birth_on, today) < self._work.policy.child_under_years
        if relation == _SELF and not is_child:
            return None
        purpose = "child" if is_child else "relative"
        consent = consents.standing(self._work, mine, purpose)
        if consent is None:
            raise ConsentMissing(purpose=purpose)
        return consent
