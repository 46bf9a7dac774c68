"""
Places of one day's shift: added (加号), for somebody by name or all, taken (减号), limited (限号).

The roster's files leave alone what was changed here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import Row, case, select, update

from desk import audit, line, shifts, stock
from desk.admission import lock_patient
from desk.bookings import Bookings
from desk.work import Actor, Work
from models import Shift, Slot
from scheduling.rota import Member, ShiftView
from scheduling.staff_errors import BadShiftTime, TooFewPlaces, TooManyPlaces
from scheduling.types import AppointmentView, PatientId, SlotId


class ShiftPlaces:
    """Places of shifts, in one piece of work."""

    def __init__(self, work: Work) -> None:
        """Act within this piece of work."""
        self._work = self._work_of_staff = work

    def extra_for(self, member: Member, shift: int, patient: PatientId) -> AppointmentView:
        """
        Add one place to a shift that has not ended, and book it for this patient (加号).

        Raises:
            NotAllowed; TooManyPlaces; what `Bookings.hold` raises.
        """
        work, _ = self._begin(member, shift)
        slots = list(work.conn.scalars(select(Slot.id).where(Slot.shift_id == shift)))
        lock_patient(work, patient, line.heads(work, slots))
        stock.lock(work, slots)
        self._count_extra(work, shift, 1)
        ahead = select(Slot.id).where(Slot.id.in_(slots), Slot.ends_at > work.now)
        last = work.conn.scalar(ahead.order_by(Slot.starts_at.desc()).limit(1))
        if last is None:
            raise BadShiftTime(fault="begun")
        one_more = update(Slot).where(Slot.id == last).values(capacity=Slot.capacity + 1)
        work.conn.execute(one_more)
        self._override_places(work, shift)
        bookings = Bookings(work)
        view = bookings.confirm(bookings.hold(SlotId(last), patient).id)
        audit.record(work, "extra", f"shift:{shift}", {"patient": patient, "places": 1})
        return view

    def add_places(self, member: Member, shift: int, count: int) -> ShiftView:
        """
        Add places to a shift, the last slots first; who waits for one gets it.

        Raises:
            NotAllowed; TooManyPlaces: facts: limit, that of the policy for a shift.
        """
        work, view = self._begin(member, shift)
        slots = self._lock(work, shift)
        self._count_extra(work, shift, count)
        given = Counter(slots[-1 - number % len(slots)] for number in range(count))
        for slot, more in given.items():
            self._give(work, slot, more)
        self._override_places(work, shift)
        line.hand_over(work, slots)
        audit.record(work, "extra", f"shift:{shift}", {"places": count, "slots": given})
        return replace(view, places=view.places + count)

    def take_places(self, member: Member, shift: int, count: int) -> ShiftView:
        """
        Take free places away from a shift, the last slots first; what is kept for some stays.

        Raises:
            NotAllowed; TooFewPlaces: facts: limit, how many are free.
        """
        work, view = self._begin(member, shift)
        slots = self._lock(work, shift)
        rows = work.conn.execute(select(*Slot.__table__.c).where(Slot.id.in_(slots)))
        free = {row.id: _free(row) for row in rows}
        if not 0 < count <= sum(free.values()):
            raise TooFewPlaces(limit=sum(free.values()))
        left, taken = count, Counter[int]()
        for slot in reversed(slots):
            taken[slot] = min(left, free[slot])
            self._give(work, slot, -taken[slot])
            left -= taken[slot]
        again = case((Shift.extra > count, Shift.extra - count), else_=0)
        work.conn.execute(update(Shift).where(Shift.id == shift).values(extra=again))
        self._override_places(work, shift)
        details = {"places": count, "slots": {slot: -gone for slot, gone in taken.items() if gone}}
        audit.record(work, "fewer", f"shift:{shift}", details)
        return replace(view, places=view.places - count)

    def limit_places(self, member: Member, shift: int, count: int) -> ShiftView:
        """
        Let a shift have so many places in all (限号): free ones are taken away, or some added.

        It is taken back like what it does.

        Raises:
            NotAllowed; TooFewPlaces: more are taken or kept for some; TooManyPlaces.
        """
        work, _ = self._begin(member, shift)
        self._lock(work, shift)
        view = shifts.one(work, member, shift)  # under the lock: others change it, too
        if count == view.places:
            return view
        if count > view.places:
            return self.add_places(member, shift, count - view.places)
        return self.take_places(member, shift, view.places - count)

    def give_back(self, member: Member, shift: int, given: Mapping[int, int]) -> ShiftView:
        """
        Take a change of places back: what was `given` to each slot, negative where it was taken.

        Raises:
            NotAllowed; TooFewPlaces: somebody has one of them by now.
        """
        work, view = self._begin(member, shift)
        slots = self._lock(work, shift)
        rows = work.conn.execute(select(*Slot.__table__.c).where(Slot.id.in_(slots)))
        free = {row.id: _free(row) for row in rows}
        if any(count > free.get(slot, 0) for slot, count in given.items() if count > 0):
            raise TooFewPlaces(limit=sum(free.get(slot, 0) for slot in given))
        for slot, count in given.items():
            self._give(work, slot, -count)
        more = sum(given.values())
        extra = case((Shift.extra > more, Shift.extra - more), else_=0)
        work.conn.execute(update(Shift).where(Shift.id == shift).values(extra=extra))
        line.hand_over(work, slots)
        return replace(view, places=view.places - more)

    # -- inside

    def _begin(self, member: Member, shift: int) -> tuple[Work, ShiftView]:
        work = replace(self._work, actor=Actor("window", name=f"staff:{member.id}"))
        self._work_of_staff = work
        return work, shifts.one(work, member, shift)

    def _lock(self, work: Work, shift: int) -> list[int]:
        """Lock the slots of a shift; returns them by time."""
        query = select(Slot.id).where(Slot.shift_id == shift).order_by(Slot.starts_at)
        slots = list(work.conn.scalars(query))
        line.lock(work, slots)
        return slots

    def _row(self, work: Work, shift: int) -> Row[Any]:
        """Read a shift; under the lock of its slots, so that of two changes one comes first."""
        return work.conn.execute(select(*Shift.__table__.c).where(Shift.id == shift)).one()

    def _count_extra(self, work: Work, shift: int, count: int) -> None:
        """
        So many places more than planned; no lock is needed for that.

        Raises:
            TooManyPlaces: facts: limit, of a shift, whoever gives them and however.
        """
        most = work.policy.extra_places
        more = update(Shift).where(Shift.id == shift, Shift.extra + count <= most)
        if count < 1 or work.conn.execute(more.values(extra=Shift.extra + count)).rowcount == 0:
            raise TooManyPlaces(limit=most)

    def _override(self, work: Work, row: Row[Any], what: str, **values: object) -> None:
        names = " ".join(sorted({*row.overridden.split(), what}))
        work.conn.execute(
            update(Shift).where(Shift.id == row.id).values(overridden=names, **values)
        )

    def _override_places(self, work: Work, shift: int) -> None:
        self._override(work, self._row(work, shift), "places")

    def _give(self, work: Work, slot: int, count: int) -> None:
        more = {
            "capacity": Slot.capacity + count,
            "chat_capacity": Slot.chat_capacity + count,
        }
        work.conn.execute(update(Slot).where(Slot.id == slot).values(**more))


def _free(slot: Row[Any]) -> int:
    """How many places nobody has and nobody is to have."""
    left = int(slot.capacity - slot.booked)
    return max(0, min(left, _common(slot) - int(slot.chat_booked)))


def _common(slot: Row[Any]) -> int:
    """How many places of the chat's share are kept for nobody."""
    kept = slot.reserve + slot.kept_elderly + slot.kept_referred + slot.kept_signed
    return int(slot.chat_capacity - kept)
