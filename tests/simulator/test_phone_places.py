"""Where notices appear on the phone page, and the knobs of its developer drawer, in Chromium."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
import segno
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import Select

from simulator.wire import read_fields
from tests.simulator.answers import text_reply
from tests.simulator.conftest import CARD, LI, ZHANG, Caller

pytestmark = pytest.mark.browser

VISIT = {
    "status": 1501001,
    "open_id": LI,
    "order_id": "A1",
    "msg_id": "m1",
    "app_id": "wx0123456789abcdef",
    "business_id": 150,
    "business_info": {"pat_name": "李*英", "doc_name": "王建国"},
}


@pytest.fixture
def caller(live):
    """The bot, calling the account whose phone page is open."""
    return Caller(live.app)


def test_the_developer_drawer_tells_what_happened(visitor, picture):
    visitor.write("你好")
    visitor.sees("您说：你好")
    visitor.tap("#more")
    visitor.tap("#open-drawer")
    visitor.wait(lambda: "你好" in visitor.find("#deliveries").text, "no delivery")
    assert "发消息：还可发 5 条" in visitor.find("#windows").text
    picture("drawer")


def test_a_template_notice_of_a_follower_lies_in_the_chat(visitor, caller, picture):
    assert caller.notify()["errcode"] == 0
    visitor.reads("#chat .notice", "神经内科")
    assert not visitor.find("#tabs").is_displayed()
    assert not visitor.find("#unread").is_displayed()
    picture("notice")


def test_a_visit_notice_lies_in_a_conversation_of_its_own(visitor, live, caller, picture):
    live.config.public_hospital = True
    assert caller.post("/cityservice/sendchannelmsg", VISIT)["errcode"] == 0
    visitor.reads("#news-service", "1条新消息")
    assert visitor.browser.find_elements(By.CSS_SELECTOR, "#chat .notice") == []
    picture("badge")
    visitor.tap("#large")
    picture("badge-large")
    wide = "return document.documentElement.scrollWidth <= innerWidth"
    assert visitor.browser.execute_script(wide)
    visitor.tap("#large")
    visitor.browser.refresh()
    visitor.reads("#news-service", "1条新消息")
    visitor.tap("#tab-service")
    visitor.reads("#chat .notice", "王建国")
    visitor.gone("#news-service")
    assert visitor.find("#title").text == "服务通知"
    assert not visitor.find("#foot").is_displayed()
    picture("service")
    visitor.browser.refresh()
    visitor.sees("欢迎subscribe")
    visitor.wait(lambda: visitor.find("#tabs").is_displayed(), "no conversation")
    visitor.gone("#news-service")
    visitor.tap("#tab-service")
    visitor.tap("#tab-chat")
    visitor.sees("欢迎subscribe")
    assert visitor.find("#foot").is_displayed()


def test_a_subscription_notice_reaches_who_does_not_follow(visitor, live, caller, picture):
    live.subscribe(LI, ["S1"])
    live.unfollow(LI)
    card = {"touser": LI, "template_id": "S1", "data": CARD}
    assert caller.post("message/subscribe/bizsend", card)["errcode"] == 0
    visitor.reads("#news-service", "1条新消息")
    assert visitor.find("#gone").is_displayed()
    visitor.tap("#tab-service")
    visitor.reads("#chat .notice", "神经内科")
    visitor.gone("#gone")
    picture("service-unfollowed")


def test_what_comes_while_another_phone_is_shown_leaves_a_mark(visitor, live, caller):
    live.config.public_hospital = True
    caller.post("/cityservice/sendchannelmsg", VISIT | {"open_id": ZHANG})
    visitor.wait(lambda: visitor.find("#unread").is_displayed(), "no mark")
    visitor.tap("#who")
    visitor.tap(f"[data-openid='{ZHANG}']")
    visitor.gone("#unread")
    visitor.reads("#news-service", "1条新消息")


def test_a_picture_of_the_account_is_seen(visitor, live, caller, bot, picture):
    map_of_the_way = io.BytesIO()
    segno.make("三号楼").save(map_of_the_way, kind="png", scale=6)
    kept = live.media.keep("image", map_of_the_way.getvalue())
    assert caller.say(msgtype="image", image={"media_id": kept})["errcode"] == 0
    bot.answer = lambda raw: text_reply(
        read_fields(raw), "", MsgType="image", Image={"MediaId": kept}
    )
    visitor.write("怎么走")
    loaded = "return [...document.querySelectorAll('.bubble img')].map(i => i.naturalWidth > 99)"
    visitor.wait(lambda: visitor.browser.execute_script(loaded) == [True, True], "not seen")
    picture("image")


def test_the_clock_is_shown_and_turned(visitor, live, picture):
    visitor.write("在吗")
    visitor.sees("您说：在吗")
    visitor.gone("#turned")
    visitor.open_drawer()
    visitor.press_knob("快 1 天")
    visitor.reads("#drawer-clock", "比真实时间快 24 小时")
    visitor.reads("#turned", "时钟已调")
    assert live.config.clock.view()["ahead"] == 86400
    visitor.reads("#windows", "发消息：还可发 5 条")
    visitor.press_knob("快 1 天")
    visitor.reads("#windows", "没有可用额度")
    visitor.press_knob("停住")
    visitor.reads("#drawer-clock", "停住了")
    picture("drawer-clock")
    visitor.press_knob("复原")
    visitor.reads("#drawer-clock", "与真实时间相同")
    visitor.gone("#turned")
    field = visitor.find("#clock-at")
    visitor.browser.execute_script("arguments[0].value = '2026-12-24T19:05'", field)
    visitor.press_knob("拨到")
    visitor.reads("#now", "12月24日周四 19:05")


def test_faults_are_made_and_ended(visitor, live, caller, picture):
    visitor.open_drawer()
    Select(visitor.find("#fault-path")).select_by_visible_text("客服消息")
    Select(visitor.find("#fault-kind")).select_by_visible_text("返回错误码")
    visitor.find("#fault-errcode").clear()
    visitor.find("#fault-errcode").send_keys("45009")
    visitor.find("#fault-count").send_keys("2")
    visitor.press_knob("加上")
    visitor.reads("#faults", "错误码 45009 · 还有 2 次")
    assert caller.say()["errcode"] == 45009
    picture("faults")
    visitor.press_knob("取消")
    visitor.reads("#faults", "没有")
    assert caller.say()["errcode"] == 0


def test_tokens_and_the_account_have_knobs(visitor, live, caller):
    visitor.open_drawer()
    visitor.press_knob("令牌被别的程序抢走")
    visitor.wait(lambda: caller.say()["errcode"] == 40001, "the token still works")
    visitor.press_knob("测试号")
    visitor.wait(lambda: live.config.test_account, "not switched")
    pressed = "#switches [aria-pressed='true']"
    visitor.wait(lambda: visitor.browser.find_elements(By.CSS_SELECTOR, pressed), "not shown")


def test_a_code_the_bot_made_can_be_scanned(visitor, live, caller, bot):
    body = {"action_name": "QR_STR_SCENE", "action_info": {"scene": {"scene_str": "room5"}}}
    caller.post("qrcode/create", body)
    visitor.open_drawer()
    visitor.press_knob("扫 room5")
    visitor.wait(lambda: bot.events("SCAN"), "not scanned")
    assert bot.events("SCAN")[0]["EventKey"] == "room5"


def test_the_drawer_can_be_read_and_hit(visitor, caller, live):
    live.faults.add("/cgi-bin/message/custom/send", "http", count=3)
    caller.fetch("menu/get")
    visitor.write("你好")
    visitor.sees("您说：你好")
    visitor.open_drawer()
    visitor.reads("#calls", "/cgi-bin/menu/get")
    script = Path(__file__).with_name("contrast.js").read_text()
    assert visitor.browser.execute_script(script) == []
    small = """const all = '#drawer button, #drawer input, #drawer select';
        return [...document.querySelectorAll(all)]
        .filter(n => n.offsetHeight < 44 || n.offsetWidth < 44).map(n => n.outerHTML)"""
    assert visitor.browser.execute_script(small) == []
    wide = "return document.querySelector('#drawer').scrollWidth <= innerWidth"
    assert visitor.browser.execute_script(wide)
