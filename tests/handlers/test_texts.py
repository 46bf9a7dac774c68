"""What people read: kind, complete, and readable aloud."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, time, timedelta, timezone

import pytest

from handlers.texts import (
    appointments,
    booking,
    emergency,
    misses,
    notices,
    refusals,
    unheard,
    wording,
)
from handlers.texts.facts import facts_of
from scheduling import errors
from scheduling.errors import Refusal
from tests.handlers.every_text import REFUSALS

CHINA = timezone(timedelta(hours=8))


@pytest.mark.parametrize("kind", REFUSALS, ids=lambda c: c.__name__)
def test_every_refusal_has_a_sentence_of_its_own(kind):
    sentence = refusals.say(kind())

    assert sentence != refusals.say(Refusal())
    assert "{" not in sentence
    assert sentence.endswith("。")


def test_facts_of_a_refusal_are_told():
    assert "6个" in refusals.say(errors.TotalLimit(limit=6))
    assert "12月8日 周二" in refusals.say(
        errors.NotOpenYet(opens_at=datetime(2026, 12, 8, 7, tzinfo=CHINA))
    )
    assert "12月24日 周四" in refusals.say(
        errors.PatientBlocked(until=date(2026, 12, 24), why="no_show")
    )
    assert "18位" in refusals.say(errors.BadDocument(kind="resident_id", reason="length"))


@pytest.mark.parametrize(
    ("hour", "minute", "words"),
    [
        (9, 0, "上午9:00"),
        (12, 0, "下午12:00"),
        (14, 30, "下午2:30"),
        (18, 0, "晚上6:00"),
    ],
)
def test_a_moment_is_read_as_people_say_it(hour, minute, words):
    at = datetime(2026, 12, 2, hour, minute, tzinfo=CHINA)

    assert wording.moment(at) == f"12月2日 周三 {words}"


@pytest.mark.parametrize(
    ("fen", "words"), [(0, "免费"), (2000, "20元"), (1250, "12.5元"), (5, "0.05元")]
)
def test_money(fen, words):
    assert wording.fee(fen) == words


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (range(1, 8), "每天 8:00-17:30"),
        (range(1, 6), "周一至周五 8:00-17:30"),
        ([6], "周六 8:00-17:30"),
    ],
)
def test_hours(days, words):
    assert wording.hours(days, time(8), time(17, 30)) == words


def test_an_emergency_says_120_first_and_never_doses():
    told = (emergency.call_120, emergency.low_sugar, emergency.go_now)
    for text in (*(each("") for each in told), *(each("0571-1") for each in told)):
        assert "急" in text[:6]
        assert "120" in text
        assert "催吐" not in text
    assert "12356" in emergency.crisis_line("")
    assert "不要吃" not in emergency.low_sugar("")


@pytest.mark.parametrize(
    "sentences", [*unheard.NOT_UNDERSTOOD.values(), *unheard.BESIDES.values()]
)
def test_a_miss_is_never_answered_alike_twice_in_a_row(sentences):
    told = [unheard.nth(sentences, count) for count in range(12)]

    assert set(told) == set(sentences)
    assert all(one != two for one, two in itertools.pairwise(told))


def test_who_is_not_understood_again_and_again_is_offered_a_person():
    assert all("人工" in unheard.nth(each, 2) for each in unheard.NOT_UNDERSTOOD.values())


def test_a_reminder_stands_alone():
    text = notices.render(
        "reminder",
        {
            "patient": "李*英",
            "starts_at": datetime(2026, 12, 2, 1, tzinfo=UTC).astimezone(CHINA).isoformat(),
            "site": "综合医院",
            "department": "神经内科",
            "doctor": "周明",
            "room": "3诊室",
        },
    )

    for word in (
        "李*英",
        "12月2日 周三 上午9:00",
        "综合医院",
        "神经内科",
        "周明",
        "3诊室",
        "来不了回3",
    ):
        assert word in text


@pytest.mark.parametrize(
    ("is_discreet", "says"),
    [
        (False, "李*英，妇科一区改在3号楼看诊，妇科一区的检查不变"),
        (True, "李*英，门诊改在3号楼看诊，门诊的检查不变"),
    ],
)
def test_the_words_of_a_broadcast_name_no_sensitive_department_either(*, is_discreet, says):
    visit = {
        "patient": "李*英",
        "starts_at": datetime(2026, 12, 2, 9, tzinfo=CHINA).isoformat(),
        "site": "综合医院",
        "department": "妇科一区",
        "doctor": None,
        "room": "3诊室",
        "code": "A1",
        "words": "{patient}，妇科一区改在3号楼看诊，{department}的检查不变",
    }
    assert facts_of(visit, is_discreet=is_discreet)["text"] == says


def test_numbers_of_the_policy_are_said_as_the_site_has_them():
    starts_at = datetime(2026, 12, 2, 9, 0, tzinfo=CHINA)
    two_hours = errors.TooLate(starts_at=starts_at, closes=timedelta(hours=2))
    assert "就诊前2小时停止预约" in refusals.say(two_hours)
    assert "停止预约" not in refusals.say(errors.TooLate(starts_at=starts_at, closes=timedelta()))
    assert "最近7天" in booking.nothing_free(7)
    assert "最近7天" in misses.none_of("骨科张伟", 7)
    assert "前一天15:00" in appointments.sure([], [], free=False, until=time(15))
