"""Arriving: the right day, site and hour; a number of one's own; going out and coming back."""

from datetime import date, datetime

import pytest
from sqlalchemy import select, update

from desk import loads, tickets
from desk.suspensions import Suspensions
from desk.work import Actor
from models import Patient, Slot
from scheduling.disciplines import Rank, read_discipline
from scheduling.errors import (
    AppointmentOver,
    CheckInNotOpen,
    NoSuchTicket,
    NotConfirmed,
    NotInLine,
    NotYourAppointment,
    ShiftOver,
    ShiftSuspended,
    SlotTaken,
    WrongDay,
    WrongSite,
)
from scheduling.policy import Policy
from scheduling.staff_errors import NoSuchRank
from tests.desk.hospital import SHANGHAI
from tests.desk.test_suspensions import suspend
from tests.desk.visit_day import MINUTE, NURSE

DESK = Actor("window", name="desk")


@pytest.fixture
def small(small_day):
    return small_day


# -- who may check in


def test_a_ticket_has_a_number_of_its_department_and_checking_in_again_keeps_it(small):
    _, slot = small.room()
    (openid, one), (other, two) = small.booked(slot), small.booked(slot)

    ticket = small.check_in(openid, one)
    assert small.check_in(openid, one) == ticket
    assert small.check_in(other, two).label == "A002"
    elsewhere = small.come(small.room()[1])[0]
    assert (ticket.label, elsewhere.label) == ("A001", "B001")
    assert (ticket.state, ticket.lane, ticket.rank) == ("waiting", "first", None)
    assert ticket.name_masked == "李*明"
    assert small.status(one) == "checked_in"
    assert small.appointment_events(one)[-1] == "checked_in"


def test_nobody_checks_in_for_others_or_without_an_appointment(small):
    _, slot = small.room()
    openid, one = small.booked(slot)
    stranger, patient = small.patient()

    with pytest.raises(NotYourAppointment):
        small.check_in(stranger, one)
    with small.bookings(stranger) as desk:
        held = desk.hold(slot, patient).id
    with pytest.raises(NotConfirmed):
        small.check_in(stranger, held)
    with small.bookings(openid) as desk:
        desk.cancel(one)
    with pytest.raises(AppointmentOver):
        small.check_in(openid, one)
    assert small.tickets() == {}


def test_the_wrong_day_and_the_wrong_site_say_which_would_be_right(small):
    tomorrow = small.slot(day=1)
    openid, patient = small.patient()
    later = small.book(openid, tomorrow, patient)
    with pytest.raises(WrongDay) as no:
        small.check_in(openid, later)
    assert no.value.facts["starts_at"].date() == date(2026, 11, 25)

    openid, one = small.booked(small.room()[1])
    with pytest.raises(WrongSite) as no:
        small.check_in(openid, one, site="ELSEWHERE")
    assert no.value.facts["site_name"] == "中心"
    assert small.check_in(openid, one, site="S").state == "waiting"


@pytest.mark.parametrize(
    ("hour", "minute", "refusal"),
    [(6, 59, CheckInNotOpen), (7, 0, None), (14, 59, None), (15, 0, ShiftOver)],
)
def test_from_opening_time_until_the_shift_ends(small, hour, minute, refusal):
    _, slot = small.room()  # until 15:00
    openid, one = small.booked(slot)
    small.now = datetime(2026, 11, 24, hour, minute, tzinfo=SHANGHAI)
    if refusal is None:
        assert small.check_in(openid, one).state == "waiting"
        return
    with pytest.raises(refusal):
        small.check_in(openid, one)
    assert small.check_in(openid, one, by_desk=True).label == "A001", "the desk knows best"


def test_who_is_more_than_half_an_hour_late_rejoins_behind(small):
    shift, slot = small.room(hour=10)
    (late, one), (less, two), (early, three) = (small.booked(slot) for _ in range(3))
    small.check_in(early, three)
    small.now = datetime(2026, 11, 24, 10, 30, tzinfo=SHANGHAI)
    small.check_in(less, two)
    small.now += MINUTE
    ticket = small.check_in(late, one)

    assert ticket.due_at == small.now.astimezone(SHANGHAI)
    assert small.line(shift) == ["A001", "A002", "A003"]


def test_whom_the_birth_date_or_the_desk_puts_before_others(small):
    shift, slot = small.room(hour=10)
    openid, one = small.booked(slot)
    other, two = small.booked(slot)
    elder, three = small.booked(slot)
    with small.work() as work:
        mine = select(Patient.id).order_by(Patient.id.desc()).limit(1)
        born = update(Patient).where(Patient.id == work.conn.scalar(mine))
        work.conn.execute(born.values(birth_on=date(1940, 1, 1)))

    assert small.check_in(openid, one, rank="soldier").rank is None, "shown at the desk"
    assert small.check_in(other, two, by_desk=True, rank="soldier").rank.name == "soldier"
    assert small.check_in(elder, three).rank.name == "elder80"
    assert small.line(shift) == ["A002", "A003", "A001"]
    with pytest.raises(NoSuchRank):
        small.check_in(openid, one, by_desk=True, rank="vip")


