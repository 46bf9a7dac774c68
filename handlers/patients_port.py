"""What the conversations need of the register of patients and what it keeps; see `ports`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Protocol

from scheduling.types import (
    AppointmentView,
    CodeSent,
    Kept,
    PatientId,
    PatientView,
    Registration,
)


class Patients(Protocol):
    """The people this account speaks for."""

    def linked(self) -> Sequence[PatientView]:
        """Return the patients this account speaks for."""
        ...

    def has_consented(self, purpose: str) -> bool:
        """Tell whether the current notice was agreed to."""
        ...

    def consent(self, purpose: str) -> None:
        """Record that the current notice was agreed to."""
        ...

    def check_document(self, kind: str, number: str) -> tuple[str | None, date | None]:
        """Return sex and birth date as far as a number tells; BadDocument if it cannot be."""
        ...

    def guess_documents(self, number: str) -> Sequence[str]:
        """Return the kinds of document whose number has this shape, likeliest first."""
        ...

    def register(self, registration: Registration) -> PatientView:
        """Store or find a patient and link the account to it."""
        ...

    def send_link_code(self, patient: PatientId) -> CodeSent:
        """Send a code to the phone on file."""
        ...

    def redeem_link_code(self, code: str) -> PatientView:
        """Turn a pending link into a verified one."""
        ...

    def unlink(self, patient: PatientId) -> None:
        """Stop speaking for a patient; appointments stay."""
        ...

    def unlink_others(self, patient: PatientId) -> int:
        """End the other accounts' links to the patient who writes; returns how many."""
        ...

    def others(self, patient: PatientId) -> int:
        """Return how many other accounts speak for the patient, as far as this one may know."""
        ...

    def make_default(self, patient: PatientId) -> None:
        """Book for this patient where nobody is named."""
        ...

    def correct_name(self, patient: PatientId, name: str) -> PatientView:
        """Correct a mistyped name."""
        ...

    def send_phone_code(self, patient: PatientId, phone: str) -> CodeSent | None:
        """Send a code to a new phone; None where no SMS can be sent."""
        ...

    def change_phone(self, patient: PatientId, phone: str, code: str = "") -> PatientView:
        """Put another phone on file."""
        ...


class Sharing(Protocol):
    """Who else of the family is told of a patient's visits."""

    def unasked(self) -> PatientId | None:
        """Return whose visit was booked just now, where others could be told and nobody asked."""
        ...

    def share(self, patient: PatientId, *, on: bool, relation: str = "") -> int:
        """Tell the others, or those who are this to the patient; returns how many they are."""
        ...

    def tell_me(self, patient: PatientId, *, on: bool) -> None:
        """Tell the account that writes, whoever books."""
        ...


class Care(Protocol):
    """Whether this account wants the chat slow and simple."""

    @property
    def chosen(self) -> bool | None:
        """What was chosen in this turn, None for nothing."""
        ...

    def wanted(self) -> bool | None:
        """Return what was chosen before, None where it never was."""
        ...

    def choose(self, *, on: bool) -> None:
        """Keep the choice, as far as there is an account to keep it with."""
        ...


class OwnData(Protocol):
    """What is kept of this account."""

    @property
    def is_erased(self) -> bool:
        """Whether it has been erased in this turn."""
        ...

    def kept(self) -> Kept | None:
        """Return what is kept; None where nothing is."""
        ...

    def export(self) -> Kept | None:
        """Return the same, to be taken along."""
        ...

    def leaving(self) -> Sequence[AppointmentView]:
        """Return the appointments that would end with erasing."""
        ...

    def erase(self) -> None:
        """Withdraw every consent and forget what may be forgotten."""
        ...
