"""Which way a notice goes, and at what hour it may."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduling.channels import (
    CHANNELS,
    CUSTOMER,
    KINDS,
    LONG,
    ONCE,
    SMS,
    TEMPLATE,
    VISIT,
    Reach,
    Window,
    choose,
    is_recognised,
    is_sensitive,
    may_leave_at,
    repeats_after,
)
from scheduling.policy import Policy
from scheduling.reminders import reminder_times

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOON = datetime(2026, 11, 24, 12, tzinfo=SHANGHAI)
ALL = {name: {kind: f"{name}-{kind}" for kind in KINDS} for name in CHANNELS}
EVERYBODY = Reach(
    openid="oLi",
    is_following=True,
    windows=(Window(NOON + timedelta(hours=1), 1),),
    credits={"long-reminder": 1, "once-reminder": 1},
    phone="13800000000",
)
ORDER = (VISIT, LONG, TEMPLATE, ONCE, CUSTOMER, SMS, None)


def test_one_closed_door_after_the_other_ends_at_the_telephone():
    closed: list[str] = []
    taken = []
    for _ in ORDER:
        name = choose(ALL, "reminder", EVERYBODY, NOON, frozenset(closed))
        taken.append(name)
        closed.append(name or "")
    assert tuple(taken) == ORDER


def test_what_is_not_set_up_is_never_chosen():
    assert choose({}, "reminder", EVERYBODY, NOON) == CUSTOMER
    assert choose({TEMPLATE: {"cancelled": "x"}}, "reminder", EVERYBODY, NOON) == CUSTOMER


@pytest.mark.parametrize(
    ("channel", "person"),
    [
        (TEMPLATE, Reach(openid="oLi", is_following=False)),
        (CUSTOMER, Reach(openid="oLi", is_following=True)),
        (CUSTOMER, Reach("oLi", is_following=True, windows=(Window(NOON, 5),))),
        (CUSTOMER, Reach("oLi", is_following=True, windows=(Window(NOON + timedelta(1), 0),))),
        (CUSTOMER, Reach("oLi", windows=(Window(NOON + timedelta(1), 5),))),
        (ONCE, Reach(openid="oLi", is_following=True, credits={"once-cancelled": 1})),
        (LONG, Reach(credits={"long-reminder": 1})),
        (SMS, Reach(openid="oLi", is_following=True)),
        (VISIT, Reach(phone="13800000000")),
    ],
)
def test_nobody_is_chosen_for_a_door_that_is_shut(channel, person):
    others = frozenset(CHANNELS) - {channel}
    assert choose(ALL, "reminder", person, NOON, others) is None


def test_a_subscription_reaches_also_who_has_left():
    gone = Reach(openid="oLi", is_following=False, credits={"once-reminder": 1})
    assert choose({ONCE: ALL[ONCE]}, "reminder", gone, NOON) == ONCE


def test_a_late_reply_is_a_message_and_a_code_a_text_or_nothing():
    assert choose(ALL, "reply", EVERYBODY, NOON, frozenset({CUSTOMER})) is None
    assert choose(ALL, "link_code", EVERYBODY, NOON) == SMS
    assert choose({}, "link_code", EVERYBODY, NOON) is None


def test_a_template_is_recognised_for_ten_minutes_a_visit_for_ever_a_message_never():
    ten = timedelta(minutes=10)
    assert is_recognised(TEMPLATE, NOON, NOON + ten - timedelta(seconds=1))
    assert not is_recognised(TEMPLATE, NOON, NOON + ten)
    assert is_recognised(VISIT, NOON, NOON + timedelta(days=300))
    for name in (CUSTOMER, ONCE, LONG, SMS):
        assert not is_recognised(name, NOON, NOON)


def test_a_department_is_sensitive_by_a_part_of_its_name():
    assert is_sensitive("妇科一区", ("妇", "男科"))
    assert not is_sensitive("神经内科", ("妇", "男科"))
    assert not is_sensitive("妇科", ())


moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)).map(  # noqa: DTZ001 - made local
    lambda moment: moment.replace(tzinfo=SHANGHAI)
)


def is_quiet(policy, at):
    return not policy.quiet_until <= at.time().replace(tzinfo=None) < policy.quiet_from


@given(moments, moments)
def test_no_reminder_is_planned_into_the_night_or_after_the_visit(now, visit):
    for _, at in reminder_times(Policy(), now, visit):
        assert not is_quiet(Policy(), at)
        assert now < at < visit


@given(moments, st.none() | moments)
def test_no_reminder_leaves_at_night_however_late_the_courier_is(now, visit):
    at = may_leave_at(Policy(), "reminder", now, visit)
    if at is not None:
        assert at >= now
        assert not is_quiet(Policy(), at)
        assert visit is None or at < visit


@given(moments, moments)
def test_a_cancellation_waits_for_the_morning_unless_the_visit_does_not(now, visit):
    at = may_leave_at(Policy(), "cancelled", now, visit)
    assert at is not None
    if is_quiet(Policy(), at):
        assert at == now
        morning = may_leave_at(Policy(), "cancelled", now, None)
        assert morning + Policy().reminder_before > visit


@pytest.mark.parametrize(
    ("clock", "leaves"),
    [
        ("20:59:59", "20:59:59"),
        ("21:00:00", "07:30:00"),
        ("00:00:00", "07:30:00"),
        ("07:29:59", "07:30:00"),
        ("07:30:00", "07:30:00"),
    ],
)
def test_the_quiet_hours_begin_at_nine_and_end_at_half_past_seven_to_the_second(clock, leaves):
    now = datetime.combine(NOON, time.fromisoformat(clock), SHANGHAI)
    at = may_leave_at(Policy(), "news", now, None)
    wanted = datetime.combine(NOON, time.fromisoformat(leaves), SHANGHAI)
    assert at == (wanted if wanted >= now else wanted + timedelta(days=1))


def test_no_reminder_is_planned_for_the_moment_the_visit_begins_or_for_now():
    visit = datetime(2026, 11, 25, 7, 30, tzinfo=SHANGHAI)
    evening = datetime.combine(NOON, Policy().reminder_evening, SHANGHAI)
    assert reminder_times(Policy(), NOON, visit) == [("evening", evening)]
    assert reminder_times(Policy(), evening, visit) == []


def test_news_of_a_visit_at_eight_does_not_wait_until_half_past_seven():
    night = datetime(2026, 11, 24, 21, 30, tzinfo=SHANGHAI)
    for hours, leaves in ((10.5, night), (12, night + timedelta(hours=10))):
        visit = night + timedelta(hours=hours)
        assert may_leave_at(Policy(), "cancelled", night, visit) == leaves


@pytest.mark.parametrize("kind", ["suspended", "resumed", "substituted", "retimed"])
def test_who_is_to_come_within_twelve_hours_is_told_at_night(kind):
    """Of a clinic moved from eight to half past seven, late in the evening, nobody heard."""
    night = datetime(2026, 11, 24, 21, 30, tzinfo=SHANGHAI)
    morning = night + timedelta(hours=10)
    for hours, leaves in ((10, night), (11.9, night), (12, morning), (13, morning)):
        assert may_leave_at(Policy(), kind, night, night + timedelta(hours=hours)) == leaves


@pytest.mark.parametrize(
    ("kind", "channel", "minutes"),
    [
        ("reminder", CUSTOMER, 10),
        ("reminder", TEMPLATE, 0),
        ("alert", SMS, 0),
        ("changed", SMS, 10),
    ],
)
def test_what_may_have_gone_out_unkeyed_waits_until_bad_minutes_are_over(kind, channel, minutes):
    assert repeats_after(kind, channel) == timedelta(minutes=minutes)


@given(moments)
def test_an_answer_to_a_person_who_is_awake_never_waits(now):
    assert may_leave_at(Policy(), "reply", now, None) == now
