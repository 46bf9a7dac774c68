"""What was true when a notice was written may not be when it leaves; a doubt is not forgotten."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import update

from desk import dispatch, jobs, ledger, receipts, subscriptions
from desk.accounts import account
from desk.bookings import Bookings
from desk.departing import Sending
from desk.notices import Notices
from desk.patients import Patients
from desk.work import Actor
from models import Shift, WechatUser
from scheduling.channels import ONCE, TEMPLATE
from scheduling.types import Outlook
from tests.desk.hospital import NOW
from tests.desk.test_dispatch import COURIER, MINUTE, lease, put, row, somebody, start

EVENING = NOW + timedelta(hours=10)


def again(hospital, step, at, error="ReadTimeout", *, is_uncertain):
    with hospital.work(COURIER) as work:
        dispatch.later(work, step, error, at, is_uncertain=is_uncertain)
    return start(hospital, lease(hospital, at)[0], at)


def test_a_clear_no_after_a_doubt_does_not_end_the_doubt(hospital):
    hospital.channels = {TEMPLATE: {"confirmed": "T1"}}
    openid, _ = somebody(hospital)
    put(hospital, openid, kind="confirmed")
    first = start(hospital, lease(hospital)[0])
    second = again(hospital, first, NOW + MINUTE, is_uncertain=True)
    assert not second.is_repeat
    assert again(hospital, second, NOW + 61 * MINUTE, "45009", is_uncertain=False).is_repeat


def test_a_repeat_that_was_not_made_may_be_made(hospital):
    openid, _ = somebody(hospital)
    put(hospital, openid)
    first = start(hospital, lease(hospital)[0])
    second = again(hospital, first, NOW + MINUTE, is_uncertain=True)
    third = again(hospital, second, NOW + 2 * MINUTE, "-1 busy", is_uncertain=False)
    assert third.is_repeat


def test_a_repeat_counts_twice_against_her_five_messages(hospital):
    openid, _ = somebody(hospital)
    put(hospital, openid)
    first = start(hospital, lease(hospital)[0])
    second = again(hospital, first, NOW + MINUTE, is_uncertain=True)
    with hospital.work(COURIER, NOW + MINUTE) as work:
        dispatch.sent(work, second)
    with hospital.work(openid, NOW + MINUTE) as work:
        assert [window.left for window in ledger.windows(work, account(work))] == [3]


def test_what_she_wrote_before_she_left_opens_nothing_when_she_is_back(hospital):
    openid, _ = somebody(hospital)
    with hospital.work(openid) as work:
        ledger.followed(work, is_following=False)
        ledger.followed(work, is_following=True)
        assert ledger.windows(work, account(work)) == ()


def test_who_speaks_for_her_no_more_is_not_reminded_of_her_visit(hospital):
    openid, patient = hospital.patient()
    hospital.link("oFormer", patient, "verified")
    with hospital.work(COURIER) as work:
        work.conn.execute(update(WechatUser).values(followed=True, last_message_at=NOW))
    slot = hospital.slot(day=1)
    with hospital.work(Actor("window", name="desk")) as work:
        desk = Bookings(work)
        desk.confirm(desk.hold(slot, patient).id)
    (leased,) = (one for one in lease(hospital, EVENING) if one.kind == "reminder")
    with hospital.work("oFormer") as work:
        Patients(work).unlink(patient)
    assert openid
    assert start(hospital, leased, EVENING) == "call"


def test_the_room_of_today_is_told(hospital):
    openid, patient = somebody(hospital)
    hospital.book(openid, hospital.slot(day=1), patient)
    with hospital.work(COURIER) as work:
        work.conn.execute(update(Shift).values(room="新楼302"))
    step = start(hospital, lease(hospital, EVENING)[0], EVENING)
    assert step.payload["room"] == "新楼302"


def test_after_a_night_without_a_courier_one_reminder_comes_not_two(hospital):
    openid, patient = somebody(hospital)
    hospital.book(openid, hospital.slot(day=1), patient)
    morning = NOW + timedelta(hours=22.6)
    steps = [start(hospital, leased, morning) for leased in lease(hospital, morning)]
    assert [isinstance(step, Sending) for step in steps] == [False, True]


def test_a_credit_is_promised_once_and_nobody_rings_who_was_reminded(hospital):
    hospital.channels = {ONCE: {"reminder": "S1"}}
    openid, patient = hospital.patient()
    with hospital.work(openid) as work:
        subscriptions.accepted(work, "S1", NOW)
    looks = []
    for day in (5, 6):
        booked = hospital.book(openid, hospital.slot(day=day), patient)
        with hospital.work(openid) as work:
            view = next(v for v in Bookings(work).mine() if v.id == booked)
            looks.append(Notices(work).outlook(view))
    assert looks == [Outlook("wechat", "evening"), Outlook("out_of_reach")]
    evening, morning = EVENING + timedelta(days=4), EVENING + timedelta(days=4, hours=12.5)
    step = start(hospital, lease(hospital, evening)[0], evening)
    with hospital.work(COURIER, evening) as work:
        dispatch.sent(work, step)
    assert start(hospital, lease(hospital, morning)[0], morning) == "dead"


def test_a_report_that_overtakes_a_killed_courier_waits_for_the_next(hospital):
    hospital.channels = {TEMPLATE: {"reminder": "T1"}}
    openid, _ = somebody(hospital)
    put(hospital, openid, kind="reminder")
    assert start(hospital, lease(hospital)[0])  # WeChat takes it as 7; the courier is killed
    with hospital.work(openid) as work:
        report = {"account": account(work), "provider_id": "7", "template": "", "status": "failed"}
    with hospital.work(COURIER) as work:
        assert receipts.settle(work, report) == timedelta(minutes=2)
    step = start(hospital, lease(hospital, NOW + MINUTE)[0], NOW + MINUTE)
    with hospital.work(COURIER, NOW + MINUTE) as work:
        dispatch.sent(work, step, "7")
        assert receipts.settle(work, report) is None
    assert (row(hospital).state, row(hospital).channels_closed) == ("due", TEMPLATE)


def test_a_report_pushed_again_does_not_hit_another_notice(hospital):
    openid, _ = somebody(hospital)
    report = receipts.Receipt("77", "failed", "S1")
    for seconds in (0, 300):
        with hospital.work(openid, NOW + timedelta(seconds=seconds)) as work:
            receipts.note(work, report)
        late = NOW + timedelta(seconds=seconds + 121)
        with hospital.work(COURIER, late) as work:
            found = jobs.lease(work, 5, MINUTE)
            assert len(found) == (1 if seconds == 0 else 0)
            for job in found:
                jobs.done(work, job.id)
