"""The bot meets WeChat: signed messages, three tries, strict reading of the reply."""

from __future__ import annotations

import threading
import time

import pytest
from flask import Response
from wechatpy.crypto import WeChatCrypto
from wechatpy.utils import check_signature

from simulator.config import SimulatorConfig
from simulator.crypto import decrypt
from simulator.push import Pusher
from simulator.wire import read_fields, seal, to_xml
from tests.simulator.answers import text_reply
from tests.simulator.conftest import AES_KEY

LI = "oDemo0LiXiuying0000000000001"


def test_a_text_arrives_signed_and_its_answer_comes_back(bot, config):
    bot.answer = lambda raw: text_reply(read_fields(raw), "您好\n请说")
    pusher = Pusher(config)
    delivery = pusher.deliver(pusher.build("text", LI, content="头晕]]>", menu_id="7"))
    query = bot.queries[0]
    check_signature("tok", query["signature"], query["timestamp"], query["nonce"])
    assert bot.fields()["Content"] == "头晕]]>"
    assert bot.fields()["bizmsgmenuid"] == "7"
    assert delivery.reply.content == "您好\n请说"
    assert [attempt.outcome for attempt in delivery.tries] == ["answered"]
    assert not delivery.fault
    assert delivery.violations == ()


def test_the_address_is_verified_by_its_echo(config):
    assert Pusher(config).verify()


def test_json_bodies_carry_the_same_fields(bot, with_config):
    pusher = Pusher(with_config(body_format="json"))
    push = pusher.build("location", LI, label="家")
    pusher.deliver(push)
    assert bot.bodies[0].startswith(b"{")
    assert bot.fields()["Label"] == "家"
    assert bot.fields()["MsgId"] == push.fields["MsgId"]


@pytest.mark.parametrize("mode", ["safe", "compatible"])
def test_wechatpy_reads_our_encryption_and_we_read_its(bot, with_config, mode):
    config = with_config(mode=mode)
    crypto = WeChatCrypto(config.token, AES_KEY, config.app_id)

    def answer(raw):
        query = bot.queries[-1]
        plain = crypto.decrypt_message(
            raw, query["msg_signature"], query["timestamp"], query["nonce"]
        )
        reply = text_reply(read_fields(plain), "收到")
        return crypto.encrypt_message(reply, query["nonce"], query["timestamp"])

    bot.answer = answer
    pusher = Pusher(config)
    delivery = pusher.deliver(pusher.build("text", LI, content="我妈头晕"))
    assert delivery.reply.content == "收到"
    assert delivery.reply.encrypted
    assert ("Content" in bot.fields()) == (mode == "compatible")


def test_a_plain_answer_in_safe_mode_shows_the_fault_line(bot, with_config):
    pusher = Pusher(with_config(mode="safe"))
    push = pusher.build("text", LI, content="hi")
    bot.answer = lambda raw: text_reply(dict(push.fields), "明文")
    delivery = pusher.deliver(push)
    assert delivery.fault
    assert [v.code for v in delivery.violations] == ["not-encrypted"]


@pytest.mark.parametrize("fresh", [False, True])
def test_a_silent_bot_is_tried_three_times_with_the_same_body(bot, with_config, fresh):
    config = with_config(timeout_seconds=0.2, fresh_signature_on_retry=fresh)
    release = threading.Event()
    bot.answer = lambda raw: "success" if release.wait(5) else "late"
    pusher = Pusher(config)
    delivery = pusher.deliver(pusher.build("text", LI, content="在吗"))
    release.set()
    assert [attempt.outcome for attempt in delivery.tries] == ["timeout"] * 3
    assert delivery.fault
    assert len(bot.bodies) == 3
    assert len(set(bot.bodies)) == 1
    assert len({query["nonce"] for query in bot.queries}) == (3 if fresh else 1)


def test_an_answer_that_trickles_past_the_limit_is_dropped(bot, with_config):
    pusher = Pusher(with_config(timeout_seconds=0.3))
    push = pusher.build("text", LI, content="慢")

    def trickle():
        for letter in text_reply(dict(push.fields), "慢慢来"):
            time.sleep(0.02)
            yield letter

    bot.answer = lambda raw: Response(trickle())
    delivery = pusher.deliver(push)
    assert [attempt.outcome for attempt in delivery.tries] == ["timeout"] * 3
    assert delivery.reply is None


