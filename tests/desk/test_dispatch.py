"""Notices leave once, whoever else is at it and wherever a courier is killed."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import insert, select, update

from desk import dispatch, ledger, outbox, prompts
from desk.accounts import account
from desk.departing import Sending
from desk.reach import first_reader, reach
from desk.work import Actor
from models import Appointment, Outbox, Prompt, Subscription, WechatUser
from models.database import retrying
from scheduling.channels import CUSTOMER, LONG, ONCE, SMS, TEMPLATE, choose
from tests.desk.hospital import NOW

MINUTE = timedelta(minutes=1)
COURIER = Actor("job", name="courier")


def somebody(hospital):
    """A patient's account that has just written."""
    openid, patient = hospital.patient()
    known = WechatUser.openid_hash == hospital.vault.lookup(openid)
    with hospital.work(COURIER) as work:
        row = update(WechatUser).where(known).values(last_message_at=hospital.now, followed=True)
        work.conn.execute(row)
    return openid, patient


def put(hospital, openid, key="a", kind="reply", **more):
    with hospital.work(openid) as work:
        about = {"wechat_user_id": account(work), **more}
        outbox.put(work, outbox.Notice(kind, key, {"text": "好"}, **about))


def lease(hospital, at=None):
    with hospital.work(COURIER, at) as work:
        return dispatch.lease(work, 10, MINUTE)


def start(hospital, leased, at=None):
    with hospital.work(COURIER, at) as work:
        return dispatch.start(work, leased, MINUTE)


def row(hospital, key="a"):
    with hospital.engine.connect() as conn:
        return conn.execute(select(*Outbox.__table__.c).where(Outbox.dedupe_key == key)).one()


# -- many couriers


def deliver_all(hospital, take, stop_after=400):
    """A courier: leases and marks until nothing is left; returns what it would have sent."""
    sent = []
    for _ in range(stop_after):
        leased = retrying(lambda: lease(hospital))
        if not leased:
            return sent
        for one in leased:
            step = retrying(lambda one=one: take(hospital, one))
            if isinstance(step, Sending):
                sent.append(one.id)
    raise AssertionError("a courier without end")


def two_couriers(hospital, take=start, count=60):
    """Notices for many people and two couriers at once; how often each was sent."""
    for number, (openid, _) in enumerate([somebody(hospital) for _ in range(count)]):
        put(hospital, openid, f"n{number}")
    found: list[list[int]] = []
    gate = threading.Barrier(2)

    def run():
        gate.wait()
        found.append(deliver_all(hospital, take))

    crew = [threading.Thread(target=run) for _ in range(2)]
    for thread in crew:
        thread.start()
    for thread in crew:
        thread.join()
    return Counter(number for sent in found for number in sent)


def test_two_couriers_send_each_notice_once(hospital):
    sent = two_couriers(hospital)
    assert len(sent) == 60
    assert set(sent.values()) == {1}


def test_control_couriers_that_only_look_send_twice(small, monkeypatch):
    """Without the lease both see the same due rows."""

    def look(work, most, time):
        rows = work.conn.execute(
            select(Outbox.id, Outbox.kind, Outbox.attempts).where(Outbox.state == "due")
        ).all()
        return [dispatch.Leased(r.id, r.kind, r.attempts) for r in rows]

    def mark(hospital, leased, at=None):
        with hospital.work(COURIER) as work:
            values = {"state": "sent"}
            work.conn.execute(update(Outbox).where(Outbox.id == leased.id).values(values))
        return Sending(leased, CUSTOMER, {}, None, "", is_repeat=False)

    monkeypatch.setattr(dispatch, "lease", look)
    assert any(max(two_couriers(small, mark).values()) > 1 for _ in range(10))


def test_who_comes_late_finds_the_lease_in_other_hands(hospital):
    openid, _ = somebody(hospital)
    put(hospital, openid)
    (slow,) = lease(hospital)
    (quick,) = lease(hospital, NOW + MINUTE)

    assert start(hospital, slow, NOW + MINUTE) == "gone"
    sending = start(hospital, quick, NOW + MINUTE)

    assert isinstance(sending, Sending)
    assert (sending.channel, sending.reach.openid) == (CUSTOMER, openid)


