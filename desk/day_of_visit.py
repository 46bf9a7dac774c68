"""
The day of the visit as the chat acts in it: a patient's own visits, and a doctor's room.

Thin on purpose: what happens stands in `desk.tickets`, `desk.calling`, `desk.closing` and
`desk.standing`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from desk import calling, closing, next_visits, rooms, shifts, standing, tickets, visits
from desk.work import Work
from scheduling.disciplines import Discipline
from scheduling.errors import NotInLine
from scheduling.rota import Member, ShiftView
from scheduling.staff_errors import WhichRoom
from scheduling.types import AppointmentId, AppointmentView, Opening, SlotId
from scheduling.visit import Closed, RoomView, Standing, TicketId, TicketView

# A doctor calls into the room so long before the shift begins, not earlier.
_BEFORE = timedelta(hours=1)
# ... and is still at work so long after its end.
_AFTER = timedelta(hours=2)


class Visits:
    """The visits of the account that writes, today."""

    def __init__(self, work: Work) -> None:
        """Act within this piece of work."""
        self._work = work

    @property
    def near_metres(self) -> int:
        """So near to the site a place that is sent checks in."""
        return self._work.policy.check_in_metres

    @property
    def needs_place(self) -> bool:
        """Tell whether words alone are not enough to check in."""
        return self._work.policy.check_in_needs_place

    def due(self) -> Sequence[AppointmentView]:
        """Return today's visits that are booked and not checked in, soonest first."""
        today = tickets.todays(self._work)
        return [
            one.appointment
            for one in today
            if one.ticket is None and one.appointment.status == "booked"
        ]

    def standings(self) -> Sequence[Standing]:
        """Return where everybody with a ticket of today stands, soonest first."""
        return standing.of_account(self._work)

    def disciplines(self) -> Mapping[str, Discipline]:
        """Return how the departments of today's visits call, by name; as usual without any."""
        calls = self._work.policy.discipline
        found = {one.ticket.department_name: one.discipline for one in self.standings()}
        for at in (one.opening for one in self.due()):
            found[at.department_name] = calls(at.site, at.department)
        return found or {"": calls("", "")}

    def check_in(self, appointment: AppointmentId, site: str | None = None) -> Standing:
        """
        Give a ticket to who is here; `site` is where the code was scanned.

        Raises:
            What `tickets.check_in` raises.
        """
        ticket = tickets.check_in(self._work, appointment, site=site)
        stands = self._stands(ticket)
        if stands.wait is not None:
            tickets.keep_told(self._work, ticket.id, stands.wait)
        return stands

    def leave(self, ticket: TicketId) -> Standing:
        """
        Keep a ticket and do not call it for now.

        Raises:
            NoSuchTicket, NotInLine.
        """
        return self._stands(tickets.leave(self._work, ticket))

    def come_back(self, ticket: TicketId) -> Standing:
        """
        Put who was away, was missed or has her results back into the line.

        Raises:
            NoSuchTicket, ShiftSuspended, AppointmentOver.
        """
        return self._stands(tickets.come_back(self._work, ticket))

    def _stands(self, ticket: TicketView) -> Standing:
        return standing.of_ticket(self._work, ticket.id)


