"""Tokens, quotas and the list of addresses."""

from __future__ import annotations

from datetime import datetime

import pytest

from simulator.app import create_app
from simulator.errors import ApiError
from tests.simulator.conftest import APP, LI, MENU, Caller


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


def test_a_minute_of_the_stable_token_ends_after_ten_thousand_calls(board):
    for _ in range(10_000):
        board.quotas.count("stable_token")
    with pytest.raises(ApiError) as refused:
        board.tokens.issue_stable(APP["appid"], APP["secret"], force=False)
    assert refused.value.code == 45011
    board.config.clock.forward(60)
    assert board.tokens.issue_stable(APP["appid"], APP["secret"], force=False)


def test_forcing_is_for_twenty_times_a_day_half_a_minute_apart(caller, clock):
    assert caller.stable(force_refresh=True)["access_token"]
    clock.forward(29)
    assert caller.stable(force_refresh=True)["errcode"] == 45011
    for _ in range(19):
        clock.forward(30)
        assert caller.stable(force_refresh=True)["access_token"]
    clock.forward(30)
    assert caller.stable(force_refresh=True)["errcode"] == 45009
    assert caller.stable()["access_token"]


def test_only_listed_addresses_get_a_token(caller, config):
    config.ip_list = ["10.0.0.7"]
    for refused in (caller.new_token(), caller.stable()):
        assert refused["errcode"] == 40164
        assert "invalid ip 127.0.0.1 ipv6 ::ffff:127.0.0.1, not in whitelist" in refused["errmsg"]
    assert caller.post("menu/create", MENU)["errcode"] == 0  # the list is read for tokens only
    config.ip_list = ["127.0.0.1"]
    assert caller.new_token()["access_token"]


def test_the_token_before_stays_good_for_five_minutes_where_the_switch_is_on(caller, config):
    config.token_overlap_seconds = 300.0
    first = caller.token
    caller.new_token()
    assert caller.post("menu/create", MENU, token=first)["errcode"] == 0
    config.clock.forward(301)
    assert caller.post("menu/create", MENU, token=first)["errcode"] == 40001


def test_a_used_up_quota_can_be_cleared_ten_times_a_month(caller, config, board):
    config.quotas = {"custom_send": 2}
    board.say(LI, "在吗")
    assert [caller.say()["errcode"] for _ in range(3)] == [0, 0, 45009]
    codes = [caller.post("clear_quota", {"appid": APP["appid"]})["errcode"] for _ in range(11)]
    assert codes == [0] * 10 + [48006]
    assert caller.say()["errcode"] == 0
    assert caller.post("clear_quota", {"appid": "wxOther"})["errcode"] == 40013


# Calls a day: API_Call_Limits, and the pages on templates and on the stable token.
A_DAY = {
    "token": ("GET", "token", 2000),
    "menu_create": ("POST", "menu/create", 1000),
    "media_upload": ("POST", "media/upload", 100_000),
    "media_get": ("GET", "media/get", 200_000),
    "custom_send": ("POST", "message/custom/send", 500_000),
    "template_send": ("POST", "message/template/send", 100_000),
    "mass_send": ("POST", "message/mass/send", 100),
    "mass_preview": ("POST", "message/mass/preview", 100),
    "qrcode": ("POST", "qrcode/create", 100_000),
    "user_list": ("GET", "user/get", 500),
    "user_info": ("GET", "user/info", 5_000_000),
    "stable_token": ("POST", "stable_token", 500_000),
    "force_refresh": ("POST", "stable_token", 20),
}
OF_A_TEST_ACCOUNT = {"token": 200, "custom_send": 50_000}


@pytest.mark.parametrize("is_test", [False, True])
def test_every_call_counts_under_its_days_quota(with_config, *, is_test):
    caller = Caller(create_app(with_config(test_account=is_test)))
    for how, path, _ in A_DAY.values():
        if path == "stable_token":
            caller.stable(force_refresh=True)
        elif how == "GET":
            caller.get(path)
        else:
            caller.post(path, {})
    told = caller.client.get("/simulator/state").get_json()["quotas"]
    wanted = {name: limit for name, (_, _, limit) in A_DAY.items()}
    assert {name: one["limit"] for name, one in told.items()} == {
        **wanted,
        **(OF_A_TEST_ACCOUNT if is_test else {}),
    }


def test_quotas_begin_anew_at_midnight_in_beijing(caller, config, board):
    config.quotas = {"custom_send": 1}
    config.clock.set_to(datetime.fromisoformat("2026-11-25T23:59:30+08:00").timestamp())
    caller.token = caller.new_token()["access_token"]
    board.say(LI, "在吗")
    assert [caller.say()["errcode"] for _ in range(2)] == [0, 45009]
    config.clock.forward(60)
    assert caller.say()["errcode"] == 0


def test_a_test_account_has_smaller_quotas(with_config):
    caller = Caller(create_app(with_config(test_account=True)))
    codes = [caller.new_token().get("errcode", 0) for _ in range(200)]
    assert codes == [0] * 199 + [45009]


def test_the_page_ticket_stays_until_it_ends(caller, clock):
    first = caller.get("ticket/getticket", type="jsapi")
    assert (first["errcode"], first["expires_in"]) == (0, 7200)
    assert caller.get("ticket/getticket", type="jsapi")["ticket"] == first["ticket"]
    assert caller.get("ticket/getticket", type="moon")["errcode"] == 40097
    clock.forward(7200)
    caller.token = caller.new_token()["access_token"]
    assert caller.get("ticket/getticket", type="jsapi")["ticket"] != first["ticket"]