def test_news_of_a_courier_that_was_given_up_changes_nothing_but_a_delivery(hospital):
    openid, _ = somebody(hospital)
    put(hospital, openid)
    slow = start(hospital, lease(hospital)[0])
    later = NOW + 2 * MINUTE
    quick = start(hospital, lease(hospital, later)[0], later)
    with hospital.work(COURIER, later) as work:
        dispatch.later(work, slow, "slow", later, is_uncertain=False)
        assert dispatch.abandoned(work, slow, "slow") == "gone"
    assert row(hospital).state == "sending"

    with hospital.work(COURIER, later) as work:
        dispatch.sent(work, slow, "77")
        dispatch.closed(work, quick, "no")

    assert (row(hospital).state, row(hospital).provider_id) == ("sent", "77")


# -- killed between the call and the mark


def killed_in(hospital, channel_setup, kind="reply", **more):
    """A courier marks, calls, and is killed before it can say how it went."""
    hospital.channels = channel_setup
    openid, _ = somebody(hospital)
    put(hospital, openid, kind=kind, **more)
    step = start(hospital, lease(hospital)[0])
    assert isinstance(step, Sending)
    return step


def test_a_channel_with_keys_is_given_the_same_notice_under_the_same_key(hospital):
    first = killed_in(hospital, {TEMPLATE: {"confirmed": "T1"}}, "confirmed")
    soon = NOW + 2 * MINUTE

    again = start(hospital, lease(hospital, soon)[0], soon)

    assert first.channel == again.channel == TEMPLATE
    assert first.key == again.key
    assert not again.is_repeat
    assert row(hospital).uncertain_at is None


def test_after_ten_minutes_the_key_is_forgotten_and_the_repeat_is_counted(hospital):
    killed_in(hospital, {TEMPLATE: {"confirmed": "T1"}}, "confirmed")
    late = NOW + 11 * MINUTE

    again = start(hospital, lease(hospital, late)[0], late)

    assert again.is_repeat
    assert row(hospital).uncertain_at == late


def test_a_key_lives_from_its_first_use_however_often_it_is_tried(hospital):
    killed_in(hospital, {TEMPLATE: {"confirmed": "T1"}}, "confirmed")
    for minutes, is_repeat in ((9, False), (11, True)):
        at = NOW + minutes * MINUTE
        assert start(hospital, lease(hospital, at)[0], at).is_repeat is is_repeat


def test_a_channel_without_keys_is_asked_once_more_and_never_a_third_time(hospital):
    first = killed_in(hospital, {})
    assert not first.is_repeat
    soon = NOW + 2 * MINUTE

    second = start(hospital, lease(hospital, soon)[0], soon)
    assert second.is_repeat
    assert row(hospital).uncertain_at == soon

    assert start(hospital, lease(hospital, soon + 2 * MINUTE)[0], soon + 2 * MINUTE) == "dead"


def test_a_reminder_in_doubt_twice_is_a_call_of_a_person(hospital):
    openid, patient = somebody(hospital)
    hospital.book(openid, hospital.slot(day=2), patient)
    at = NOW + timedelta(hours=34)
    for _ in range(2):
        assert isinstance(start(hospital, lease(hospital, at)[0], at), Sending)
        at += 2 * MINUTE
    assert start(hospital, lease(hospital, at)[0], at) == "call"


def test_an_answer_that_never_came_is_in_doubt_too(hospital):
    step = killed_in(hospital, {})
    with hospital.work(COURIER) as work:
        dispatch.later(work, step, "ReadTimeout", NOW + MINUTE, is_uncertain=True)
    again = start(hospital, lease(hospital, NOW + MINUTE)[0], NOW + MINUTE)
    assert again.is_repeat


def test_a_clear_no_is_not_in_doubt(hospital):
    step = killed_in(hospital, {})
    with hospital.work(COURIER) as work:
        dispatch.later(work, step, "-1 busy", NOW + MINUTE, is_uncertain=False)
    again = start(hospital, lease(hospital, NOW + MINUTE)[0], NOW + MINUTE)
    assert not again.is_repeat


# -- one channel after the other


def test_a_closed_channel_is_followed_by_the_next_at_once(hospital):
    step = killed_in(hospital, {TEMPLATE: {"confirmed": "T1"}}, "confirmed")
    with hospital.work(COURIER) as work:
        dispatch.closed(work, step, "43004 no follower")
        following = dispatch.start(work, step.lease, MINUTE)
    assert following.channel == CUSTOMER
    with hospital.work(COURIER) as work:
        dispatch.closed(work, following, "45015 too late")
        assert dispatch.start(work, step.lease, MINUTE) == "dead"
    assert row(hospital).channels_closed == "template customer"


