"""What arrives by itself on the phone page of the real demo, its clock turned forward."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing

import pytest
import requests
from sqlalchemy import select

from bot import demo as demo_command
from bot.house import open_house
from bot.turn import open_desk
from desk.work import Actor
from handlers.texts import subscribe as texts
from models import Appointment
from tests.phone.conftest import TUESDAY, running_demo, visiting

pytestmark = [pytest.mark.browser, pytest.mark.slow]

NEXT_TUESDAY_EVENING = "2026-12-01T19:05:00+08:00"
EVENING = "2026-11-24T19:05:00+08:00"
LATE_SECONDS = 4.3  # later than a passive reply may be, sooner than WeChat hangs up


@pytest.fixture(scope="module")
def demo(folder):
    with running_demo(folder, FIXED_NOW=TUESDAY) as base:
        yield base


@pytest.fixture(scope="module")
def booked(demo):
    """Somebody whose mother has a place tomorrow morning."""
    with visiting(demo) as visitor:
        visitor.book_for_mother("我妈这两天头晕，想挂明天上午的号")
        yield visitor


def turn_clock(demo, **how):
    requests.post(f"{demo}/simulator/clock", json=how, timeout=5).raise_for_status()


def test_a_reply_that_took_too_long_arrives_by_itself(booked, folder):
    """Another program holds the database while she asks; WeChat is told `success` meanwhile."""
    before = len(booked.bubbles())
    with closing(sqlite3.connect(folder / "var" / "desk.sqlite", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        booked.type("我的预约")
        time.sleep(LATE_SECONDS)
        other.execute("ROLLBACK")
    booked.wait(lambda: len(booked.bubbles()) > before, "nothing arrived")
    assert "李*英" in booked.last()
    calls = booked.developer()["calls"]
    assert [c["errcode"] for c in calls if c["path"].endswith("/custom/send")] == [0]


def test_the_evening_before_a_reminder_arrives(booked, demo):
    before = len(booked.bubbles())
    assert all("就诊提醒" not in said for said in booked.bubbles())
    turn_clock(demo, at=EVENING)
    booked.wait(lambda: len(booked.bubbles()) > before, "no reminder")
    assert "就诊提醒" in booked.last()
    assert "李*英" in booked.last()
    booked.shows("#now", "19:05")
    booked.shows("#turned", "时钟已调")
    booked.picture("reminder")


def cancel_at_the_window(folder):
    """Somebody at the hospital cancels what was booked in the chat, from another process."""
    given = {"FIXED_NOW": EVENING}
    house = open_house(demo_command.settings(given, home=folder / "var"), with_redis=False)
    in_the_chat = select(Appointment.id).where(
        Appointment.status == "booked", Appointment.wechat_user_id.is_not(None)
    )
    with closing(house), open_desk(house, Actor("window", name="window")) as counter:
        counter.bookings.cancel(counter.work.conn.scalars(in_the_chat).one())


def test_what_the_hospital_cancels_is_told(booked, folder):
    before = len(booked.bubbles())
    cancel_at_the_window(folder)
    booked.wait(lambda: len(booked.bubbles()) > before, "no notice")
    assert "取消通知" in booked.last()
    assert "李*英" in booked.last()
    booked.picture("cancelled")


def subscribe(visitor, demo):
    """She opens 提醒 in the menu and taps the button of that page."""
    phone = visitor.browser.current_window_handle
    visitor.browser.switch_to.new_window("tab")
    visitor.browser.get(f"{demo}/subscribe")
    element = "document.querySelector('wx-open-subscribe')?.shadowRoot?.querySelector('button')"
    visitor.wait(lambda: visitor.browser.execute_script(f"return {element} != null"), "no button")
    visitor.browser.execute_script(f"{element}.click()")
    visitor.shows("#told", texts.DONE)
    visitor.browser.close()
    visitor.browser.switch_to.window(phone)


def test_who_subscribed_is_reminded_a_week_later_even_after_unfollowing(booked, demo):
    """No message window is open any more, and no customer message could reach her."""
    booked.write("我妈手麻，想挂下周三上午的号", "建议看神经内科")
    booked.tap("1.", "选几点")
    booked.tap("1.", "请核对")
    booked.tap("1. 确认", "预约成功，未缴费")
    subscribe(booked, demo)
    booked.tap_element("#more")
    booked.tap_element("#toggle-follow")
    booked.shows("#gone", "您没有关注")
    turn_clock(demo, at=NEXT_TUESDAY_EVENING)
    booked.shows("#news-service", "1条新消息")
    booked.tap_element("#tab-service")
    booked.shows("#chat .notice h2", "就诊提醒")
    booked.shows("#chat .notice dl", "12月2日")
    booked.picture("service-notice")
