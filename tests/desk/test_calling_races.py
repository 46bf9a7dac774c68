"""
Doctors, desk and patients at the same moment, on all three databases.

The guard is the row of the line, which everybody locks who moves it; each story has a control that
shows what happens without it.
"""

import time
from random import Random

import pytest
from sqlalchemy import func, select

from desk import calling, closing, numbers, rooms, tickets
from desk.suspensions import Suspensions
from models import Appointment, SuspensionLine, Ticket, TicketEvent
from tests.desk.hospital import race, without_write_lock
from tests.desk.test_races import PAUSE, in_one_of_ten_rounds, on_sqlite
from tests.desk.visit_day import NURSE

pytestmark = pytest.mark.race


def staff(day, act, *arguments):
    """An act of the staff as a thread runs it."""

    def run():
        with day.work() as work:
            getattr(closing if act == "close" else calling, act)(work, NURSE, *arguments)

    return run


def arriving(day, openid, appointment):
    def run():
        with day.work(openid) as work:
            tickets.check_in(work, appointment)

    return run


def suspending(day, shift):
    def run():
        with day.work() as work:
            Suspensions(work).suspend(NURSE, [shift])

    return run


def look_only(day, monkeypatch):
    """Take the guard away: the line is read, and nobody waits for anybody."""

    def read(work, shifts):
        found = rooms.read(work, shifts)
        time.sleep(PAUSE)
        return found

    monkeypatch.setattr(rooms, "lock", read)
    if on_sqlite(day):
        without_write_lock(day)


def tries(day):
    return 1 if on_sqlite(day) else 5


def times_called(day, shift):
    """How often each ticket of a shift was called."""
    query = (
        select(func.count(TicketEvent.id))
        .join(Ticket, Ticket.id == TicketEvent.ticket_id)
        .where(Ticket.shift_id == shift, TicketEvent.to_state == "called")
        .group_by(Ticket.id)
    )
    with day.engine.connect() as conn:
        return list(conn.scalars(query))


# -- two devices of one doctor call the next


def test_two_devices_call_each_patient_once(day):
    for _ in range(2):
        shift, slot = day.room()
        day.come(slot, 6)
        assert race([staff(day, "call_next", shift)] * 6, 4) == {"done": 6}
        assert times_called(day, shift) == [1] * 6
        states = day.rows(Ticket.state, Ticket.shift_id == shift)
        assert sorted(states) == ["called"] + ["done"] * 5


def test_control_who_only_looks_calls_somebody_twice_or_two_at_once(day, monkeypatch):
    def shows() -> bool:
        monkeypatch.undo()
        shift, slot = day.room()
        day.come(slot, 6)  # a line begins under the guard
        look_only(day, monkeypatch)
        ends = race([staff(day, "call_next", shift)] * 6, 4, tries(day))
        states = day.rows(Ticket.state, Ticket.shift_id == shift)
        return set(ends) != {"done"} or states.count("called") > 1

    assert in_one_of_ten_rounds(shows)


# -- numbers


def arrive_together(day, people=6, attempts=5):
    """Each of them checks in with two phones at once, the first tickets of the day."""
    _, slot = day.room()
    booked = [day.booked(slot) for _ in range(people)]
    ends = race([arriving(day, *one) for one in booked * 2], 6, attempts)
    ward = Ticket.appointment_id.in_([appointment for _, appointment in booked])
    return ends, sorted(day.rows(Ticket.number, ward))


def test_checking_in_twice_at_once_gives_one_ticket_and_numbers_have_no_doubles(day):
    ends, drawn = arrive_together(day)
    assert ends == {"done": 12}
    assert drawn == [1, 2, 3, 4, 5, 6]


def test_control_a_number_that_is_only_looked_up_is_drawn_twice(day, monkeypatch):
    def next_one(work, department, day_):
        of_day = Ticket.department_id == department, Ticket.visit_on == day_
        last = work.conn.scalar(select(func.max(Ticket.number)).where(*of_day)) or 0
        time.sleep(PAUSE)
        return last + 1, f"X{department}-{last + 1}"

    monkeypatch.setattr(numbers, "draw", next_one)
    look_only(day, monkeypatch)
    monkeypatch.setattr(rooms, "lock", lambda work, shifts: Everything(shifts))
    monkeypatch.setattr(tickets, "_reads_herself", lambda *ticket: None)  # there is no line

    def shows() -> bool:
        ends, _ = arrive_together(day, attempts=tries(day))
        return any(end == "conflict" or end.startswith("IntegrityError") for end in ends)

    assert in_one_of_ten_rounds(shows)


class Everything(dict):
    """Lines that nobody has begun, all of them open."""

    def __init__(self, shifts):
        super().__init__()
        self.shift_state, self.state = "published", "open"
        self.update(dict.fromkeys(shifts, self))


# -- a room closes, a shift is suspended, while patients come in


def come_while(day, act, people=6):
    shift, slot = day.room()
    day.come(slot)
    booked = [day.booked(slot) for _ in range(people)]
    coming = [arriving(day, *one) for one in booked]
    ends = race([*coming[:3], act(shift), *coming[3:]], 4)
    return shift, ends


