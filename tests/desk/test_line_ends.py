"""How a place in line ends: given back, gone on with after a mistake, or over with the day."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from desk import calling, closing, links, standing, tickets
from desk.bookings import Bookings
from desk.notices import Notices
from desk.sharing import Sharing
from models import Appointment, Outbox, Pace, Ticket, WechatUser
from scheduling.channels import VISIT
from scheduling.errors import AppointmentOver, NotInLine
from scheduling.policy import Policy
from scheduling.staff_errors import NoVisitToResume, RoomClosed
from tests.desk.busy import BusyHospital
from tests.desk.hospital import NOW
from tests.desk.test_merging import PASSPORT, register
from tests.desk.visit_day import MINUTE, NURSE, VisitDay


@pytest.fixture
def small(sqlite_url):
    day = VisitDay(sqlite_url)
    day.now = NOW + 60 * MINUTE
    yield day
    day.close()


def later(day, minutes):
    day.now += minutes * MINUTE


def pace(day):
    with day.engine.connect() as conn:
        return sorted(conn.execute(select(Pace.visits, Pace.minutes)).all())


# -- ended by mistake


def test_a_visit_ended_by_mistake_goes_on_as_if_nothing_had_been(small):
    shift, slot = small.room()
    (one,) = small.come(slot)
    small.call(shift)
    later(small, 4)
    small.act("finish", shift)
    assert pace(small) == [(1, 4.0)] * 2

    later(small, 3)
    again = small.act("take_back", shift)

    assert (again.label, again.state) == (one.label, "called")
    assert small.status(one.appointment) == "checked_in"
    assert small.events(one.id)[-2:] == ["done", "called"]
    assert small.appointment_events(one.appointment)[-2:] == ["completed", "checked_in"]
    assert pace(small) == [(0, 0.0)] * 2
    small.act("finish", shift)
    assert pace(small) == [(1, 7.0)] * 2


def test_next_pressed_by_mistake_calls_nobody_in_after_all(small):
    shift, slot = small.room()
    one, two, three = small.come(slot, 3)
    small.call(shift)
    later(small, 4)
    small.call(shift)
    later(small, 1)
    assert small.act("take_back", shift).label == one.label

    assert small.line(shift) == [two.label, three.label]
    assert small.notices("ahead").count(two.appointment) >= 1, "she is told that she waits again"
    assert small.calling(shift).lanes == "f"
    later(small, 5)
    assert small.call(shift) == two.label


def test_who_is_inside_by_now_stays_and_the_other_comes_back_as_a_return(small):
    shift, slot = small.room()
    one, two, _ = small.come(slot, 3)
    small.call(shift)
    later(small, 4)
    small.act("finish", shift)
    later(small, 1)
    small.call(shift)
    later(small, 1)

    again = small.act("take_back", shift)

    assert (again.label, again.state, again.lane) == (one.label, "waiting", "return")
    with small.work() as work:
        room = standing.room(work, NURSE, shift)
    assert room.inside.label == two.label


def test_a_third_miss_by_mistake_is_taken_back_too(small):
    shift, slot = small.room()
    (one,) = small.come(slot)
    for _ in range(3):
        small.call(shift)
        small.act("miss", shift)
        if small.tickets()[one.label] == "missed":
            with small.work() as work:
                tickets.come_back(work, one.id)
    assert small.status(one.appointment) == "no_show"

    assert small.act("take_back", shift).state == "called"
    assert small.rows(Ticket.calls_missed) == [2]
    small.act("finish", shift)
    assert small.status(one.appointment) == "completed"


def test_nothing_goes_on_once_it_is_long_over_or_the_room_is_closed(small):
    shift, slot = small.room()
    small.come(slot, 2)
    with pytest.raises(NoVisitToResume):
        small.act("take_back", shift)
    small.call(shift)
    later(small, 4)
    small.act("finish", shift)
    later(small, 6)
    with pytest.raises(NoVisitToResume):
        small.act("take_back", shift)
    small.act("close", shift)
    with pytest.raises(RoomClosed):
        small.act("take_back", shift)


def test_who_has_another_number_of_that_half_day_by_now_has_been_seen(small):
    shift, slot = small.room()
    openid, appointment = small.booked(slot)
    small.check_in(openid, appointment)
    small.call(shift)
    small.act("finish", shift)
    patient = small.rows(Appointment.patient_id, Appointment.id == appointment)[0]
    until_it_begins = replace(small.policy, same_day_closes=timedelta())
    with small.work() as work:
        desk = Bookings(replace(work, policy=until_it_begins))
        desk.confirm(desk.hold(slot, patient).id)

    with pytest.raises(NoVisitToResume):
        small.act("take_back", shift)
    assert small.status(appointment) == "completed"


# -- given back from the line


def test_who_is_in_line_may_give_up_and_her_place_is_free_again(small):
    shift, slot = small.room()
    openid, appointment = small.booked(slot)
    ticket = small.check_in(openid, appointment)
    (other,) = small.come(slot)
    before = small.stock(slot)

    with small.work(openid) as work:
        desk = Bookings(work)
        assert not desk.cancel_is_free(appointment)
        assert desk.cancel(appointment).status == "cancelled"

    assert small.stock(slot) == (before[0] - 1, before[1] - 1)
    assert small.events(ticket.id) == ["waiting", "cancelled"]
    assert small.rows(Appointment.late_cancel, Appointment.id == appointment) == [True]
    assert small.call(shift) == other.label
    for act in (
        lambda work: tickets.come_back(work, ticket.id),
        lambda work: Bookings(work).cancel(appointment),
    ):
        with small.work(openid) as work, pytest.raises(AppointmentOver):
            act(work)


@pytest.mark.parametrize("away", ["left", "missed"])
def test_who_is_out_or_has_missed_her_call_may_give_up_as_well(small, away):
    shift, slot = small.room()
    openid, appointment = small.booked(slot)
    ticket = small.check_in(openid, appointment)
    if away == "left":
        small.leave(openid, ticket.id)
    else:
        small.call(shift)
        small.act("miss", shift)

    with small.work(openid) as work:
        Bookings(work).cancel(appointment)

    assert small.tickets() == {ticket.label: "cancelled"}


def test_who_is_inside_or_was_sent_for_results_asks_the_desk(small):
    shift, slot = small.room()
    openid, appointment = small.booked(slot)
    small.check_in(openid, appointment)
    small.call(shift)
    with small.work(openid) as work, pytest.raises(NotInLine):
        Bookings(work).cancel(appointment)
    small.act("send_for_results", shift)
    with small.work(openid) as work, pytest.raises(NotInLine):
        Bookings(work).cancel_is_free(appointment)
    assert small.status(appointment) == "checked_in"


# -- the day is over


def a_whole_day(day):
    """One was seen, one missed, one went out, one is out for results, one never came."""
    shift, slot = day.room()
    day.come(slot, 2)
    day.call(shift)
    later(day, 5)
    day.call(shift)
    day.act("miss", shift)
    openid, appointment = day.booked(slot)
    day.leave(openid, day.check_in(openid, appointment).id)
    (results,) = day.come(slot)
    assert day.call(shift) == results.label
    day.act("send_for_results", shift)
    _, absent = day.booked(slot)
    day.act("close", shift)
    with day.work() as work:
        assert closing.close_forgotten(work, shift) is None
    return absent


def test_the_end_of_a_day_leaves_nobody_in_line(small):
    absent = a_whole_day(small)

    assert sorted(small.tickets().values()) == ["done", "done", "no_show", "no_show"]
    here = Appointment.id.in_(small.rows(Ticket.appointment_id))
    ends = sorted(small.rows(Appointment.status, here))
    assert ends == ["completed", "completed", "no_show", "no_show"]
    assert small.status(absent) == "booked", "the site does not record who came"
    for ticket in small.rows(Ticket.id, Ticket.state == "no_show"):
        assert small.events(ticket)[-1] == "no_show"


def test_where_the_policy_says_so_who_never_came_is_a_no_show(sqlite_url):
    day = VisitDay(sqlite_url, Policy(absent_is_no_show=True))
    day.now = NOW + 60 * MINUTE
    absent = a_whole_day(day)

    assert day.status(absent) == "no_show"
    assert day.appointment_events(absent)[-1] == "no_show"
    day.close()


def test_in_a_room_that_has_called_nobody_nobody_is_said_to_have_stayed_away(sqlite_url):
    day = VisitDay(sqlite_url, Policy(absent_is_no_show=True))
    day.now = NOW + 60 * MINUTE
    shift, slot = day.room()
    _, absent = day.booked(slot)
    openid, appointment = day.booked(slot)
    day.leave(openid, day.check_in(openid, appointment).id)
    day.now = NOW + timedelta(hours=10)
    with day.work() as work:
        closing.close_forgotten(work, shift)

    assert day.status(absent) == "booked"
    day.close()


# -- the family


def test_whoever_of_the_family_wishes_it_is_told_of_the_line_too(sqlite_url):
    """The mother checks in herself; her daughter, who asked to be told, reads the call as well."""
    clinic = BusyHospital(sqlite_url)
    kinds = ("called", "ahead", "reminder", "confirmed")
    clinic.channels = {VISIT: dict.fromkeys(kinds, "T")}
    mother = register(clinic, "妈妈", replace(PASSPORT, relation="self"))
    register(clinic, "女儿", PASSPORT)
    with clinic.work() as work:
        for link in links.pending_links(work):
            links.verify_by_desk(work, link.id)
    with clinic.work("女儿") as work:
        Sharing(work).tell_me(mother, on=True)
    slot = clinic.slot(hour=10, day=0)
    with clinic.work("妈妈") as work:
        desk = Bookings(work)
        visit = desk.confirm(desk.hold(slot, mother).id)
        ticket = tickets.check_in(work, visit.id)
        assert Notices(work).when_near(visit)
    with clinic.work() as work:
        calling.call_next(work, NURSE, ticket.shift)
        told = work.conn.execute(
            select(WechatUser.openid_enc, Outbox.is_copy)
            .join(WechatUser, WechatUser.id == Outbox.wechat_user_id)
            .where(Outbox.kind == "called")
            .order_by(Outbox.id)
        ).all()
        assert [(work.vault.open(one.openid_enc), one.is_copy) for one in told] == [
            ("妈妈", False),
            ("女儿", True),
        ]
    clinic.close()


# -- ended early


def test_who_is_still_to_come_is_sent_on_to_a_room_like_it(small):
    ward = small.department()
    shift, slot = small.general(ward)
    beside, _ = small.general(ward)
    openid, coming = small.booked(slot)

    done = small.act("close", shift)

    assert (done.coming, done.to_ring) == (1, 0)
    assert small.notices("ended") == [coming]
    assert small.notices("ended_call") == []
    arrived = small.check_in(openid, coming)
    assert (arrived.shift, arrived.state) == (beside, "waiting")


def test_where_no_room_is_like_it_somebody_rings_until_she_is_here_all_the_same(small):
    shift, slot = small.room()
    openid, coming = small.booked(slot)
    assert small.act("close", shift).to_ring == 1
    small.set_state("ended_call", "call")

    assert small.check_in(openid, coming).state == "unseen"
    assert small.rows(Outbox.state, Outbox.kind == "ended_call") == ["void"]


def test_nobody_has_missed_a_visit_whose_doctor_had_gone(sqlite_url):
    day = VisitDay(sqlite_url, Policy(absent_is_no_show=True))
    day.now = NOW + 60 * MINUTE
    shift, slot = day.room(hour=11)
    day.come(slot)
    _, coming = day.booked(slot)
    day.call(shift)
    day.act("close", shift)
    day.now = NOW + timedelta(hours=10)
    with day.work() as work:
        closing.close_forgotten(work, shift)
    assert day.status(coming) == "booked"
    day.close()
