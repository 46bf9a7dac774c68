"""Who keeps places from others is stopped for a while, online only, and can appeal."""

from datetime import date, datetime, time, timedelta

import pytest
from sqlalchemy import select, update

from bot.setting_values import read_policy
from desk import record, waitlist
from desk.bookings import Bookings
from desk.finder import Finder
from desk.waitlist import Waitlist
from desk.work import Actor
from models import Appointment, AppointmentEvent, AuditEvent, Department, Job, Slot
from scheduling.errors import AccountLimit, PatientBlocked, SlotTaken
from scheduling.policy import Policy
from scheduling.waiting import Wish
from tests.desk.hospital import NOW, SHANGHAI, Hospital

DAY = timedelta(days=1)


@pytest.fixture
def three(database_url):
    hospital = Hospital(database_url)
    yield hospital
    hospital.close()


@pytest.fixture
def hospital(sqlite_url):
    hospital = Hospital(sqlite_url)
    yield hospital
    hospital.close()


def visits(hospital, person, days, **ended):
    """Past visits of a person on these days (negative), ended like this; their codes."""
    openid, patient = person
    kept, codes = hospital.now, []
    for day in days:
        slot = hospital.slot(day=day)
        hospital.now = NOW + (day - 1) * DAY
        made = hospital.book(openid, slot, patient)
        with hospital.engine.begin() as conn:
            by_id = Appointment.id == made
            conn.execute(update(Appointment).where(by_id).values(**ended))
            codes.append(conn.scalar(select(Appointment.code).where(by_id)))
    hospital.now = kept
    return codes


def test_three_visits_missed_close_online_booking_until_the_desk_excuses_one(hospital):
    hospital.policy = Policy(no_shows_allowed=3)
    person = hospital.patient()
    _, _, last = visits(hospital, person, (-40, -20, -10), status="no_show")
    openid, patient = person

    with pytest.raises(PatientBlocked) as refused:
        hospital.book(openid, hospital.slot(), patient)

    assert refused.value.facts == {"until": date(2026, 12, 14), "why": "no_show"}
    slot = hospital.slot(day=2)
    with hospital.work(Actor("window", name="desk")) as work:
        assert Bookings(work).hold(slot, patient).status == "held", "the window is never closed"
    with hospital.work(Actor("window", name="desk")) as work:
        assert record.excuse(work, last.lower(), "the bus broke down")
        assert not record.excuse(work, last, "once more")
    hospital.book(openid, hospital.slot(day=3), patient)
    with hospital.engine.connect() as conn:
        told = conn.scalar(
            select(AppointmentEvent.reason).where(AppointmentEvent.to_status == "excused")
        )
        assert told == "excused: the bus broke down"
        assert conn.scalar(select(AuditEvent.act)) == "excuse"


def test_old_ones_count_no_more_and_a_block_ends(hospital):
    hospital.policy = Policy(no_shows_allowed=3)
    openid, patient = person = hospital.patient()
    visits(hospital, person, (-95, -20, -10), status="no_show")
    hospital.book(openid, hospital.slot(), patient)
    other = hospital.patient()
    visits(hospital, other, (-80, -60, -35), status="no_show")
    hospital.book(other[0], hospital.slot(), other[1])


def test_nothing_is_counted_while_the_site_says_so(hospital):
    openid, patient = person = hospital.patient()
    visits(hospital, person, (-40, -20, -10), status="no_show")
    visits(hospital, person, (-9, -8, -7), status="cancelled", late_cancel=True, ended_at=NOW)
    hospital.book(openid, hospital.slot(), patient)


def test_a_cancellation_taken_back_leaves_no_mark_and_does_not_stand_in_its_own_way(hospital):
    hospital.policy = Policy(late_cancels_allowed=1)
    openid, patient = hospital.patient()
    slot = hospital.slot(day=1)
    theirs = hospital.book(openid, slot, patient)
    hospital.now = NOW + timedelta(hours=12)  # after the free hours
    late = select(Appointment.late_cancel).where(Appointment.id == theirs)
    with hospital.bookings(openid) as desk:
        desk.cancel(theirs)
    with hospital.work() as work:
        assert work.conn.scalar(late)
    with hospital.bookings(openid) as desk:
        assert desk.restore(theirs).status == "booked"
    with hospital.work() as work:
        assert not work.conn.scalar(late)
    assert hospital.stock(slot) == (1, 1)


def test_a_cancellation_that_cannot_be_taken_back_keeps_its_mark(hospital):
    openid, patient = hospital.patient()
    slot = hospital.slot(day=1)
    theirs = hospital.book(openid, slot, patient)
    hospital.now = NOW + timedelta(hours=12)
    with hospital.bookings(openid) as desk:
        desk.cancel(theirs)
    stranger, other = hospital.patient()
    hospital.book(stranger, slot, other)
    with hospital.bookings(openid) as desk, pytest.raises(SlotTaken):
        desk.restore(theirs)
    with hospital.work() as work:
        assert work.conn.scalar(select(Appointment.late_cancel).where(Appointment.id == theirs))


