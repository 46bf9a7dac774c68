"""A frightened person writes; the desk must know an emergency from an ordinary complaint."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from nlp import lexicon, redflags
from nlp.heard import Person
from scripts import redflag_report

MESSAGES = [
    tuple(line.split("\t"))
    for line in Path(__file__)
    .with_name("redflag_messages.tsv")
    .read_text("utf-8")
    .splitlines()[3:]
]
FIRES = [(row, text) for row, fires, text in MESSAGES if fires == "yes" and row != "some"]
QUIET = [
    (row, text) for row, fires, text in MESSAGES if fires == "no" and row not in {"any", "some"}
]
SOME = [(text, fires == "yes") for row, fires, text in MESSAGES if row == "some"]
ORDINARY = [text for row, _, text in MESSAGES if row == "any"]
_DATA = Path(__file__).parents[1] / "data"


def _levels(name: str) -> list[list[str]]:
    return [line.split("\t") for line in (_DATA / name).read_text("utf-8").splitlines()[3:]]


UNSEEN = _levels("redflags_unseen.tsv")
FOURTH = _levels("redflags_fourth.tsv")
NOBODY = Person()


def ids(text: str, *earlier: str, person: Person = NOBODY) -> set[str]:
    return {flag.id for flag in redflags.check(text, earlier, person)}


def test_every_row_of_the_table_is_worded_here() -> None:
    for row in {r["id"] for r in lexicon.rows("redflags.tsv")}:
        assert sum(fired == row for fired, _ in FIRES) >= 8, row
        assert sum(quiet == row for quiet, _ in QUIET) >= 8, row


def test_every_sign_a_row_combines_has_wordings() -> None:
    worded = {r["sign"] for r in lexicon.rows("redflag_words.tsv")} | {"chronic"}
    used = {
        sign
        for r in lexicon.rows("redflags.tsv")
        for sign in "|".join([*r["when"].split(), r["unless"]]).split("|")
        if sign and not sign.startswith("@")
    }
    assert used <= worded


@pytest.mark.parametrize(("row", "text"), FIRES)
def test_a_dangerous_message_fires_its_row(row: str, text: str) -> None:
    assert row in ids(text)


@pytest.mark.parametrize(("row", "text"), QUIET)
def test_a_near_but_harmless_message_does_not_fire_the_row(row: str, text: str) -> None:
    assert row not in ids(text)


@pytest.mark.parametrize("text", ORDINARY)
def test_an_ordinary_message_fires_nothing(text: str) -> None:
    assert redflags.check(text) == ()


@pytest.mark.parametrize(("text", "emergency"), SOME)
def test_an_emergency_in_other_words_is_told_from_a_complaint(
    text: str, *, emergency: bool
) -> None:
    assert any(f.urgency == "emergency" for f in redflags.check(text)) is emergency


def test_texts_written_from_the_table_alone_are_caught_and_twins_are_left_alone() -> None:
    fired = [(level, bool(redflags.check(text))) for level, text in UNSEEN]
    caught = [hit for level, hit in fired if level != "none"]
    false = [hit for level, hit in fired if level == "none"]
    assert sum(caught) / len(caught) >= 0.96
    assert sum(false) / len(false) <= 0.03


def test_an_emergency_written_from_the_table_alone_is_not_put_off() -> None:
    urgent = [text for level, text in UNSEEN if level == "emergency"]
    now = [any(f.urgency == "emergency" for f in redflags.check(text)) for text in urgent]
    assert sum(now) / len(now) >= 0.96


@pytest.mark.parametrize(("level", "text"), FOURTH)
def test_the_fourth_writers_emergencies_are_heard_and_nothing_else(level: str, text: str) -> None:
    urgent = any(f.urgency == "emergency" for f in redflags.check(text))
    assert urgent is (level == "emergency")


@pytest.mark.parametrize(
    "text",
    [
        "不想拖累儿女了 绳子都准备好了",
        "楼顶我都找好了 今晚就去",
        "下辈子再报答爸妈 对不起 我撑不住了",
        "我存了一瓶安定 等他们睡了就吃",
        "遗言写好了",
    ],
)
def test_a_plan_to_die_is_answered_by_the_crisis_line_without_the_word(text: str) -> None:
    assert "crisis_line" in {f.action for f in redflags.check(text)}


@pytest.mark.parametrize(
    "text",
    ["糖尿病 手抖出冷汗", "打了胰岛素出冷汗发抖", "血糖2.8 心慌", "糖尿病人突然出虚汗没力气"],
)
def test_low_sugar_is_an_emergency_without_a_word_against_eating(text: str) -> None:
    assert redflags.alarm(redflags.check(text)) == "low_sugar"


def test_a_number_of_the_past_is_no_reading_of_now() -> None:
    assert ids("以前血压到过200，头疼，现在吃药稳定了") == set()
    assert "rf10" in ids("以前血压正常，现在200/130，头疼得厉害")


def test_signs_add_up_over_a_conversation() -> None:
    assert redflags.check("出了一身汗", ["胸口疼"])[0].action == "call_120"
    assert redflags.check("出了一身汗") == ()


def test_what_was_heard_before_does_not_fire_again_by_itself() -> None:
    assert redflags.check("明天上午", ["胸口疼", "出冷汗"]) == ()


def test_a_denial_in_answer_to_the_safety_question_stays_a_denial() -> None:
    flags = redflags.check("没有出汗，也不喘", ["胸口疼"])
    assert all(flag.urgency != "emergency" for flag in flags)


def test_bare_chest_pain_is_seen_today_and_not_sent_to_120() -> None:
    (flag,) = redflags.check("我胸口疼")
    assert (flag.id, flag.urgency, flag.action) == ("rf01", "today", "today")


def test_the_strongest_action_comes_first() -> None:
    flags = redflags.check("我女儿吞了一瓶药不想活了")
    assert [flag.action for flag in flags][:2] == ["call_120", "crisis_line"]


def test_what_is_known_of_the_patient_counts() -> None:
    baby = Person(relation="child", age_years=0.2)
    assert "rf13" in ids("发烧38度5", person=baby)
    assert "rf13" not in ids("发烧38度5", person=Person(age_years=30))
    assert "rf12" in ids("下面出了好多血", person=Person(sex="f", pregnant=True))
    assert "rf11" not in ids("停经50天肚子疼", person=Person(sex="m"))


def test_a_chronic_complaint_is_no_emergency_until_it_turns_acute() -> None:
    assert all(f.urgency != "emergency" for f in redflags.check("胸闷出汗好几年了"))
    assert "rf01" in ids("胸闷好几年了，今天突然疼得厉害，一身冷汗")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  ",
        "？？？",
        "\x00",
        "🙂" * 50,
        "a" * 5000,
        "胸痛" * 3000,
        "|||",
        "不" * 300,
        "{}[]()*+?\\",
    ],
)
def test_odd_input_never_raises(text: str) -> None:
    redflags.check(text, [text, ""])


def test_an_ordinary_message_is_checked_in_a_fraction_of_a_millisecond() -> None:
    texts = ORDINARY + [text for _, text in FIRES]
    best = min(_seconds(texts) for _ in range(5))
    # 200 microseconds a message on the reference machine; ten times that on a busy one.
    assert best / len(texts) < 2e-3


def _seconds(texts: list[str]) -> float:
    start = time.thread_time()
    for text in texts:
        redflags.check(text)
    return time.thread_time() - start


@pytest.mark.parametrize(
    "text",
    ["没有胸口疼了", "胸口不疼了", "胸口疼是去年的事", "不是胸口疼，是牙疼", "胸口不疼了，肚子疼"],
)
def test_a_complaint_denied_or_called_past_is_taken_back(text: str) -> None:
    assert redflags.taken_back(text, ["胸口疼", "头晕"]) == ("胸口疼",)
    assert ids("牙疼", "胸口疼") == {"rf01"}  # without the denial the two would add up
    assert "rf01" not in ids(f"{text}，牙也疼", "胸口疼")


@pytest.mark.parametrize(
    "text",
    [
        "出了一身汗",
        "现在不喘了",
        "还是胸口疼",
        "要是胸口更疼了怎么办",
        "没有出汗，也不喘",
        "明天上午",
    ],
)
def test_what_is_not_denied_stays(text: str) -> None:
    assert redflags.taken_back(text, ["胸口疼"]) == ()


@pytest.mark.parametrize(
    ("text", "concern"),
    [
        ("孩子5岁发烧", "child_fever"),
        ("宝宝8个月发烧38度", "infant_fever"),
        ("怀孕5个月有点见红", "pregnancy"),
        ("怀孕3个月小腹隐隐作痛", "pregnancy"),
        ("月经推迟一周，小腹痛", "late_period"),
        ("睾丸有点疼", "testicle"),
        ("我发烧38度", None),
        ("孩子不发烧，咳嗽", None),
        ("怀孕5个月痔疮出血", None),
        ("小孩腹泻三天 今天没精神 尿少", "child_gut"),
        ("宝宝拉肚子两天不尿了 哭没眼泪", "child_gut"),
        ("孩子吐了一天 没精神 挂周一", "child_gut"),
        ("女儿七岁拉肚子没有精神，不怎么尿", "child_gut"),
        ("孩子拉肚子", None),
        ("宝宝吐奶", None),
        ("便秘好几天了 肚子胀得厉害 吐了 不放屁", "bowel"),
        ("几天没拉大便也不放屁 肚子胀得像鼓", "bowel"),
        ("三天不拉不放屁", "bowel"),
        ("便秘半年了想看看", None),
        ("大便出血有点不好意思", "stool_blood"),
        ("屁股那里疼 上厕所有血", "stool_blood"),
        ("小便有血", None),
    ],
)
def test_the_safety_question_a_complaint_calls_for(text: str, concern: str | None) -> None:
    assert redflags.look(text).concern == concern


def test_the_page_for_the_clinician_shows_the_rows_as_they_are() -> None:
    page = redflag_report.PAGE.read_text("utf-8")
    assert redflag_report.put(page, "rows", redflag_report.row_table()) == page


@pytest.mark.parametrize(
    "messages",
    [
        ["胸口像压了块石头", "出了一身汗"],
        ["停经50天了", "肚子疼得厉害"],
        ["我有糖尿病", "吐了一天"],
        ["孩子摔到头了", "一直吐"],
        ["被蜜蜂蜇了", "喘"],
        ["我爸血压200/120", "头疼得厉害"],
        ["眼睛胀痛", "头也疼", "看灯有彩虹圈"],
        ["打了胰岛素", "一身冷汗，手抖"],
        ["开水烫了", "在脸上，起了泡"],
        ["例假没来", "停车场在哪", "小肚子坠痛"],
        ["不想拖累儿女了", "绳子都准备好了"],
        ["眼前好多黑点飘", "一闪一闪的光"],
    ],
)
def test_an_emergency_told_in_several_messages_is_heard(messages: list[str]) -> None:
    told: tuple[str, ...] = ()
    flags: list[redflags.Flag] = []
    for message in messages:
        seen = redflags.look(message, told=told)
        told, flags = seen.signs, [*seen.flags]
    assert any(f.urgency == "emergency" for f in flags)
    assert not any(f.urgency == "emergency" for f in redflags.check(messages[-1]))


@pytest.mark.parametrize(
    "messages",
    [
        ["胸闷好几年了", "有点恶心"],
        ["胸口像压了块石头", "胸口不闷了，出了一身汗"],
        ["胸痛看什么科", "出了一身汗"],
        ["头疼", "脖子落枕了"],
        ["我爸以前心梗过", "恶心"],
        ["谢谢你们照顾我妈", "太困了撑不住了"],
        ["等得我快窒息了", "有点恶心"],
    ],
)
def test_what_is_old_denied_or_asked_about_is_not_remembered(messages: list[str]) -> None:
    told: tuple[str, ...] = ()
    for message in messages:
        seen = redflags.look(message, told=told)
        told = seen.signs
        assert not any(f.urgency == "emergency" for f in seen.flags), message


def test_what_silences_a_row_is_never_remembered() -> None:
    told = redflags.look("鼻塞，有点紧张").signs
    assert "rf03" in {f.id for f in redflags.check("喘不上气", told=told)}


@pytest.mark.parametrize(
    "text", ["坠楼了", "俺娘坠楼了", "没有心跳了", "失血过多", "我奶奶没法喘"]
)
def test_one_word_of_danger_alone_is_never_silenced(text: str) -> None:
    """The model silences 「商场跳楼价」; with nothing beside the word it has nothing to go by."""
    assert redflags.check(text)[0].urgency == "emergency"


@pytest.mark.parametrize("text", ["商场跳楼价", "头痛死了", "作业多得想死"])
def test_what_stands_beside_the_word_may_still_silence_it(text: str) -> None:
    assert not redflags.check(text)
