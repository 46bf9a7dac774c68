"""Two wishes in one message, doctors nobody has, days counted from another, who else is told."""

from __future__ import annotations

import pytest

from nlp import english, half_known, household, particulars, several, shifts, strangers
from nlp.vocabulary import DoctorEntry


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("I have pain in my eye", "眼睛痛"),
        ("my son has a high fever since yesterday", "我儿子，发烧"),
        ("My knee is really sore, tomorrow morning?", "膝盖痛，明天，上午"),
        ("chest pain", "胸痛"),
        ("can't breathe", "喘不上气"),
        ("Maria Lopez", "Maria Lopez"),
        ("CT多少钱", "CT多少钱"),
    ],
)
def test_plain_english_is_heard_as_far_as_its_words_are_known(text, said):
    assert english.read(text) == said


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("我想找那个姓欧什么雪的女大夫", {"D1"}),
        ("叫什么雪梅的主任", {"D1"}),
        ("姓张的大夫", {"D2", "D3"}),
        ("您贵姓", set()),
        ("挂什么科的大夫好", set()),
    ],
)
def test_a_doctor_is_found_by_the_part_of_the_name_one_remembers(text, codes):
    names = {"D1": "欧阳雪梅", "D2": "张伟", "D3": "张国栋", "D4": "王建国"}
    doctors = [DoctorEntry(code, name, site="", department="") for code, name in names.items()]
    assert set(half_known.find(text, doctors)) == codes


@pytest.mark.parametrize(
    ("text", "first", "rest"),
    [
        ("妈挂眼科，爸挂骨科", "妈挂眼科", "爸挂骨科"),
        ("给我妈挂个眼科，再给我爸挂个骨科", "给我妈挂个眼科", "给我爸挂个骨科"),
        (
            "我妈想看眼科；我女儿看口腔科，都要周六的",
            "我妈想看眼科，都要周六的",
            "我女儿看口腔科，都要周六的",
        ),
    ],
)
def test_two_people_and_two_wishes_are_two(text, first, rest):
    assert several.split(text) == (first, rest)


@pytest.mark.parametrize(
    "text",
    [
        "我妈有高血压，我头晕想挂号",
        "我是孩子妈妈，孩子发烧想挂儿科",
        "给我妈挂眼科，明天上午的",
        "我老公陪我妈来，想挂骨科",
        "挂眼科，还有骨科吗",
        "我妈头晕，我爸说挂神经内科",
        "我爸去年中风了，我今年42，想来检查一下，怕遗传",
        "我和孩子都感冒了，想挂号",
    ],
)
def test_one_wish_with_more_people_in_it_stays_one(text):
    assert several.split(text) is None
    assert household.split(text) is None


@pytest.mark.parametrize(
    ("text", "each"),
    [
        (
            "给我爸妈和岳母都挂下周四上午的号，我爸眼睛看不清，我妈腰疼，岳母胃不好",
            (
                "给爸挂下周四上午的号，我爸眼睛看不清",
                "给妈挂下周四上午的号，我妈腰疼",
                "给岳母挂下周四上午的号，岳母胃不好",
            ),
        ),
        (
            "我爸眼睛看不清，我妈腰疼，给他们俩挂明天的号",
            ("给爸挂明天的号，我爸眼睛看不清", "给妈挂明天的号，我妈腰疼"),
        ),
        (
            "我和我老婆都要挂号，我牙疼，老婆皮肤过敏",
            ("给我自己挂号，我牙疼", "给老婆挂号，老婆皮肤过敏"),
        ),
        (
            "三个人要挂号：我爸看眼睛，我妈看腰，岳母看胃",
            ("给爸挂号，我爸看眼睛", "给妈挂号，我妈看腰", "给岳母挂号，岳母看胃"),
        ),
        (
            "我婆婆耳朵背，我公公尿频，都想约下周二上午",
            ("给婆婆想约下周二上午，我婆婆耳朵背", "给公公想约下周二上午，我公公尿频"),
        ),
    ],
)
def test_each_of_several_keeps_the_own_complaint(text, each):
    assert household.split(text) == each


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("挂李建国的号", "李建国"),
        ("想约眼科欧阳锋主任", "欧阳锋"),
        ("找一下刘海大夫", "刘海"),
        ("挂黄医生的号", "黄医生"),
        ("挂白内障的号", ""),
        ("挂周三的号", ""),
        ("挂高血压的号", ""),
        ("看方便门诊的号", ""),
        ("给李建国挂号", ""),
        ("挂个任意的号", ""),
    ],
)
def test_a_name_is_a_doctors_where_a_doctor_is_asked_for(text, name):
    assert strangers.find(text, ("白内障", "高血压")) == name


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("还是前一天吧", -1),
        ("换成后一天的", 1),
        ("改到前两天", -2),
        ("前一天就开始疼了", None),
        ("还是后天吧", None),
        ("疼了前后三天", None),
    ],
)
def test_the_day_before_is_counted_from_the_day_on_the_table(text, days):
    assert shifts.find(text) == days


@pytest.mark.parametrize(
    ("text", "errand"),
    [
        ("也通知我女儿", "share"),
        ("提醒也发给我儿子", "share"),
        ("让我老伴也收到一份", "share"),
        ("也通知我一声", "share"),
        ("别再通知我女儿了", "unshare"),
        ("不用提醒我儿子", "unshare"),
        ("有号了也通知我", None),
        ("医生通知我来复查", None),
        ("我女儿也发烧", None),
    ],
)
def test_who_else_is_to_be_told(text, errand):
    assert particulars.errand(text) == errand
