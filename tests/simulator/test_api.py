"""The bot calls WeChat: tokens, customer messages, notices, the menu."""

from __future__ import annotations

import json
import time

import pytest

from simulator.app import alongside, create_app, switchboard_of
from simulator.config import Template
from simulator.wire import read_fields
from tests.simulator.conftest import SECRET, text_reply

LI = "oDemo0LiXiuying0000000000001"
APP = {"grant_type": "client_credential", "appid": "wx0123456789abcdef", "secret": SECRET}
CARD = {"thing1": {"value": "神经内科"}, "time2": {"value": "12月2日 9:00"}}
MENU = {"button": [{"type": "click", "name": "挂号", "key": "book"}]}


class Caller:
    def __init__(self, app):
        self.client = app.test_client()
        self.token = self.new_token()["access_token"]

    def new_token(self, **changes):
        return self.client.get("/cgi-bin/token", query_string=APP | changes).get_json()

    def stable(self, **changes):
        return self.client.post("/cgi-bin/stable_token", json=APP | changes).get_json()

    def post(self, path, body, token=None):
        query = {"access_token": self.token if token is None else token}
        return self.client.post(f"/cgi-bin/{path}", query_string=query, json=body).get_json()

    def say(self, content="您好", **changes):
        text = {"msgtype": "text", "text": {"content": content}}
        return self.post("message/custom/send", {"touser": LI} | text | changes)

    def notify(self, **changes):
        card = {"touser": LI, "template_id": "T1", "data": CARD}
        return self.post("message/template/send", card | changes)


@pytest.fixture
def caller(app):
    return Caller(app)


def wait_for(condition):
    for _ in range(200):
        if condition():
            return
        time.sleep(0.01)
    pytest.fail("it never happened")


def test_each_new_token_ends_the_one_before(caller):
    first = caller.token
    caller.token = caller.new_token()["access_token"]
    refused = caller.post("menu/create", MENU, token=first)
    assert refused["errcode"] == 40001
    assert "rid: " in refused["errmsg"]
    assert caller.post("menu/create", MENU)["errcode"] == 0


def test_a_stable_token_stays_until_five_minutes_before_its_end(caller, clock):
    first = caller.stable()["access_token"]
    assert caller.stable()["access_token"] == first
    assert caller.new_token()["access_token"] != first
    assert caller.post("menu/create", MENU, token=first)["errcode"] == 0
    clock.forward(7200 - 299)
    second = caller.stable()["access_token"]
    assert second != first
    assert caller.post("menu/create", MENU, token=first)["errcode"] == 0
    assert caller.stable(force_refresh=True)["access_token"] != second
    assert caller.post("menu/create", MENU, token=second)["errcode"] == 40001


def test_an_old_token_is_expired(caller, clock):
    clock.forward(7201)
    assert caller.say()["errcode"] == 42001


def test_wrong_credentials_are_told_apart(caller):
    assert caller.new_token(appid="wxOther")["errcode"] == 40013
    assert caller.new_token(secret="guess")["errcode"] == 40125
    assert caller.stable(grant_type="password")["errcode"] == 40002
    assert caller.post("menu/create", MENU, token="")["errcode"] == 41001


def test_the_token_quota_ends_a_storm(caller):
    codes = [caller.new_token().get("errcode", 0) for _ in range(2000)]
    assert codes[:1999] == [0] * 1999
    assert codes[1999] == 45009


def test_five_messages_follow_a_message_of_the_patient_and_no_sixth(caller, board):
    assert caller.say()["errcode"] == 45015
    board.say(LI, "在吗")
    assert [caller.say()["errcode"] for _ in range(6)] == [0] * 5 + [45047]


def test_after_48_hours_nothing_may_be_sent(caller, board, clock):
    board.say(LI, "在吗")
    clock.forward(48 * 3600 + 1)
    caller.token = caller.new_token()["access_token"]
    assert caller.say()["errcode"] == 45015


def test_a_tap_is_no_message_and_allows_three_for_a_minute(caller, board, clock):
    board.say(LI, "1", menu_id="q1")
    assert [caller.say()["errcode"] for _ in range(4)] == [0, 0, 0, 45047]
    board.press(LI, "book")
    clock.forward(61)
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


def test_a_template_notice_is_shown_once_and_reported_back(caller, board, bot, clock):
    board.follow(LI)
    first = caller.notify(client_msg_id="a1")
    again = caller.notify(client_msg_id="a1")
    assert first["msgid"] == again["msgid"]
    notices = [e for e in board.exchange.timeline(LI) if e.kind == "notice"]
    assert [notice.body["rows"][0] for notice in notices] == [["thing1", "神经内科"]]
    wait_for(lambda: bot.fields().get("Event") == "TEMPLATESENDJOBFINISH")
    assert bot.fields()["Status"] == "success"
    assert int(bot.fields()["MsgID"]) == first["msgid"]
    clock.forward(601)
    assert caller.notify(client_msg_id="a1")["msgid"] != first["msgid"]


