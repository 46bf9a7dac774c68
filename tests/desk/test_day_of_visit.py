"""Into which room a doctor calls who says no more than 「下一个」."""

from datetime import timedelta

import pytest
from sqlalchemy import insert

from desk.day_of_visit import Rooms
from models import Doctor
from scheduling.rota import Member
from scheduling.staff_errors import WhichRoom
from tests.desk.visit_day import NURSE, VisitDay

HOUR = timedelta(hours=1)


@pytest.fixture
def day(sqlite_url):
    day = VisitDay(sqlite_url)
    day.now += HOUR
    yield day
    day.close()


def doctor(shift):
    return Member(NURSE.id, "周一鸣", "doctor", f"DR{shift}", None)


def mine(day, member):
    with day.work() as work:
        room = Rooms(work).mine(member)
    return room and (room.shift.id, room.state)


def test_her_own_before_those_for_nobody_by_name(day):
    ward = day.department()
    day.general(ward)
    own, _ = day.room(ward=ward)

    assert mine(day, doctor(own)) == (own, "waiting")


def test_of_several_rooms_for_nobody_by_name_none_is_guessed(day):
    ward = day.department()
    with day.engine.begin() as conn:
        row = {"site_id": 1, "department_id": ward, "code": "DR0", "name": "李芳"}
        conn.execute(insert(Doctor).values(**row))
    one, _ = day.general(ward)
    assert mine(day, doctor(0)) == (one, "waiting")

    two, _ = day.general(ward)
    with pytest.raises(WhichRoom) as no:
        mine(day, doctor(0))
    assert no.value.facts["rooms"] == f"{one}诊室、{two}诊室"

    day.act("close", one)
    assert mine(day, doctor(0)) == (two, "waiting")


def test_what_is_over_is_still_hers_for_a_while_and_then_no_more(day):
    own, slot = day.room()
    day.come(slot)
    day.call(own)
    day.act("finish", own)
    day.now += 6 * HOUR
    assert mine(day, doctor(own)) == (own, "open")
    day.now += 2 * HOUR
    assert mine(day, doctor(own)) is None


def test_a_room_that_was_closed_early_says_so(day):
    own, _ = day.room()
    day.act("close", own)

    assert mine(day, doctor(own)) == (own, "closed")


def test_too_early_in_the_day_there_is_none(day):
    own, _ = day.room(hour=14)

    assert mine(day, doctor(own)) is None
