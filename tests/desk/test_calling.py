"""The doctor calls: in order, each once, and what becomes of everybody."""

import pytest

from tests.desk.visit_day import MINUTE, VisitDay


@pytest.fixture
def day(database_url):
    day = VisitDay(database_url)
    yield day
    day.close()


@pytest.fixture
def small(sqlite_url):
    day = VisitDay(sqlite_url)
    yield day
    day.close()


def test_a_morning_from_the_door_to_the_end(day):
    shift, slot = day.room()
    (openid, one), (_, two) = day.booked(slot), day.booked(slot)
    first = day.check_in(openid, one)
    second = day.check_in(_, two)
    assert (first.label, second.label) == ("A001", "A002")
    assert day.line(shift) == ["A001", "A002"]
    day.now += 60 * MINUTE

    assert day.call(shift) == "A001"
    with day.standing(openid) as (mine,):
        assert (mine.ticket.state, mine.ahead) == ("called", 0)
    day.now += 6 * MINUTE
    assert day.call(shift) == "A002", "which ends the visit before"
    assert day.tickets() == {"A001": "done", "A002": "called"}
    assert (day.status(one), day.status(two)) == ("completed", "checked_in")
    day.now += 4 * MINUTE
    assert day.act("finish", shift).state == "done"
    assert day.call(shift) is None
    room = day.calling(shift)
    assert (room.visits, room.minutes, room.squares) == (2, 10.0, 52.0)
    assert day.events(first.id) == ["waiting", "called", "done"]
