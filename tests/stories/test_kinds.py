"""Everything WeChat can send besides words and clicks."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from handlers.texts import kinds as texts
from models import HumanRequest
from scheduling.distance import metres_between
from tests.handlers.aloud_rules import wrongs
from tests.stories.test_prompts import BOOK

pytestmark = pytest.mark.story

NEAR_THE_COMMUNITY = {"Location_X": 30.0150, "Location_Y": 123.0150}
NEAR_THE_TOWNSHIP = {"Location_X": 30.1000, "Location_Y": 123.1180}


def place(stage, **where: object) -> str:
    return stage.patient.say("", MsgType="location", Scale=16, Label="", **where)


def send(stage, kind: str) -> str:
    return stage.patient.say("", MsgType=kind, MediaId="m")


def waiting(stage) -> list[str]:
    with stage.house.engine.connect() as conn:
        rows = conn.execute(select(HumanRequest.words_enc).order_by(HumanRequest.id))
        return [stage.house.vault.open(row.words_enc) for row in rows]


def test_the_nearest_of_all_sites_how_far_and_how_to_get_there(stage):
    answer = place(stage, **NEAR_THE_COMMUNITY)

    assert "离您最近的医院是柳溪社区卫生服务中心，直线距离约300米" in answer
    assert "柳荫路8号" in answer
    assert "导航" in answer
    assert "0000-5550110" in answer


def test_the_nearest_that_has_the_department_that_is_talked_about(stage):
    assert "骨科" in stage.patient.say("挂骨科")

    answer = place(stage, **NEAR_THE_COMMUNITY)

    assert "有骨科的医院是云川市第一综合医院" in answer
    assert "公里" in answer
    assert "门诊楼5楼" in answer
    assert "骨科可以约的号" in answer, "the open question comes back"
    assert "选几点" in stage.patient.say("1")


def test_a_place_is_no_answer_after_an_emergency(stage):
    stage.patient.say("我爸突然嘴歪了，说话不清楚")

    answer = place(stage, **NEAR_THE_TOWNSHIP)

    assert answer.startswith("刚才您说的情况可能有危险")
    assert "石桥镇中心卫生院" in answer


@pytest.mark.parametrize(
    "where",
    [{}, {"Location_X": "north", "Location_Y": ""}, {"Location_X": 91, "Location_Y": 0},
     {"Location_X": "nan", "Location_Y": "inf"}],
)  # fmt: skip
def test_no_place_or_none_on_this_globe(stage, where):
    assert place(stage, **where) == texts.NO_PLACE


@pytest.mark.parametrize(
    ("metres", "words"),
    [(0, "约100米"), (349, "约300米"), (1234, "约1.2公里"), (15_400, "约15公里")],
)
def test_a_distance_is_as_precise_as_a_straight_line_deserves(metres, words):
    assert texts.distance(metres) == words


def test_a_degree_of_latitude_is_111_kilometres():
    assert metres_between((30.0, 120.0), (31.0, 120.0)) == pytest.approx(111_195, abs=5)
    assert metres_between((30.0, 120.0), (30.0, 120.0)) == 0
    assert metres_between((0.0, 179.5), (0.0, -179.5)) == pytest.approx(111_195, abs=5)


@pytest.mark.parametrize("kind", ["image", "voice", "video", "shortvideo", "file", "link", "wish"])
def test_what_cannot_be_read_says_what_to_do_and_120(stage, kind):
    answer = send(stage, kind)

    if kind == "wish":
        assert answer == "success", "a kind nobody knows"
    else:
        assert "120" in answer
    assert waiting(stage) == []


def test_an_open_question_comes_back_below_it(stage):
    stage.patient.say("挂骨科")

    answer = send(stage, "image")

    assert "图片我看不了" in answer
    assert "骨科可以约的号" in answer


def test_a_picture_for_somebody_who_waits_for_a_person_is_told_to_the_desk(stage):
    stage.patient.say("人工")

    assert send(stage, "image") == texts.KEPT
    assert waiting(stage)[-1] == texts.FOR_DESK["image"]


def test_a_voice_that_wechat_did_recognise_is_a_message_like_any(stage):
    answer = stage.patient.say("", MsgType="voice", MediaId="m", Recognition="挂骨科。")

    assert "骨科可以约的号" in answer


def test_in_care_mode_too(stage):
    stage.patient.say("说慢点")

    answers = [place(stage, **NEAR_THE_COMMUNITY), send(stage, "image"), send(stage, "voice")]
    for answer in answers:
        assert list(wrongs(answer)) == [], answer


def test_who_leaves_keeps_the_appointment_and_gets_no_notice(stage):
    assert "预约成功" in [stage.patient.say(text) for text in BOOK][-1]

    assert stage.patient.say("", MsgType="event", Event="unsubscribe", EventKey="") == "success"

    assert "张*国" in stage.patient.say("我的预约")


@pytest.mark.parametrize(
    "event", ["LOCATION", "VIEW", "view_miniprogram", "pic_weixin", "PUBLISHJOBFINISH"]
)
def test_an_event_that_nobody_waits_on_is_answered_success(stage, event):
    assert stage.patient.say("", MsgType="event", Event=event, EventKey="k") == "success"


def test_who_comes_back_is_greeted_slowly_with_three_choices(stage):
    stage.patient.say("说慢点")
    stage.patient.say("", MsgType="event", Event="unsubscribe", EventKey="")

    answer = stage.patient.say("", MsgType="event", Event="subscribe", EventKey="")

    assert "您好" in answer
    assert list(wrongs(answer)) == []
