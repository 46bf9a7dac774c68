"""Customer-service messages within the patient's windows, and typing."""

from __future__ import annotations

import pytest

from simulator.app import create_app, switchboard_of
from tests.simulator.conftest import LI, Caller


def test_five_messages_follow_a_message_of_the_patient_and_no_sixth(caller, board):
    assert caller.say()["errcode"] == 45015
    board.say(LI, "在吗")
    assert [caller.say()["errcode"] for _ in range(6)] == [0] * 5 + [45047]


def test_after_48_hours_nothing_may_be_sent(caller, board, clock):
    board.say(LI, "在吗")
    clock.forward(48 * 3600 - 1)
    caller.token = caller.new_token()["access_token"]
    assert caller.say()["errcode"] == 0
    clock.forward(1)
    assert caller.say()["errcode"] == 45015


def test_a_tap_is_no_message_and_allows_three_for_a_minute(caller, board, clock):
    board.say(LI, "1", menu_id="q1")
    assert [caller.say()["errcode"] for _ in range(4)] == [0, 0, 0, 45047]
    board.press(LI, "book")
    clock.forward(60)
    assert caller.say()["errcode"] == 45015


def test_unfollowing_closes_every_window(caller, board):
    board.say(LI, "在吗")
    board.unfollow(LI)
    assert caller.say()["errcode"] == 45015
    assert caller.notify()["errcode"] == 43004


def test_a_customer_message_appears_on_the_phone(caller, board):
    board.say(LI, "在吗")
    caller.say("号已约好\n请早到")
    shown = board.exchange.timeline(LI)[-1]
    assert (shown.kind, len(shown.body["lines"])) == ("official", 2)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"touser": "nobody"}, 40003),
        ({"msgtype": "smoke"}, 40008),
        ({"text": {"content": ""}}, 44004),
        ({"text": {"content": "长" * 683}}, 45002),
        ({"msgtype": "news", "news": {"articles": [{}, {}]}}, 45008),
    ],
)
def test_a_refused_customer_message_costs_nothing(caller, board, changes, code):
    board.say(LI, "在吗")
    assert caller.say(**changes)["errcode"] == code
    assert board.ledger.view(LI)[0]["remaining"] == 5


def test_msgmenu_entries_can_be_tapped_but_not_on_a_test_account(caller, board, with_config):
    entries = {"head_content": "满意吗", "list": [{"id": "101", "content": "满意"}]}
    menu = {"msgtype": "msgmenu", "msgmenu": entries}
    board.say(LI, "在吗")
    assert caller.say(**menu)["errcode"] == 0
    link = board.exchange.timeline(LI)[-1].body["lines"][1][0]
    assert (link["content"], link["menu_id"]) == ("满意", "101")
    tester = create_app(with_config(test_account=True))
    switchboard_of(tester).say(LI, "在吗")
    assert Caller(tester).say(**menu)["errcode"] == 40200


def test_typing_needs_a_recent_exchange(caller, board, clock):
    typing = {"touser": LI, "command": "Typing"}
    assert caller.post("message/custom/typing", typing)["errcode"] == 45080
    board.say(LI, "在吗")
    assert caller.post("message/custom/typing", typing)["errcode"] == 0
    assert caller.post("message/custom/typing", typing | {"command": "x"})["errcode"] == 45072
    clock.forward(31)
    assert caller.post("message/custom/typing", typing)["errcode"] == 45080


def test_each_message_of_the_patient_begins_a_new_window(caller, board):
    for _ in range(2):
        board.say(LI, "在吗")
        assert [caller.say()["errcode"] for _ in range(6)] == [0] * 5 + [45047]


@pytest.mark.parametrize(
    ("act", "allowed"),
    [
        (lambda board: board.follow(LI), 3),
        (lambda board: board.press(LI, "book"), 3),
        (lambda board: board.press(LI, "scan", kind="scancode_waitmsg"), 3),
        (lambda board: board.press(LI, "scan", kind="scancode_push"), 3),
        (lambda board: board.press(LI, "http://a.cn", kind="view"), 0),
        (lambda board: board.press(LI, "photo", kind="pic_sysphoto"), 0),
        (lambda board: board.send_media(LI, "voice"), 5),
    ],
)
def test_what_the_patient_does_decides_how_much_may_be_sent(caller, board, act, allowed):
    act(board)
    codes = [caller.say()["errcode"] for _ in range(allowed + 1)]
    assert codes == [0] * allowed + [45047 if allowed else 45015]


def test_a_scan_of_a_follower_allows_three_for_a_minute(caller, board, clock):
    board.follow(LI)
    clock.forward(61)
    assert caller.say()["errcode"] == 45015
    board.scan(LI, "room5")
    assert [caller.say()["errcode"] for _ in range(4)] == [0, 0, 0, 45047]
    clock.forward(60)
    assert caller.say()["errcode"] == 45015


def test_the_window_that_ends_first_is_used_first(caller, board, clock):
    board.say(LI, "在吗")
    board.press(LI, "book")
    for _ in range(3):
        caller.say()
    clock.forward(61)
    assert [window["remaining"] for window in board.ledger.view(LI)] == [5]


def test_a_message_without_a_key_is_shown_as_often_as_it_is_sent(caller, board):
    board.say(LI, "在吗")
    before = len(board.exchange.timeline(LI))
    for _ in range(2):
        caller.say("号已约好")
    assert len(board.exchange.timeline(LI)) == before + 2


def test_typing_is_not_repeated_until_it_ends_or_a_message_is_sent(caller, board, clock):
    typing = {"touser": LI, "command": "Typing"}
    board.say(LI, "在吗")

    def code(**changes):
        return caller.post("message/custom/typing", typing | changes)["errcode"]

    assert [code(), code()] == [0, 45081]
    clock.forward(15)
    assert code() == 0
    assert caller.say()["errcode"] == 0
    assert code() == 0
    assert [code(command="CancelTyping"), code()] == [0, 0]


def test_a_picture_must_have_been_uploaded(caller, board):
    board.say(LI, "在吗")
    picture = {"msgtype": "image", "image": {"media_id": "nobody-knows"}}
    assert caller.say(**picture)["errcode"] == 40007
    kept = board.media.keep("image", b"\x89PNG")
    assert caller.say(msgtype="image", image={"media_id": kept})["errcode"] == 0
