"""Who may stand in line and for what, and what is told of it."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from desk import line, waitlist
from desk.waitlist import Waitlist
from desk.work import Actor
from models import Appointment, Job, Outbox, PatientLink, Slot, WaitlistEntry
from scheduling.errors import (
    AgeOrSexUnfit,
    AlreadyWaiting,
    NothingToWaitFor,
    NotYourPatient,
    PlacesLeft,
    SameHalfDay,
    Unavailable,
    WaitlistClosed,
    WaitlistLimit,
)
from scheduling.types import Need
from tests.desk.busy import full_morning, offer_of
from tests.desk.hospital import NOW, SHANGHAI

DAY = timedelta(days=1)


@pytest.fixture
def hospital(busy):
    return busy


@pytest.fixture
def small(small_busy):
    return small_busy


# -- who may stand in line, and for what


def test_nobody_waits_for_what_can_be_booked_or_does_not_exist(small):
    department = small.department()
    small.slot(department=department)
    openid, patient = small.patient()
    with pytest.raises(PlacesLeft):
        small.join(openid, patient, small.wish(department))
    with pytest.raises(NothingToWaitFor):
        small.join(openid, patient, small.wish(department, day=3))
    assert small.states() == []


def test_the_list_closes_the_evening_before(small):
    _, (owner, theirs), _ = full_morning(small, waiting=1)
    eve = datetime(2026, 11, 24, 21, tzinfo=SHANGHAI)
    late, patient = small.patient()
    department = small.rows(WaitlistEntry.department_id)[0]

    small.now = eve
    with pytest.raises(WaitlistClosed) as refused:
        small.join(late, patient, small.wish(department))
    assert refused.value.facts == {"closed_at": eve}
    small.cancel(owner, theirs)
    assert small.states() == ["waiting"], "nobody is woken for tomorrow morning"
    with small.work() as work:
        assert Waitlist(work).close(1) is None
    assert small.states() == ["closed"]
    assert small.rows(Outbox.kind, Outbox.kind == "waitlist_over") == ["waitlist_over"]


def test_an_offer_of_the_night_lives_until_the_morning(small):
    _, (owner, theirs), (first, _) = full_morning(small, day=2)
    small.now = datetime(2026, 11, 24, 23, 15, tzinfo=SHANGHAI)

    small.cancel(owner, theirs)

    until = datetime(2026, 11, 25, 8, tzinfo=SHANGHAI)
    assert small.waits(first[0])[0].offer_until == until


def test_the_same_turn_twice_is_one(small):
    _, _, ((openid, patient), _) = full_morning(small)
    department = small.rows(WaitlistEntry.department_id)[0]

    again = small.join(openid, patient, small.wish(department))

    assert again.line.position == 1
    assert small.states() == ["waiting", "waiting"]


@pytest.mark.parametrize(
    ("state", "refusal"), [("verified", AlreadyWaiting), ("pending", Unavailable)]
)
def test_the_same_line_by_another_of_the_family_is_refused_as_far_as_she_may_know(
    small, state, refusal
):
    _, _, ((_, patient), _) = full_morning(small)
    sister, _ = small.patient()
    small.link(sister, patient, state)
    wish = small.wish(small.rows(WaitlistEntry.department_id)[0])
    with pytest.raises(refusal):
        small.join(sister, patient, wish)
    assert small.states() == ["waiting", "waiting"]


def test_only_so_many_lines_for_one_patient(small):
    openid, patient = small.patient()
    departments = []
    for _ in range(4):
        department = small.department()
        departments.append(department)
        owner, other = small.patient()
        small.book(owner, small.slot(department=department), other)
    for department in departments[:3]:
        small.join(openid, patient, small.wish(department))
    with pytest.raises(WaitlistLimit) as refused:
        small.join(openid, patient, small.wish(departments[3]))
    assert refused.value.facts == {"limit": 3}


def test_who_could_not_take_any_of_the_places_is_told_why_at_once(small):
    department = small.department(sex="m", name="男科")
    openid, patient = small.patient()
    owner, other = small.patient(sex="m")
    small.book(owner, small.slot(department=department), other)
    with pytest.raises(AgeOrSexUnfit):
        small.join(openid, patient, small.wish(department))
    home = small.department()
    small.book(openid, small.slot(department=home), patient)
    with pytest.raises(SameHalfDay):
        small.join(openid, patient, small.wish(home))


def test_a_stranger_cannot_put_her_in_line(small):
    _, _, ((_, patient), _) = full_morning(small)
    department = small.rows(WaitlistEntry.department_id)[0]
    with pytest.raises(NotYourPatient):
        small.join(small.patient()[0], patient, small.wish(department, days=3))


def test_who_cannot_take_a_place_is_passed_over_and_can_read_why(hospital):
    slot, (owner, theirs), (first, second) = full_morning(hospital)
    hospital.book(first[0], hospital.slot(hour=9), first[1])  # elsewhere at that time

    hospital.cancel(owner, theirs)

    assert hospital.states() == ["waiting", "offered"]
    (view,) = hospital.waits(first[0])
    assert (view.skipped, view.offer) == ("Overlapping", None)
    assert offer_of(hospital, second[0]) is not None
    assert hospital.stock(slot) == (1, 1)


def test_who_no_longer_speaks_for_the_patient_is_not_asked(small):
    _, (owner, theirs), (first, second) = full_morning(small)
    with small.engine.begin() as conn:
        conn.execute(
            update(PatientLink).where(PatientLink.patient_id == first[1]).values(state="removed")
        )

    small.cancel(owner, theirs)

    assert small.states() == ["left", "offered"]
    assert offer_of(small, second[0]) is not None


def test_anybody_of_the_department_this_week(small):
    department = small.department()
    slots = [small.slot(department=department, day=day) for day in (1, 3)]
    owners = []
    for slot in slots:
        owner, patient = small.patient()
        owners.append((owner, small.book(owner, slot, patient)))
    openid, patient = small.patient()
    small.join(openid, patient, small.wish(department, days=7), "头晕三天")

    small.cancel(*owners[1])

    assert offer_of(small, openid) is not None
    view = small.answer(openid, "confirm")
    assert view.opening.slot == slots[1]
    with small.engine.connect() as conn:
        sealed = conn.scalar(select(Appointment.words_enc).where(Appointment.id == view.id))
    assert small.vault.open(sealed) == "头晕三天"


def test_who_books_such_a_place_herself_need_not_wait_any_more(small):
    department = small.department()
    owner, patient = small.patient()
    small.book(owner, small.slot(department=department), patient)
    openid, who = small.patient()
    small.join(openid, who, small.wish(department))
    fresh = small.slot(department=department, hour=10)

    small.book(openid, fresh, who)

    assert small.states() == ["done"]


def test_leaving_the_line_hands_on_what_was_held(hospital):
    _, (owner, theirs), (first, second) = full_morning(hospital)
    hospital.cancel(owner, theirs)
    (view,) = hospital.waits(first[0])

    with hospital.work(first[0]) as work:
        Waitlist(work).leave(view.id)

    assert hospital.states() == ["left", "offered"]
    (theirs,) = hospital.waits(second[0])
    with hospital.work(first[0]) as work:
        Waitlist(work).leave(theirs.id)
    assert hospital.states() == ["left", "offered"]


def test_new_places_of_the_roster_go_to_the_line(hospital):
    slot, _, _ = full_morning(hospital)
    with hospital.work(Actor("window")) as work:
        more = {"capacity": 2, "chat_capacity": 2}
        work.conn.execute(update(Slot).where(Slot.id == slot).values(more))
        line.serve(work)

    assert hospital.states() == ["offered", "waiting"]
    assert hospital.stock(slot) == (2, 2)


def test_who_joins_while_a_place_comes_back_is_served_a_moment_later(small):
    slot, _, _ = full_morning(small, waiting=0)
    openid, patient = small.patient()
    department = small.rows(Slot.department_id)[0]
    view = small.join(openid, patient, small.wish(department))
    # The place came back in a transaction that could not see her yet.
    with small.engine.begin() as conn:
        conn.execute(update(Slot).where(Slot.id == slot).values(booked=0, chat_booked=0))
        conn.execute(update(Appointment).values(status="cancelled"))
    job = Job.kind == waitlist.SERVE
    assert small.rows(Job.due_at, job) == [NOW + timedelta(seconds=10)]

    with small.work() as work:
        Waitlist(work).serve(view.id)

    assert offer_of(small, openid) is not None


# -- what is told


def test_position_counts_everybody_who_may_be_served_first(small):
    _, _, (first, second) = full_morning(small)
    department = small.rows(WaitlistEntry.department_id)[0]
    third, patient = small.patient()
    view = small.join(third, patient, small.wish(department, days=7))
    assert view.line.position == 3
    assert [small.waits(o)[0].line.position for o, _ in (first, second)] == [1, 2]
    assert view.line.history is None


def test_the_chance_is_what_came_back_before_and_nothing_where_little_is_known(small):
    department = small.department()
    owner, patient = small.patient()
    small.book(owner, small.slot(department=department, day=1), patient)
    openid, who = small.patient()
    assert small.join(openid, who, small.wish(department)).line.history is None
    for day in range(-9, 0):
        slot = small.slot(4, department=department, day=day)
        for _ in range(2 if day % 3 else 0):
            gone(small, slot)
    (view,) = small.waits(openid)
    history = view.line.history
    assert (history.shifts, history.enough) == (9, 6)


def gone(hospital, slot):
    """A visit of the past that was cancelled two days before."""
    with hospital.engine.connect() as conn:
        starts_at = conn.scalar(select(Slot.starts_at).where(Slot.id == slot))
    openid, patient = hospital.patient()
    kept, hospital.now = hospital.now, starts_at - 2 * DAY
    hospital.cancel(openid, hospital.book(openid, slot, patient))
    hospital.now = kept


def test_the_lines_one_can_stand_in_are_the_full_ones(small):
    department = small.department()
    for hour, day in ((9, 1), (14, 1), (9, 3)):
        slot = small.slot(department=department, hour=hour, day=day)
        if (hour, day) != (14, 1):
            owner, patient = small.patient()
            small.book(owner, slot, patient)
    soon, later = small.wish(department), small.wish(department, 3)
    friday = datetime(2026, 11, 27, tzinfo=SHANGHAI)

    def lines(*when):
        with small.work() as work:
            need = Need(departments=((soon.department, 1.0),), when=when)
            return [one.wish for one in Waitlist(work).lines(need)]

    assert lines() == [soon, later]
    assert lines((friday, friday + DAY)) == [later, small.wish(department, 3, days=7)]
