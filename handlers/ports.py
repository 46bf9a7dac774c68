"""
What the conversations need of the desk; the desk arrives as an argument of this shape.

All acts belong to one account (the WeChat user who writes) and one open transaction; each raises
a `scheduling.errors.Refusal` when a rule says no. Times in and out are aware and site-local.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from handlers.booking_ports import Bookings, Catalogue, Finder, Hints
from handlers.patients_port import Care, OwnData, Patients, Sharing
from handlers.queue_ports import Rooms, Visits
from handlers.staff_ports import Broadcasts, PastChanges, ShiftChanges, StaffRoom, Suspensions
from handlers.waitlist_port import Waitlist
from scheduling.types import AppointmentView, Outlook, PromptId, PromptView


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

    def back(self, line: int) -> AppointmentView | None:
        """Return the old place where the patient has it again, or None."""
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
