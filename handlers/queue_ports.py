"""What the conversations of the day of the visit need of the desk; see `handlers.ports`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from scheduling.disciplines import Discipline
from scheduling.rota import Member, ShiftView
from scheduling.types import AppointmentId, AppointmentView, Opening, SlotId
from scheduling.visit import Closed, RoomView, Standing, TicketId, TicketView


class Visits(Protocol):
    """The visits of this account's patients today: checking in, and where they stand."""

    @property
    def near_metres(self) -> int:
        """So near to the site a place that is sent checks in."""
        ...

    @property
    def needs_place(self) -> bool:
        """Tell whether words alone are not enough: a code or a place has to show who is here."""
        ...

    def due(self) -> Sequence[AppointmentView]:
        """Return today's visits that are booked and not checked in, soonest first."""
        ...

    def standings(self) -> Sequence[Standing]:
        """Return where everybody with a ticket of today stands, soonest first."""
        ...

    def disciplines(self) -> Mapping[str, Discipline]:
        """Return how the departments of today's visits call, by name; as usual without any."""
        ...

    def check_in(self, appointment: AppointmentId, site: str | None = None) -> Standing:
        """Give a ticket to who is here; `site` is where the code was scanned."""
        ...

    def leave(self, ticket: TicketId) -> Standing:
        """Keep the ticket, and do not call it for now."""
        ...

    def come_back(self, ticket: TicketId) -> Standing:
        """Put who was away, was missed or has her results back into the line."""
        ...


class Rooms(Protocol):
    """The room of a member of staff, and calling into it."""

    def mine(self, member: Member, doctors: Sequence[str] = ()) -> RoomView | None:
        """Return the room to be called into now: of the doctor who writes, or one who is named."""
        ...

    def of(self, member: Member, shift: int) -> RoomView:
        """Return the room of one shift."""
        ...

    def call_next(self, member: Member, shift: int) -> TicketView | None:
        """Call who is next, which ends the visit of the one called before; None: nobody waits."""
        ...

    def call_again(self, member: Member, shift: int) -> TicketView:
        """Call once more the one called last, also when marked as missed since."""
        ...

    def miss(self, member: Member, shift: int) -> TicketView:
        """The one called last did not come."""
        ...

    def finish(self, member: Member, shift: int) -> TicketView:
        """End the visit of the one inside."""
        ...

    def take_back(self, member: Member, shift: int) -> TicketView:
        """Let the visit that ended last go on: it was ended by mistake."""
        ...

    def come_back(self, member: Member, shift: int, ticket: TicketId) -> TicketView:
        """Put who was missed, away or examined back into the line: she stands at the door."""
        ...

    def send_for_results(self, member: Member, shift: int) -> TicketView:
        """Send the one inside for an examination; she comes back with its results."""
        ...

    def others(self, member: Member, shift: int) -> Sequence[ShiftView]:
        """Return the rooms of the site a patient could be sent on to now."""
        ...

    def transfer(self, member: Member, shift: int, to_shift: int, ticket: TicketId) -> TicketView:
        """Send somebody of this room on to another doctor or room."""
        ...

    def delay(self, member: Member, shift: int, until: datetime) -> int:
        """Tell everybody that the doctor comes later (local); returns how many are told."""
        ...

    def resume(self, member: Member, shift: int) -> None:
        """The doctor is back."""
        ...

    def close(self, member: Member, shift: int) -> Closed:
        """End the shift early; who waits goes to another room, who is still to come is told."""
        ...

    def next_visit(self, member: Member, shift: int, on: datetime) -> Opening | None:
        """Return the free place with the same doctor nearest to a day."""
        ...

    def book_next_visit(
        self, member: Member, shift: int, slot: SlotId, after: AppointmentId
    ) -> AppointmentView:
        """Book it for the patient of today's visit `after`."""
        ...
