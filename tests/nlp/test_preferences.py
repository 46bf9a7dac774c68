"""What a message says besides its wish, and by how many days something is to be moved."""

from __future__ import annotations

import signal
from datetime import datetime, timedelta, timezone

import pytest

from nlp import persons, preferences, shifts
from nlp.understand import understand
from nlp.vocabulary import Vocabulary

NOW = datetime(2026, 11, 24, 9, tzinfo=timezone(timedelta(hours=8)))


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("最早的", "earliest"),
        ("随便哪个都行", "any"),
        ("找上次那个医生", "same_doctor"),
        ("换一个", "other"),
        ("更多", "more"),
        ("要个专家号", "expert"),
        ("普通号就行", "general"),
        ("最晚的", "latest"),
        ("你是真人吗", "who_are_you"),
        ("有没有早一点的", "earlier"),
        ("再晚点", "later"),
        ("时间不对", "other_time"),
        ("医生错了", "other_doctor"),
        ("人不对", "other_patient"),
        ("科室弄错了", "other_dept"),
        ("太远了", "other_site"),
        ("都没有", "none"),
        ("我的候补", "waitlist_mine"),
        ("候补到了吗", "waitlist_mine"),
        ("候补排第几了", "waitlist_mine"),
        ("帮我查一下候补", "waitlist_mine"),
        ("退出候补", "waitlist_leave"),
        ("不用帮我候补了", "waitlist_leave"),
        ("候补的号不要了", "waitlist_leave"),
        ("都不合适", "none"),
        ("没有合适的", "none"),
        ("我不晓得", "unsure"),
        ("不知道选哪个好", "unsure"),
        ("搞不懂", "unsure"),
        ("跳过", "skip"),
        ("挂个特需", "special"),
        ("不要特需", "no_special"),
        ("便宜点的", "cheap"),
        ("太贵了", "cheap"),
        ("你好笨", "rude"),
        ("什么破系统", "rude"),
        ("滚", "rude"),
        ("气死我了", "upset"),
        ("怎么这么麻烦", "upset"),
        ("讲个笑话", "off_topic"),
        ("hello, I need a doctor", "english"),
        ("Do you speak English?", "english"),
    ],
)
def test_what_is_said_besides(text, kind):
    assert kind in preferences.find(text)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("不要特需", "special"),
        ("发烧滚烫", "rude"),
        ("取消他妈的号", "rude"),
        ("看神经病科", "rude"),
        ("都没有号了吗", "none"),
        ("早上好", "earlier"),
        ("晚上睡不着", "later"),
        ("不知道怎么回事头晕", "unsure"),
        ("换个人工", "other_patient"),
        ("CT多少钱", "english"),
        ("110101195003070021", "english"),
        ("ok", "english"),
    ],
)
def test_what_is_not_said(text, kind):
    assert kind not in preferences.find(text)


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("推迟两天", 2),
        ("提前一天", -1),
        ("往后推一周", 7),
        ("改早一天", -1),
        ("晚3天吧", 3),
        ("往前提两个星期", -14),
        ("推迟到周五", None),
        ("早点", None),
        ("提前半小时到", None),
    ],
)
def test_how_far_it_is_moved(text, days):
    assert shifts.find(text) == days


@pytest.mark.parametrize("text", ["今天天气怎么样", "你好笨", "气死我了", "你是不是有病"])
def test_idle_talk_is_no_wish(text):
    heard = understand(text, NOW, Vocabulary())

    assert (heard.intent, heard.when, heard.person.relation) == ("unknown", (), None)
    assert heard.preferences


@pytest.mark.parametrize(
    "text", ["烦死了，明天能不能挂上", "傻逼，给我挂骨科", "什么态度，取消预约"]
)
def test_scolding_does_not_hide_the_wish(text):
    assert understand(text, NOW, Vocabulary()).intent in ("book", "cancel")


@pytest.mark.parametrize(
    ("text", "relation"),
    [("不是我爸，是我妈", "mother"), ("不是给我，给我女儿挂", "daughter"), ("是我妈", "mother")],
)
def test_the_one_who_was_taken_back_is_not_meant(text, relation):
    assert persons.find(text).relation == relation


def test_a_department_is_no_illness_that_a_day_would_date():
    heard = understand("王建果医生 心血管内科 下周一", NOW, Vocabulary())

    assert [w.start.day for w in heard.when] == [30]


def test_a_long_story_of_the_second_child_is_heard_at_once():
    """It was read in every way to cut it into pieces: the message never had an answer."""

    def too_long(*_: object) -> None:
        pytest.fail("still reading")

    before = signal.signal(signal.SIGALRM, too_long)
    signal.alarm(5)
    try:
        found = preferences.find(
            "我家老二昨天夜里一直哭闹，喂奶也不吃，摸着额头有点热，"
            "今天早上起床以后又吐了两回，拉得也稀，精神头不大好，我心里没底"
        )
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
    assert "other_child" not in found
    assert "other_child" in preferences.find("老二三岁，昨天开始咳嗽，也要挂")
