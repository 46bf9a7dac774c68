"""A reminder asks something; the patient answers hours later with a single digit."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from bot.turn import open_desk
from desk.work import Actor
from models import Appointment, Prompt

pytestmark = pytest.mark.story

MINE = Appointment.channel == "chat"
BOOK = (
    "挂耳鼻喉科，后天上午", "1", "1", "1", "1", "张建国", "110101195803070011", "13800000000", "1",
    "1",
)  # fmt: skip


@pytest.fixture
def booked(stage):
    """A patient who has booked, and then said nothing for an hour."""
    answers = [stage.patient.say(text) for text in BOOK]
    assert "预约成功" in answers[-1], answers
    stage.wait(60)
    return stage


def remind(stage) -> int:
    """The reminder has arrived on her phone just now."""
    with open_desk(stage.house, Actor("job", name="test")) as counter:
        work = counter.work
        prompt = work.conn.scalar(select(Prompt.id))
        seen = update(Prompt).where(Prompt.id == prompt).values(delivered_at=work.now)
        work.conn.execute(seen)
    return prompt


def status(stage) -> str:
    with stage.house.engine.connect() as conn:
        return conn.execute(select(Appointment.status).where(MINE)).scalar_one()


def state_of(stage, prompt: int) -> str:
    with stage.house.engine.connect() as conn:
        return conn.execute(select(Prompt.state).where(Prompt.id == prompt)).scalar_one()


def test_one_digit_says_that_she_comes(booked):
    prompt = remind(booked)

    assert "到时见" in booked.patient.say("1")
    assert state_of(booked, prompt) == "answered"
    assert status(booked) == "booked"


def test_one_digit_begins_to_move_the_appointment(booked):
    remind(booked)

    assert "可以改到" in booked.patient.say("2")


def test_one_digit_asks_before_it_cancels(booked):
    remind(booked)

    assert "确定取消这个号吗" in booked.patient.say("3")
    assert status(booked) == "booked"
    assert "已取消" in booked.patient.say("1")
    assert status(booked) == "cancelled"


def test_a_bare_no_may_mean_two_things_and_is_asked_about(booked):
    remind(booked)

    answer = booked.patient.say("不行")

    assert "改时间" in answer
    assert "来不了，取消" in answer
    assert status(booked) == "booked"


def test_cancel_said_to_the_reminder_cancels_and_is_no_walking_away(booked):
    remind(booked)
    booked.patient.say("不行")

    assert "确定取消这个号吗" in booked.patient.say("取消")
    assert status(booked) == "booked"


def test_without_a_question_a_digit_is_not_taken_for_an_answer(booked):
    assert "回复数字选一项" in booked.patient.say("3")
    assert status(booked) == "booked"


def test_a_notice_in_between_makes_a_bare_digit_ask_which_is_meant(booked):
    assert "改到" in booked.patient.say("改时间")
    booked.wait(5)
    remind(booked)
    booked.wait(1)

    which = booked.patient.say("3")

    assert "就诊提醒" in which
    assert "接着办改时间" in which
    assert status(booked) == "booked"
    assert "确定取消" in booked.patient.say("1"), "the 3 is taken, and not asked for again"
    answer = booked.patient.say("2")
    assert "您的预约还在" in answer
    assert "改到" in answer, "the open question comes back"


def test_or_the_matter_that_was_open_goes_on(booked):
    booked.patient.say("改时间")
    booked.wait(5)
    prompt = remind(booked)
    booked.wait(1)
    booked.patient.say("2")

    assert "改到" in booked.patient.say("2")
    assert state_of(booked, prompt) == "open"


def test_a_question_asked_after_the_notice_has_the_floor(booked):
    remind(booked)
    booked.wait(5)
    booked.patient.say("改时间")

    assert "请核对改期" in booked.patient.say("1")


def test_words_are_never_taken_for_an_answer_to_a_notice(booked):
    prompt = remind(booked)

    assert "预约号" in booked.patient.say("我的预约")
    assert state_of(booked, prompt) == "open"


def test_with_the_appointment_its_question_goes_too(booked):
    prompt = remind(booked)
    booked.patient.say("取消预约")
    assert "为什么不来" in booked.patient.say("1")

    assert state_of(booked, prompt) == "void"
    assert "没关系" in booked.patient.say("5")
    assert "回复数字选一项" in booked.patient.say("1")


def test_a_question_whose_time_is_over_is_not_answered_any_more(booked):
    remind(booked)
    booked.wait(int(timedelta(days=3).total_seconds() // 60))

    assert "到时见" not in booked.patient.say("1")


def test_a_stranger_cannot_answer_for_her(booked):
    prompt = remind(booked)
    booked.patient.openid = "oSomebodyElse"

    assert "回复数字选一项" in booked.patient.say("1")
    assert state_of(booked, prompt) == "open"
