"""A patient reads that her doctor is away, and answers in her own words."""

from __future__ import annotations

import shutil

import pytest
from sqlalchemy import select

from bot.house import open_house
from models import Appointment, SuspensionLine
from tests.bot.hospital import settings
from tests.stories.conftest import Stage
from tests.stories.ward import Ward, booked

pytestmark = pytest.mark.story

LISTED = "可以约的号"


@pytest.fixture(scope="module")
def noticed(demo_hospital, tmp_path_factory, _redis):
    """A patient of the day after tomorrow whose doctor is away: the notice is on her phone."""
    path = tmp_path_factory.mktemp("noticed") / "desk.sqlite"
    shutil.copy(demo_hospital, path)
    house = open_house(settings(f"sqlite:///{path}", _redis.url, WECHAT_LINKS="off"))
    ward = Ward(Stage(house))
    doctor = booked(ward.stage)
    ward.nurse(f"绑定 {ward.code}")
    ward.nurse(f"停诊 {doctor} 后天上午")
    assert "已停诊" in ward.nurse("确认停诊")
    ward.plan()
    house.close()
    return path


@pytest.fixture
def ward(noticed, tmp_path, redis_url):
    path = tmp_path / "desk.sqlite"
    shutil.copy(noticed, path)
    house = open_house(settings(f"sqlite:///{path}", redis_url, WECHAT_LINKS="off"))
    ward = Ward(Stage(house))
    ward.stage.wait(3)
    yield ward
    house.close()


def state(ward) -> str:
    return ward.read(select(SuspensionLine.state))[0].state


@pytest.mark.parametrize(
    "words",
    ["不看了", "那就不看了", "我不看了，谢谢", "不去了", "算了吧，不看了", "太远了，不去了",
     "取消吧", "退了吧", "我去别的医院看", "不用再安排了"],
)  # fmt: skip
def test_who_does_not_come_any_more_gives_the_place_back(ward, words):
    assert "不算您取消" in ward.stage.patient.say(words)
    assert state(ward) == "returned"


@pytest.mark.parametrize(
    ("words", "listed"),
    [
        ("换个时间吧，下周一上午", "11月30日 周一 上午"),
        ("下周三上午行吗", "12月2日 周三 上午"),
        ("能不能改到下周三", "12月2日 周三"),
        ("有没有下午的", "下午"),
        ("周五去可以吗", "11月27日 周五"),
        ("那天我没空", LISTED),
        ("这个时间不行", LISTED),
        ("那就另外找个时间", LISTED),
        ("早一点的有吗", LISTED),
        ("不要这个医生", LISTED),
        ("有别的时间吗", LISTED),
        ("不要他了，换个别的大夫，还是周三", "11月25日 周三"),
        ("我就要看原来的医生", "王建国"),
        ("他什么时候再出诊", "王建国"),
    ],
)
def test_who_wants_another_place_sees_those_she_means(ward, words, listed):
    answer = ward.stage.patient.say(words)
    lines = [line for line in answer.splitlines() if line]
    assert "给您留的号还在" in lines[0], answer
    assert LISTED in lines[1], answer
    assert listed in answer
    assert state(ward) == "waiting"


@pytest.mark.parametrize(
    "words", ["可以", "行吧就这个", "好的，后天下午来", "要这个号", "就要留着的那个"]
)
def test_a_yes_takes_the_place_that_is_kept(ward, words):
    assert "已改好" in ward.stage.patient.say(words)
    assert state(ward) == "accepted"


@pytest.mark.parametrize(
    "words",
    ["收到", "知道了", "好的收到，谢谢", "谢谢通知", "你们看着办", "都行", "不要了", "不同意",
     "为什么停诊啊", "我都挂了两次了怎么又停", "那我怎么办", "多少钱", "改到后天下午吧",
     "烦死了，我专门请的假"],
)  # fmt: skip
def test_what_is_no_answer_moves_nobody_and_is_asked_again(ward, words):
    answer = ward.stage.patient.say(words)
    assert "为您留着：11月26日 周四 下午1:30" in answer, answer
    assert "16-4诊室，专家号30元" in answer
    assert "3. 不看了" in answer
    assert state(ward) == "waiting"


def test_she_puts_it_off_and_decides_later(ward):
    assert "什么都没有改动" in ward.stage.patient.say("算了")
    assert state(ward) == "waiting"
    assert "不算您取消" in ward.stage.patient.say("还是不看了")


@pytest.mark.parametrize("words", ["我要挂骨科", "给我妈挂个骨科", "我要挂号", "肚子疼了两天"])
def test_another_matter_is_no_answer(ward, words):
    answer = ward.stage.patient.say(words)
    assert "为您留着" not in answer
    assert "给您留的号" not in answer
    assert state(ward) == "waiting"


def test_who_has_it_slow_is_asked_by_the_digits_of_the_notice(ward):
    """Whatever was said in between, 3 cancelled in the menu, and there was nothing to cancel."""
    for words in ("说慢点", "我都挂了两次了怎么又停"):
        answer = ward.stage.patient.say(words)
        assert "3. 不看了" in answer
        assert "挂号" not in answer, "one list of digits at a time"
    assert "不算您取消" in ward.stage.patient.say("3")


@pytest.mark.parametrize("steps", [["2"], ["2", "下周三上午", "1", "1"]])
def test_what_she_looks_for_is_not_booked_beside_the_place_she_has_again(ward, steps):
    """The doctor came after all while she chose; she ended with two places."""
    for step in steps:
        ward.stage.patient.say(step)
    ward.nurse("撤销停诊")
    assert "已恢复" in ward.nurse("确认恢复")

    for step in ["下周三上午", "1", "1", "1"][len(steps) - 1 :]:
        answer = ward.stage.patient.say(step)
        if "原来的号还有效" in answer:
            break
    assert "您原来的号还有效：张*国" in answer, answer
    assert "没有再约别的号" in answer
    booked = select(Appointment.id).where(
        Appointment.status.in_(("booked", "held")), Appointment.channel == "chat"
    )
    assert len(ward.read(booked)) == 1


def test_of_two_questions_the_digit_is_asked_about_once(ward):
    """The answer was forgotten and asked for a third time."""
    ward.stage.patient.say("我要挂骨科")
    ward.stage.wait(1)
    ward.renew()
    ward.stage.wait(1)

    assert "答哪一个" in ward.stage.patient.say("3")
    assert "不算您取消" in ward.stage.patient.say("1")
