"""
Taking, keeping, moving and giving back a place.

Every act is atomic within the caller's transaction: a refusal leaves nothing behind. Locks are
taken in one order: the patient's row (before limits are counted) with those of who is next in
line for what this act frees, slots sorted by id, then appointments by conditional updates, then
inserts. Expired holds of the slot and the patient are reclaimed first, so a place is free the
moment its hold ends; who waits for it (`desk.line`) comes before who asks.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from desk import (
    appointments,
    entitlements,
    holds,
    leaving,
    line,
    notices,
    outbox,
    restoring,
    stock,
)
from desk.accounts import account
from desk.admission import admit, check_account, check_speaks_for, discreet, lock_patient
from desk.events import record
from desk.placing import Placing, place, put_expiry
from desk.work import Work
from models.appointments import ACTIVE
from scheduling.errors import AppointmentOver, HoldExpired, ShiftSuspended
from scheduling.types import AppointmentId, AppointmentView, CancelReason, PatientId, SlotId


class Bookings:
    """The bookings of one actor, in one piece of work."""

    def __init__(self, work: Work) -> None:
        """Act within this piece of work."""
        self._work = work
        self._held: AppointmentView | None = None

    def hold(
        self, slot: SlotId, patient: PatientId, words: str = "", *, is_replaced: bool = False
    ) -> AppointmentView:
        """
        Take a place for some minutes; `words` is the complaint, kept sealed; see `admit`.

        An account holds one place at a time: an older hold of it is given back. Asking for the
        same place again only extends it.

        Raises:
            NotYourPatient, SlotTaken, KeptForOthers, ShiftSuspended, NotBookable, NotOpenYet,
            TooLate, AgeOrSexUnfit, PatientBlocked, SameHalfDay, Overlapping, DailyLimit,
            TotalLimit, AccountLimit.
            Unavailable: for a reason the account may not know; it is counted in this transaction,
            so whoever answers the refusal must commit. NotVerified: it was refused too often.
        """
        work = self._work
        wanted = stock.wanted(work, slot)
        stock.refuse_if_full(work, wanted)
        me = account(work)
        check_speaks_for(work, me, patient)
        check_account(work, me)
        mine = [] if me is None else holds.live(work, me, patient, wanted.department_id)
        for held in mine:
            if (held.slot_id, held.patient_id) == (slot, patient):
                return self.extend(AppointmentId(held.id))
        older = [held for held in mine if held.waitlist_id is None]
        person, offered = self._reclaim(slot, patient, older)
        with discreet(work, me, patient), work.conn.begin_nested():
            offered += self._give_back(older)
            if turn := [
                o for o in offered if (o.slot, o.patient, o.account) == (slot, patient, me)
            ]:
                return appointments.view(work, turn[0].appointment)
            admit(work, wanted, person, is_replaced=is_replaced)
            quota = stock.take(work, wanted, entitlements.of(work, patient, wanted.visit_on))
            until = work.now + work.policy.hold
            placing = Placing(patient, me, "held", until, words=words, quota=quota)
            placed = place(work, wanted, placing)
        self._held = appointments.view(work, placed)
        return self._held

    def just_held(self, appointment: AppointmentId) -> AppointmentView:
        """
        Return a hold as it stands; the one this piece of work has just made is not read again.

        Raises:
            NotYourAppointment: none that the actor may see.
        """
        held, self._held = self._held, None
        if held is not None and held.id == appointment:
            return held
        return appointments.view(self._work, appointment)

    def extend(self, appointment: AppointmentId) -> AppointmentView:
        """
        Keep a held place for another while, within the longest hold.

        Raises:
            HoldExpired: it has been given back. NotYourAppointment, AppointmentOver.
        """
        work = self._work
        row = appointments.find(work, appointment)
        longest = row.created_at + work.policy.hold_longest
        until = min(work.now + work.policy.hold, longest)
        if row.waitlist_id is not None:
            until = row.held_until  # others wait for an offer to end
        if holds.change(work, row.id, held_until=until):
            put_expiry(work, row.id, until)
        else:
            self._refuse_unless_booked(appointment)
        return appointments.view(work, appointment)

    def confirm(self, appointment: AppointmentId) -> AppointmentView:
        """
        Turn a hold into an appointment; saying it twice changes nothing.

        Raises:
            HoldExpired: it has been given back. NotYourAppointment, AppointmentOver.
        """
        work = self._work
        row = appointments.find(work, appointment)
        confirmed = {"status": "booked", "confirmed_at": work.now, "held_until": None}
        if not holds.change(work, row.id, **confirmed):
            self._refuse_unless_booked(appointment)
            return appointments.view(work, appointment)
        record(work, row.id, "held", "booked")
        if row.waitlist_id is not None:
            line.accepted(work, row.waitlist_id)
            outbox.void(work, row.id)
        line.fulfilled(work, row.patient_id, row)
        view = appointments.view(work, appointment)
        notices.booked(work, view)
        return view

    def release(self, appointment: AppointmentId, *, is_leaving: bool = False) -> None:
        """
        Give a held place back; nothing happens to one that is booked or over.

        Who `is_leaving` the line is not offered another one instead.

        Raises:
            NotYourAppointment: none that the actor may see.
        """
        row = appointments.find(self._work, appointment)
        if row.status == "held":
            self._end_hold(row, "released", row.patient_id if is_leaving else None)

    def expire(self, appointment: AppointmentId) -> None:
        """Give back the place of a hold whose time is over; the job of that name."""
        row = appointments.find(self._work, appointment)
        if row.status == "held" and row.held_until <= self._work.now:
            self._end_hold(row, "time is over")

    def cancel(
        self, appointment: AppointmentId, reason: CancelReason | None = None
    ) -> AppointmentView:
        """
        Give a place back, with a late mark when it is not free any more.

        Who has checked in leaves the line with it.

        Raises:
            AppointmentOver: ended already, cancelled before, or visited. NotYourAppointment.
            NotInLine: it is the patient's turn.
        """
        work = self._work
        row = leaving.leaving(work, appointment)
        late = row.status != "held" and not leaving.is_free(work, row)
        with work.conn.begin_nested():
            slots = line.coming_back(work, [row])
            line.lock(work, slots)
            leaving.out_of_line(work, row)
            ended = {"late_cancel": late, "cancel_reason": reason}
            if not stock.finish(work, row, "cancelled", reason or "", **ended):
                raise AppointmentOver
            view = appointments.view(work, appointment)
            if row.status != "held":
                notices.cancelled(work, view)
                line.pass_on(work, row)
            else:
                line.hand_over(work, slots)
        return view

    def explain(self, appointment: AppointmentId, reason: CancelReason) -> None:
        """
        Put down why an appointment was given back, said afterwards; a second answer stands.

        Raises:
            NotYourAppointment: none that the actor may see.
        """
        restoring.explain(self._work, appointment, reason)

    def cancel_is_free(self, appointment: AppointmentId) -> bool:
        """
        Tell whether cancelling now leaves no late mark.

        Raises:
            NotYourAppointment, AppointmentOver, NotInLine.
        """
        return leaving.is_free(self._work, leaving.leaving(self._work, appointment))

    def move(self, appointment: AppointmentId, slot: SlotId) -> AppointmentView:
        """
        Move a booked appointment to another slot, all or nothing; returns the new one.

        The old one ends as rescheduled. Moving to the slot it has already changes nothing.

        Raises:
            What `hold` raises of the new slot; NotYourAppointment, AppointmentOver of the old.
        """
        work = self._work
        old = leaving.ahead(work, appointment)
        if old.status != "booked":
            raise AppointmentOver
        if old.slot_id == slot:
            return appointments.view(work, appointment)
        wanted = stock.wanted(work, slot)
        person, _ = self._reclaim(slot, old.patient_id, [old])
        with discreet(work, account(work), old.patient_id), work.conn.begin_nested():
            if not stock.finish(work, old, "rescheduled"):
                raise AppointmentOver
            admit(work, wanted, person)
            who, me = old.patient_id, old.wechat_user_id
            quota = stock.take(work, wanted, entitlements.of(work, who, wanted.visit_on))
            placing = Placing(who, me, "booked", moved_from=old, quota=quota)
            placed = place(work, wanted, placing)
            line.fulfilled(work, old.patient_id, wanted)
            line.pass_on(work, old)
            view = appointments.view(work, placed)
            notices.moved(work, view)
        return view

    def moved_from(self, appointment: AppointmentId) -> AppointmentView | None:
        """Return what an appointment was before it was moved, None where it never was."""
        return appointments.moved_from(self._work, appointment)

    def undoable(self, since: datetime) -> Sequence[AppointmentView]:
        """
        Return what this account gave back last, all of one moment, if not before `since`.

        What the patient has again by now is left out.
        """
        return appointments.given_back(self._work, since)

    def restore(self, appointment: AppointmentId) -> AppointmentView:
        """
        Take the place again that was given back by mistake, as it was; its late mark goes.

        Raises:
            What `hold` raises of the place, which others may have by now.
        """
        return restoring.restore(self._work, self, appointment)

    def mine(self) -> Sequence[AppointmentView]:
        """Return what is active or still to come of all the account may see, soonest first."""
        return appointments.mine(self._work)

    # -- inside ------------------------------------------------------------------------------

    def _reclaim(
        self, slot: int, patient: int, leaving: Sequence[Row[Any]]
    ) -> tuple[Row[*tuple[Any, ...]], list[line.Offered]]:
        """
        Lock all that an act needs, and end what is over, whatever becomes of the act itself.

        `leaving` is what the act will give up. Returns the patient, and who was offered a place.
        """
        work = self._work
        over = holds.expired(work, [slot], patient)
        back = line.coming_back(work, over, but_for=patient)
        freed = [*back, *(row.slot_id for row in leaving)]
        person = lock_patient(work, patient, line.heads(work, freed))
        if not freed:
            return person, []  # the conditional update alone locks the one slot
        stock.lock(work, [slot, *freed])
        for hold in over:
            stock.finish(work, hold, "expired", "time is over")
        return person, line.hand_over(work, back)

    def _give_back(self, older: Sequence[Row[Any]]) -> list[line.Offered]:
        for hold in older:
            stock.finish(self._work, hold, "expired", "another place was taken")
        return line.hand_over(self._work, [hold.slot_id for hold in older])

    def _end_hold(self, row: Row[Any], reason: str, but_for: int | None = None) -> None:
        slots = line.coming_back(self._work, [row], but_for)
        line.lock(self._work, slots)
        if stock.finish(self._work, row, "expired", reason):
            line.hand_over(self._work, slots)

    def _refuse_unless_booked(self, appointment: AppointmentId) -> None:
        status = appointments.find(self._work, appointment).status
        if status in ("held", "expired"):
            raise HoldExpired
        if status == "suspended":
            raise ShiftSuspended
        if status not in ACTIVE:
            raise AppointmentOver
