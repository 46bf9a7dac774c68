"""
What the conversations need of the desk; the desk arrives as an argument of this shape.

All acts belong to one account (the WeChat user who writes) and one open transaction; each raises
a `scheduling.errors.Refusal` when a rule says no. Times in and out are aware and site-local.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from handlers.patients_port import Care, OwnData, Patients, Sharing
from handlers.queue_ports import Rooms, Visits
from handlers.staff_ports import Broadcasts, PastChanges, ShiftChanges, StaffRoom, Suspensions
from handlers.waitlist_port import Waitlist
from scheduling.advice import Hint
from scheduling.offers import Offers
from scheduling.types import (
    AppointmentId,
    AppointmentView,
    CancelReason,
    Fee,
    Need,
    Opening,
    Outlook,
    PatientId,
    Physician,
    Place,
    PromptId,
    PromptView,
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


class Prompts(Protocol):
    """What notices asked this account."""

    def waiting(self) -> Sequence[PromptView]:
        """Return what was asked, seen and not answered yet, the newest first."""
        ...

    def shown(self, prompt: PromptId) -> None:
        """A question was put to the account in the chat."""
        ...

    def answered(self, prompt: PromptId) -> None:
        """Take a question off the list."""
        ...


class Requests(Protocol):
    """What is left for a person at the desk."""

    def ask_for_human(self, words: str, site: str = "") -> None:
        """Put the words on the list of the desk, of the site that is talked about."""
        ...

    def hand_in(self, words: str, kind: str, media_id: str) -> bool:
        """Put a picture or the like on the list; False where the account has sent too many."""
        ...

    def is_waiting(self) -> bool:
        """Tell whether a person was asked for who has not answered yet."""
        ...


class Notices(Protocol):
    """What will be sent."""

    def outlook(self, view: AppointmentView) -> Outlook:
        """Return how the first reminder of an appointment that can come will come."""
        ...

    def when_near(self, view: AppointmentView) -> str:
        """Return how who is here will hear that her turn is near: wechat, sms, out_of_reach."""
        ...


class Replacements(Protocol):
    """What is offered to patients of a suspended shift."""

    def pending(self) -> Sequence[tuple[AppointmentView, AppointmentView | None, PromptId | None]]:
        """Return what was suspended and is not settled, what is held instead, and its question."""
        ...

    def offered(self, line: int) -> AppointmentView | None:
        """Return the place that is held, or None."""
        ...

    def accept(self, line: int) -> AppointmentView:
        """Take the place that is held."""
        ...

    def give_back(self, line: int) -> None:
        """Want none."""
        ...

    def took_other(self, line: int) -> None:
        """Another place was booked instead."""
        ...


class Desk(Protocol):
    """The counter, as the conversations see it."""

    @property
    def now(self) -> datetime:
        """The instant of this turn."""
        ...

    @property
    def catalogue(self) -> Catalogue:
        """What there is."""
        ...

    @property
    def finder(self) -> Finder:
        """What is free."""
        ...

    @property
    def hints(self) -> Hints:
        """What else there is near by."""
        ...

    @property
    def bookings(self) -> Bookings:
        """What is taken."""
        ...

    @property
    def waitlist(self) -> Waitlist:
        """What is waited for."""
        ...

    @property
    def patients(self) -> Patients:
        """Who it is for."""
        ...

    @property
    def sharing(self) -> Sharing:
        """Who else of the family is told."""
        ...

    @property
    def care(self) -> Care:
        """How it wants to be talked to."""
        ...

    @property
    def own_data(self) -> OwnData:
        """What is kept of the account."""
        ...

    @property
    def prompts(self) -> Prompts:
        """What notices asked."""
        ...

    @property
    def requests(self) -> Requests:
        """What needs a person."""
        ...

    @property
    def notices(self) -> Notices:
        """What will be sent."""
        ...

    @property
    def staff(self) -> StaffRoom:
        """Who works here."""
        ...

    @property
    def suspensions(self) -> Suspensions:
        """What does not take place."""
        ...

    @property
    def replacements(self) -> Replacements:
        """What is offered instead."""
        ...

    @property
    def broadcasts(self) -> Broadcasts:
        """What is told to many."""
        ...

    @property
    def shift_changes(self) -> ShiftChanges:
        """What is different today."""
        ...

    @property
    def past_changes(self) -> PastChanges:
        """What may be taken back."""
        ...

    @property
    def visits(self) -> Visits:
        """Who is here today, and where in line."""
        ...

    @property
    def rooms(self) -> Rooms:
        """Whom the doctors call."""
        ...
