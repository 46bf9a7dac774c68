"""Broadcasts: to lists, tags and all; four a month for each user; keys; the report."""

from __future__ import annotations

import pytest

from tests.simulator.conftest import LI, ZHANG, wait_for

TEXT = {"msgtype": "text", "text": {"content": "下周一停电检修"}}


@pytest.fixture
def send(caller, board):
    for openid in (LI, ZHANG):
        board.follow(openid)

    def call(path="send", **changes):
        body = TEXT | ({"touser": [LI, ZHANG]} if path == "send" else {}) | changes
        return caller.post(f"message/mass/{path}", body)

    return call


def received(board, openid):
    return [e for e in board.exchange.timeline(openid) if "停电" in str(e.body)]


def test_a_broadcast_arrives_and_its_end_is_reported(send, board, bot):
    answer = send()
    assert answer["errcode"] == 0
    assert len(received(board, LI)) == len(received(board, ZHANG)) == 1
    wait_for(lambda: bot.events("MASSSENDJOBFINISH"))
    (told,) = bot.events("MASSSENDJOBFINISH")
    assert int(told["MsgID"]) == answer["msg_id"]
    assert told["Status"] == "send success"
    counts = ("TotalCount", "FilterCount", "SentCount", "ErrorCount")
    assert [told[name] for name in counts] == ["2", "2", "2", "0"]


@pytest.mark.parametrize(
    ("openids", "code"),
    [
        ([LI], 40130),
        ([LI, *(f"o{n}" for n in range(9_999))], 0),
        ([f"o{n}" for n in range(10_001)], 40032),
        ("all", 40031),
    ],
)
def test_a_list_holds_two_to_ten_thousand(send, openids, code):
    assert send(touser=openids)["errcode"] == code


def test_who_had_four_this_month_is_filtered_out(send, board, bot, caller, clock):
    for number in range(4):
        assert send(clientmsgid=f"k{number}")["errcode"] == 0
    board.unfollow(ZHANG)
    board.follow("oDemo0WangXiaomin00000000003")
    send(touser=[LI, "oDemo0WangXiaomin00000000003"], clientmsgid="k5")
    assert len(received(board, LI)) == 4
    wait_for(lambda: len(bot.events("MASSSENDJOBFINISH")) == 5)
    filtered = {e["FilterCount"]: e["TotalCount"] for e in bot.events("MASSSENDJOBFINISH")}
    assert filtered == {"2": "2", "1": "2"}
    clock.forward(31 * 24 * 3600)
    caller.token = caller.new_token()["access_token"]
    send(clientmsgid="k6")
    assert len(received(board, LI)) == 5


def test_a_key_is_for_one_broadcast_a_day(send, clock, caller):
    first = send(clientmsgid="monday")
    clock.forward(59)
    assert send(clientmsgid="monday")["errcode"] == 45066
    clock.forward(1)
    again = send(clientmsgid="monday")
    assert (again["errcode"], again["msg_id"]) == (45065, first["msg_id"])
    assert send(clientmsgid="x" * 65)["errcode"] == 45067
    clock.forward(24 * 3600 - 61)
    caller.token = caller.new_token()["access_token"]
    assert send(clientmsgid="monday")["errcode"] == 45065
    clock.forward(1)
    caller.token = caller.new_token()["access_token"]
    assert send(clientmsgid="monday")["errcode"] == 0


def test_without_a_key_the_same_words_to_the_same_people_are_the_same(send, clock):
    send()
    clock.forward(61)
    assert send()["errcode"] == 45065
    assert send(text={"content": "停电改到周二"})["errcode"] == 0


def test_sixty_a_minute_and_a_hundred_a_day(send, clock):
    codes = [send(clientmsgid=f"k{number}")["errcode"] for number in range(61)]
    assert codes == [0] * 60 + [45011]
    clock.forward(60)
    codes = [send(clientmsgid=f"l{number}")["errcode"] for number in range(41)]
    assert codes == [0] * 40 + [45009]


def test_a_tag_or_all(send, board, caller):
    number = caller.post("tags/create", {"tag": {"name": "高血压"}})["tag"]["id"]
    caller.post("tags/members/batchtagging", {"tagid": number, "openid_list": [LI]})
    assert send("sendall", filter={"is_to_all": False, "tag_id": number})["errcode"] == 0
    assert (len(received(board, LI)), len(received(board, ZHANG))) == (1, 0)
    assert send("sendall", filter={"is_to_all": True})["errcode"] == 0
    assert (len(received(board, LI)), len(received(board, ZHANG))) == (2, 1)
    assert send("sendall", filter={"tag_id": 7})["errcode"] == 45159


def test_a_preview_reaches_one_and_counts_for_nobody(send, board):
    assert send("preview", touser=LI)["errcode"] == 0
    assert len(received(board, LI)) == 1
    for number in range(4):
        send(clientmsgid=f"k{number}")
    assert len(received(board, LI)) == 5
    board.unfollow(LI)
    assert send("preview", touser=LI)["errcode"] == 43004


def test_only_articles_can_be_taken_back(send):
    text, article = send(), send(msgtype="mpnews", mpnews={"media_id": "m"}, clientmsgid="k")
    assert send("delete", msg_id=text["msg_id"])["errcode"] == 40059
    assert send("delete", msg_id=article["msg_id"])["errcode"] == 0
    assert send("get", msg_id=text["msg_id"])["msg_status"] == "SEND_SUCCESS"
    assert send("get", msg_id=1)["errcode"] == 40059


def test_a_broadcast_wechat_loses_is_reported_as_failed(send, board, bot):
    board.faults.add("/cgi-bin/message/mass/*", "undelivered", count=1)
    assert send()["errcode"] == 0
    wait_for(lambda: bot.events("MASSSENDJOBFINISH"))
    assert bot.events("MASSSENDJOBFINISH")[0]["Status"] == "send fail"
    assert received(board, LI) == []
