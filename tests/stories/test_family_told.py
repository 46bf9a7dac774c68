"""The daughter is told as well: the question once after a booking, and a word at any time."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from bot.turn import open_desk
from desk import links
from desk.work import Actor
from models import Outbox

pytestmark = pytest.mark.story

HER = "张秀兰 110101195803070046"
REGISTER = {"oMother": ("1", "1", HER, "1", "1"), "oDaughter": ("2", "1", HER, "1", "1")}


class Home:
    """A mother and her daughter with telephones of their own."""

    def __init__(self, stage) -> None:
        self.stage = stage
        for openid, answers in REGISTER.items():
            said = [self.say(openid, text) for text in ("登记就诊人", *answers)]
            assert "登记好了" in said[-1], said

    def say(self, openid: str, text: str) -> str:
        self.stage.patient.openid = openid
        return self.stage.patient.say(text)

    def let_in(self) -> None:
        """The desk has seen everybody's papers."""
        with open_desk(self.stage.house, Actor("window", name="test")) as counter:
            for one in links.pending_links(counter.work):
                links.verify_by_desk(counter.work, one.id)

    def book(self, openid: str, what: str) -> str:
        answers = [self.say(openid, text) for text in (what, "1", "1")]
        assert "预约成功" in answers[-1], answers
        return answers[-1]

    def copies(self) -> int:
        with open_desk(self.stage.house, Actor("job", name="test")) as counter:
            count = select(func.count(Outbox.id)).where(Outbox.is_copy, Outbox.state == "due")
            return counter.work.conn.scalar(count) or 0


@pytest.fixture
def home(stage):
    return Home(stage)


def test_it_is_asked_once_and_then_both_are_told(home):
    home.let_in()

    asked = home.book("oMother", "给我挂皮肤科12月4日上午")
    assert "就诊通知，要不要也发给登记过的家里人" in asked
    assert "以后的就诊通知也发给家里人" in home.say("oMother", "1")
    again = home.book("oMother", "给我挂眼科12月3日上午")

    assert "要不要也发给" not in again
    assert home.copies() >= 1


def test_she_says_it_herself_and_takes_it_back(home):
    home.let_in()

    assert "的就诊通知也会发给女儿" in home.say("oMother", "就诊通知也发给我女儿")
    home.book("oMother", "给我挂皮肤科12月4日上午")
    assert home.copies() >= 1
    assert "不再发给女儿" in home.say("oMother", "别再通知我女儿了")
    assert "也会发给您" in home.say("oDaughter", "也通知我一声")


def test_a_word_in_the_middle_of_a_booking_does_not_lose_the_question(home):
    home.let_in()
    home.say("oMother", "给我挂皮肤科12月4日上午")

    answer = home.say("oMother", "也通知我女儿")

    assert "也会发给女儿" in answer
    assert "选几点" in answer


def test_before_the_desk_has_seen_the_papers_nobody_is_told_of(home):
    assert "要先核对身份" in home.say("oMother", "也通知我女儿")
    asked = home.book("oMother", "给我挂皮肤科12月4日上午")
    assert "要不要也发给" not in asked
    assert home.copies() == 0
