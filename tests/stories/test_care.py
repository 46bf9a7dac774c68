"""Care mode through the webhook: every story there is, told slowly; notices; and what is kept."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.channels import Channels
from bot.chores import TASKS
from bot.courier import Courier
from bot.turn import open_desk
from desk import dispatch
from desk.work import Actor
from handlers import care
from handlers.texts import notices
from models import WechatUser
from tests.handlers.aloud_rules import wrongs
from tests.stories.test_prompts import remind
from tests.stories.test_stories import STORIES

pytestmark = pytest.mark.story

BOOK = (
    "挂耳鼻喉科，后天上午", "1", "1", "1", "1", "张建国", "110101195803070011", "13800000000", "1",
    "1",
)  # fmt: skip


def spoken(story) -> list[str]:
    lines = story.read_text(encoding="utf-8").splitlines()
    return [line.split(":", 1)[1].strip() for line in lines if line.startswith("> ")]


def test_every_answer_of_every_story_can_be_read_aloud_in_care_mode(stage):
    bad, seen = {}, 0
    for number, story in enumerate(STORIES):
        stage.patient.openid = f"oCare{number}"
        stage.patient.say("说慢点")
        for words in spoken(story):
            answer = stage.patient.say(words)
            if "换回平常的说法" in answer:
                break
            seen += 1
            # The first answer to an emergency is given before anything is known of who writes.
            if answer.startswith(("【紧急】", "听到您这么说")):
                continue
            found = list(wrongs(answer))
            if found:
                bad[f"{story.stem}: {words}"] = (found, answer)

    assert bad == {}
    assert seen > 150


@pytest.fixture
def booked(stage):
    answers = [stage.patient.say(text) for text in BOOK]
    assert "预约成功" in answers[-1], answers
    return stage


def kept(stage) -> bool | None:
    with stage.house.engine.connect() as conn:
        return conn.scalar(select(WechatUser.care))


def test_what_was_chosen_before_consent_is_kept_with_the_account(stage):
    stage.patient.say("说慢点")
    for text in BOOK:
        stage.patient.say(text)
    assert kept(stage) is True
    stage.wait(60 * 24 * 3)

    assert "找人工按0" in stage.patient.say("你好")


def test_who_was_asked_and_said_nothing_is_not_asked_again(booked):
    assert kept(booked) is False
    booked.wait(60 * 24 * 3)
    booked.patient.say("取消预约")

    assert "简单一点" not in booked.patient.say("1")


def test_a_yes_to_the_question_turns_it_on(booked):
    assert "找人工按0" in booked.patient.say("1")
    assert kept(booked) is True


def test_a_digit_long_after_the_question_is_no_answer_to_it(booked):
    booked.wait(60)

    booked.patient.say("1")

    assert kept(booked) is False


def test_a_reminder_has_the_floor_although_the_menu_is_open(booked):
    booked.patient.say("说慢点")
    booked.wait(60)
    remind(booked)

    assert "到时见" in booked.patient.say("1")


def test_9_after_a_notice_says_the_notice_again_and_then_its_digits_count(booked):
    booked.patient.say("说慢点")
    brought = {}

    class Phone:
        def send(self, sending) -> str:
            text = notices.render(sending.lease.kind, sending.payload)
            brought["text"] = care.notice(text)
            return ""

    booked.wait(60 * 34)
    Courier(booked.house, Phone(), TASKS).run_once()

    assert "按时来按1" in brought["text"]
    assert booked.patient.say("9") == brought["text"]
    booked.wait(2)
    assert booked.patient.say("9") == brought["text"]
    assert "到时见" in booked.patient.say("1")


def test_the_reminder_itself_can_be_read_aloud(booked, monkeypatch):
    booked.patient.say("说慢点")
    sent = []
    courier_sends(booked, sent)

    assert len(sent) == 1
    assert list(wrongs(sent[0], is_notice=True)) == []
    assert "星期四" in sent[0]


def courier_sends(stage, sent: list[str]) -> None:
    """The evening before has come, and the courier writes to her."""

    class Phone:
        def send_text(self, openid, text):
            sent.append(text)

    stage.wait(60 * 34)
    with open_desk(stage.house, Actor("job", name="courier")) as counter:
        leased = dispatch.lease(counter.work, 5, timedelta(minutes=1))
    for one in leased:
        with open_desk(stage.house, Actor("job", name="courier")) as counter:
            sending = dispatch.start(counter.work, one, timedelta(minutes=1))
        Channels(Phone(), None, {}).send(sending)


@pytest.mark.parametrize(
    ("words", "is_on"),
    [
        ("字大一点", True),
        ("字太小了看不见", True),
        ("大字", True),
        ("你说慢点", True),
        ("说得慢一些", True),
        ("我老了，不会弄", True),
        ("老太婆不识字，也不会弄手机", True),
        ("不会用智能手机", True),
        ("听不懂", True),
        ("弄不来", True),
        ("搞不懂你在说啥", True),
        ("报告看不懂", False),
        ("我爸突然听不懂别人说话", False),
        ("孩子两岁了还不会说话", False),
        ("说话慢了", False),
        ("看不清字，眼睛花", False),
    ],
)
def test_who_asks_for_it_gets_it_and_who_complains_does_not(stage, words, is_on):
    answer = stage.patient.say(words)

    assert ("一次只说一件事" in answer) == is_on, answer


@pytest.mark.parametrize(
    "words", ["不用大字了", "取消大字", "关掉关怀模式", "换回原来的说法", "不用说这么慢"]
)
def test_who_does_not_want_it_any_more_says_so(stage, words):
    stage.patient.say("说慢点")

    assert "换回平常的说法" in stage.patient.say(words)
    assert "找人工按0" not in stage.patient.say("你好")


@pytest.mark.parametrize("words", ["字太小了，看不清", "字太小看不见", "你这字好小，看不清楚"])
def test_letters_that_are_too_small_are_no_complaint_of_the_eyes(stage, words):
    answer = stage.patient.say(words)

    assert "一次只说一件事" in answer
    assert "眼科" not in answer
    assert "还要办什么" in answer


def test_a_wish_that_comes_along_is_not_lost(stage):
    answer = stage.patient.say("我眼神不好，字大一点，挂骨科")

    assert "骨科" in answer
    assert "找人工按0" in answer