def test_the_second_try_may_answer(bot, with_config):
    second = threading.Event()

    def answer(raw):
        if len(bot.bodies) == 1:
            second.wait(30)
        second.set()
        return text_reply(read_fields(raw), f"第{len(bot.bodies)}次")

    bot.answer = answer
    pusher = Pusher(with_config(timeout_seconds=3))
    delivery = pusher.deliver(pusher.build("text", LI, content="再来"))
    assert [attempt.outcome for attempt in delivery.tries] == ["timeout", "answered"]
    assert delivery.reply.content == "第2次"


def test_nobody_at_home_is_a_fault(with_config):
    pusher = Pusher(with_config(webhook_url="http://127.0.0.1:9/wechat"))
    delivery = pusher.deliver(pusher.build("text", LI, content="喂"))
    assert delivery.fault
    assert [attempt.outcome for attempt in delivery.tries] == ["unreachable"] * 3


@pytest.mark.parametrize("silence", ["", "success"])
def test_success_or_nothing_is_quiet_and_not_tried_again(bot, config, silence):
    bot.answer = lambda raw: silence
    pusher = Pusher(config)
    delivery = pusher.deliver(pusher.build("text", LI, content="嗯"))
    assert (len(delivery.tries), delivery.fault, delivery.reply) == (1, False, None)


@pytest.mark.parametrize(
    ("changes", "code", "fatal"),
    [
        ({"ToUserName": "gh_desk"}, "not-swapped", True),
        ({"Content": "长" * 682 + "xx"}, "text-length", True),
        ({"Content": ""}, "text-length", True),
        ({"MsgType": "html"}, "unknown-kind", True),
        ({"CreateTime": "now"}, "no-create-time", True),
        (
            {"MsgType": "news", "Articles": {"item": [{"Title": "一"}, {"Title": "二"}]}},
            "articles",
            False,
        ),
    ],
)
def test_a_reply_wechat_would_not_show_is_named(bot, config, changes, code, fatal):
    bot.answer = lambda raw: text_reply(read_fields(raw), "好", **changes)
    pusher = Pusher(config)
    delivery = pusher.deliver(pusher.build("text", LI, content="?"))
    assert [(v.code, v.fatal) for v in delivery.violations] == [(code, fatal)]
    assert delivery.fault == fatal


def test_2047_bytes_are_still_shown(bot, config):
    bot.answer = lambda raw: text_reply(read_fields(raw), "长" * 682 + "x")
    pusher = Pusher(config)
    assert not pusher.deliver(pusher.build("text", LI, content="?")).fault


def test_several_articles_are_fine_after_an_event(bot, config):
    many = {"item": [{"Title": str(number)} for number in range(8)]}
    bot.answer = lambda raw: text_reply(read_fields(raw), "", MsgType="news", Articles=many)
    pusher = Pusher(config)
    delivery = pusher.deliver(pusher.build("click", LI, key="book"))
    assert len(delivery.reply.articles) == 8
    assert delivery.violations == ()


def test_of_nine_articles_after_an_event_one_is_dropped(bot, config):
    many = {"item": [{"Title": str(number)} for number in range(9)]}
    bot.answer = lambda raw: text_reply(read_fields(raw), "", MsgType="news", Articles=many)
    pusher = Pusher(config)
    delivery = pusher.deliver(pusher.build("click", LI, key="book"))
    assert len(delivery.reply.articles) == 8
    assert [(v.code, v.fatal) for v in delivery.violations] == [("articles", False)]


@pytest.mark.parametrize("wrong", ["MsgSignature", "TimeStamp", "Nonce", "Encrypt"])
def test_an_encrypted_answer_whose_signature_does_not_fit_is_a_fault(bot, with_config, wrong):
    config = with_config(mode="safe")
    pusher = Pusher(config)
    push = pusher.build("text", LI, content="hi")
    crypto = WeChatCrypto(config.token, AES_KEY, config.app_id)
    sealed = crypto.encrypt_message(text_reply(dict(push.fields), "收到"), "n", "1764000000")
    fields = read_fields(sealed)
    forged = {name: f"{value}1" if name == wrong else value for name, value in fields.items()}
    bot.answer = lambda raw: to_xml(forged)
    delivery = pusher.deliver(push)
    assert delivery.fault
    assert [v.code for v in delivery.violations] == ["bad-encryption"]


@pytest.mark.parametrize("body", ["<xml><a></xml>", "hello", "{", "<!DOCTYPE x><html/>"])
def test_rubbish_is_a_fault_at_once(bot, config, body):
    bot.answer = lambda raw: body
    pusher = Pusher(config)
    delivery = pusher.deliver(pusher.build("text", LI, content="?"))
    assert delivery.fault
    assert len(delivery.tries) == 1
    assert delivery.violations[0].code == "malformed"