def test_a_patient_who_refuses_notices_sees_none(caller, board, bot):
    board.follow(LI)
    board.exchange.patient(LI).refuses_notices = True
    assert caller.notify()["errcode"] == 0
    wait_for(lambda: bot.fields().get("Status") == "failed:user block")
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
    wait_for(lambda: bot.bodies and bot.fields()["Event"] == "subscribe_msg_sent_event")


def test_a_published_menu_replaces_the_first_one(caller, board):
    get = {"access_token": caller.token}
    empty = caller.client.get("/cgi-bin/menu/get", query_string=get).get_json()
    assert empty["errcode"] == 46003
    caller.post("menu/create", MENU)
    assert board.exchange.menu() == MENU["button"]
    there = caller.client.get("/cgi-bin/menu/get", query_string=get).get_json()
    assert there["menu"] == MENU


@pytest.mark.parametrize(
    ("button", "code"),
    [
        ([], 40016),
        ([{"type": "click", "name": "挂", "key": "a"}] * 4, 40016),
        ([{"type": "click", "name": "名字太长太长太长", "key": "a"}], 40018),
        ([{"name": "更多", "sub_button": [{"type": "view", "name": "a", "url": "u"}] * 6}], 40023),
        ([{"type": "click", "name": "挂号"}], 40019),
        ([{"type": "view", "name": "挂号"}], 40020),
        ([{"type": "dance", "name": "挂号"}], 40017),
        (["挂号"], 40018),
    ],
)
def test_a_menu_wechat_would_refuse_is_refused(caller, button, code):
    assert caller.post("menu/create", {"button": button})["errcode"] == code


def test_a_body_that_is_no_json_is_refused(caller):
    query = {"access_token": caller.token}
    answer = caller.client.post("/cgi-bin/menu/create", query_string=query, data="<x/>")
    assert answer.get_json()["errcode"] == 47001


def test_a_qr_code_has_a_ticket_and_its_scan_arrives(caller, board, bot):
    body = {"action_name": "QR_STR_SCENE", "action_info": {"scene": {"scene_str": "room5"}}}
    assert caller.post("qrcode/create", body)["ticket"]
    assert caller.post("qrcode/create", body | {"action_info": {}})["errcode"] == 40053
    board.scan(LI, "room5")
    assert (bot.fields()["Event"], bot.fields()["EventKey"]) == ("subscribe", "qrscene_room5")
    board.scan(LI, "room5")
    assert (bot.fields()["Event"], bot.fields()["EventKey"]) == ("SCAN", "room5")


def test_a_repeated_delivery_must_get_the_same_answer(board, bot):
    bot.answer = lambda raw: text_reply(read_fields(raw), f"第{len(bot.bodies)}次")
    board.say(LI, "挂号")
    bubbles = len(board.exchange.timeline(LI))
    (again,) = board.repeat_last(LI)
    assert again.reply.content == "第2次"
    _, recorded = board.exchange.deliveries()[-1]
    assert [v.code for v in recorded.violations] == ["replay-differs"]
    assert len(board.exchange.timeline(LI)) == bubbles


def test_the_stream_resumes_after_the_last_event_seen(caller, board):
    board.say(LI, "一")
    board.say(LI, "二")
    one, two = board.exchange.timeline(LI)

    def first_event(last_id):
        answer = caller.client.get(
            "/phone/api/stream", headers={"Last-Event-ID": last_id}, buffered=False
        )
        flow = answer.iter_encoded()
        next(flow)
        data = next(flow).decode().split("data: ")[1]
        answer.close()
        return json.loads(data)["seq"]

    assert first_event(f"{board.exchange.epoch}-{one.seq}") == two.seq
    assert first_event("another-run-99") == 1


def test_opening_the_chat_follows_once(app, board, bot):
    for _ in range(2):
        app.test_client().post("/phone/api/open", json={"openid": LI})
    assert [read_fields(body.decode())["Event"] for body in bot.bodies] == ["subscribe"]


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("send", {"openid": "nobody", "text": "x"}, 404),
        ("send", {"openid": LI, "text": " "}, 400),
        ("dance", {"openid": LI}, 400),
        ("media", {"openid": LI, "kind": "film"}, 400),
        ("patients", {"name": ""}, 400),
    ],
)
def test_the_page_is_told_what_it_did_wrong(app, path, body, status):
    assert app.test_client().post(f"/phone/api/{path}", json=body).status_code == status


def test_a_form_of_another_site_cannot_speak_for_a_patient(app):
    answer = app.test_client().post("/phone/api/send", data={"openid": LI, "text": "x"})
    assert answer.status_code == 415


def test_bot_and_simulator_share_one_address(app):
    def bot_wsgi(environ, start_response):
        start_response("200 OK", [])
        return [b"bot"]

    both = alongside(bot_wsgi, app.wsgi_app)

    def body_of(path):
        environ = app.test_request_context(path).request.environ
        return b"".join(both(environ, lambda status, headers, exc_info=None: lambda data: None))

    assert body_of("/phonebook") == b"bot"
    assert body_of("/wechat") == b"bot"
    assert "挂号台" in body_of("/phone").decode()
    assert b"40002" in body_of("/cgi-bin/token")
