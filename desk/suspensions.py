"""
Suspending shifts (停诊) and taking that back.

Closing is one short transaction under the locks that booking takes, so nobody slips in; the
patients' new places are planned by a job right after it (`desk.rebooking`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError

from desk import (
    appointments,
    audit,
    jobs,
    line,
    notices,
    outbox,
    rebooking,
    rehousing,
    replanning,
    rooms,
    shift_impact,
    splitting,
    stock,
    suspension_lines,
)
from desk.events import record
from desk.rows import insert_row
from desk.shifts import ahead, check, of_suspension, patients
from desk.splitting import NO_PARTS, Parts
from desk.work import Actor, Work
from models import (
    Appointment,
    Outbox,
    Shift,
    Slot,
    Suspension,
    SuspensionLine,
)
from models.appointments import ACTIVE
from models.staff import PENDING
from scheduling.errors import ShiftSuspended
from scheduling.rota import DayLine, Impact, Line, Member, Progress, ShiftView
from scheduling.staff_errors import NothingToUndo

_LINES = (
    select(
        SuspensionLine.id.label("line"),
        SuspensionLine.state.label("answer"),
        SuspensionLine.target_id,
        SuspensionLine.was_checked_in,
        *Appointment.__table__.c,
    )
    .join(Appointment, Appointment.id == SuspensionLine.appointment_id)
    .where(
        SuspensionLine.suspension_id == bindparam("suspension"),
        Appointment.shift_id.in_(bindparam("shifts", expanding=True)),
    )
    .order_by(Appointment.id)
)


class Suspensions:
    """The suspensions of one house, in one piece of work."""

    def __init__(self, work: Work) -> None:
        """Act within this piece of work."""
        self._work = work

    def shifts(
        self,
        member: Member,
        doctors: Sequence[str] = (),
        departments: Sequence[str] = (),
        when: Sequence[tuple[datetime, datetime]] = (),
    ) -> Sequence[ShiftView]:
        """Return the shifts ahead that are meant and that this member may act on."""
        return ahead(self._work, member, doctors, departments, when)

    def day(
        self,
        member: Member,
        doctors: Sequence[str],
        departments: Sequence[str],
        when: Sequence[tuple[datetime, datetime]],
        *,
        names_too: bool,
    ) -> Sequence[tuple[ShiftView, Sequence[DayLine]]]:
        """
        Return the shifts that are meant, each with its patients by time, names masked.

        Without patients unless `names_too`. That they were looked at is written down.
        """
        work = self._of_staff(member)
        found = ahead(work, member, doctors, departments, when)
        if not names_too:
            return [(shift, ()) for shift in found]
        audit.record(work, "look", "day", {"shifts": [shift.id for shift in found]})
        return [(shift, patients(work, shift.id)) for shift in found]

    def foresee(self, shifts: Sequence[int], parts: Parts = NO_PARTS) -> Impact:
        """Return what suspending these shifts would do to their patients; changes nothing."""
        return self.plan(shifts, parts)[0]

    def plan(
        self, shifts: Sequence[int], parts: Parts = NO_PARTS
    ) -> tuple[Impact, Sequence[Line]]:
        """Return the same with each patient's place in the plan."""
        people = replanning.people_of(self._work, shifts, parts)
        free = replanning.seats_beside(self._work, people, shifts, parts)
        lines = suspension_lines.foreseen(self._work, people, free)
        days = [line.why[0] for line in lines]
        ways = shift_impact.ways_of(self._work, "suspended", [row.id for row in people])
        silent = {row.id for row, way in zip(people, ways, strict=True) if way is None}
        impact = Impact(
            affected=len(lines),
            checked_in=sum(line.was_checked_in for line in lines),
            shifted=days.count("same_half"),
            later=sum(line.new_at is not None for line in lines) - days.count("same_half"),
            to_ring=sum(line.new_at is None or line.appointment in silent for line in lines),
        )
        return impact, lines

    def suspend(self, member: Member, shifts: Sequence[int], parts: Parts = NO_PARTS) -> int:
        """
        Close shifts at once and see to it that their patients get new places; returns its number.

        Of those in `parts` only what begins then or later: a shift of its own from now on.

        Raises:
            NotAllowed: a shift this member may not touch.
            ShiftSuspended: one of them is suspended already. BadShiftTime: nothing begins later.
        """
        work = self._of_staff(member)
        check(work, member, shifts)
        slots = list(work.conn.scalars(_slots_of(shifts)))
        with work.conn.begin_nested():
            stock.lock(work, slots)
            rooms.lock(work, rooms.of_today(work, shifts))
            shifts = [
                splitting.split(work, shift, parts[shift]) if shift in parts else shift
                for shift in shifts
            ]
            slots = list(work.conn.scalars(_slots_of(shifts)))
            rooms.lock(work, today := rooms.of_today(work, shifts))
            row = {"staff_id": member.id, "created_at": work.now}
            number = insert_row(work.conn, insert(Suspension), row)
            closed = work.conn.execute(
                update(Shift)
                .where(Shift.id.in_(shifts), Shift.state == "published")
                .values(state="suspended", suspension_id=number)
            )
            if closed.rowcount != len(set(shifts)):
                raise ShiftSuspended
            work.conn.execute(update(Slot).where(Slot.id.in_(slots)).values(is_open=False))
            self._free_all(work, number, shifts)
            for shift in today:
                rehousing.clear(work, shift, "the shift is suspended")
        todo = {"suspension": number}
        jobs.put(work, rebooking.PLAN, f"{rebooking.PLAN}:{number}", todo, work.now)
        audit.record(work, "suspend", f"suspension:{number}", {"shifts": list(shifts)})
        return number

    def resume(self, member: Member, suspension: int, shifts: Sequence[int] = ()) -> Progress:
        """
        Take a suspension back: its shifts take place, whoever has not answered has the old place.

        With `shifts` only these of them. Who accepted another place, or took one, keeps that. Only
        those who were told are told.

        Raises:
            NotAllowed; NothingToUndo: taken back already, or all its shifts are over.
        """
        work = self._of_staff(member)
        with work.conn.begin_nested():
            standing = select(Suspension.id).where(
                Suspension.id == suspension, Suspension.undone_at.is_(None)
            )
            if work.conn.scalar(standing.with_for_update()) is None:
                raise NothingToUndo
            closed = [shift.id for shift in of_suspension(work, suspension)]
            back = [shift for shift in closed if not shifts or shift in shifts]
            check(work, member, back)
            if not back:
                raise NothingToUndo
            self._reopen(work, suspension, back)
            if back == closed:
                over = update(Suspension).where(Suspension.id == suspension)
                work.conn.execute(over.values(undone_at=work.now))
            audit.record(work, "resume", f"suspension:{suspension}", {"shifts": back})
            progress = self.progress(suspension, back)
            splitting.join(work, back)
        return progress

    def latest(self, member: Member) -> int | None:
        """Return the number of the newest suspension that stands and that this member made."""
        newest = (
            select(Suspension.id)
            .where(Suspension.undone_at.is_(None), Suspension.staff_id == member.id)
            .order_by(Suspension.id.desc())
            .limit(1)
        )
        return self._work.conn.scalar(newest)

    def began(self, suspension: int) -> datetime:
        """Return when a suspension was made (local)."""
        made = select(Suspension.created_at).where(Suspension.id == suspension)
        return self._work.local(self._work.conn.scalar(made) or self._work.now)

    def progress(self, suspension: int, only: Sequence[int] = ()) -> Progress:
        """Return how far a suspension is, or some of its shifts."""
        shifts = [
            shift
            for shift in of_suspension(self._work, suspension)
            if not only or shift.id in only
        ]
        return suspension_lines.progress(self._work, suspension, shifts, only)

    def lines(self, suspension: int) -> Sequence[Line]:
        """Return a suspension's patients: where each could go, why, and how far it is."""
        return suspension_lines.of(self._work, suspension)

    # -- inside

    def _reopen(self, work: Work, suspension: int, shifts: Sequence[int]) -> None:
        """Open shifts again and give their places back to whoever has not decided."""
        wanted = {"suspension": suspension, "shifts": list(shifts)}
        pending = [row for row in work.conn.execute(_LINES, wanted) if row.answer in PENDING]
        targets = self._rows([row.target_id for row in pending if row.target_id])
        slots = list(work.conn.scalars(select(Slot.id).where(Slot.shift_id.in_(shifts))))
        freed = [*slots, *(row.slot_id for row in targets)]
        line.lock(work, freed)
        joined = {*shifts, *splitting.wholes(work, shifts).values()}
        rooms.lock(work, rooms.of_today(work, joined))
        for target in targets:
            stock.finish(work, target, "expired", "the shift takes place after all")
        work.conn.execute(
            update(Shift).where(Shift.id.in_(shifts)).values(state="published", suspension_id=None)
        )
        work.conn.execute(update(Slot).where(Slot.shift_id.in_(shifts)).values(is_open=True))
        for row in pending:
            is_back = self._restore(work, row)
            settled = {"state": "restored"} if is_back else {"state": "other"}
            work.conn.execute(
                update(SuspensionLine)
                .where(SuspensionLine.id == row.line)
                .values(answered_at=work.now, **settled)
            )
        line.hand_over(work, freed)

    def _of_staff(self, member: Member) -> Work:
        return replace(self._work, actor=Actor("window", name=f"staff:{member.id}"))

    def _free_all(self, work: Work, suspension: int, shifts: Sequence[int]) -> None:
        """End what the shifts' patients had; who was only choosing learns it in the chat."""
        rows = work.conn.execute(replanning.OF_SHIFTS, {"shifts": list(shifts)}).all()
        for row in self._rows([row.id for row in rows]):
            if not stock.finish(work, row, "suspended") or row.status == "held":
                continue
            entry = {
                "suspension_id": suspension,
                "appointment_id": row.id,
                "change": "",
                "was_checked_in": row.status == "checked_in",
                "state": "waiting",
            }
            work.conn.execute(insert(SuspensionLine), entry)
            rehousing.suspend(work, row.id)

    def _restore(self, work: Work, row: Row[*tuple[Any, ...]]) -> bool:
        """Give one patient the old place back; False: she has another one of that half-day."""
        told = work.conn.scalar(
            select(Outbox.id).where(
                Outbox.kind == "suspended",
                Outbox.appointment_id == row.id,
                Outbox.state.in_(("sending", "sent")),
            )
        )
        outbox.void(work, row.id)
        before = "checked_in" if row.was_checked_in else "booked"
        try:
            with work.conn.begin_nested():
                back = work.conn.execute(
                    update(Appointment)
                    .where(Appointment.id == row.id, Appointment.status == "suspended")
                    .values(status=before, ended_at=None, version=Appointment.version + 1)
                )
                if back.rowcount == 0:
                    return False
                stock.take_again(work, row)
        except IntegrityError:
            return False
        record(work, row.id, "suspended", before, "the shift takes place after all")
        rehousing.restore(work, row.id)
        notices.restored(work, appointments.view(work, row.id), is_told=told is not None)
        return True

    def _rows(self, ids: Sequence[int]) -> list[Row[*tuple[Any, ...]]]:
        some = select(*Appointment.__table__.c).where(
            Appointment.id.in_(ids), Appointment.status.in_(ACTIVE)
        )
        return list(self._work.conn.execute(some.order_by(Appointment.id)))


def _slots_of(shifts: Sequence[int]) -> Select[int]:
    return select(Slot.id).where(Slot.shift_id.in_(shifts))