def test_late_cancellations_count_by_themselves(hospital):
    hospital.policy = Policy(no_shows_allowed=3, late_cancels_allowed=3)
    openid, patient = person = hospital.patient()
    visits(hospital, person, (-40, -20), status="no_show")
    late = {"status": "cancelled", "late_cancel": True, "ended_at": NOW - DAY}
    visits(hospital, person, (-9, -8), **late)
    hospital.book(openid, hospital.slot(), patient)

    visits(hospital, person, (-7,), **late)

    with pytest.raises(PatientBlocked) as refused:
        hospital.book(openid, hospital.slot(day=2), patient)
    assert refused.value.facts["why"] == "late_cancel"


def test_one_account_does_not_book_for_everybody(hospital):
    hospital.policy = Policy(account_limit=3)
    openid, first = hospital.patient()
    family = [first, *(hospital.patient()[1] for _ in range(3))]
    for patient in family[1:]:
        hospital.link(openid, patient, "verified")
    made = [hospital.book(openid, hospital.slot(), patient) for patient in family[:3]]

    with pytest.raises(AccountLimit) as refused:
        hospital.book(openid, hospital.slot(), family[3])

    assert refused.value.facts == {"limit": 3}
    with hospital.bookings(openid) as desk:
        desk.cancel(made[0])
    hospital.book(openid, hospital.slot(), family[3])


def test_a_site_turns_it_on_in_its_own_file(tmp_path):
    file = tmp_path / "policy.toml"
    file.write_text("no_shows_allowed = 3\nlate_cancels_allowed = 3\nreturns_before = 120\n")

    policy = read_policy(file)

    assert (policy.no_shows_allowed, policy.late_cancels_allowed) == (3, 3)
    assert policy.returns_before == timedelta(hours=2)


# -- what the window has not sold


EVENING = Policy(window_share_until=time(17, 0))
AT_FIVE = datetime(2026, 11, 24, 17, tzinfo=SHANGHAI)


def sold(hospital, slot):
    with hospital.engine.connect() as conn:
        row = conn.execute(select(*Slot.__table__.c).where(Slot.id == slot)).one()
    return row.booked, row.chat_booked, row.chat_capacity


def left(hospital, slot):
    with hospital.work() as work:
        return Finder(work).opening(slot).left


def test_the_windows_unsold_places_open_to_the_chat_the_evening_before(three):
    three.policy = EVENING
    slot = three.slot(3, chat=1)
    (first, one), (second, two), (third, three_), (fourth, four) = three.patients(4)
    three.book(first, slot, one)
    assert left(three, slot) == 0
    with pytest.raises(SlotTaken):
        three.book(second, slot, two)

    three.now = AT_FIVE

    assert left(three, slot) == 2
    made = three.book(second, slot, two)
    three.book(third, slot, three_)
    assert sold(three, slot) == (3, 3, 3)
    assert left(three, slot) == 0
    with pytest.raises(SlotTaken):
        three.book(fourth, slot, four)
    with three.bookings(second) as desk:
        desk.cancel(made)
    assert sold(three, slot) == (2, 2, 3)
    assert three.stock(slot) == (2, 2)


def test_what_the_window_has_sold_is_not_sold_again(hospital):
    hospital.policy = EVENING
    hospital.now = AT_FIVE
    slot = hospital.slot(3, chat=1, reserve=1)
    people = hospital.patients(3)
    with hospital.work(Actor("window")) as work:
        Bookings(work).hold(slot, people[0][1])
    assert left(hospital, slot) == 1
    hospital.book(people[1][0], slot, people[1][1])
    assert sold(hospital, slot) == (2, 1, 2)
    with pytest.raises(SlotTaken):
        hospital.book(people[2][0], slot, people[2][1])
    assert left(hospital, slot) == 0, "the urgent reserve waits for the day"


def test_without_such_a_time_the_rest_belongs_to_the_window(hospital):
    slot = hospital.slot(3, chat=1)
    hospital.now = AT_FIVE
    (first, one), (second, two) = hospital.patients(2)
    hospital.book(first, slot, one)
    with pytest.raises(SlotTaken):
        hospital.book(second, slot, two)


def test_who_waits_comes_before_everybody_when_they_open(hospital):
    hospital.policy = EVENING
    department = hospital.department()
    slot = hospital.slot(2, chat=1, department=department)
    (first, one), (second, two) = hospital.patients(2)
    hospital.book(first, slot, one)
    with hospital.engine.connect() as conn:
        code = conn.scalar(select(Department.code).where(Department.id == department))
    tomorrow = NOW.date() + DAY
    with hospital.work(second) as work:
        Waitlist(work).join(Wish(code, None, tomorrow, tomorrow, "am"), two)
    with hospital.engine.connect() as conn:
        due = conn.scalars(select(Job.due_at).where(Job.kind == waitlist.SERVE)).all()
    assert AT_FIVE in due

    hospital.now = AT_FIVE
    with hospital.work() as work:
        Waitlist(work).serve(1)

    assert sold(hospital, slot) == (2, 2, 2)
    with hospital.work(second) as work:
        assert Waitlist(work).mine()[0].offer is not None
