"""A hospital with weeks behind it: shifts, appointments and tickets of any day, made as rows."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import datetime, time, timedelta

from sqlalchemy import case, event, insert, select, update

from desk.rows import insert_row
from models import (
    Appointment,
    Calling,
    Doctor,
    Shift,
    Site,
    Slot,
    Ticket,
    TicketEvent,
    WaitlistEntry,
)
from tests.desk.hospital import NOW, SHANGHAI, Hospital

TODAY = NOW.astimezone(SHANGHAI).date()  # a Tuesday
MINUTE = timedelta(minutes=1)


def at(day: int, clock: str) -> datetime:
    """So many days from today, at that time in Shanghai."""
    moment = time.fromisoformat(clock)
    return datetime.combine(TODAY + timedelta(days=day), moment, SHANGHAI)


class PastWeeks(Hospital):
    """The hospital on a Tuesday at nine."""

    def site(self, code: str, latitude: float) -> int:
        row = {"code": code, "name": f"{code}社区", "kind": "community"}
        with self.engine.begin() as conn:
            values = {**row, "latitude": latitude, "longitude": 120.0}
            return insert_row(conn, insert(Site).values(**values))

    def place(self, site: int, latitude: float) -> None:
        with self.engine.begin() as conn:
            where = {"latitude": latitude, "longitude": 120.0}
            conn.execute(update(Site).where(Site.id == site).values(**where))

    def doctor(self, ward: int, name: str = "张伟") -> int:
        number = next(self._numbers)
        row = {"site_id": 1, "department_id": ward, "code": f"DR{number}", "name": name}
        with self.engine.begin() as conn:
            return insert_row(conn, insert(Doctor).values(**row))

    def half_day(self, ward: int, day: int, *, places: int = 4, slots: int = 8, **more) -> int:
        """A shift from eight on, in half-hours of so many places; general unless told."""
        begins = at(day, "08:00")
        row = {
            "natural_key": f"{next(self._numbers)}", "site_id": 1, "department_id": ward,
            "visit_on": begins.date(), "half_day": "am", "starts_at": begins,
            "ends_at": begins + slots * 30 * MINUTE, "slot_minutes": 30,
            "service_type": "general", "fee_fen": 100, **more,
        }  # fmt: skip
        with self.engine.begin() as conn:
            shift = insert_row(conn, insert(Shift).values(**row))
            for number in range(slots):
                slot = {
                    "shift_id": shift, "department_id": ward, "doctor_id": row.get("doctor_id"),
                    "visit_on": begins.date(), "starts_at": begins + 30 * number * MINUTE,
                    "ends_at": begins + 30 * (number + 1) * MINUTE, "capacity": places,
                    "chat_capacity": places,
                }  # fmt: skip
                conn.execute(insert(Slot).values(**slot))
        return shift

    def appointments(self, shift: int, clock: str, count: int = 1, **more) -> list[int]:
        """So many appointments for a time of a shift, made the day before; beyond what it has."""
        with self.engine.begin() as conn:
            about = conn.execute(select(*Shift.__table__.c).where(Shift.id == shift)).one()
            day = (about.visit_on - TODAY).days
            starts = at(day, clock)
            slot = conn.scalar(
                select(Slot.id).where(Slot.shift_id == shift, Slot.starts_at == starts)
            )
            taken = Slot.booked + count
            room = case((Slot.capacity < taken, taken), else_=Slot.capacity)
            conn.execute(update(Slot).where(Slot.id == slot).values(booked=taken, capacity=room))
            return [
                insert_row(
                    conn, insert(Appointment).values(**self._row(conn, about, slot, starts, more))
                )
                for _ in range(count)
            ]

    def _row(self, conn, about, slot: int, starts: datetime, more: dict) -> dict[str, object]:
        number = next(self._numbers)
        return {
            "code": f"C{number}", "status": "booked", "patient_id": self._patient(conn)[1],
            "slot_id": slot, "shift_id": about.id, "department_id": about.department_id,
            "doctor_id": about.doctor_id, "visit_on": about.visit_on,
            "half_day": about.half_day, "starts_at": starts, "ends_at": starts + 30 * MINUTE,
            "fee_fen": 100, "service_type": about.service_type, "channel": "chat",
            "created_at": starts - timedelta(days=1), "occupies": f"{number}", **more,
        }  # fmt: skip

    def visit(
        self, shift: int, due: str, came: str, called: str, *lengths: float, **told: float
    ) -> None:
        """A patient who came and was called, for one visit or, with results, for two."""
        (appointment,) = self.appointments(shift, due, status="completed")
        with self.engine.begin() as conn:
            about = conn.execute(select(*Shift.__table__.c).where(Shift.id == shift)).one()
            day, number = (about.visit_on - TODAY).days, next(self._numbers)
            ticket = insert_row(
                conn,
                insert(Ticket).values(
                    appointment_id=appointment, site_id=about.site_id,
                    department_id=about.department_id, shift_id=shift, visit_on=about.visit_on,
                    number=number, label=f"A{number}", state="done", due_at=at(day, due),
                    ready_at=at(day, came), **told,
                ),
            )  # fmt: skip
            happened = [(None, "waiting", came), ("waiting", "called", called)]
            # With results the same ticket is called a second time, which is not the first.
            happened += [("waiting", "called", "11:59")] * (len(lengths) - 1)
            for before, after, clock in happened:
                row = {"ticket_id": ticket, "from_state": before, "to_state": after}
                more = {"shift_id": shift, "actor": "window", "at": at(day, clock)}
                conn.execute(insert(TicketEvent).values(**row, **more))
            self._count(conn, about, lengths)

    def _count(self, conn, about, lengths: tuple[float, ...]) -> None:
        if conn.scalar(select(Calling.id).where(Calling.shift_id == about.id)) is None:
            row = {"shift_id": about.id, "site_id": about.site_id, "visit_on": about.visit_on}
            conn.execute(insert(Calling).values(**row))
        conn.execute(
            update(Calling)
            .where(Calling.shift_id == about.id)
            .values(
                visits=Calling.visits + len(lengths),
                minutes=Calling.minutes + sum(lengths),
                squares=Calling.squares + sum(one * one for one in lengths),
            )
        )

    def wait_for(self, ward: int, first: int, last: int) -> None:
        """Somebody in line for a department, from day to day."""
        patient = self.patient()[1]
        number = next(self._numbers)
        with self.engine.begin() as conn:
            conn.execute(
                insert(WaitlistEntry).values(
                    patient_id=patient, wechat_user_id=1, department_id=ward,
                    first_on=at(first, "00:00").date(), last_on=at(last, "00:00").date(),
                    joined_at=NOW, closes_at=NOW + timedelta(days=9), wish=f"{number}",
                )
            )  # fmt: skip

    @contextmanager
    def counted(self):
        """The statements that are executed meanwhile."""
        seen: list[str] = []

        def note(_conn, _cursor, statement, *_rest) -> None:
            seen.append(statement)

        event.listen(self.engine, "before_cursor_execute", note)
        try:
            yield seen
        finally:
            event.remove(self.engine, "before_cursor_execute", note)
