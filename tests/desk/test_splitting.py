"""Half a clinic is suspended on its day: who comes later leaves the line, and comes back."""

from datetime import timedelta

import pytest
from sqlalchemy import func, insert, select, update

from desk.rows import insert_row
from desk.suspensions import Suspensions
from models import Appointment, Calling, Shift, Slot, SuspensionLine, Ticket, TicketEvent
from scheduling.errors import ShiftSuspended
from scheduling.staff_errors import BadShiftTime
from tests.desk.hospital import NOW, race
from tests.desk.visit_day import MINUTE, NURSE, VisitDay

NOON = NOW + timedelta(hours=3)


class Clinic(VisitDay):
    """A room of today with an early and a late slot, and a patient in each who is here."""

    def __init__(self, url):
        super().__init__(url)
        self.shift, self.early = self.room()
        with self.engine.begin() as conn:
            row = conn.execute(select(*Slot.__table__.c).where(Slot.id == self.early)).one()
            values = {k: v for k, v in row._mapping.items() if k != "id"}
            values |= {"starts_at": NOON}
            self.late = insert_row(conn, insert(Slot).values(**values))
            conn.execute(update(Slot).where(Slot.id == self.early).values(ends_at=NOON))
            self.ends = values["ends_at"]
        _, self.first = self.booked(self.early)
        _, self.second = self.booked(self.late)
        self.now = NOW + timedelta(hours=1)
        self.label = [
            self.check_in(None, one, by_desk=True).label for one in (self.first, self.second)
        ]

    def suspend(self, since=NOON):
        with self.work() as work:
            return Suspensions(work).suspend(NURSE, [self.shift], {self.shift: since})

    def resume(self, number):
        with self.work() as work:
            return Suspensions(work).resume(NURSE, number)

    def shifts(self):
        """Each shift's state, beginning and end."""
        with self.engine.connect() as conn:
            columns = Shift.__table__.c
            query = select(columns.state, columns.starts_at, columns.ends_at)
            return [tuple(row) for row in conn.execute(query.order_by(columns.starts_at))]


@pytest.fixture
def day(database_url):
    day = Clinic(database_url)
    yield day
    day.close()


@pytest.fixture
def small(sqlite_url):
    day = Clinic(sqlite_url)
    yield day
    day.close()


def test_who_comes_later_leaves_the_line_and_comes_back_into_it(day):
    (whole,) = day.shifts()
    number = day.suspend()
    assert day.shifts() == [
        ("published", whole[1], NOON),
        ("suspended", NOON, day.ends),
    ]
    assert [day.status(one) for one in (day.first, day.second)] == ["checked_in", "suspended"]
    assert day.line(day.shift) == day.label[:1]

    day.resume(number)
    assert day.shifts() == [whole]
    assert [day.status(one) for one in (day.first, day.second)] == ["checked_in"] * 2
    assert day.line(day.shift) == day.label
    tables = (Appointment, Slot, Ticket, TicketEvent, Calling)
    for table in tables:
        assert set(day.rows(table.shift_id)) == {day.shift}, table.__tablename__
    assert day.call(day.shift) == day.label[0]
    assert day.call(day.shift) == day.label[1]


def test_the_rest_stays_a_clinic_of_its_own_where_more_than_the_time_tells_them_apart(small):
    number = small.suspend()
    with small.engine.begin() as conn:
        conn.execute(update(Shift).where(Shift.id == small.shift).values(room="9诊室"))
    small.resume(number)
    assert [state for state, *_ in small.shifts()] == ["published"] * 2
    assert small.line(small.shift) == small.label[:1]
    (other,) = small.rows(Shift.id, Shift.id != small.shift)
    assert small.line(other) == small.label[1:]
    assert small.call(other) == small.label[1]


def test_of_a_rest_that_was_called_into_nothing_is_joined(small):
    number = small.suspend()
    (other,) = small.rows(Shift.id, Shift.id != small.shift)
    with small.engine.begin() as conn:
        conn.execute(update(Calling).where(Calling.shift_id == other).values(calls=1))
    small.resume(number)
    assert small.rows(func.count(Shift.id)) == [2]


def test_twice_split_and_both_taken_back_it_is_one(small):
    (whole,) = small.shifts()
    with small.engine.begin() as conn:
        row = conn.execute(select(*Slot.__table__.c).where(Slot.id == small.late)).one()
        values = {k: v for k, v in row._mapping.items() if k != "id"}
        begins = NOON + 60 * MINUTE
        values |= {"starts_at": begins, "booked": 0, "chat_booked": 0}
        conn.execute(insert(Slot).values(**values))
        conn.execute(update(Slot).where(Slot.id == small.late).values(ends_at=begins))
    latest = small.suspend(begins)
    late = small.suspend(NOON)
    assert [state for state, *_ in small.shifts()] == ["published", "suspended", "suspended"]
    small.resume(late)
    assert [state for state, *_ in small.shifts()] == ["published", "suspended"]
    small.resume(latest)
    assert small.shifts() == [whole]
    assert small.rows(Shift.overridden) == [""]


def test_from_its_beginning_on_it_is_the_whole_and_after_its_last_slot_nothing(small):
    with pytest.raises(BadShiftTime):
        small.suspend(small.ends)
    assert len(small.shifts()) == 1
    small.suspend(NOW)
    assert [state for state, *_ in small.shifts()] == ["suspended"]
    with pytest.raises(ShiftSuspended):
        small.suspend()


@pytest.mark.race
def test_nobody_books_into_the_rest_of_a_clinic_that_is_being_suspended(day):
    day.now = NOW
    people = day.patients(20)
    with day.engine.begin() as conn:
        conn.execute(update(Slot).values(is_open=True))

    def book(openid, patient):
        return lambda: day.book(openid, day.late, patient)

    acts = [book(openid, patient) for openid, patient in people]
    acts.insert(12, day.suspend)
    outcomes = race(acts, threads=6)
    assert outcomes["conflict"] == 0
    assert outcomes["done"] + outcomes["ShiftSuspended"] + outcomes["SlotTaken"] == 21
    (rest,) = day.rows(Slot.shift_id, Slot.id == day.late)
    there = Appointment.slot_id == day.late
    assert rest != day.shift
    assert set(day.rows(Appointment.shift_id, there)) == {rest}
    assert set(day.rows(Appointment.status, there)) == {"suspended"}
    # One of those done is the act itself; one more had booked before.
    assert len(day.rows(SuspensionLine.id)) == outcomes["done"]
    assert day.stock(day.late) == (0, 0)
