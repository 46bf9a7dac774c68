"""What simulated patients said and were not understood by: lay words, slips, who sends them."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from nlp import complaints, preferences
from nlp.heard import Context
from nlp.understand import understand
from nlp.vocabulary import DoctorEntry, Vocabulary

NOW = datetime(2026, 12, 5, 10, 26, tzinfo=ZoneInfo("Asia/Shanghai"))
HOUSE = Vocabulary(doctors=(DoctorEntry("D1", "李静", "S", "X"),))


def hear(text, vocabulary=HOUSE):
    return understand(text, NOW, vocabulary)


@pytest.mark.parametrize(
    ("text", "department"),
    [
        ("脖子酸痛", "骨科"), ("我爸脖子酸痛", "骨科"),
        ("俺脖梗子疼", "骨科"), ("后脖颈疼", "骨科"), ("拔智齿", "口腔科"), ("智齿疼", "口腔科"),
        ("我底下痒", "妇科"), ("俺娘下身痒", "妇科"), ("孩子换牙", "口腔科"),
        ("我家儿子有蛀牙", "口腔科"),
        ("血压有点高", "心血管内科"),
        ("我想抓点中药吃，上半天的能看吗", "中医科"),
    ],
)  # fmt: skip
def test_the_department_that_sees_it_is_first(text, department):
    assert hear(text).departments[0].name == department


def test_the_patient_is_told_her_own_words():
    assert hear("我底下痒").symptoms == ("底下痒",)
    assert complaints.core("我底下痒", ("底下痒",)) == "我下面痒"


def test_a_wife_is_no_complaint():
    assert hear("我媳妇乏力").departments[0].name == hear("我老婆乏力").departments[0].name
    assert hear("我媳妇这两天头昏").departments[0].name == "神经内科"


def test_whoever_sends_her_is_not_the_patient():
    assert hear("肾不好有一段时间了，女儿让我来你们医院看看").person.relation is None
    assert hear("女儿让我帮她挂号").person.relation == "daughter"
    assert hear("我妈让我给她挂个骨科").person.relation == "mother"


@pytest.mark.parametrize(
    "text", ["我老公血压高，挂12月14号上午8点号", "血压高，想挂12月14号上午8点的号"]
)
def test_a_date_after_the_pressure_is_no_reading(text):
    (when,) = hear(text).when
    assert (when.start.month, when.start.day, when.start.hour) == (12, 14, 8)


def test_a_reading_is_still_no_date():
    assert hear("血压150/90").when == ()
    assert hear("血压12.5").when == ()


@pytest.mark.parametrize("text", ["挂李静大福", "挂李静大付的号"])
def test_a_doctor_whose_title_is_mistyped(text):
    assert [doctor.code for doctor in hear(text).doctors] == ["D1"]


@pytest.mark.parametrize("text", ["呃更多", "这个更多", "嗯，更多吧", "更多"])
def test_more_with_a_filler_in_front_is_more(text):
    assert "more" in preferences.find(text)


def test_wants_to_be_seen_whatever_is_said_beside_it():
    heard = hear("我奶奶血压有点高，想看看，后天能看吗")
    assert heard.intent in ("symptom", "book")
    assert heard.person.relation == "grandparent"
    assert [when.start.day for when in heard.when] == [7]
    assert hear("我想抓点中药吃，上半天的能看吗").intent == "book"


def test_a_story_around_it_does_not_hide_the_complaint():
    story = (
        "我母亲下面痒有一段时间了，在药店买了点药吃也不见好，"
        "女儿让我来你们医院看看，最好是越快越好"
    )
    assert hear(story).departments[0].name == "妇科"


@pytest.mark.parametrize(
    ("text", "begins"),
    [
        ("牙疼，上午的能看吗", (5, 8)), ("要这周四上舞的", (3, 8)), ("明天下五的", (6, 12)),
        ("想挂名天上午", (6, 8)), ("后田上午", (7, 8)),
    ],
)  # fmt: skip
def test_a_day_that_is_mistyped_or_asked_for(text, begins):
    now = NOW if text[0] != "要" else datetime(2026, 12, 1, 9, tzinfo=NOW.tzinfo)
    (when,) = understand(text, now, HOUSE).when
    assert (when.start.day, when.start.hour) == begins


@pytest.mark.parametrize("text", ["方子轩", "叫方子涵。", "单子豪"])
def test_a_name_that_was_asked_for_is_no_wish(text):
    heard = understand(text, NOW, HOUSE, Context(asking="name"))
    assert (heard.name, heard.intent) == (text.strip("叫。"), "unknown")


def test_what_is_no_name_stays_what_it_is():
    assert understand("看病历", NOW, HOUSE, Context(asking="name")).intent == "record"
    assert hear("我的方子丢了").intent == "record"


@pytest.mark.parametrize("text", ["就是您好挂个号", "就是挂号", "嗯那个挂号"])
def test_a_voice_that_hesitates_has_no_complaint(text):
    assert (hear(text).intent, hear(text).departments) == ("book", ())


def test_a_disorder_is_no_wish_to_move():
    assert hear("就是我月经不调下周二下午能看吗").intent in ("symptom", "book")
    assert hear("把号调到下周二").intent == "reschedule"


def test_when_she_would_come_is_no_week_of_a_pregnancy():
    assert hear("头晕，挂下周一上午9点号").departments[0].name == "神经内科"
    assert hear("怀孕8周了想产检").departments[0].name == "产科"
    assert complaints.core("每天5点就醒", ()) == "每天5点就醒"


def test_a_name_beside_a_number_is_no_complaint():
    told = hear("褚永康 440305196909202753 13291669735")
    assert not told.departments
    assert told.intent not in ("symptom", "book")
    assert hear("13291669735 头晕").departments[0].name == "神经内科"


def test_a_foot_gone_askew_is_a_sprain_and_whether_one_may_come_is_no_complaint():
    assert hear("我脚歪了，挂下个礼拜三号").departments[0].name == "骨科"
    assert hear("乏力，12月11号上午能看吗").departments == hear("乏力").departments
