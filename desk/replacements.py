"""What a patient of a suspended shift answers: take the place that is held, another, or none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, bindparam, select, update

from desk import appointments, outbox
from desk.bookings import Bookings
from desk.work import Work
from models import Appointment, Outbox, SuspensionLine
from models.staff import PENDING
from scheduling.errors import AppointmentOver
from scheduling.types import AppointmentId, AppointmentView, PromptId

_PENDING = (
    select(SuspensionLine.id, SuspensionLine.appointment_id, Outbox.prompt_id)
    .join(Appointment, Appointment.id == SuspensionLine.appointment_id)
    .outerjoin(
        Outbox,
        (Outbox.appointment_id == SuspensionLine.appointment_id) & (Outbox.kind == "suspended"),
    )
    .where(
        SuspensionLine.appointment_id.in_(bindparam("appointments", expanding=True)),
        SuspensionLine.state.in_(PENDING),
    )
    .order_by(Appointment.starts_at, Appointment.id)
)


class Replacements:
    """The new places offered to the account that writes."""

    def __init__(self, work: Work) -> None:
        """Act within this piece of work."""
        self._work = work

    def pending(self) -> Sequence[tuple[AppointmentView, AppointmentView | None, PromptId | None]]:
        """
        Return what was suspended and is not settled, soonest first.

        Each with the place that is held instead and the question that was written about it.
        """
        olds = {v.id: v for v in appointments.mine(self._work) if v.status == "suspended"}
        rows = self._work.conn.execute(_PENDING, {"appointments": list(olds)}) if olds else ()
        return [(olds[row.appointment_id], self.offered(row.id), row.prompt_id) for row in rows]

    def offered(self, line: int) -> AppointmentView | None:
        """Return the place held for a patient of a suspended shift, None when there is none."""
        row = self._line(line)
        if row is None or row.state not in PENDING or row.target_id is None:
            return None
        view = appointments.view(self._work, AppointmentId(row.target_id))
        return view if view.status == "held" else None

    def accept(self, line: int) -> AppointmentView:
        """
        Take the place that was held.

        Raises:
            HoldExpired, AppointmentOver: it is not there any more.
        """
        row = self._line(line)
        if row is None or row.target_id is None or row.state not in (*PENDING, "accepted"):
            raise AppointmentOver
        view = Bookings(self._work).confirm(AppointmentId(row.target_id))
        self._answered(row, "accepted")
        return view

    def give_back(self, line: int) -> None:
        """No new place is wanted; what was held is free again."""
        row = self._line(line)
        if row is None or row.state not in PENDING:
            return
        if row.target_id is not None:
            Bookings(self._work).release(AppointmentId(row.target_id))
        self._answered(row, "returned")

    def took_other(self, line: int) -> None:
        """Another place was booked instead; what was held for her is free again."""
        row = self._line(line)
        if row is None or row.state not in PENDING:
            return
        if row.target_id is not None:
            Bookings(self._work).release(AppointmentId(row.target_id))
        self._answered(row, "other")

    def back(self, line: int) -> AppointmentView | None:
        """Return the old place where the shift takes place after all and she has it again."""
        row = self._line(line)
        if row is None or row.state != "restored":
            return None
        return appointments.view(self._work, AppointmentId(row.appointment_id))

    def _line(self, line: int) -> Row[*tuple[Any, ...]] | None:
        """A patient's line, as far as the actor may see its appointment."""
        row = self._work.conn.execute(
            select(*SuspensionLine.__table__.c).where(SuspensionLine.id == line)
        ).one_or_none()
        if row is not None:
            appointments.find(self._work, AppointmentId(row.appointment_id))
        return row

    def _answered(self, row: Row[*tuple[Any, ...]], state: str) -> None:
        work = self._work
        changed = work.conn.execute(
            update(SuspensionLine)
            .where(SuspensionLine.id == row.id, SuspensionLine.state.in_(PENDING))
            .values(state=state, answered_at=work.now)
        )
        if changed.rowcount:
            outbox.void(work, row.appointment_id)  # nobody needs to ring any more
