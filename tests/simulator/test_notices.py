"""Template messages, subscription messages and notices of 微信就医助手."""

from __future__ import annotations

import pytest

from simulator.app import create_app, switchboard_of
from simulator.config import Template
from simulator.errors import ApiError
from simulator.values import check_value
from tests.simulator.conftest import CARD, LI, ZHANG, Caller, wait_for


def test_a_template_notice_is_shown_once_and_reported_back(caller, board, bot, clock):
    board.follow(LI)
    first = caller.notify(client_msg_id="a1")
    again = caller.notify(client_msg_id="a1")
    assert first["msgid"] == again["msgid"]
    notices = [e for e in board.exchange.timeline(LI) if e.kind == "notice"]
    assert [notice.body["rows"][0] for notice in notices] == [["thing1", "神经内科"]]
    wait_for(lambda: bot.events("TEMPLATESENDJOBFINISH"))
    (told,) = bot.events("TEMPLATESENDJOBFINISH")
    assert (told["Status"], int(told["MsgID"])) == ("success", first["msgid"])
    clock.forward(601)
    assert caller.notify(client_msg_id="a1")["msgid"] != first["msgid"]


def test_a_patient_who_refuses_notices_sees_none(caller, board, bot):
    board.follow(LI)
    board.exchange.patient(LI).refuses_notices = True
    assert caller.notify()["errcode"] == 0
    wait_for(lambda: bot.events("TEMPLATESENDJOBFINISH"))
    assert bot.events("TEMPLATESENDJOBFINISH")[0]["Status"] == "failed:user block"
    assert all(event.kind != "notice" for event in board.exchange.timeline(LI))


def test_a_known_template_names_its_lines(with_config):
    known = {"T1": Template("预约成功", "科室：{{thing1.DATA}}\n时间：{{time2.DATA}}")}
    app = create_app(with_config(templates=known))
    board, caller = switchboard_of(app), Caller(app)
    board.follow(LI)
    assert caller.notify()["errcode"] == 0
    body = board.exchange.timeline(LI)[-1].body
    assert (body["title"], body["rows"][0]) == ("预约成功", ["科室", "神经内科"])
    assert caller.notify(template_id="T9")["errcode"] == 40037
    assert caller.notify(data={"thing1": {"value": "x"}})["errcode"] == 47003
    assert caller.notify(data={})["errcode"] == 47003


def test_a_subscription_notice_needs_an_accepted_template(caller, board, bot):
    card = {"touser": LI, "template_id": "S1", "data": CARD}
    assert caller.post("message/subscribe/bizsend", card)["errcode"] == 43101
    board.exchange.accept_subscription(LI, "S1")
    codes = [caller.post("message/subscribe/bizsend", card)["errcode"] for _ in range(2)]
    assert codes == [0, 43101]
    wait_for(lambda: bot.events("subscribe_msg_sent_event"))


def notices_of(board, openid=LI, place="notice"):
    return [e for e in board.exchange.events_after(0) if (e.openid, e.kind) == (openid, place)]


def test_a_template_without_its_key_is_shown_as_often_as_it_is_sent(caller, board):
    board.follow(LI)
    for _ in range(2):
        caller.notify()
    assert len(notices_of(board)) == 2


def test_a_template_wechat_loses_is_reported_as_failed(caller, board, bot):
    board.follow(LI)
    board.faults.add("/cgi-bin/message/template/send", "undelivered", count=1)
    assert caller.notify()["errcode"] == 0
    wait_for(lambda: bot.events("TEMPLATESENDJOBFINISH"))
    assert bot.events("TEMPLATESENDJOBFINISH")[0]["Status"] == "failed: system failed"
    assert notices_of(board) == []
    caller.notify()
    assert len(notices_of(board)) == 1


def bizsend(caller, openid=LI, template="S1", data=CARD):
    card = {"touser": openid, "template_id": template, "data": data}
    return caller.post("message/subscribe/bizsend", card)["errcode"]


def test_a_subscription_notice_appears_where_the_patient_can_see_it(caller, board):
    board.follow(LI)
    for openid in (LI, ZHANG):  # 张建国 does not follow, but tapped the button of a page
        board.subscribe(openid, ["S1"])
        assert bizsend(caller, openid) == 0
    assert len(notices_of(board, LI)) == 1
    assert (len(notices_of(board, ZHANG)), len(board.exchange.services(ZHANG))) == (0, 1)