def subscribe(hospital, openid, template, number=1):
    with hospital.work(openid) as work:
        values = {"template_id": template, "credits": number, "changed_at": NOW}
        me = {"wechat_user_id": account(work)}
        work.conn.execute(insert(Subscription).values(**values, **me))


def credits_of(hospital):
    with hospital.engine.connect() as conn:
        return conn.scalars(select(Subscription.credits)).all()


@pytest.mark.parametrize(("channel", "left"), [(ONCE, [1]), (LONG, [2])])
def test_a_one_off_subscription_is_spent_by_sending_a_long_one_is_not(hospital, channel, left):
    hospital.channels = {channel: {"confirmed": "S1"}}
    openid, _ = somebody(hospital)
    subscribe(hospital, openid, "S1", 2)
    put(hospital, openid, kind="confirmed")
    step = start(hospital, lease(hospital)[0])
    with hospital.work(COURIER) as work:
        dispatch.sent(work, step)
    assert step.channel == channel
    assert credits_of(hospital) == left


def test_a_subscription_taken_back_behind_our_back_is_forgotten(hospital):
    hospital.channels = {ONCE: {"confirmed": "S1"}}
    openid, _ = somebody(hospital)
    subscribe(hospital, openid, "S1", 2)
    put(hospital, openid, kind="confirmed")
    step = start(hospital, lease(hospital)[0])
    with hospital.work(COURIER) as work:
        dispatch.closed(work, step, "43101", "unsubscribed")
    assert credits_of(hospital) == [0]


@pytest.mark.parametrize(("learnt", "channel"), [("left", SMS), ("shut", TEMPLATE)])
def test_the_next_booking_promises_no_more_than_the_refusal_left(hospital, learnt, channel):
    hospital.channels = {
        TEMPLATE: {"reminder": "T1"},
        SMS: {"confirmed": "100", "reminder": "101"},
    }
    openid, patient = somebody(hospital)
    put(hospital, openid, kind="reply")
    step = start(hospital, lease(hospital)[0])
    with hospital.work(COURIER) as work:
        dispatch.closed(work, step, "no", learnt)
    booked = hospital.book(openid, hospital.slot(day=2), patient)
    with hospital.work(COURIER) as work:
        known = reach(work, first_reader(work, booked)[0], "13800000000")
        assert choose(work.channels, "reminder", known, work.now) == channel
        assert not any(window.left for window in known.windows)


def test_a_refusal_tells_nothing_of_who_has_written_since(hospital):
    openid, _ = somebody(hospital)
    put(hospital, openid)
    step = start(hospital, lease(hospital)[0])
    with hospital.work(openid, NOW + MINUTE) as work:
        ledger.heard_from(work)
    with hospital.work(COURIER, NOW + MINUTE) as work:
        dispatch.closed(work, step, "45015 too late", "left")
    number = row(hospital).wechat_user_id
    with hospital.work(COURIER, NOW + MINUTE) as work:
        known = reach(work, number, None)
    assert known.is_following
    assert [window.left for window in known.windows] == [5]


def test_a_patient_without_wechat_gets_a_text(hospital):
    hospital.channels = {SMS: {"confirmed": "100"}}
    sealed = hospital.vault.seal("13800000000")
    openid, patient = hospital.patient(phone_enc=sealed)
    booked = hospital.book(openid, hospital.slot(day=2), patient)
    with hospital.work(COURIER) as work:
        version = work.conn.scalar(select(Appointment.version).where(Appointment.id == booked))
        about = {"appointment_id": booked, "appointment_version": version}
        outbox.put(work, outbox.Notice("confirmed", "a", {}, **about))
    step = start(hospital, lease(hospital)[0])
    assert (step.channel, step.reach.phone) == (SMS, "13800000000")


# -- what is not true any more


def test_a_notice_in_a_couriers_hands_dies_with_its_appointment(hospital):
    openid, patient = somebody(hospital)
    booked = hospital.book(openid, hospital.slot(day=2), patient)
    evening = NOW + timedelta(hours=34)
    (leased,) = lease(hospital, evening)
    with hospital.bookings(openid) as desk:
        desk.cancel(booked)
    assert start(hospital, leased, evening) == "gone"
    with hospital.engine.connect() as conn:
        assert set(conn.scalars(select(Outbox.state))) == {"void"}