def test_an_error_status_is_a_fault_at_once(bot, config):
    bot.answer = lambda raw: Response("oops", status=500)
    pusher = Pusher(config)
    delivery = pusher.deliver(pusher.build("text", LI, content="?"))
    assert delivery.fault
    assert [v.code for v in delivery.violations] == ["http-status"]


def test_one_message_can_arrive_twice_at_the_same_moment(bot, with_config):
    both = threading.Barrier(2, timeout=5)
    bot.answer = lambda raw: "success" if both.wait() >= 0 else ""
    pusher = Pusher(with_config(timeout_seconds=6))
    push = pusher.build("text", LI, content="一起")
    deliveries = pusher.deliver_together([push, push])
    assert [len(d.tries) for d in deliveries] == [1, 1]
    assert bot.bodies[0] == bot.bodies[1]


def test_events_have_no_msgid_and_messages_each_their_own(config):
    pusher = Pusher(config)
    assert "MsgId" not in pusher.build("subscribe", LI, scene="door").fields
    assert pusher.build("subscribe", LI, scene="door").fields["EventKey"] == "qrscene_door"
    assert pusher.build("voice", LI).fields["Recognition"] == ""
    first, second = (pusher.build("image", LI).fields["MsgId"] for _ in range(2))
    assert first < second < 2**63


def test_a_test_account_gets_no_menu_id_back(with_config):
    pusher = Pusher(with_config(test_account=True))
    assert "bizmsgmenuid" not in pusher.build("text", LI, content="1", menu_id="7").fields


def test_an_empty_token_or_a_short_key_is_refused(with_config):
    with pytest.raises(ValueError, match="token"):
        with_config(token="")
    with pytest.raises(ValueError, match="43"):
        with_config(mode="safe", aes_key="short")


def test_wechat_waits_five_seconds_three_times_unless_told_otherwise():
    usual = SimulatorConfig("http://127.0.0.1:9/wechat", "tok", "wx0", "s", "gh_desk")
    assert (usual.timeout_seconds, usual.tries) == (5.0, 3)
    assert not usual.fresh_signature_on_retry


@pytest.mark.parametrize("mode", ["plain", "compatible", "safe"])
def test_every_mode_speaks_json_too(bot, with_config, mode):
    config = with_config(mode=mode, body_format="json")
    pusher = Pusher(config)
    push = pusher.build("text", LI, content="我妈头晕")
    bot.answer = lambda raw: seal(read_fields(text_reply(dict(push.fields), "收到")), config).body
    pusher.deliver(push)
    fields = bot.fields()
    assert ("Encrypt" in fields) == (mode != "plain")
    if "Encrypt" in fields:
        fields = read_fields(decrypt(fields["Encrypt"], AES_KEY, config.app_id))
    assert fields["Content"] == "我妈头晕"


def test_a_retried_event_is_known_by_its_sender_and_its_time(bot, with_config):
    pusher = Pusher(with_config(timeout_seconds=0.2))
    release = threading.Event()
    bot.answer = lambda raw: "success" if release.wait(5) else "late"
    pusher.deliver(pusher.build("click", LI, key="book"))
    release.set()
    keys = {(f["FromUserName"], f["CreateTime"]) for f in map(bot.fields, range(3))}
    assert len(keys) == 1
    assert "MsgId" not in bot.fields()


def test_several_messages_of_one_patient_may_come_at_once(bot, with_config):
    both = threading.Barrier(2, timeout=5)
    bot.answer = lambda raw: "success" if both.wait() >= 0 else ""
    pusher = Pusher(with_config(timeout_seconds=6))
    pushes = [pusher.build("text", LI, content=word) for word in ("我妈", "头晕")]
    deliveries = pusher.deliver_together(pushes)
    assert [delivery.push for delivery in deliveries] == pushes
    assert len({push.fields["MsgId"] for push in pushes}) == 2


def test_the_switch_for_fresh_signatures_may_be_turned_while_it_runs(bot, with_config):
    config = with_config(timeout_seconds=0.1)
    pusher = Pusher(config)
    release = threading.Event()
    bot.answer = lambda raw: "success" if release.wait(5) else "late"
    for fresh in (False, True):
        config.fresh_signature_on_retry = fresh
        pusher.deliver(pusher.build("text", LI, content="在吗"))
    release.set()
    nonces = [query["nonce"] for query in bot.queries]
    assert (len(set(nonces[:3])), len(set(nonces[3:]))) == (1, 3)