def test_a_site_says_itself_who_goes_before_and_from_which_age(small):
    _, slot = small.room(ward=small.department(code="GK", name="骨科"))
    _, other = small.room()
    ours = {"ranks": {"hero": {"label": "见义勇为"}, "elder80": {"from_years": 70}}}
    small.policy = Policy(disciplines={"GK": read_discipline(ours)})
    openid, one = small.booked(slot)
    with small.work() as work:
        work.conn.execute(update(Patient).values(birth_on=date(1955, 1, 1)))
    hero, two = small.booked(slot)
    elsewhere, three = small.booked(other)

    assert small.check_in(openid, one).rank == Rank("elder80", from_years=70)
    assert small.check_in(hero, two, by_desk=True, rank="hero").rank.label == "见义勇为"
    with pytest.raises(NoSuchRank):
        small.check_in(elsewhere, three, by_desk=True, rank="hero")


def test_what_a_ticket_was_given_before_the_rules_changed_stays_with_it(small):
    shift, slot = small.room()
    small.come(slot)
    ticket = small.come(slot, by_desk=True, rank="soldier")[0]
    without = read_discipline({"ranks": {"soldier": False}})
    small.policy = Policy(disciplines={"default": without})

    assert small.line(shift) == ["A002", "A001"]
    assert small.act("set_rank", ticket.id, "soldier").rank == Rank("soldier"), "unchanged"
    small.act("set_rank", ticket.id, "")
    with pytest.raises(NoSuchRank):
        small.act("set_rank", ticket.id, "soldier")


# -- walk-ins


def test_who_walks_in_has_one_of_what_is_left_and_a_ticket(small):
    shift, slot = small.room(capacity=2)
    small.come(slot)
    _, patient = small.patient()
    with small.work(DESK) as work:
        ticket = tickets.walk_in(work, patient, shift, rank="pregnant")

    assert (ticket.label, ticket.rank.name, small.stock(slot)) == ("A002", "pregnant", (2, 2))
    _, patient = small.patient()
    with pytest.raises(SlotTaken), small.work(DESK) as work:
        tickets.walk_in(work, patient, shift)


# -- out for a while, and back


def test_who_goes_out_is_not_called_and_has_her_place_again_when_back(small):
    shift, slot = small.room()
    (openid, one), _ = small.booked(slot), small.come(slot, 2)
    ticket = small.check_in(openid, one)
    assert small.line(shift) == ["A001", "A002", "A003"]

    assert small.leave(openid, ticket.id).state == "left"
    assert small.leave(openid, ticket.id).state == "left"
    assert small.line(shift) == ["A001", "A002"]
    assert small.come_back(openid, ticket.id).state == "waiting"
    assert small.come_back(openid, ticket.id).state == "waiting"
    assert small.line(shift) == ["A001", "A002", "A003"]
    assert small.events(ticket.id) == ["waiting", "left", "waiting"]


def test_only_who_may_see_a_ticket_moves_it(small):
    shift, slot = small.room()
    openid, one = small.booked(slot)
    ticket = small.check_in(openid, one)
    stranger, _ = small.patient()
    for act in (small.leave, small.come_back):
        with pytest.raises(NoSuchTicket):
            act(stranger, ticket.id)
        with pytest.raises(NoSuchTicket):
            act(openid, 4711)
    small.call(shift)
    with pytest.raises(NotInLine):
        small.leave(openid, ticket.id)


def test_an_account_sees_its_visits_of_today_and_who_is_here(small):
    _, slot = small.room()
    (openid, one), _ = small.booked(slot), small.booked(slot)
    with small.work(openid) as work:
        (visit,) = tickets.todays(work)
    assert (visit.appointment.id, visit.ticket) == (one, None)
    ticket = small.check_in(openid, one)
    with small.work(openid) as work:
        (visit,) = tickets.todays(work)
    assert visit.ticket == ticket


# -- by load, and where rooms close


def test_who_comes_for_nobody_by_name_goes_where_the_least_work_is(small):
    ward = small.department()
    (busy, slot), (idle, _) = small.general(ward, capacity=10), small.general(ward, capacity=10)
    for _ in range(3):
        small.booked(slot)
    openid, one = small.booked(slot)

    ticket = small.check_in(openid, one)
    assert ticket.shift == idle, "three are still expected next door"
    assert small.line(busy) == []
    small.come(slot, 3)
    assert (len(small.line(idle)), len(small.line(busy))) == (3, 1), (
        "of three one in seven stays away"
    )