def test_nobody_is_left_in_a_room_that_closes_while_they_check_in(day):
    for _ in range(2):
        shift, ends = come_while(day, lambda shift: staff(day, "close", shift))
        assert ends == {"done": 7}
        assert day.rows(Ticket.state, Ticket.shift_id == shift) == ["unseen"] * 7
    assert len(day.notices("unseen")) == 14


def test_control_who_checks_in_without_looking_waits_in_a_closed_room(day, monkeypatch):
    def shows() -> bool:
        monkeypatch.undo()
        shift, slot = day.room()
        day.come(slot)
        booked = [day.booked(slot) for _ in range(6)]
        look_only(day, monkeypatch)
        coming = [arriving(day, *one) for one in booked]
        ends = race([*coming[:3], staff(day, "close", shift), *coming[3:]], 4, tries(day))
        waits = day.rows(Ticket.id, Ticket.shift_id == shift, Ticket.state == "waiting")
        return ends["conflict"] > 0 if on_sqlite(day) else len(waits) > 0

    assert in_one_of_ten_rounds(shows)


def test_whoever_checks_in_while_the_shift_is_suspended_is_in_the_suspension(day):
    for _ in range(2):
        shift, ends = come_while(day, lambda shift: suspending(day, shift))
        assert set(ends) <= {"done", "ShiftSuspended"}
        assert set(day.rows(Appointment.status, Appointment.shift_id == shift)) == {"suspended"}
        assert set(day.rows(Ticket.state, Ticket.shift_id == shift)) == {"suspended"}
    assert len(day.rows(SuspensionLine.id)) == 14


def exchange(day):
    """Two rooms of six patients each, and the acts that send all of them to the other one."""
    (one, slot), (two, theirs) = day.room(), day.room()
    pairs = zip(day.come(slot, 6), day.come(theirs, 6), strict=True)
    acts = [
        act
        for mine, yours in pairs
        for act in (
            staff(day, "transfer", one, two, mine.id),
            staff(day, "transfer", two, one, yours.id),
        )
    ]
    return (one, two), acts


def test_two_rooms_that_send_patients_to_each_other_never_deadlock(day):
    (one, two), acts = exchange(day)
    assert race(acts, 6, 1) == {"done": 12}
    assert (len(day.line(one)), len(day.line(two))) == (6, 6)


def test_control_who_checks_in_without_looking_is_left_out_of_the_suspension(day, monkeypatch):
    """Or it comes to a deadlock, where a foreign key locks the shift as well (MariaDB)."""

    def shows() -> bool:
        monkeypatch.undo()
        shift, slot = day.room()
        day.come(slot)
        booked = [day.booked(slot) for _ in range(6)]
        look_only(day, monkeypatch)
        coming = [arriving(day, *one) for one in booked]
        ends = race([*coming[:3], suspending(day, shift), *coming[3:]], 4, 1)
        here = Appointment.shift_id == shift
        left_out = {*day.rows(Appointment.status, here)} != {"suspended"}
        return ends["conflict"] > 0 or (not on_sqlite(day) and left_out)

    assert in_one_of_ten_rounds(shows)


def test_control_rooms_locked_in_any_order_deadlock(day, monkeypatch):
    """Each transfer locks its two rooms; the guard is that all begin with the lower one."""
    dice = Random(1)

    def lock(work, shifts):
        some = sorted(set(shifts), reverse=dice.random() < 0.5)
        for shift in some:
            work.conn.execute(rooms._TOUCH, {"shift": shift})
            time.sleep(PAUSE)
        return rooms.read(work, some)

    def shows() -> bool:
        monkeypatch.undo()
        _, acts = exchange(day)
        monkeypatch.setattr(rooms, "lock", lock)
        if on_sqlite(day):
            without_write_lock(day)
        return race(acts, 6, 1)["conflict"] > 0

    assert in_one_of_ten_rounds(shows)


# -- a room closes while patients are sent to it


def sent_on_while_it_closes(day, guard=lambda: None, attempts=5):
    """Six are sent from one room to another, which ends its day meanwhile."""
    one, slot = day.room()
    two, theirs = day.room()
    day.come(theirs)
    here = day.come(slot, 6)
    guard()
    sent = [staff(day, "transfer", one, two, ticket.id) for ticket in here]
    ends = race([*sent[:3], staff(day, "close", two), *sent[3:]], 4, attempts)
    left = Ticket.shift_id == two, Ticket.state == "waiting"
    return ends, len(day.rows(Ticket.id, *left))


def test_nobody_is_sent_into_a_room_that_closes(day):
    for _ in range(2):
        ends, left = sent_on_while_it_closes(day)
        assert set(ends) <= {"done", "RoomClosed"}
        assert left == 0


def test_control_who_is_sent_on_without_looking_waits_in_a_closed_room(day, monkeypatch):
    def shows() -> bool:
        monkeypatch.undo()
        guard = lambda: look_only(day, monkeypatch)  # noqa: E731
        ends, left = sent_on_while_it_closes(day, guard, tries(day))
        return ends["conflict"] > 0 if on_sqlite(day) else left > 0

    assert in_one_of_ten_rounds(shows)
