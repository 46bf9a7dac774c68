"""Care mode: every sentence there is can be read aloud and answered by a digit."""

from __future__ import annotations

from datetime import date, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import paper
from dialogue.reply import Option, Reply
from dialogue.state import Frame, State
from handlers import care
from handlers.texts import wording
from handlers.texts.aloud import MOST_CHARACTERS, aloud
from nlp.heard import Heard
from tests.handlers.aloud_rules import wrongs
from tests.handlers.every_text import texts

CHINA = timezone(timedelta(hours=8))
ON = State(care="on")
ASKED = State(care="on", frames=(Frame(form="booking", asking="offer", wants="offer"),))


def message(reply: Reply, state: State = ON) -> str:
    return paper.write(care.worded(state, reply), links=True)


def test_every_sentence_can_be_read_aloud_and_answered_by_a_digit():
    found = list(texts())
    bad = {name: list(wrongs(message(reply))) for name, reply in found}

    assert {name: why for name, why in bad.items() if why} == {}, (
        "a sentence that no rule makes simple gets other words in handlers/texts/care.INSTEAD"
    )
    assert len(found) > 150


def test_the_check_sees_what_is_wrong():
    plain = "李*英（妈妈），12月2日 周三 9:00。\n请回复数字，或说“人工”👌？对吗？\n" + "长" * 41

    assert len(set(wrongs(plain))) >= 9


def test_what_is_aloud_already_stays_as_it_is():
    for name, reply in texts():
        once = care.worded(ON, reply)
        assert care.worded(ON, once).text == once.text, name


@pytest.mark.parametrize(
    ("plain", "said"),
    [
        ("12月2日 周三 上午9:00", "12月2号，星期三，上午9点"),
        ("12月6日 周日 下午2:30", "12月6号，星期天，下午2点半"),
        ("12月2日 周三 上午 最早9:05", "12月2号，星期三上午，最早9点零5分"),
        ("14:10", "下午2点10分"),
        ("12:00", "中午12点"),
        ("周一至周五 8:00-17:00", "星期一到星期五，上午8点到下午5点"),
        ("李*（妈妈）", "李某，妈妈"),
        ("110***********0021", "尾号0021"),
        ("138****5678", "尾号5678"),
        ("周一鸣 主任医师", "周一鸣，主任医师"),
        ("电话：0571-8888 7777", "电话：0571-8888 7777"),
        ("要人帮忙，回复“人工”。", "要人帮忙，按0。"),
        ("看已约的号，说“我的预约”。", ""),
    ],
)
def test_it_is_said_as_people_say_it(plain, said):
    assert aloud(plain) == said


@given(st.datetimes(timezones=st.just(CHINA)))
def test_any_moment_is_said_in_words(at):
    said = aloud(wording.moment(at))

    assert ":" not in said
    assert "周" not in said
    assert f"{at.month}月{at.day}号，星期" in said
    assert aloud(said) == said


@given(st.text("好，。、；：？！头晕科（）*周三9:0-", max_size=200))
def test_no_text_breaks_it_and_no_word_is_lost(text):
    said = aloud(text)

    for word in ("头", "晕", "科", "好"):
        assert said.count(word) == text.count(word)


def test_a_long_option_has_its_rest_below():
    where = "云川市第一综合医院神经内科，周一鸣 主任医师"
    label = f"{where}，12月2日 周三 上午 最早9:00，20元（擅长眩晕、头痛）"
    option = care.worded(ON, Reply("", (Option(label, "1"),))).options[0]

    assert len(option.label) <= MOST_CHARACTERS - 3
    assert option.detail.endswith("擅长眩晕、头痛")
    assert "</a>\n" in paper.write(Reply("", (option,), "q1"), links=True)


@pytest.mark.parametrize(
    ("key", "intent"), [("0", "human"), ("7", "stop"), ("9", "repeat"), ("０", "human")]
)
def test_the_keys_are_wishes(key, intent):
    heard = Heard(text=key, intent="choose", ordinal=9)

    assert care.digit(ASKED, heard).intent == intent
    assert care.digit(ASKED, heard).ordinal is None
    assert care.digit(State(), heard) is heard


def test_seven_goes_back_where_there_is_something_to_go_back_to():
    moved_on = State(care="on", frames=(Frame(form="booking", history=("dept",)),))

    assert care.digit(moved_on, Heard(text="7")).intent == "back"


def test_eight_shows_more():
    assert "more" in care.digit(ASKED, Heard(text="8")).preferences


def test_a_notice_ends_with_what_to_press():
    said = care.notice("【就诊提醒】12月2日 周三 上午9:00，3诊室。")

    assert list(wrongs(said, is_notice=True)) == []


def test_born_on_is_a_date_in_words():
    assert aloud(f"出生日期：{wording.day(date(2026, 12, 6))}。") == "出生日期：12月6号，星期天。"
