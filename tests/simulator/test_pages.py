"""Web pages inside WeChat: web authorization and the signature of the page script."""

from __future__ import annotations

import hashlib
from urllib.parse import parse_qs, urlsplit

import pytest

from simulator.pages import PATIENT_COOKIE
from tests.simulator.conftest import LI, SECRET, ZHANG

APP_ID = "wx0123456789abcdef"
ASKED = {
    "appid": APP_ID,
    "redirect_uri": "https://desk.example.cn/me?from=menu",
    "response_type": "code",
    "scope": "snsapi_base",
    "state": "s1",
}


@pytest.fixture
def phone(app):
    """A browser on 李秀英's phone."""
    client = app.test_client()
    client.set_cookie(PATIENT_COOKIE, LI)
    return client


def authorize(phone, **changes):
    return phone.get("/connect/oauth2/authorize", query_string=ASKED | changes)


def code_from(phone, **changes):
    target = urlsplit(authorize(phone, **changes).headers["Location"])
    return parse_qs(target.query)["code"][0]


def redeem(phone, right_code, **changes):
    query = {"appid": APP_ID, "secret": SECRET, "code": right_code}
    query["grant_type"] = "authorization_code"
    return phone.get("/sns/oauth2/access_token", query_string=query | changes).get_json()


def test_the_page_learns_whose_phone_it_is(phone):
    back = authorize(phone)
    target = urlsplit(back.headers["Location"])
    query = parse_qs(target.query)
    assert (back.status_code, target.hostname) == (302, "desk.example.cn")
    assert (query["from"], query["state"]) == (["menu"], ["s1"])
    told = redeem(phone, query["code"][0])
    assert (told["openid"], told["scope"]) == (LI, "snsapi_base")
    assert "is_snapshotuser" not in told
    phone.set_cookie(PATIENT_COOKIE, ZHANG)
    assert redeem(phone, code_from(phone))["openid"] == ZHANG


def test_a_code_is_good_once_and_for_five_minutes(phone, clock):
    code = code_from(phone)
    assert redeem(phone, code)["openid"] == LI
    assert redeem(phone, code)["errcode"] == 40163
    late = code_from(phone)
    clock.forward(300)
    assert redeem(phone, late)["errcode"] == 40029
    assert redeem(phone, "guess")["errcode"] == 40029


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"secret": "guess"}, 40125),
        ({"appid": "wxOther"}, 40013),
        ({"grant_type": "client_credential"}, 40002),
        ({"code": ""}, 41008),
    ],
)
def test_only_the_account_redeems_a_code(phone, changes, code):
    assert redeem(phone, code_from(phone), **changes)["errcode"] == code


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"redirect_uri": "javascript:alert(1)"}, "10003"),
        ({"redirect_uri": "https://elsewhere.cn/"}, "10003"),
        ({"appid": "wxOther"}, "10013"),
        ({"scope": "snsapi_everything"}, "10005"),
    ],
)
def test_a_wrong_page_gets_no_code(phone, config, changes, words):
    config.callback_host = "desk.example.cn"
    assert words in authorize(phone, **changes).get_data(as_text=True)
    assert authorize(phone).status_code == 302


def test_outside_of_wechat_nobody_is_authorized(app):
    assert "请在微信客户端打开链接" in authorize(app.test_client()).get_data(as_text=True)


def test_a_snapshot_page_has_a_virtual_user(phone, config):
    config.snapshot_page = True
    told = redeem(phone, code_from(phone))
    assert told["is_snapshotuser"] == 1
    assert told["openid"] != LI


def signed(ticket, at, **changes):
    text = f"jsapi_ticket={ticket}&noncestr=n1&timestamp=1&url={at}"
    config = {"appId": APP_ID, "timestamp": 1, "nonceStr": "n1", "url": at}
    return config | {"signature": hashlib.sha1(text.encode()).hexdigest()} | changes


def test_a_page_must_be_signed_with_the_ticket(phone, caller):
    ticket = caller.get("ticket/getticket", type="jsapi")["ticket"]

    def told(body):
        return phone.post("/open/config", json=body).get_json()["errMsg"]

    assert told(signed(ticket, "https://desk.example.cn/me")) == "config:ok"
    assert told(signed("guess", "https://desk.example.cn/me")) == "config:invalid signature"
    other = signed(ticket, "https://desk.example.cn/me", url="https://desk.example.cn/you")
    assert told(other) == "config:invalid signature"
    assert told(signed(ticket, "https://a.cn", appId="wxOther")) == "config:invalid appid"


def test_the_button_needs_a_signed_page_and_a_phone(app, phone, caller, board, config):
    config.long_term_templates = frozenset({"L1"})
    ticket = caller.get("ticket/getticket", type="jsapi")["ticket"]
    page = phone.post("/open/config", json=signed(ticket, "https://a.cn")).get_json()["pass"]

    def told(client, **body):
        return client.post("/open/subscribe", json=body).get_json()["errMsg"]

    assert told(phone, templates=["S1"]).startswith("subscribe:fail")
    assert told(app.test_client(), templates=["S1"], **{"pass": page}).startswith("subscribe:fail")
    for wrong in ([], [f"S{n}" for n in range(6)], ["S1", "L1"]):
        assert "invalid template" in told(phone, templates=wrong, **{"pass": page})
    assert board.exchange.patient(LI).subscriptions == {}
    assert told(phone, templates=["S1", "S2"], **{"pass": page}) == "subscribe:ok"
    assert board.exchange.patient(LI).subscriptions == {"S1": 1, "S2": 1}
