"""The menu of the account and the welcome: what is pressed there, instead of words."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.story


def click(stage, key: str) -> str:
    return stage.patient.say("", MsgType="event", Event="CLICK", EventKey=key)


def test_pressing_book_in_the_middle_of_booking_asks_the_open_question_again(stage):
    stage.patient.say("挂骨科")

    answer = click(stage, "book")

    assert "骨科可以约的号" in answer
    assert "没听明白" not in answer


def test_the_digits_of_the_welcome_work(stage):
    welcome = stage.patient.say("", MsgType="event", Event="subscribe", EventKey="")

    assert "1. 挂号" in welcome
    assert "您哪里不舒服" in stage.patient.say("1")


def test_the_greeting_is_no_open_matter_after_a_silence(stage):
    stage.patient.say("你好")
    stage.wait(40)

    answer = stage.patient.say("手麻")

    assert "还要继续吗" not in answer
    assert "神经内科" in answer
