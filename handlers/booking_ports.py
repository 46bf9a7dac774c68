"""What the conversations need of the desk to find and book a place; see `handlers.ports`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from scheduling.advice import Hint
from scheduling.offers import Offers
from scheduling.types import (
    AppointmentId,
    AppointmentView,
    CancelReason,
    Fee,
    Need,
    Opening,
    PatientId,
    Physician,
    Place,
    SlotId,
    Ward,
)


class Catalogue(Protocol):
    """The sites, departments and doctors there are."""

    def sites(self) -> Sequence[Place]:
        """Return all sites."""
        ...

    def departments(self, codes: Sequence[str] | None = None) -> Sequence[Ward]:
        """Return departments by code, in no particular order; all of them for None."""
        ...

    def doctors(
        self, codes: Sequence[str] | None = None, department: str | None = None
    ) -> Sequence[Physician]:
        """Return doctors by code or of one department."""
        ...

    def fees(self, codes: Sequence[str] = (), doctor: str | None = None) -> Sequence[Fee]:
        """Return what visits that can be booked cost: of departments, of a doctor, or of all."""
        ...

    def doctor_days(self, doctor: str) -> Sequence[Opening]:
        """Return the open slots of a doctor, soonest first."""
        ...


class Finder(Protocol):
    """Open slots, ranked."""

    def offers(self, need: Need, patient: PatientId | None = None) -> Offers:
        """Return what fits a need, best first."""
        ...

    def opening(self, slot: SlotId) -> Opening:
        """Return one slot as it is now."""
        ...

    def openings(self, slots: Sequence[SlotId]) -> Sequence[Opening]:
        """Return slots as they are now, soonest first."""
        ...

    def keeps_places(self) -> bool:
        """Tell whether places are kept for some, so that a list depends on who asks."""
        ...

    def usual_doctor(self, patient: PatientId | None = None) -> str | None:
        """Return the doctor seen last by this account (or patient), or None."""
        ...


class Hints(Protocol):
    """Advice in one line."""

    def near(self, need: Need, found: Offers) -> Hint | None:
        """Return another site near by with room, where nothing meets the wish."""
        ...


class Bookings(Protocol):
    """Taking, keeping, moving and giving back a place."""

    def hold(self, slot: SlotId, patient: PatientId, words: str = "") -> AppointmentView:
        """Take a place for some minutes; gives back an older hold of this account."""
        ...

    def just_held(self, appointment: AppointmentId) -> AppointmentView:
        """Return a hold as it stands; the one just made is not read again."""
        ...

    def extend(self, appointment: AppointmentId) -> AppointmentView:
        """Keep a held place longer, within the longest hold."""
        ...

    def confirm(self, appointment: AppointmentId) -> AppointmentView:
        """Turn a hold into an appointment; saying it twice changes nothing."""
        ...

    def release(self, appointment: AppointmentId) -> None:
        """Give a held place back; nothing happens to one that is booked."""
        ...

    def cancel(
        self, appointment: AppointmentId, reason: CancelReason | None = None
    ) -> AppointmentView:
        """Give a booked place back."""
        ...

    def explain(self, appointment: AppointmentId, reason: CancelReason) -> None:
        """Put down why it was given back."""
        ...

    def cancel_is_free(self, appointment: AppointmentId) -> bool:
        """Tell whether cancelling now leaves no late mark."""
        ...

    def move(self, appointment: AppointmentId, slot: SlotId) -> AppointmentView:
        """Move an appointment to another slot, all or nothing."""
        ...

    def restore(self, appointment: AppointmentId) -> AppointmentView:
        """Take a place again that was given back by mistake; its late mark goes."""
        ...

    def moved_from(self, appointment: AppointmentId) -> AppointmentView | None:
        """Return what an appointment was before it was moved, None where it never was."""
        ...

    def undoable(self, since: datetime) -> Sequence[AppointmentView]:
        """Return what this account cancelled last, all at one time, if not before `since`."""
        ...

    def mine(self) -> Sequence[AppointmentView]:
        """Return the appointments this account may see."""
        ...
