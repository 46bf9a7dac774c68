"""A key that is pressed twice, or on two pages at once, acts on what was seen, and once."""

import time

import pytest
from sqlalchemy import func, select

from desk import calling, visits
from models import Ticket, TicketEvent
from tests.desk.hospital import race, without_write_lock
from tests.desk.test_races import PAUSE, in_one_of_ten_rounds, on_sqlite
from tests.desk.visit_day import NURSE

pytestmark = pytest.mark.race


def pressing(day, shift, seen):
    """Next, pressed on a page that shows this ticket inside."""

    def run():
        with day.work() as work:
            if visits.is_still_inside(work, NURSE, shift, seen):
                calling.call_next(work, NURSE, shift)

    return run


def calls(day, shift):
    query = (
        select(func.count(TicketEvent.id))
        .join(Ticket, Ticket.id == TicketEvent.ticket_id)
        .where(Ticket.shift_id == shift, TicketEvent.to_state == "called")
    )
    with day.engine.connect() as conn:
        return conn.scalar(query)


def test_six_presses_on_one_page_call_one_patient(day):
    shift, slot = day.room()
    day.come(slot, 6)
    assert race([pressing(day, shift, 0)] * 6, 4) == {"done": 6}
    assert calls(day, shift) == 1
    (inside,) = day.rows(Ticket.id, Ticket.state == "called")
    assert race([pressing(day, shift, inside)] * 6, 4) == {"done": 6}
    assert calls(day, shift) == 2


def test_control_who_only_looks_calls_several(day, monkeypatch):
    def look(work, member, shift, seen):
        row = visits.inside(work, shift)
        time.sleep(PAUSE)
        return seen == (0 if row is None else row.id)

    monkeypatch.setattr(visits, "is_still_inside", look)
    if on_sqlite(day):
        without_write_lock(day)

    def shows() -> bool:
        shift, slot = day.room()
        day.come(slot, 6)
        ends = race([pressing(day, shift, 0)] * 6, 4, 1 if on_sqlite(day) else 5)
        return calls(day, shift) > 1 or ends["conflict"] > 0

    assert in_one_of_ten_rounds(shows)
