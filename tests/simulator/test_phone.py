"""What the phone page asks, without a browser."""

from __future__ import annotations

import json

import pytest

from simulator.app import PREFIXES, alongside
from simulator.wire import read_fields
from tests.simulator.answers import text_reply
from tests.simulator.conftest import LI


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
        ("repeat", {"openid": LI, "copies": 0}, 400),
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
    assert body_of("/openings") == b"bot"
    assert all(body_of(f"{prefix}x") != b"bot" for prefix in PREFIXES)
    assert "挂号台" in body_of("/phone").decode()
    assert b"40002" in body_of("/cgi-bin/token")
