"""Where somebody stands in line, in words: people ahead, a range, and when to be back."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest

from handlers.texts import line_talk, rooms, screen, visits
from handlers.texts.aloud import aloud
from scheduling.disciplines import Discipline, Rank
from scheduling.types import AppointmentId
from scheduling.visit import Standing, TicketId, TicketView
from scheduling.waits import WaitRange

CHINA = timezone(timedelta(hours=8))
AT = datetime(2026, 11, 24, 10, 20, tzinfo=CHINA)
TICKET = TicketView(
    id=TicketId(1),
    appointment=AppointmentId(1),
    label="A012",
    name_masked="李*英",
    site="GH",
    site_name="综合医院",
    department="SJ",
    department_name="神经内科",
    doctor="D1",
    doctor_name="周一鸣",
    shift=1,
    room="3诊室",
    lane="first",
    rank=None,
    state="waiting",
    due_at=AT,
    called_at=None,
)
THIRD = Standing(
    TICKET, ahead=3, wait=WaitRange(19.2, 26.4, 36.4, 27.0), back_at=AT, delayed_until=None
)


def test_people_ahead_a_range_and_when_to_be_back():
    said = visits.stands(THIRD)

    assert "A012号，李*英，神经内科周一鸣，3诊室" in said
    assert "前面3位，大约20–35分钟。" in said
    assert "请在10:20前回到3诊室门口" in said


def test_the_range_is_read_aloud():
    assert "大约20到35分钟" in aloud(visits.wait(THIRD))


def test_nobody_is_told_to_wait_nothing():
    soon = replace(THIRD, ahead=1, wait=WaitRange(0.4, 1.6, 4.0, 2.0))

    assert "前面1位，5分钟以内。" in visits.wait(soon)


def test_who_is_next_is_told_how_long_the_one_inside_still_takes():
    nearly = replace(THIRD, ahead=0, wait=WaitRange(1.0, 5.0, 14.0, 6.0), back_at=None)
    before_it_opens = replace(THIRD, ahead=0, wait=WaitRange(30.3, 32.1, 36.9, 33.0))

    assert "前面没有人了，下一位就是您，15分钟以内。" in visits.wait(nearly)
    assert "下一位就是您，大约30–35分钟。请在10:20前回到" in visits.wait(before_it_opens)
    assert "前面没有人了，下一位就是您。" in visits.wait(replace(nearly, wait=None))


def test_what_is_not_known_is_not_guessed():
    unknown = visits.wait(replace(THIRD, wait=None, back_at=None))

    assert "前面3位" in unknown
    assert "说不准" in unknown
    assert "分钟" not in unknown


def test_a_doctor_who_is_late_is_told_of():
    late = replace(THIRD, delayed_until=AT)

    assert "医生晚到，预计10:20开诊" in visits.wait(late)
    assert "医生有事离开，预计10:20接着看" in visits.wait(replace(late, has_begun=True))


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("called", "请马上进3诊室"),
        ("missed", "号没有作废"),
        ("results", "拿到结果回来"),
        ("left", "号留着"),
        ("unseen", "打电话给您"),
        ("suspended", "停诊"),
        ("done", "已经结束"),
        ("no_show", "分诊台"),
    ],
)
def test_every_state_says_what_to_do(state, words):
    ticket = replace(TICKET, state=state)

    assert words in visits.stands(replace(THIRD, ticket=ticket, ahead=None, wait=None))


def test_who_goes_before_is_told_why():
    elder = replace(TICKET, rank=Rank("elder80", from_years=80))

    assert "80岁以上优先" in visits.stands(replace(THIRD, ticket=elder))


@pytest.mark.parametrize(
    ("rank", "said", "marked"),
    [
        (Rank("elder80", from_years=70), "70岁以上优先", "优"),
        (Rank("child3", under_years=7), "7岁以下优先", "幼"),
        (Rank("school", from_years=6, under_years=12), "6到11岁优先", "优"),
        (Rank("seven", from_years=7, under_years=8), "7岁优先", "优"),
        (Rank("pregnant"), "孕妇优先", "优"),
        (Rank("soldier", "军人军属"), "军人军属优先", "军"),
        (Rank("hero", "见义勇为优先", "义"), "见义勇为优先", "义"),
        (Rank("gone"), "优先", "优"),
    ],
)
def test_a_rank_is_worded_by_the_site_by_its_years_or_as_usual(rank, said, marked):
    ticket = replace(TICKET, rank=rank)

    assert f"，{said}。" in visits.stands(replace(THIRD, ticket=ticket))
    assert screen.mark(ticket) == marked


def test_who_asks_is_told_who_goes_before_where_she_waits():
    usual, by_time = Discipline(), Discipline("fifo")
    ours = replace(
        usual,
        ranks={
            "emergency": Rank("emergency"),
            "elder80": Rank("elder80", from_years=70),
            "hero": Rank("hero", "见义勇为"),
        },
    )

    told = line_talk.rules({"骨科": ours}, [THIRD])
    assert "70岁以上，签到时按登记的生日自动优先；见义勇为请到分诊台，出示证件后优先。" in told
    assert "孕妇" not in told
    told = line_talk.rules({"骨科": by_time}, [])
    assert "除了急诊，都按时间先后叫" in told
    assert "生日" not in told, "there the years change nothing"
    told = line_talk.rules({"骨科": usual, "内科": by_time}, [])
    assert "骨科：80岁以上、3岁以下，签到时" in told
    assert "内科：除了急诊" in told


def test_the_desk_chooses_among_the_ranks_of_the_department_and_keeps_what_is_given():
    assert list(rooms.choices(Discipline("fifo"))) == ["", "emergency"]
    hero = Rank("hero", "见义勇为")
    assert rooms.choices(Discipline("fifo"), hero)["hero"] == "见义勇为优先"
    assert list(rooms.choices(Discipline())) == ["", *Discipline().ranks]
