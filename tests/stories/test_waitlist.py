"""A place comes back: the first in line is told by a real courier, and answers with one digit."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from bot.chores import TASKS
from bot.courier import Courier
from bot.turn import open_desk
from desk.bookings import Bookings
from desk.work import Actor
from handlers.texts.notices import render
from models import Appointment, Doctor, WaitlistEntry

pytestmark = pytest.mark.story

JOIN = ("候补沈明哲医生", "1")
REGISTER = ("1", "1", "张建国", "110101195803070011", "13800000000", "1")
LI = ("1", "1", "李秀兰", "11010119500307222X", "13900000000", "1")


class Phone:
    """What the courier brought, in the order it came."""

    def __init__(self) -> None:
        self.notices: list[str] = []

    def send(self, sending) -> str:
        self.notices.append(render(sending.lease.kind, sending.payload))
        return ""


class Queue:
    """The stage, two people in line, the window, and a courier."""

    def __init__(self, stage) -> None:
        self.stage = stage
        self.phone = Phone()

    def join(self, openid: str, papers) -> None:
        self.stage.patient.openid = openid
        answers = [self.stage.patient.say(text) for text in (*JOIN, *papers, "1")]
        assert "候补成功" in answers[-1], answers

    def say(self, openid: str, text: str) -> str:
        self.stage.patient.openid = openid
        return self.stage.patient.say(text)

    def give_back(self, day: date = date(2026, 11, 25)) -> None:
        """Somebody cancels at the window what the two wait for."""
        with open_desk(self.stage.house, Actor("window", name="test")) as counter:
            work = counter.work
            first = (
                select(Appointment.id)
                .join(Doctor, Doctor.id == Appointment.doctor_id)
                .join(WaitlistEntry, WaitlistEntry.doctor_id == Doctor.id)
                .where(Appointment.status == "booked", Appointment.visit_on == day)
                .order_by(Appointment.id)
            )
            Bookings(work).cancel(work.conn.scalars(first).first())

    def deliver(self) -> list[str]:
        """The courier goes round; what came is returned."""
        self.phone.notices.clear()
        Courier(self.stage.house, self.phone, TASKS).run_once()
        return list(self.phone.notices)


@pytest.fixture
def queue(stage):
    queue = Queue(stage)
    queue.join("oZhang", REGISTER)
    stage.wait(1)
    queue.join("oLi", LI)
    stage.wait(60)
    queue.deliver()
    return queue


def test_one_digit_takes_the_place(queue):
    queue.give_back()

    (notice,) = queue.deliver()

    assert "【候补有号】轮到您了：张*国，11月25日 周三" in notice
    assert "要这个号回1，不要回2" in notice
    answer = queue.say("oZhang", "1")
    assert "预约成功" in answer
    assert "沈明哲" in answer
    assert "没有在候补的号" in queue.say("oZhang", "我的候补")
    assert "排第1位" in queue.say("oLi", "我的候补")


def test_two_declines_and_the_next_is_asked(queue):
    queue.give_back()
    queue.deliver()

    assert "让给下一位" in queue.say("oZhang", "2")

    (notice,) = queue.deliver()
    assert "李*兰" in notice
    assert "预约成功" in queue.say("oLi", "要")
    assert "排第1位" in queue.say("oZhang", "我的候补"), "she waits on"


def test_silence_lets_the_next_have_it_and_a_late_yes_is_told_so(queue):
    queue.give_back()
    queue.deliver()
    queue.stage.wait(31)

    (notice,) = queue.deliver()

    assert "李*兰" in notice
    assert "预约成功" not in queue.say("oZhang", "1")
    assert "您正在候补" in queue.say("oZhang", "我的候补")
    assert "预约成功" in queue.say("oLi", "1")


def test_an_offer_that_she_was_not_told_of_is_found_in_her_list(queue):
    queue.give_back()

    assert "候补有号在等您答复" in queue.say("oZhang", "我的预约")
    assert "候补有号了：张*国" in queue.say("oZhang", "我的候补")
    assert "预约成功" in queue.say("oZhang", "1")


def test_leaving_the_line_hands_the_offer_on(queue):
    queue.give_back()
    queue.deliver()

    assert "确定退出吗" in queue.say("oZhang", "退出候补")
    assert "已经退出候补" in queue.say("oZhang", "1")

    (notice,) = queue.deliver()
    assert "李*兰" in notice


def test_a_notice_in_the_middle_of_something_asks_which_is_meant(queue):
    assert "选" in queue.say("oZhang", "挂皮肤科后天上午")
    queue.stage.wait(5)
    queue.give_back()
    queue.deliver()
    queue.stage.wait(1)

    which = queue.say("oZhang", "1")

    assert "候补有号" in which
    assert "预约成功" in queue.say("oZhang", "1"), "the 1 is taken, and not asked for again"


def test_what_comes_back_in_the_night_before_is_everybodys(queue):
    queue.stage.wait(12 * 60 + 30)  # 22:31
    queue.give_back()

    assert [n for n in queue.deliver() if "候补有号" in n] == []


def test_an_offer_of_the_night_is_read_and_taken_in_the_morning(queue):
    answers = [queue.say("oZhang", text) for text in ("候补沈明哲医生", "2", "1", "1")]
    assert "候补成功" in answers[-1], answers
    queue.stage.wait(12 * 60)  # 22:01
    queue.give_back(date(2026, 11, 27))
    assert not any("候补有号" in notice for notice in queue.deliver())
    queue.stage.wait(9 * 60 + 40)  # 07:41

    offers = [notice for notice in queue.deliver() if "候补有号" in notice]

    assert "给您留到11月25日 周三 上午8:00" in offers[0]
    assert "预约成功" in queue.say("oZhang", "1")


def test_the_list_closes_in_the_evening_and_says_so_in_the_morning(queue):
    queue.stage.wait(11 * 60)  # 21:01
    assert queue.deliver() == [], "nobody is woken for that"
    queue.stage.wait(11 * 60)  # 08:01

    over = queue.deliver()

    assert len(over) == 2
    assert "【候补结束】" in over[0]
    assert "没有在候补的号" in queue.say("oZhang", "我的候补")
