"""What the conversations of the staff need of the desk; `handlers.ports` explains the shape."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from scheduling.broadcasting import Audience, BroadcastView, Forecast
from scheduling.rota import (
    DayLine,
    Impact,
    Line,
    Member,
    PastChange,
    PatientLine,
    Progress,
    ShiftView,
    Told,
)
from scheduling.types import AppointmentView, PatientId

# From when on of which shifts; those that are not named are meant as a whole.
Parts = Mapping[int, datetime]


class StaffRoom(Protocol):
    """Who works here."""

    def me(self) -> Member | None:
        """Return the member of staff who writes, or None."""
        ...

    def may_look_up(self, member: Member) -> bool:
        """Tell whether this member may look patients up in the chat."""
        ...

    def look_up(self, words: str) -> Sequence[PatientLine]:
        """Return whom a name, a phone or a document fits, masked."""
        ...

    def bind(self, code: str) -> Member | None:
        """Bind this account by its one-time code; None for one that is no good."""
        ...


class Suspensions(Protocol):
    """Shifts, and suspending them."""

    def shifts(
        self,
        member: Member,
        doctors: Sequence[str] = (),
        departments: Sequence[str] = (),
        when: Sequence[tuple[datetime, datetime]] = (),
    ) -> Sequence[ShiftView]:
        """Return the shifts ahead that are meant and that this member may act on."""
        ...

    def day(
        self,
        member: Member,
        doctors: Sequence[str],
        departments: Sequence[str],
        when: Sequence[tuple[datetime, datetime]],
        *,
        names_too: bool,
    ) -> Sequence[tuple[ShiftView, Sequence[DayLine]]]:
        """Return shifts with their patients, masked; without them unless `names_too`."""
        ...

    def foresee(self, shifts: Sequence[int], parts: Parts) -> Impact:
        """Return what suspending shifts, or those parts of them, would do to their patients."""
        ...

    def suspend(self, member: Member, shifts: Sequence[int], parts: Parts) -> int:
        """Close shifts and have their patients offered new places; returns its number."""
        ...

    def resume(self, member: Member, suspension: int, shifts: Sequence[int] = ()) -> Progress:
        """Take a suspension back, or some of its shifts."""
        ...

    def latest(self, member: Member) -> int | None:
        """Return the newest suspension of this member that stands."""
        ...

    def began(self, suspension: int) -> datetime:
        """Return when a suspension was made (local)."""
        ...

    def lines(self, suspension: int) -> Sequence[Line]:
        """Return a suspension's patients: where each could go, and how far it is."""
        ...

    def progress(self, suspension: int, only: Sequence[int] = ()) -> Progress:
        """Return how far a suspension is, or some of its shifts."""
        ...


class ShiftChanges(Protocol):
    """What staff change of one day's shift."""

    def rehearse(self, act: Callable[[], object]) -> None:
        """Raise what a change would be refused for; nothing of it is kept."""
        ...

    def foresee(self, shift: int, change: str) -> Told:
        """Return who would be told of another doctor, room or time, and how."""
        ...

    def usual_fee(self, view: ShiftView, doctor: str) -> int | None:
        """Return what a doctor mostly costs, where that is not what this shift costs."""
        ...

    def substitute(self, member: Member, shift: int, doctor: str) -> ShiftView:
        """Let another doctor see the patients."""
        ...

    def move_room(self, member: Member, shift: int, room: str) -> ShiftView:
        """See the patients in another room."""
        ...

    def move_times(self, member: Member, shift: int, minutes: int) -> ShiftView:
        """Begin so many minutes later, or earlier."""
        ...

    def extra_for(self, member: Member, shift: int, patient: PatientId) -> AppointmentView:
        """Add one place and book it for this patient."""
        ...

    def add_places(self, member: Member, shift: int, count: int) -> ShiftView:
        """Add places."""
        ...

    def limit_places(self, member: Member, shift: int, count: int) -> ShiftView:
        """Add or take places until there are so many in all."""
        ...

    def take_places(self, member: Member, shift: int, count: int) -> ShiftView:
        """Take free places away."""
        ...


class PastChanges(Protocol):
    """What a member of staff has changed and may take back."""

    def newest(self, member: Member) -> PastChange | None:
        """Return the newest change that can still be taken back."""
        ...

    def undo(self, member: Member) -> ShiftView:
        """Take it back."""
        ...


class Broadcasts(Protocol):
    """What is told to many."""

    @property
    def alone(self) -> int:
        """How many recipients one member of staff may reach without another one."""
        ...

    def foresee(self, member: Member, audience: Audience, words: str) -> Forecast:
        """Return whom these words would reach, without keeping anything."""
        ...

    def draft(self, member: Member, audience: Audience, words: str) -> BroadcastView:
        """Keep a broadcast that nobody has confirmed yet."""
        ...

    def confirm(self, member: Member, broadcast: int) -> BroadcastView:
        """Let a draft leave once it could not be taken back any more."""
        ...

    def take_back(self, member: Member) -> BroadcastView:
        """Take back this member's newest broadcast that has not begun to leave."""
        ...
