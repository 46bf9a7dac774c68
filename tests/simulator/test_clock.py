"""The clock can be turned, and everything in the simulator follows it."""

from __future__ import annotations

from datetime import datetime

import pytest

from simulator.clock import Clock
from tests.simulator.conftest import LI


class Base:
    now = 1_000.0

    def __call__(self):
        return self.now


@pytest.fixture
def base():
    return Base()


def test_a_turned_clock_goes_on_and_a_still_one_does_not(base):
    clock = Clock(base)
    clock.forward(60)
    base.now += 5
    assert clock() == 1_065
    clock.stand(still=True)
    base.now += 5
    assert clock() == 1_065
    clock.forward(10)
    assert clock() == 1_075
    clock.stand(still=False)
    base.now += 1
    assert clock() == 1_076
    clock.reset()
    assert clock() == base.now == 1_011


def test_a_clock_is_set_to_an_instant_even_an_earlier_one(base):
    clock = Clock(base)
    clock.set_to(500)
    assert clock.view() == {"now": 500, "ahead": -500, "still": False}
    base.now += 1
    assert clock() == 501


def turn(app, **how):
    return app.test_client().post("/simulator/clock", json=how).get_json()


def test_the_clock_is_turned_over_http_and_the_page_is_told(app, board):
    at = "2026-11-27T08:00:00+08:00"
    assert turn(app, at=at)["now"] == datetime.fromisoformat(at).timestamp()
    assert turn(app, still=True)["still"]
    assert turn(app, reset=True)["ahead"] == 0
    assert [e.kind for e in board.exchange.events_after(0)] == ["clock"] * 3
    assert app.test_client().get("/phone/api/state").get_json()["clock"]["ahead"] == 0


def test_windows_and_tokens_follow_the_clock(app, caller, board):
    board.say(LI, "在吗")
    (window,) = board.ledger.view(LI)
    turn(app, forward=48 * 3600 - 1)
    assert caller.say()["errcode"] == 42001
    caller.token = caller.new_token()["access_token"]
    assert caller.say()["errcode"] == 0
    turn(app, forward=1)
    assert caller.say()["errcode"] == 45015
    assert window["until"] == board.config.clock()


def test_what_is_pushed_carries_the_simulated_time(app, board, bot):
    turn(app, at="2026-11-27T08:00:00+08:00")
    board.say(LI, "在吗")
    now = int(datetime.fromisoformat("2026-11-27T08:00:00+08:00").timestamp())
    assert int(bot.fields()["CreateTime"]) == int(bot.queries[0]["timestamp"]) == now
