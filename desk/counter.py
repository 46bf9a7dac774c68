"""The counter (服务台): everything one account can ask for, in one piece of work."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property

from desk.bookings import Bookings
from desk.broadcasts import Broadcasts
from desk.care import Care
from desk.catalogue import Catalogue
from desk.change_undo import PastChanges
from desk.day_of_visit import Rooms, Visits
from desk.finder import Finder
from desk.hints import Hints
from desk.notices import Notices
from desk.own_data import OwnData
from desk.patients import Patients
from desk.prompts import Prompts
from desk.replacements import Replacements
from desk.requests import Requests
from desk.sharing import Sharing
from desk.shift_changes import ShiftChanges
from desk.staff import StaffRoom
from desk.suspensions import Suspensions
from desk.waitlist import Waitlist
from desk.work import Work


class Counter:
    """The desk as the conversations see it; its shape is the `Desk` of handlers/ports."""

    def __init__(self, work: Work) -> None:
        """Serve within this piece of work; whoever opened it commits."""
        self.work = work

    @property
    def now(self) -> datetime:
        """The instant of this piece of work, local."""
        return self.work.local(self.work.now)

    @cached_property
    def catalogue(self) -> Catalogue:
        """What there is."""
        return Catalogue(self.work)

    @cached_property
    def finder(self) -> Finder:
        """What is free."""
        return Finder(self.work)

    @cached_property
    def hints(self) -> Hints:
        """What else there is near by."""
        return Hints(self.work)

    @cached_property
    def bookings(self) -> Bookings:
        """What is taken."""
        return Bookings(self.work)

    @cached_property
    def waitlist(self) -> Waitlist:
        """What is waited for."""
        return Waitlist(self.work)

    @cached_property
    def patients(self) -> Patients:
        """Who it is for."""
        return Patients(self.work)

    @cached_property
    def sharing(self) -> Sharing:
        """Who else of the family is told."""
        return Sharing(self.work)

    @cached_property
    def care(self) -> Care:
        """How it wants to be talked to."""
        return Care(self.work)

    @cached_property
    def own_data(self) -> OwnData:
        """What is kept of the account."""
        return OwnData(self.work)

    @cached_property
    def prompts(self) -> Prompts:
        """What notices asked."""
        return Prompts(self.work)

    @cached_property
    def requests(self) -> Requests:
        """What needs a person."""
        return Requests(self.work)

    @cached_property
    def notices(self) -> Notices:
        """What will be sent."""
        return Notices(self.work)

    @cached_property
    def staff(self) -> StaffRoom:
        """Who works here."""
        return StaffRoom(self.work)

    @cached_property
    def suspensions(self) -> Suspensions:
        """What does not take place."""
        return Suspensions(self.work)

    @cached_property
    def broadcasts(self) -> Broadcasts:
        """What is told to many."""
        return Broadcasts(self.work)

    @cached_property
    def replacements(self) -> Replacements:
        """What is offered instead."""
        return Replacements(self.work)

    @cached_property
    def shift_changes(self) -> ShiftChanges:
        """What is different today."""
        return ShiftChanges(self.work)

    @cached_property
    def past_changes(self) -> PastChanges:
        """What may be taken back."""
        return PastChanges(self.work)

    @cached_property
    def visits(self) -> Visits:
        """Who is here today, and where in line."""
        return Visits(self.work)

    @cached_property
    def rooms(self) -> Rooms:
        """Whom the doctors call."""
        return Rooms(self.work)
