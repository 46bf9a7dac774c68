"""Who is told what about an appointment, and what she is promised."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import insert, select, update

from desk import appointments, calls, programs, subscriptions
from desk.bookings import Bookings
from desk.dispatch import lease, start
from desk.notices import Notices, facts
from desk.reach import first_reader, readers
from desk.rows import insert_row
from desk.work import Actor
from models import Doctor, Outbox, Patient, PatientLink, Shift, Slot, WechatUser
from scheduling.channels import ONCE, SMS, TEMPLATE
from scheduling.types import Outlook
from tests.desk.hospital import NOW, Hospital

WINDOW, JOB = Actor("window", name="desk"), Actor("job")
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
MOBILE = "13800000000"


@pytest.fixture
def hospital(sqlite_url):
    hospital = Hospital(sqlite_url)
    yield hospital
    hospital.close()


def told(hospital, *, reminders=False):
    """What waits: (kind, openid or None), reminders apart."""
    with hospital.work(JOB) as work:
        query = (
            select(Outbox.kind, WechatUser.openid_enc)
            .outerjoin(WechatUser, WechatUser.id == Outbox.wechat_user_id)
            .where(Outbox.state == "due")
            .order_by(Outbox.id)
        )
        rows = work.conn.execute(query).all()
        return [
            (row.kind, work.vault.open(row.openid_enc) if row.openid_enc else None)
            for row in rows
            if (row.kind == "reminder") == reminders
        ]


def own_account(hospital, patient, openid="oMother", relation="self"):
    """The patient has an account of her own, verified."""
    hospital.link(openid, patient, "verified")
    with hospital.work(JOB) as work:
        row = PatientLink.patient_id == patient, PatientLink.state == "verified"
        work.conn.execute(update(PatientLink).where(*row).values(relation=relation))


def by_window(hospital, slot, patient):
    with hospital.work(WINDOW) as work:
        desk = Bookings(work)
        return desk.confirm(desk.hold(slot, patient).id)


def test_who_books_in_the_chat_has_read_it_there(hospital):
    openid, patient = hospital.patient()
    hospital.book(openid, hospital.slot(day=2), patient)
    assert told(hospital) == []
    assert told(hospital, reminders=True) == [("reminder", openid)] * 2


def test_the_patient_hears_what_her_daughter_booked_and_gave_back(hospital):
    daughter, mother = hospital.patient()
    own_account(hospital, mother)
    booked = hospital.book(daughter, hospital.slot(day=2), mother)
    assert told(hospital) == [("confirmed", "oMother")]
    assert told(hospital, reminders=True) == [("reminder", daughter)] * 2
    with hospital.bookings(daughter) as desk:
        desk.cancel(booked)
    assert told(hospital) == [("cancelled", "oMother")]
    assert told(hospital, reminders=True) == []


def test_the_daughter_hears_what_her_mother_moves(hospital):
    daughter, mother = hospital.patient()
    own_account(hospital, mother)
    department = hospital.department()
    booked = hospital.book(daughter, hospital.slot(day=2, department=department), mother)
    other = hospital.slot(day=3, department=department)
    with hospital.bookings("oMother") as desk:
        desk.move(booked, other)
    assert told(hospital) == [("changed", daughter)]


def test_a_neighbour_who_may_book_for_her_is_not_told_what_the_daughter_does(hospital):
    daughter, mother = hospital.patient()
    own_account(hospital, mother, "oNeighbour", relation="other")
    hospital.book(daughter, hospital.slot(day=2), mother)
    assert told(hospital) == []


def test_what_the_window_does_is_told_to_whoever_is_verified(hospital):
    _, mother = hospital.patient()
    own_account(hospital, mother, "oSon", relation="mother")
    booked = by_window(hospital, hospital.slot(day=2), mother)
    assert told(hospital) == [("confirmed", "oSon")]
    with hospital.work(WINDOW) as work:
        assert [first_reader(work, booked.id)[0]] == [*readers(work, booked.id)]
        Bookings(work).cancel(booked.id)
    assert told(hospital) == [("cancelled", "oSon")]


def test_an_account_that_only_typed_her_number_hears_nothing_of_others(hospital):
    _, patient = hospital.patient()
    by_window(hospital, hospital.slot(day=2), patient)
    assert told(hospital) == []
    assert told(hospital, reminders=True) == []


def test_without_an_account_the_phone_on_file_is_told(hospital):
    hospital.channels = {SMS: {"reminder": "1", "confirmed": "2"}}
    _, patient = hospital.patient(phone_enc=hospital.vault.seal(MOBILE))
    by_window(hospital, hospital.slot(day=2), patient)
    assert told(hospital) == [("confirmed", None)]
    assert told(hospital, reminders=True) == [("reminder", None)] * 2


def test_another_program_books_and_the_patient_is_told_and_reminded(hospital):
    _, patient = hospital.patient()
    own_account(hospital, patient)
    slot = hospital.slot(day=2)
    with hospital.work(JOB) as work:
        department = work.conn.scalar(select(Slot.department_id).where(Slot.id == slot))
        row = {"site_id": 1, "department_id": department, "code": "D1", "name": "王建国"}
        who = insert_row(work.conn, insert(Doctor).values(**row, title="", expertise=""))
        for table in (Slot, Shift):
            work.conn.execute(update(table).values(doctor_id=who))
        public = work.conn.scalar(select(Patient.public_id).where(Patient.id == patient))
        starts = work.local(work.conn.scalar(select(Slot.starts_at).where(Slot.id == slot)))
    with hospital.work(Actor("api", name="his")) as work:
        programs.book(work, programs.Wish(public, "D1", starts.date(), starts.time()))
    assert told(hospital) == [("confirmed", "oMother")]
    assert len(told(hospital, reminders=True)) == 2


def test_a_notice_says_what_it_must_and_masks_the_patient(hospital):
    openid, patient = hospital.patient()
    booked = hospital.book(openid, hospital.slot(day=2), patient)
    with hospital.work(openid) as work:
        payload = facts(appointments.view(work, booked))
        code = Bookings(work).mine()[0].code
    assert payload["patient"] == "李*明"
    assert payload["code"] == code
    assert payload["starts_at"] == "2026-11-26T09:00:00+08:00"


# -- what she is promised


def outlook(hospital, openid, booked):
    with hospital.work(openid) as work:
        view = next(v for v in Bookings(work).mine() if v.id == booked)
        return Notices(work).outlook(view)


def writes(hospital, openid, at=NOW, *, follows=True):
    known = WechatUser.openid_hash == hospital.vault.lookup(openid)
    with hospital.work(JOB) as work:
        values = {"last_message_at": at, "followed": follows}
        work.conn.execute(update(WechatUser).where(known).values(**values))


def test_a_visit_in_two_days_is_within_the_window_one_in_five_is_not(hospital):
    openid, patient = hospital.patient()
    writes(hospital, openid)
    near = hospital.book(openid, hospital.slot(day=2), patient)
    far = hospital.book(openid, hospital.slot(day=5), patient)
    assert outlook(hospital, openid, near) == Outlook("wechat", "evening")
    assert outlook(hospital, openid, far) == Outlook("out_of_reach")


def test_a_template_reaches_as_far_as_she_follows(hospital):
    hospital.channels = {TEMPLATE: {"reminder": "T1"}}
    openid, patient = hospital.patient()
    far = hospital.book(openid, hospital.slot(day=5), patient)
    assert outlook(hospital, openid, far) == Outlook("wechat", "evening")
    writes(hospital, openid, follows=False)
    assert outlook(hospital, openid, far) == Outlook("out_of_reach")


def test_who_does_not_follow_is_promised_a_text(hospital):
    hospital.channels = {SMS: {"reminder": "1"}}
    openid, patient = hospital.patient(phone_enc=hospital.vault.seal(MOBILE))
    writes(hospital, openid, follows=False)
    far = hospital.book(openid, hospital.slot(day=5), patient)
    assert outlook(hospital, openid, far) == Outlook("sms", "evening")


def test_a_visit_this_afternoon_is_reminded_of_shortly_before(hospital):
    openid, patient = hospital.patient()
    writes(hospital, openid)
    today = hospital.book(openid, hospital.slot(day=0, hour=15), patient)
    assert outlook(hospital, openid, today) == Outlook("wechat", "soon")


def test_a_visit_within_the_hour_is_not_reminded_of_and_nothing_is_promised(hospital):
    openid, patient = hospital.patient()
    writes(hospital, openid)
    soon = hospital.book(openid, hospital.slot(day=0, hour=10), patient)
    assert outlook(hospital, openid, soon) == Outlook("none")


def test_messages_that_wait_already_are_counted_before_another_is_promised(hospital):
    openid, patient = hospital.patient()
    writes(hospital, openid)
    slots = [hospital.slot(day=1, hour=hour) for hour in (14, 15, 16)]
    for slot in slots:
        hospital.book(openid, slot, patient)
    last = hospital.book(openid, hospital.slot(day=2), patient)
    # Tonight's three and tomorrow's three leave none of the five for the evening after.
    assert outlook(hospital, openid, last) == Outlook("out_of_reach")


# -- subscriptions


def test_each_yes_is_one_notice_and_an_event_pushed_again_counts_once(hospital):
    openid, _ = hospital.patient()
    for seconds in (0, 0, 5):
        with hospital.work(openid) as work:
            subscriptions.accepted(work, "S1", NOW + timedelta(seconds=seconds))
    with hospital.work(openid) as work:
        assert subscriptions.credits(work, 1) == {"S1": 2}
        subscriptions.rejected(work, "S1", NOW + timedelta(seconds=3))  # overtaken on its way
        assert subscriptions.credits(work, 1) == {"S1": 2}
        subscriptions.rejected(work, "S1", NOW + timedelta(seconds=6))
        assert subscriptions.credits(work, 1) == {}


def test_of_somebody_who_never_consented_no_subscription_is_kept(hospital):
    with hospital.work("oStranger") as work:
        subscriptions.accepted(work, "S1", NOW)
        assert subscriptions.credits(work, 1) == {}


# -- the call list


def test_the_call_list_begins_with_the_next_visit_and_a_call_is_made_once(hospital):
    phone = hospital.vault.seal(MOBILE)
    for day in (3, 2):
        openid, patient = hospital.patient(phone_enc=phone)
        hospital.book(openid, hospital.slot(day=day), patient)
    for hours in (34, 58):  # 19:00 of tomorrow and of the day after
        with hospital.work(JOB, NOW + hours * HOUR) as work:
            ends = [start(work, leased, MINUTE) for leased in lease(work, 10, MINUTE)]
            assert "call" in ends
    with hospital.work(JOB) as work:
        waiting = calls.waiting(work)
        assert [call.visit_at.day for call in waiting] == [26, 27]
        first = waiting[0]
        assert (first.kind, first.name, first.phone) == ("reminder", "李小明", MOBILE)
        assert calls.done(work, first.id)
        assert not calls.done(work, first.id)
        assert calls.census(work)["call"] == 1
    with hospital.work(JOB, NOW + 80 * HOUR) as work:
        assert calls.waiting(work) == [], "nobody is reminded of a visit that has begun"


def test_a_credit_carries_a_reminder_past_the_window(hospital):
    hospital.channels = {ONCE: {"reminder": "S1"}}
    openid, patient = hospital.patient()
    with hospital.work(openid) as work:
        subscriptions.accepted(work, "S1", NOW)
    far = hospital.book(openid, hospital.slot(day=5), patient)
    assert outlook(hospital, openid, far) == Outlook("wechat", "evening")
