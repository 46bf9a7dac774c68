"""A hospital on the day of the visit: rooms of today, patients who are here, staff who call."""

from contextlib import contextmanager
from datetime import timedelta

from sqlalchemy import insert, select, update

from desk import calling, closing, standing, tickets
from desk.rows import insert_row
from models import (
    Appointment,
    AppointmentEvent,
    Calling,
    Doctor,
    Outbox,
    Shift,
    Slot,
    Staff,
    Ticket,
    TicketEvent,
)
from scheduling.rota import Member
from tests.desk.hospital import NOW, Hospital

MINUTE = timedelta(minutes=1)
NURSE = Member(7, "刘护士", "desk", None, None)


class VisitDay(Hospital):
    """The hospital at nine; its rooms open at ten."""

    def __init__(self, url, policy=None):
        super().__init__(url, policy)
        row = {"id": NURSE.id, "name": NURSE.name, "role": NURSE.role, "created_at": NOW}
        with self.engine.begin() as conn:
            conn.execute(insert(Staff).values(**row))

    def room(self, capacity=20, hour=10, *, ward=None, doctor=True, service="expert"):
        """A shift of one slot with that many places; returns (shift, slot)."""
        slot = self.slot(capacity, hour=hour, department=ward, day=0)
        with self.engine.begin() as conn:
            shift = conn.scalar(select(Slot.shift_id).where(Slot.id == slot))
            ward = conn.scalar(select(Slot.department_id).where(Slot.id == slot))
            who = None
            if doctor:
                row = {"site_id": 1, "department_id": ward, "code": f"DR{shift}", "name": "周一鸣"}
                who = insert_row(conn, insert(Doctor).values(**row))
            conn.execute(
                update(Shift)
                .where(Shift.id == shift)
                .values(doctor_id=who, service_type=service, room=f"{shift}诊室")
            )
            longer = {"ends_at": NOW + timedelta(hours=6)}
            conn.execute(update(Shift).where(Shift.id == shift).values(longer))
            conn.execute(update(Slot).where(Slot.id == slot).values(doctor_id=who, **longer))
        return shift, slot

    def general(self, ward, capacity=20, **more):
        return self.room(capacity, ward=ward, doctor=False, service="general", **more)

    def come(self, slot, count=1, **more):
        """New patients with a place in that slot who check in: their ticket views, in order."""
        return [self.check_in(*self.booked(slot), **more) for _ in range(count)]

    def booked(self, slot):
        openid, patient = self.patient()
        with self.work() as work:
            work.conn.execute(update(Slot).where(Slot.id == slot).values(is_open=True))
        before, self.now = self.now, NOW
        try:
            return openid, self.book(openid, slot, patient)
        finally:
            self.now = before

    def check_in(self, openid, appointment, **more):
        with self.work(None if more.get("by_desk") else openid) as work:
            return tickets.check_in(work, appointment, **more)

    def act(self, name, *arguments, member=NURSE, **more):
        """One act of the staff, in a transaction of its own."""
        with self.work() as work:
            room = closing if name == "close" else calling
            return getattr(room, name)(work, member, *arguments, **more)

    def call(self, shift):
        """Call the next; its label or None."""
        view = self.act("call_next", shift)
        return None if view is None else view.label

    def leave(self, openid, ticket):
        with self.work(openid) as work:
            return tickets.leave(work, ticket)

    def come_back(self, openid, ticket):
        with self.work(openid) as work:
            return tickets.come_back(work, ticket)

    def line(self, shift):
        with self.work() as work:
            return [view.label for view in standing.room(work, NURSE, shift).line]

    def tickets(self):
        """Every ticket: label → state."""
        with self.engine.connect() as conn:
            return {
                row.label: row.state for row in conn.execute(select(Ticket.label, Ticket.state))
            }

    def rows(self, column, *where):
        with self.engine.connect() as conn:
            return list(conn.scalars(select(column).where(*where)))

    def notices(self, kind):
        return self.rows(Outbox.appointment_id, Outbox.kind == kind)

    def set_state(self, kind, state):
        """The courier has done so with notices of that kind."""
        with self.engine.begin() as conn:
            conn.execute(update(Outbox).where(Outbox.kind == kind).values(state=state))

    @contextmanager
    def standing(self, openid):
        with self.work(openid) as work:
            yield standing.of_account(work)

    def status(self, appointment):
        return self.rows(Appointment.status, Appointment.id == appointment)[0]

    def events(self, ticket):
        return self.rows(TicketEvent.to_state, TicketEvent.ticket_id == ticket)

    def appointment_events(self, appointment):
        found = AppointmentEvent.appointment_id == appointment
        return self.rows(AppointmentEvent.to_status, found)

    def calling(self, shift):
        with self.engine.connect() as conn:
            return conn.execute(
                select(*Calling.__table__.c).where(Calling.shift_id == shift)
            ).one()
