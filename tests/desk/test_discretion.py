"""What an account may not know it does not learn by being refused, nor by what is left out."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from desk.bookings import Bookings
from desk.finder import Finder
from desk.work import Actor
from models import Department
from scheduling.errors import NotVerified, Overlapping, Refusal, SameHalfDay, Unavailable
from scheduling.types import Need
from tests.desk.hospital import Hospital


def refusal(hospital: Hospital, openid: str, slot: int, patient: int) -> Refusal | None:
    """One turn of an account: what it is told; the turn commits whatever it is."""
    with hospital.bookings(openid) as desk:
        try:
            desk.confirm(desk.hold(slot, patient).id)
        except Refusal as no:
            return no
    return None


@pytest.fixture
def family(hospital):
    """A mother with an appointment her daughter booked, and a stranger who typed her number."""
    daughter, mother = hospital.patient()
    hospital.link("stranger", mother, "pending")
    department = hospital.department()
    booked = hospital.slot(hour=9, department=department)
    hospital.book(daughter, booked, mother)
    return daughter, mother, department


def test_a_stranger_is_refused_without_a_reason_where_the_daughter_is_told_it(hospital, family):
    daughter, mother, department = family
    same_half_day = hospital.slot(hour=10, department=department)
    overlapping = hospital.slot(hour=9)

    told = [refusal(hospital, "stranger", slot, mother) for slot in (same_half_day, overlapping)]

    assert [type(no) for no in told] == [Unavailable, Unavailable]
    assert all(no.facts == {} for no in told)
    assert isinstance(refusal(hospital, daughter, same_half_day, mother), SameHalfDay)
    assert isinstance(refusal(hospital, daughter, overlapping, mother), Overlapping)


def test_after_three_such_refusals_in_a_day_even_free_times_are_refused(hospital, family):
    _, mother, department = family
    for _ in range(3):
        slot = hospital.slot(hour=10, department=department)
        assert isinstance(refusal(hospital, "stranger", slot, mother), Unavailable)

    free = hospital.slot(hour=15)
    assert isinstance(refusal(hospital, "stranger", free, mother), NotVerified)
    hospital.now += timedelta(days=1)
    assert refusal(hospital, "stranger", hospital.slot(day=2, hour=15), mother) is None


def test_moving_tells_a_stranger_no_more_and_counts_too(hospital, family):
    _, mother, department = family
    own = hospital.book("stranger", hospital.slot(hour=15), mother)
    taken = [hospital.slot(hour=10, department=department) for _ in range(3)]
    free = hospital.slot(hour=16)

    told = []
    for slot in (*taken, free):
        with hospital.bookings("stranger") as desk:
            try:
                desk.move(own, slot)
            except Refusal as no:
                told.append(type(no))

    assert told == [Unavailable, Unavailable, Unavailable, NotVerified]


def test_nobody_fills_a_strangers_days(hospital, family):
    _, mother, _ = family
    slots = [hospital.slot(day=3, hour=hour) for hour in (9, 11, 14)]

    told = [refusal(hospital, "stranger", slot, mother) for slot in slots]

    assert [type(no) for no in told] == [type(None), type(None), NotVerified]


def test_a_list_leaves_out_what_collides_only_where_it_may_be_known(hospital, family):
    daughter, mother, _ = family
    department = hospital.department()
    at_nine, at_ten = (hospital.slot(hour=hour, department=department) for hour in (9, 10))

    def offered(openid: str) -> set[int]:
        with hospital.work(openid) as work:
            code = work.conn.scalar(select(Department.code).where(Department.id == department))
            found = Finder(work).offers(Need(departments=((code, 1.0),)), mother)
            return {o.slot for offer in found.exact for o in offer.openings}

    assert offered(daughter) == {at_ten}
    assert offered("stranger") == {at_nine, at_ten}


def test_a_verified_daughter_is_told_what_the_window_booked(hospital):
    opened, mother = hospital.patient()
    hospital.link("verified daughter", mother, "verified")
    department = hospital.department()
    booked, other = (hospital.slot(hour=hour, department=department) for hour in (9, 10))
    with hospital.work(Actor("window")) as work:
        desk = Bookings(work)
        desk.confirm(desk.hold(booked, mother).id)

    assert isinstance(refusal(hospital, "verified daughter", other, mother), SameHalfDay)
    assert isinstance(refusal(hospital, opened, other, mother), Unavailable)