def test_where_another_room_is_no_emptier_she_stays_in_her_own(small):
    ward = small.department()
    small.general(ward)
    mine, slot = small.general(ward)
    openid, one = small.booked(slot)

    assert small.check_in(openid, one).shift == mine, "she is not still to come herself"


def test_an_empty_room_that_opens_much_later_is_not_sooner(small):
    ward = small.department()
    (now, slot), (later, _) = small.general(ward, hour=10), small.general(ward, hour=12)
    small.come(slot, 3)

    assert (len(small.line(now)), len(small.line(later))) == (3, 0)


def test_a_doctor_who_is_away_for_an_hour_is_not_sent_whom_another_can_see(small):
    ward = small.department()
    (away, slot), (there, _) = small.general(ward), small.general(ward)
    small.now += 61 * MINUTE
    small.act("delay", away, small.now + 60 * MINUTE)

    assert [ticket.shift for ticket in small.come(slot, 2)] == [there, there]


def test_who_comes_for_a_doctor_waits_for_that_doctor(small):
    ward = small.department()
    (mine, slot), (other, _) = small.room(ward=ward), small.room(ward=ward)
    small.come(slot, 2)
    assert (len(small.line(mine)), len(small.line(other))) == (2, 0)


def test_a_closed_room_sends_on_who_comes_and_rings_whom_nobody_takes(small):
    ward = small.department()
    (mine, slot), (other, _) = small.room(ward=ward), small.room(ward=ward)
    small.come(slot)
    (openid, one), (late, two) = small.booked(slot), small.booked(slot)
    small.act("close", mine)
    assert len(small.line(other)) == 1

    assert small.check_in(openid, one).shift == other
    small.act("close", other)
    assert small.check_in(late, two).state == "unseen"
    assert sorted(small.tickets().values()) == ["unseen"] * 3
    assert len(small.notices("unseen")) == 3


def test_what_is_behind_is_proposed_to_be_moved_and_only_that(small):
    ward = small.department()
    (heavy, slot), (light, _) = small.general(ward, capacity=20), small.general(ward, capacity=20)
    small.act("close", light)
    small.come(slot, 3)
    with small.work() as work:
        assert loads.rebalance(work, ["S"]) == [], "there is no other room"
    spare, _ = small.general(ward, capacity=20)
    small.now = datetime(2026, 11, 24, 10, 1, tzinfo=SHANGHAI)
    with small.work() as work:
        (proposal,) = loads.rebalance(work, ["S"])
    assert (proposal.heavy.shift, proposal.light.shift) == (heavy, spare)
    assert (proposal.ticket.label, proposal.saves) == ("A003", 2 * proposal.heavy.each)
    assert len(small.line(heavy)) == 3, "nobody has been moved"


# -- suspended and taken back


def test_a_suspension_takes_the_tickets_along_and_brings_them_back(day):
    shift, slot = day.room()
    day.come(slot, 3)
    day.now = datetime(2026, 11, 24, 10, 0, tzinfo=SHANGHAI)
    day.call(shift)
    day.act("miss", shift)
    day.call(shift)

    number = suspend(day, NURSE, slot)
    assert set(day.tickets().values()) == {"suspended"}
    openid = day.patients(1)[0][0]
    with pytest.raises(ShiftSuspended):
        day.call(shift)
    with day.work(openid) as work:
        Suspensions(work).resume(NURSE, number)
    assert day.tickets() == {"A001": "missed", "A002": "waiting", "A003": "waiting"}
    assert day.call(shift) == "A002", "who was inside is called again"


def test_who_was_sent_on_is_seen_there_whatever_becomes_of_the_first_shift(small):
    ward = small.department()
    (mine, slot), (theirs, _), (third, _) = (small.room(ward=ward) for _ in range(3))
    first, second, stays = small.come(slot, 3)
    small.act("transfer", mine, theirs, first.id)
    small.act("transfer", mine, third, second.id)

    suspend(small, NURSE, slot)
    assert small.tickets() == {"A001": "waiting", "A002": "waiting", "A003": "suspended"}
    assert small.status(first.appointment) == "checked_in", "she is seen by somebody else"
    small.call(third)
    with small.engine.connect() as conn:
        other = conn.scalar(select(Slot.id).where(Slot.shift_id == theirs))
    suspend(small, NURSE, other)
    assert small.line(third) == ["A001"], "and again, where that one goes too"
    assert small.tickets()["A002"] == "called"
    del stays