class Rooms:
    """The rooms that staff call into."""

    def __init__(self, work: Work) -> None:
        """Act within this piece of work."""
        self._work = work

    def mine(self, member: Member, doctors: Sequence[str] = ()) -> RoomView | None:
        """
        Return the room to be called into now: of a doctor, or of one of those who are named.

        It is the first of today that is not closed and has somebody left, or is not over, else
        the last one for some time. Patients who come for nobody by name are called by a doctor
        who has no shift of her own that day.

        Raises:
            WhichRoom: of several rooms for nobody by name; facts: rooms.
        """
        work = self._work
        today = shifts.to_call(work, member, self._today)
        if doctors:
            today = [one for one in today if one.doctor in doctors]
        own = [one for one in today if one.doctor is not None]
        seen = [standing.room(work, member, one.id) for one in own or today if self._is_now(one)]
        alive = [room for room in seen if self._is_alive(room)]
        if len(alive) > 1 and not own:
            raise WhichRoom(rooms="、".join(room.shift.room for room in alive))
        late = [room for room in seen if room.shift.ends_at + _AFTER > work.now]
        return next(iter([*alive, *reversed(late)]), None)

    def of(self, member: Member, shift: int) -> RoomView:
        """
        Return the room of one shift.

        Raises:
            NotAllowed.
        """
        return standing.room(self._work, member, shift)

    def call_next(self, member: Member, shift: int) -> TicketView | None:
        """Call who is next; raises as `calling.call_next`."""
        return calling.call_next(self._work, member, shift)

    def call_again(self, member: Member, shift: int) -> TicketView:
        """Call once more the one called last; raises as `calling.call_again`."""
        return calling.call_again(self._work, member, shift)

    def miss(self, member: Member, shift: int) -> TicketView:
        """The one called last did not come; raises as `calling.miss`."""
        return calling.miss(self._work, member, shift)

    def finish(self, member: Member, shift: int) -> TicketView:
        """End the visit of the one inside; raises as `calling.finish`."""
        return calling.finish(self._work, member, shift)

    def take_back(self, member: Member, shift: int) -> TicketView:
        """Let the visit that ended last go on; raises as `calling.take_back`."""
        return calling.take_back(self._work, member, shift)

    def come_back(self, member: Member, shift: int, ticket: TicketId) -> TicketView:
        """
        Put who was missed, away or examined back into the line of this room.

        Raises:
            NotAllowed, ShiftSuspended, WrongDay; NotInLine: it waits in another room.
        """
        work, _ = visits.staff(self._work, member, shift)
        if ticket not in {one.id for one in standing.room(work, member, shift).gone}:
            raise NotInLine(state="")
        return tickets.come_back(work, ticket)

    def send_for_results(self, member: Member, shift: int) -> TicketView:
        """Send the one inside for an examination; raises as `calling.send_for_results`."""
        return calling.send_for_results(self._work, member, shift)

    def others(self, member: Member, shift: int) -> Sequence[ShiftView]:
        """
        Return the other rooms of the site that patients can be sent on to now, by time.

        Raises:
            NotAllowed.
        """
        about = shifts.one_to_call(self._work, member, shift)
        anybody = Member(member.id, member.name, "desk", None, about.site)
        found = [
            one
            for one in shifts.of_day(self._work, anybody, self._today)
            if one.id != shift and one.ends_at > self._work.now and self._is_now(one)
        ]
        begun = rooms.read(self._work, [one.id for one in found])
        return [one for one in found if one.id not in begun or begun[one.id].state != "closed"]

    def transfer(self, member: Member, shift: int, to_shift: int, ticket: TicketId) -> TicketView:
        """Send somebody of this room on to another one; raises as `calling.transfer`."""
        return calling.transfer(self._work, member, shift, to_shift, ticket)

    def delay(self, member: Member, shift: int, until: datetime) -> int:
        """Say that the doctor comes later (local); raises as `calling.delay`."""
        return calling.delay(self._work, member, shift, until)

    def resume(self, member: Member, shift: int) -> None:
        """Say that the doctor is back; raises as `calling.resume`."""
        calling.resume(self._work, member, shift)

    def close(self, member: Member, shift: int) -> Closed:
        """End the shift; raises as `closing.close`."""
        return closing.close(self._work, member, shift)

    def next_visit(self, member: Member, shift: int, on: datetime) -> Opening | None:
        """Return the free place with the same doctor nearest to a day, and to an hour of it."""
        return next_visits.nearest(self._work, member, shift, on)

    def book_next_visit(
        self, member: Member, shift: int, slot: SlotId, after: AppointmentId
    ) -> AppointmentView:
        """Book it for the patient of today's visit `after`; raises as `next_visits.book`."""
        return next_visits.book(self._work, member, shift, slot, after)

    @property
    def _today(self) -> date:
        return self._work.local(self._work.now).date()

    def _is_alive(self, room: RoomView) -> bool:
        """Tell whether there is something to do in a room, or may yet be."""
        is_busy = room.inside or room.line or room.missed or room.results
        is_on = bool(is_busy) or room.shift.ends_at > self._work.now
        return room.state != "closed" and is_on

    def _is_now(self, shift: ShiftView) -> bool:
        """Tell whether a shift takes place and has begun, or is about to."""
        return shift.state == "published" and shift.starts_at - _BEFORE <= self._work.now
