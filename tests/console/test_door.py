"""The door of the console: a second step for who wants one, and nobody who only guesses."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from limits.storage import RedisStorage
from sqlalchemy import select, update

from bot.turn import open_desk
from console.gate import Gate
from desk import second_step, staff
from desk.work import Actor
from models import AuditEvent, Staff
from tests.console.conftest import CONSOLE, PASSWORD


def text(answer) -> str:
    return answer.get_data(as_text=True)


def code_of(house, secret: str) -> str:
    with open_desk(house, CONSOLE) as counter:
        return pyotp.TOTP(secret).at(counter.work.now)


@pytest.fixture
def secret(house, browser, enter):
    """Somebody has just switched the second step on."""
    enter()
    page = text(browser.get("/account"))
    assert "<svg" in page
    found = re.search(r'class="secret">(\w+)<', page).group(1)
    assert browser.post("/account/code", code="000000").status_code == 403
    assert "动态码已打开" in text(browser.post("/account/code", code=code_of(house, found)))
    # Its step is used up: let it be one of the past.
    forget_step(house)
    browser.post("/logout")
    return found


def forget_step(house):
    with open_desk(house, CONSOLE) as counter:
        counter.work.conn.execute(update(Staff).values(totp_step=0))


def test_a_password_alone_opens_nothing_any_more(house, browser, secret):
    page = browser.post("/login", name="刘护士", password=PASSWORD)
    assert "6位数字" in text(page)
    assert "登录" in text(browser.get("/patients")), "not in yet"
    browser.post("/login", name="刘护士", password=PASSWORD)
    assert "出诊" in text(browser.post("/code", code=code_of(house, secret)))


def test_a_code_works_once(house, browser, secret):
    code = code_of(house, secret)
    browser.post("/login", name="刘护士", password=PASSWORD)
    assert "出诊" in text(browser.post("/code", code=code))
    browser.post("/logout")
    browser.post("/login", name="刘护士", password=PASSWORD)
    with open_desk(house, CONSOLE) as counter:
        if pyotp.TOTP(secret).at(counter.work.now) == code:
            assert not second_step.accept(counter.work, 1, code)


def test_guessing_codes_locks_the_door_though_the_password_is_right(house, browser, secret):
    for _ in range(5):
        browser.post("/login", name="刘护士", password=PASSWORD)
        assert browser.post("/code", code="000000").status_code == 403
    right = code_of(house, secret)
    with open_desk(house, CONSOLE) as counter:
        acts = list(counter.work.conn.scalars(select(AuditEvent.act)))
        assert "locked" in acts
        assert not second_step.accept(counter.work, 1, right)
    assert browser.post("/login", name="刘护士", password=PASSWORD).status_code == 403


def test_nobody_comes_to_the_code_without_the_password(browser, secret):
    assert "姓名" in text(browser.get("/code"))
    assert "姓名" in text(browser.post("/code", code="123456"))


def test_a_new_password_does_not_go_around_the_code(house, browser, secret):
    with open_desk(house, CONSOLE) as counter:
        code = staff.new_code(counter.work, 1)
    browser.get("/join")
    assert "6位数字" in text(browser.post("/join", code=code, password=PASSWORD))


def test_switching_it_off_needs_a_code_and_an_administrator_helps_who_lost_it(
    house, browser, enter, secret
):
    browser.post("/login", name="刘护士", password=PASSWORD)
    browser.post("/code", code=code_of(house, secret))
    assert browser.post("/account/off", code="000000").status_code == 403
    forget_step(house)
    assert "已关掉" in text(browser.post("/account/off", code=code_of(house, secret)))
    right = code_of(house, secret)
    with open_desk(house, CONSOLE) as counter:
        second_step.switch_on(counter.work, 1, secret, right)
    browser.post("/logout")
    enter("admin", name="管理员")
    page = text(browser.get("/staff"))
    assert "关动态码" in page
    assert "关动态码" not in text(browser.post("/staff/1/totp-off"))
    with open_desk(house, CONSOLE) as counter:
        assert not second_step.is_on(counter.work, 1)


def test_clocks_may_differ_by_half_a_minute_not_by_more(house, browser, enter):
    enter()
    secret = second_step.new_secret()
    with open_desk(house, CONSOLE) as counter:
        work, totp = counter.work, pyotp.TOTP(secret)
        assert second_step.switch_on(work, 1, secret, totp.at(work.now - timedelta(seconds=30)))
        assert second_step.accept(work, 1, totp.at(work.now + timedelta(seconds=30)))
        assert not second_step.accept(work, 1, totp.at(work.now)), "an older one than the last"
        assert not second_step.accept(work, 1, totp.at(work.now + timedelta(seconds=90)))


def test_an_address_that_guesses_waits_and_others_do_not(house, browser, enter):
    enter()
    browser.post("/logout")
    for number in range(10):
        wrong = browser.post("/login", name=f"谁{number}", password="wrong one at all")
        assert wrong.status_code == 403
    shut = browser.post("/login", name="刘护士", password=PASSWORD)
    assert shut.status_code == 429
    assert "错得太多" in text(shut)
    assert browser.post("/join", code="ABCDEFGH", password=PASSWORD).status_code == 429
    browser.client.environ_base["REMOTE_ADDR"] = "10.0.0.7"
    assert "出诊" in text(browser.post("/login", name="刘护士", password=PASSWORD))


def test_a_hundred_nurses_behind_one_address_all_get_in(browser, enter):
    enter()
    for _ in range(15):
        browser.post("/logout")
        assert "出诊" in text(browser.post("/login", name="刘护士", password=PASSWORD))


def test_the_gate_still_counts_when_redis_is_away(redis_server):
    storage = RedisStorage(redis_server.url, wrap_exceptions=True)
    gate = Gate(storage)
    gate.missed("10.0.0.1")
    redis_server.kill()
    for _ in range(10):
        gate.missed("10.0.0.1")
    assert gate.is_closed("10.0.0.1")
    assert not gate.is_closed("10.0.0.2")


def test_one_home_has_many_addresses_of_the_new_kind(redis_url):
    gate = Gate(RedisStorage(redis_url, wrap_exceptions=True))
    for number in range(10):
        gate.missed(f"2001:db8::{number:x}")
    assert gate.is_closed("2001:db8::ffff")
    assert not gate.is_closed("2001:db8:1::1")


def test_control_the_code_of_another_time_is_another(house):
    secret = second_step.new_secret()
    at = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
    with open_desk(house, Actor("window")) as counter:
        assert not second_step.switch_on(counter.work, 1, secret, pyotp.TOTP(secret).at(at))
