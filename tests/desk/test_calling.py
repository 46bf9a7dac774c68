"""The doctor calls: in order, each once, and what becomes of everybody."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import delete, event, select, update

from bot.chores import TASKS
from desk import dispatch, jobs, rooms, standing
from desk.work import Actor
from models import (
    Appointment,
    AuditEvent,
    Doctor,
    Job,
    Outbox,
    Pace,
    Shift,
    Slot,
    Ticket,
    TicketEvent,
)
from scheduling.disciplines import Discipline
from scheduling.errors import NoSuchTicket, NotInLine, PatientBlocked, ShiftSuspended, WrongDay
from scheduling.policy import Policy
from scheduling.rota import Member
from scheduling.staff_errors import NobodyInside, NoSuchRank, NotAllowed, RoomClosed
from tests.desk.hospital import SHANGHAI
from tests.desk.test_suspensions import suspend
from tests.desk.visit_day import MINUTE, NURSE, VisitDay

HOUR = 60 * MINUTE


@pytest.fixture
def small(small_day):
    return small_day


def doctor_of(day, shift):
    with day.engine.connect() as conn:
        code = conn.scalar(
            select(Doctor.code).join(Shift, Shift.doctor_id == Doctor.id).where(Shift.id == shift)
        )
    return Member(NURSE.id, "周一鸣", "doctor", code, None)


def told(day, kind):
    """What was laid down for the holders, oldest first: the payloads of one kind of notice."""
    with day.work() as work:
        rows = work.conn.scalars(
            select(Outbox.payload_enc).where(Outbox.kind == kind).order_by(Outbox.id)
        )
        return [json.loads(work.vault.open(row)) for row in rows]


# -- a morning


def test_a_morning_from_the_door_to_the_end(day):
    shift, slot = day.room()
    (openid, one), (other, two) = day.booked(slot), day.booked(slot)
    first = day.check_in(openid, one)
    assert (first.label, day.check_in(other, two).label) == ("A001", "A002")
    assert day.line(shift) == ["A001", "A002"]
    day.now += HOUR

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
    assert (room.calls, room.visits, room.minutes, room.squares) == (2, 2, 10.0, 52.0)
    assert day.events(first.id) == ["waiting", "called", "done"]


def test_a_missed_call_comes_back_after_three_others_twice_and_then_it_is_over(small):
    shift, slot = small.room()
    openid, one = small.booked(slot)
    ticket = small.check_in(openid, one)
    small.come(slot, 12)
    calls = []
    for _ in range(2):
        assert small.call(shift) == "A001"
        assert small.act("miss", shift).state == "missed"
        back = small.come_back(openid, ticket.id)
        assert (back.state, back.lane) == ("waiting", "missed")
        for _ in range(3):
            calls.append(small.call(shift))
            small.now += 5 * MINUTE
    assert small.call(shift) == "A001"
    assert small.act("miss", shift).state == "no_show"

    assert calls == [f"A{n:03d}" for n in range(2, 8)]
    assert small.status(one) == "no_show"
    assert small.call(shift) == "A008"
    assert small.calling(shift).visits == 6, "who did not come took nobody's time"


def test_who_was_here_and_missed_her_calls_is_no_no_show_to_the_booking(sqlite_url):
    day = VisitDay(sqlite_url, Policy(no_shows_allowed=1, missed_most=1))
    shift, slot = day.room()
    openid, one = day.booked(slot)
    with day.engine.connect() as conn:
        patient = conn.scalar(select(Appointment.patient_id).where(Appointment.id == one))
    day.check_in(openid, one)
    day.call(shift)
    assert day.act("miss", shift).state == "no_show"
    assert day.book(openid, day.slot(), patient), "online booking stays open"
    with day.engine.begin() as conn:
        for table in (TicketEvent, Ticket):
            conn.execute(delete(table))
    with pytest.raises(PatientBlocked):
        day.book(openid, day.slot(day=2), patient)
    day.close()


def test_a_missed_call_is_taken_back_by_calling_again(small):
    shift, slot = small.room()
    openid, one = small.booked(slot)
    ticket = small.check_in(openid, one)
    small.come(slot)
    small.call(shift)
    small.act("miss", shift)
    assert small.act("call_again", shift).state == "called"
    for _ in range(2):
        small.act("miss", shift)
        small.act("call_again", shift)
    assert small.act("miss", shift).state == "missed", "the calls taken back do not count"
    assert small.call(shift) == "A002"
    assert small.events(ticket.id)[-2:] == ["called", "missed"]


def test_with_the_results_she_comes_back_before_the_third_one(small):
    shift, slot = small.room()
    openid, one = small.booked(slot)
    ticket = small.check_in(openid, one)
    small.come(slot, 4)
    small.call(shift)
    small.now += 5 * MINUTE
    assert small.act("send_for_results", shift).state == "results"
    assert small.calling(shift).visits == 1
    assert small.call(shift) == "A002"
    with small.standing(openid) as (mine,):
        assert (mine.ticket.state, mine.ahead) == ("results", None)
    small.come_back(openid, ticket.id)

    assert small.line(shift) == ["A001", "A003", "A004", "A005"], "two first visits, one return"
    assert small.call(shift) == "A001"
    small.call(shift)
    assert small.status(one) == "completed"


def test_each_department_is_called_as_its_site_wants_it(sqlite_url):
    policy = Policy(disciplines={"D1": Discipline(kind="priority"), "S": Discipline("fifo")})
    day = VisitDay(sqlite_url, policy)
    for code, kind in (("D1", "priority"), ("D2", "fifo")):
        shift, slot = day.room(ward=day.department(code=code, name=f"骨科{code}"))
        day.come(slot, 2)
        day.come(slot, by_desk=True, rank="soldier")
        last = day.line(shift)
        with day.work() as work:
            assert standing.room(work, NURSE, shift).discipline.kind == kind
        assert (last[0][-3:] == "003") == (kind == "priority")
    day.close()


# -- who may call


def test_a_doctor_calls_into_the_own_room_and_for_nobody_by_name(small):
    ward = small.department()
    (mine, _), (hers, _) = small.room(ward=ward), small.room(ward=ward)
    (anybodys, _), (elsewhere, _) = small.general(ward), small.general(small.department())
    me = doctor_of(small, mine)
    for shift, may in ((mine, True), (hers, False), (anybodys, True), (elsewhere, False)):
        if may:
            assert small.act("call_next", shift, member=me) is None
            continue
        with pytest.raises(NotAllowed):
            small.act("call_next", shift, member=me)
    with pytest.raises(NotAllowed):
        small.act("call_next", mine, member=Member(7, "刘", "desk", None, "ELSEWHERE"))


def test_nothing_is_called_where_nobody_is_or_on_another_day(small):
    shift, slot = small.room()
    for name in ("miss", "finish", "send_for_results", "call_again"):
        with pytest.raises(NobodyInside):
            small.act(name, shift)
    with small.engine.connect() as conn:
        later = conn.scalar(select(Slot.shift_id).where(Slot.id == small.slot(day=1)))
    with pytest.raises(WrongDay):
        small.act("call_next", later)
    suspend(small, NURSE, slot)
    with pytest.raises(ShiftSuspended):
        small.act("call_next", shift)


# -- sent on, late, over


def test_the_one_inside_is_sent_on_and_keeps_her_place_in_time(small):
    (here, slot), (there, theirs) = small.room(), small.room()
    openid, one = small.booked(slot)
    ticket = small.check_in(openid, one)
    small.now += MINUTE
    small.come(theirs, 2)
    small.call(here)
    small.now += 3 * MINUTE

    sent = small.act("transfer", here, there)
    assert (sent.shift, sent.state, sent.label) == (there, "waiting", "A001")
    assert (small.line(here), len(small.line(there))) == ([], 3)
    assert small.calling(here).visits == 1
    with small.work() as work:
        assert standing.of_ticket(work, ticket.id).ahead == 2, "as early, but here a moment later"
    assert small.rows(AuditEvent.act, AuditEvent.act == "transfer") == ["transfer"]
    for _ in range(3):
        small.call(there)
    assert small.act("finish", there).id == ticket.id
    assert small.status(one) == "completed"


def test_another_room_takes_nobody_when_it_is_closed_or_elsewhere(small):
    (here, slot), (there, _) = small.room(), small.room()
    (ticket,) = small.come(slot)
    small.act("close", there)
    with pytest.raises(RoomClosed):
        small.act("transfer", here, there, ticket.id)
    with small.engine.connect() as conn:
        later = conn.scalar(select(Slot.shift_id).where(Slot.id == small.slot(day=1)))
    with pytest.raises(NotAllowed):
        small.act("transfer", here, later, ticket.id)
    with pytest.raises(NoSuchTicket):
        small.act("set_rank", 4711, "soldier")


def test_whose_visit_is_over_is_sent_to_no_other_room(small):
    (here, slot), (there, _) = small.room(), small.room()
    openid, one = small.booked(slot)
    ticket = small.check_in(openid, one)
    small.call(here)
    small.act("finish", here)
    with pytest.raises(NotInLine):
        small.act("transfer", here, there, ticket.id)
    assert (small.line(there), small.status(one)) == ([], "completed")


def test_who_is_late_says_so_once_to_all_who_wait_or_are_to_come(small):
    shift, slot = small.room()
    small.come(slot, 2)
    small.booked(slot)
    until = (small.now + 80 * MINUTE).astimezone(SHANGHAI)

    assert small.act("delay", shift, until) == 3
    small.act("delay", shift, until)
    assert len(told(small, "delayed")) == 3, "nobody is told the same twice"
    with small.work() as work:
        room = standing.room(work, NURSE, shift)
    assert (room.state, room.delayed_until) == ("paused", until)
    small.call(shift)
    with small.work() as work:
        room = standing.room(work, NURSE, shift)
    assert (room.state, room.delayed_until) == ("open", None)


def test_who_is_out_for_results_hears_too_that_the_doctor_is_away(small):
    shift, slot = small.room()
    small.come(slot, 1)
    small.call(shift)
    small.act("send_for_results", shift)

    assert small.act("delay", shift, small.now + 20 * MINUTE) == 1
    assert len(told(small, "delayed")) == 1


def test_ending_early_sends_everybody_to_the_lightest_rooms(small):
    ward = small.department()
    (here, slot), (one, theirs), (two, _) = (small.room(ward=ward) for _ in range(3))
    small.come(theirs, 2)
    small.come(slot, 6)
    small.call(here)

    assert small.act("close", here).to_ring == 0
    assert small.act("close", here).to_ring == 0
    assert (len(small.line(one)), len(small.line(two))) == (4, 3)
    assert small.tickets()["A003"] == "done", "the one inside has been seen"
    assert len(told(small, "sent_on")) == 5
    with pytest.raises(RoomClosed):
        small.call(here)


def test_whom_nobody_can_take_is_on_the_call_list_until_a_room_is_found(small):
    shift, slot = small.room()
    small.come(slot, 2)
    assert small.act("close", shift).to_ring == 2
    with small.work(Actor("job")) as work:
        leased = [one for one in dispatch.lease(work, 9, MINUTE) if one.kind == "unseen"]
        assert [dispatch.start(work, one, MINUTE) for one in leased] == ["call", "call"]
    other, _ = small.room()
    (first, _) = small.notices("unseen")
    assert len(small.rows(Outbox.id, Outbox.state == "call")) == 2
    found = small.act("transfer", shift, other, 1)
    assert (found.state, found.shift) == ("waiting", other)
    assert small.rows(Outbox.appointment_id, Outbox.state == "call") != [first]
    assert len(small.rows(Outbox.id, Outbox.state == "call")) == 1, "nobody rings in vain"


def test_a_room_that_everybody_forgot_is_closed_after_its_shift(small):
    shift, slot = small.room()
    openid, one = small.booked(slot)
    small.check_in(openid, one)
    small.come(slot)
    small.call(shift)
    small.act("send_for_results", shift)
    with small.work(Actor("job")) as work:
        row = work.conn.execute(select(*Job.__table__.c).where(Job.kind == rooms.CLOSE)).one()
    small.now = row.due_at
    small.call(shift)
    with small.work(Actor("job")) as work:
        assert TASKS[rooms.CLOSE](work, json.loads(row.payload)) == 30 * MINUTE, "still at work"
    small.now += 31 * MINUTE
    with small.work(Actor("job")) as work:
        assert [one.kind for one in jobs.lease(work, 9, MINUTE) if one.kind == rooms.CLOSE]
        assert TASKS[rooms.CLOSE](work, json.loads(row.payload)) is None
    assert small.calling(shift).state == "closed"
    assert set(small.tickets().values()) == {"done"}, "who did not bring her results was seen"
    assert small.status(one) == "completed"


# -- who is told what


def test_three_ahead_one_ahead_and_called_are_told_once_each(small):
    shift, slot = small.room()
    small.come(slot, 7, by_desk=True)
    for _ in range(7):
        small.call(shift)
        small.now += 5 * MINUTE

    def labels(kind, ahead=None):
        return [p["label"] for p in told(small, kind) if ahead in (None, p.get("ahead"))]

    assert labels("called") == [f"A{n:03d}" for n in range(1, 8)]
    # By the first call one is next, one is after her and two are near.
    assert labels("ahead", 3) == ["A005", "A006", "A007"]
    assert labels("ahead", 2) == ["A004"]
    assert labels("ahead", 1) == ["A003", "A004", "A005", "A006", "A007"]
    assert labels("ahead", 0) == ["A002"]
    assert told(small, "called")[0]["room"] == f"{shift}诊室"


def test_who_has_just_read_in_the_chat_how_many_are_before_her_is_not_told_again(small):
    shift, slot = small.room()
    small.come(slot, 6)
    small.call(shift)
    assert [(p["label"], p["ahead"]) for p in told(small, "ahead")] == [("A003", 1), ("A005", 3)]


def test_a_notice_names_the_room_where_she_waits_now_and_is_void_once_she_was_seen(small):
    (here, slot), (there, _) = small.room(), small.room()
    (ticket,) = small.come(slot)
    small.act("transfer", here, there, ticket.id)
    small.call(there)
    with small.work(Actor("job")) as work:
        kinds = {one.kind: one for one in dispatch.lease(work, 9, MINUTE)}
        sending = dispatch.start(work, kinds["called"], MINUTE)
        assert sending == "dead" or sending.payload["room"] == f"{there}诊室"
    assert told(small, "called")[0]["room"] == f"{there}诊室"
    assert told(small, "sent_on")[0]["room"] == f"{there}诊室"


# -- how long it takes


def test_visits_are_summed_up_for_doctor_and_department_but_not_what_nobody_ended(small):
    ward = small.department()
    (mine, slot), (general, theirs) = small.room(ward=ward), small.general(ward)
    for shift, place, minutes in ((mine, slot, 6), (general, theirs, 4), (mine, slot, 61)):
        small.come(place)
        small.call(shift)
        small.now += timedelta(minutes=minutes)
        small.act("finish", shift)
    with small.engine.connect() as conn:
        found = conn.execute(select(Pace.doctor_id, Pace.visits, Pace.minutes, Pace.squares))
        sums = {row.doctor_id is None: tuple(row)[1:] for row in found}
    assert sums == {True: (2, 10.0, 52.0), False: (1, 6.0, 36.0)}


# -- where everybody stands


def test_the_screen_of_a_site_shows_who_is_called_where_and_who_was_missed(small):
    ward = small.department(name="神经内科")
    (shift, slot), (other, _) = small.room(ward=ward), small.room()
    before = version(small)
    small.come(slot, 6)
    assert version(small) > before
    small.call(shift)
    small.act("miss", shift)
    small.call(shift)

    with small.work() as work:
        board = standing.board(work, "S")
        assert standing.board(work, "ELSEWHERE") is None
    (room,) = board.rooms
    assert (board.site_name, room.department_name, room.calls) == ("中心", "神经内科", 2)
    assert (room.called.label, room.called.name_masked) == ("A002", "李*明")
    assert [view.label for view in room.ahead] == ["A003", "A004", "A005"]
    assert (room.waiting, [view.label for view in board.missed]) == (4, ["A001"])
    small.act("close", shift)
    with small.work() as work:
        assert standing.board(work, "S").rooms == ()
    del other


def version(day):
    with day.work() as work:
        return standing.board_version(work, "S")


def test_the_number_of_queries_does_not_grow_with_the_line(small):
    shift, slot = small.room(capacity=60)
    (openid, one), _ = small.booked(slot), small.come(slot, 4)
    mine = small.check_in(openid, one)
    small.call(shift)

    def looks():
        with small.work(openid) as work:
            yield lambda: standing.of_account(work)
            yield lambda: standing.of_ticket(work, mine.id)
        with small.work() as work:
            yield lambda: standing.room(work, NURSE, shift)
            yield lambda: standing.board(work, "S")

    def count():
        asked = []
        for look in looks():
            seen = []
            listener = lambda *arguments, seen=seen: seen.append(1)  # noqa: E731
            event.listen(small.engine, "before_cursor_execute", listener)
            look()
            event.remove(small.engine, "before_cursor_execute", listener)
            asked.append(len(seen))
        return asked

    few = count()
    small.come(slot, 40)
    assert count() == few
    assert max(few) <= 10


def test_a_rank_may_be_said_and_taken_back_by_the_desk_only(small):
    shift, slot = small.room()
    small.come(slot, 3)
    with small.work() as work:
        ticket = standing.room(work, NURSE, shift).line[2].id
    assert small.act("set_rank", ticket, "pregnant").rank.name == "pregnant"
    assert small.line(shift)[0] == "A003"
    assert small.act("set_rank", ticket, "").rank is None
    assert small.line(shift)[0] == "A001"
    with pytest.raises(NotAllowed):
        small.act("set_rank", ticket, "soldier", member=doctor_of(small, shift))
    with pytest.raises(NoSuchRank):
        small.act("set_rank", ticket, "vip")
    assert small.rows(AuditEvent.act, AuditEvent.act == "rank") == ["rank", "rank"]


def test_another_doctor_sees_those_of_the_first_where_the_shift_is_changed(small):
    _, slot = small.room()
    small.come(slot)
    with small.engine.begin() as conn:
        conn.execute(update(Doctor).values(name="李四"))
    with small.work() as work:
        assert standing.board(work, "S").rooms[0].doctor_name == "李四"