def test_a_version_that_moved_on_without_voiding_is_noticed_before_the_call(hospital):
    openid, patient = somebody(hospital)
    booked = hospital.book(openid, hospital.slot(day=2), patient)
    evening = NOW + timedelta(hours=34)
    (leased,) = lease(hospital, evening)
    with hospital.work(COURIER) as work:
        moved = update(Appointment).where(Appointment.id == booked)
        work.conn.execute(moved.values(version=Appointment.version + 1))
    assert start(hospital, leased, evening) == "void"


def test_a_visit_on_the_call_list_that_is_cancelled_needs_no_call(hospital):
    openid, patient = hospital.patient()  # has never written: no channel
    booked = hospital.book(openid, hospital.slot(day=2), patient)
    evening = NOW + timedelta(hours=34)
    assert start(hospital, lease(hospital, evening)[0], evening) == "call"
    with hospital.bookings(openid) as desk:
        desk.cancel(booked)
    with hospital.engine.connect() as conn:
        assert set(conn.scalars(select(Outbox.state))) == {"void"}


def test_the_second_reminder_of_a_visit_already_on_the_list_adds_no_second_call(hospital):
    openid, patient = hospital.patient()
    hospital.book(openid, hospital.slot(day=2, hour=14), patient)
    evening, noon = NOW + timedelta(hours=34), NOW + timedelta(hours=51)
    assert start(hospital, lease(hospital, evening)[0], evening) == "call"
    assert start(hospital, lease(hospital, noon)[0], noon) == "dead"


def test_two_people_waiting_for_an_answer_are_two_calls(hospital):
    for number in range(2):
        openid, _ = hospital.patient()  # has never written: no channel
        put(hospital, openid, f"a{number}", kind="answer")
    assert [start(hospital, leased) for leased in lease(hospital)] == ["call", "call"]


def test_a_reminder_the_courier_finds_at_night_waits_for_the_morning(hospital):
    openid, patient = somebody(hospital)
    hospital.book(openid, hospital.slot(day=2), patient)
    night = NOW + timedelta(hours=37)  # 22:00
    assert start(hospital, lease(hospital, night)[0], night) == "later"
    with hospital.engine.connect() as conn:
        waiting = conn.scalars(select(Outbox.not_before).order_by(Outbox.id)).first()
    assert waiting == NOW + timedelta(hours=46, minutes=30)  # 07:30


def test_after_the_visit_has_begun_nobody_is_reminded(hospital):
    openid, patient = somebody(hospital)
    hospital.book(openid, hospital.slot(day=1), patient)
    too_late = NOW + timedelta(hours=25)
    for leased in lease(hospital, too_late):
        assert start(hospital, leased, too_late) == "void"


def test_a_code_that_has_run_out_is_not_sent(hospital):
    hospital.channels = {SMS: {"link_code": "1"}}
    with hospital.work(COURIER) as work:
        until = (NOW + 10 * MINUTE).isoformat()
        payload = {"phone": "13800000000", "code": "123456", "minutes": 10, "until": until}
        outbox.put(work, outbox.Notice("link_code", "a", payload))
    (leased,) = lease(hospital, NOW + 10 * MINUTE)
    assert start(hospital, leased, NOW + 10 * MINUTE) == "void"


def test_a_question_is_delivered_with_its_notice_and_not_asked_after_its_deadline(hospital):
    openid, _ = somebody(hospital)
    with hospital.work(openid) as work:
        me = account(work) or 0
        asked = [prompts.ask(work, me, "offer", {}, NOW + m * MINUTE) for m in (30, 1)]
    for number, prompt in enumerate(asked):
        put(hospital, openid, f"p{number}", prompt_id=prompt)
    at = NOW + 2 * MINUTE
    in_time, too_late = lease(hospital, at)
    with hospital.work(COURIER, at) as work:
        dispatch.sent(work, dispatch.start(work, in_time, MINUTE))
        assert dispatch.start(work, too_late, MINUTE) == "void"
    with hospital.engine.connect() as conn:
        delivered = conn.scalars(select(Prompt.delivered_at).order_by(Prompt.id)).all()
    assert delivered == [at, None]


def test_a_kind_nobody_knows_is_refused_when_it_is_written(small):
    with small.work(COURIER) as work, pytest.raises(KeyError):
        outbox.put(work, outbox.Notice("postcard", "a", {}))