def test_a_subscription_outlives_unfollowing_but_not_a_refusal(caller, board, bot):
    board.follow(LI)
    board.subscribe(LI, ["S1", "S2"])
    board.unfollow(LI)
    assert bizsend(caller) == 0
    board.refuse_notices(LI, on=True)
    assert bizsend(caller, template="S2") == 43101
    wait_for(lambda: bot.events("subscribe_msg_change_event"))
    told = bot.events("subscribe_msg_change_event")[0]["SubscribeMsgChangeEvent"]["List"]
    assert (told["TemplateId"], told["SubscribeStatusString"]) == ("S2", "reject")


def test_a_long_term_template_is_accepted_once_for_many(caller, board, config, bot):
    config.long_term_templates = frozenset({"L1"})
    assert bizsend(caller, template="L1") == 43101
    board.subscribe(LI, ["L1"])
    assert [bizsend(caller, template="L1") for _ in range(3)] == [0, 0, 0]
    wait_for(lambda: len(bot.events("subscribe_msg_sent_event")) == 3)


def test_who_taps_a_subscription_is_told_to_the_bot(board, bot):
    board.subscribe(LI, ["S1", "S2"])
    wait_for(lambda: bot.events("subscribe_msg_popup_event"))
    rows = bot.events("subscribe_msg_popup_event")[0]["SubscribeMsgPopupEvent"]["List"]
    assert [row["TemplateId"] for row in rows] == ["S1", "S2"]
    assert {row["SubscribeStatusString"] for row in rows} == {"accept"}
    assert {row["PopupScene"] for row in rows} == {"1"}


@pytest.mark.parametrize(
    ("key", "value", "fits"),
    [
        ("thing1", "字" * 20, True),
        ("thing1", "字" * 21, False),
        ("number2", "9" * 32, True),
        ("number2", "9" * 33, False),
        ("number2", "九", False),
        ("letter3", "abc", True),
        ("letter3", "ab1", False),
        ("character_string4", "A-2026/1", True),
        ("character_string4", "预约号1", False),
        ("time5", "2026年11月27日 09:30", True),
        ("time5", "09:30~10:00", True),
        ("time5", "2026-11-27 09:30:00", True),
        ("time5", "明天上午", False),
        ("date6", "2026年11月27日", True),
        ("amount7", "¥15.00元", True),
        ("amount7", "十五元", False),
        ("phone_number8", "0571-5550100", True),
        ("phone_number8", "0" * 18, False),
        ("name9", "王建国", True),
        ("name9", "阿依古丽·买买提江肉孜", False),
        ("name9", "Li Xiuying", True),
        ("phrase10", "已取消", True),
        ("phrase10", "预约已取消了", False),
        ("keyword1", "旧模板的值不限长短" * 5, True),
    ],
)
def test_a_value_must_fit_its_kind_of_key(key, value, fits):
    if fits:
        check_value(key, value)
        return
    with pytest.raises(ApiError) as refused:
        check_value(key, value)
    assert refused.value.code == 47003


def test_a_value_that_does_not_fit_costs_no_subscription(caller, board):
    board.subscribe(LI, ["S1"])
    assert bizsend(caller, data={"thing1": {"value": "字" * 21}}) == 47003
    assert bizsend(caller) == 0


VISIT = {
    "status": 1501001,
    "open_id": LI,
    "order_id": "A1",
    "msg_id": "m1",
    "app_id": "wx0123456789abcdef",
    "business_id": 150,
    "business_info": {"pat_name": "李*英", "doc_name": "王建国", "room": "3楼"},
}


def visit(caller, **changes):
    return caller.post("/cityservice/sendchannelmsg", VISIT | changes)["errcode"]


def test_only_a_public_hospital_may_send_visit_notices(caller, board, config):
    assert visit(caller) == 48001
    config.public_hospital = True
    assert visit(caller) == 0
    (card,) = board.exchange.services(LI)
    assert sorted(card.body["rows"]) == [["room", "3楼"], ["医生", "王建国"], ["就诊人", "李*英"]]


def test_a_visit_notice_is_shown_once_for_its_order_and_msg_id(caller, board, config):
    config.public_hospital = True
    changes = ({}, {}, {"msg_id": "m2"}, {"order_id": "A2"}, {"open_id": ZHANG})
    assert [visit(caller, **change) for change in changes] == [0] * 5
    assert (len(board.exchange.services(LI)), len(board.exchange.services(ZHANG))) == (3, 1)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"open_id": "nobody"}, 40003),
        ({"status": 99}, 47003),
        ({"msg_id": ""}, 47003),
        ({"order_id": ""}, 47003),
        ({"business_id": 151}, 47003),
        ({"app_id": "wxOther"}, 47003),
        ({"business_info": "{"}, 47001),
    ],
)
def test_a_visit_notice_must_be_whole(caller, config, changes, code):
    config.public_hospital = True
    assert visit(caller, **changes) == code
