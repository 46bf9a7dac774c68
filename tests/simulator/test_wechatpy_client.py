"""wechatpy's own client against the simulator: not only ours gets along with it."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from wechatpy.exceptions import WeChatClientException

from simulator.pages import PATIENT_COOKIE
from tests.simulator.conftest import APP, LI, SECRET, ZHANG, serving

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 64


README = Path(__file__).resolve().parents[2] / "simulator" / "README.md"


def as_the_readme_says(base: str) -> dict:
    """What the README tells users of wechatpy to write, with the address of this stand-in."""
    code = README.read_text(encoding="utf-8").partition("```python\n")[2].partition("```")[0]
    assert "127.0.0.1:8100" in code
    written: dict = {}
    exec(code.replace("http://127.0.0.1:8100", base), written)
    return written


@pytest.fixture
def theirs(app):
    with serving(app) as base:
        yield as_the_readme_says(base)["Redirected"](APP["appid"], SECRET)


def test_a_text_within_the_window(theirs, board):
    with pytest.raises(WeChatClientException) as told:
        theirs.message.send_text(LI, "您好")
    assert told.value.errcode == 45015

    board.say(LI, "在吗")
    theirs.message.send_text(LI, "您好")

    assert board.exchange.timeline(LI)[-1].kind == "official"


def test_a_template_and_a_subscription(theirs, board):
    board.follow(LI)
    answer = theirs.message.send_template(LI, "T1", {"thing1": {"value": "神经内科"}})
    assert answer["msgid"]

    with pytest.raises(WeChatClientException) as told:
        theirs.message.send_subscribe_message(LI, "S1", {"thing1": {"value": "神经内科"}})
    assert told.value.errcode == 43101


def test_the_menu_is_made_read_and_removed(theirs):
    theirs.menu.create({"button": [{"type": "click", "name": "挂号", "key": "book"}]})
    assert theirs.menu.get()["menu"]["button"][0]["name"] == "挂号"
    theirs.menu.delete()
    assert theirs.menu.get() is None  # what wechatpy makes of 46003


def test_a_qr_code(theirs):
    scene = {"scene": {"scene_str": "dept:SJ"}}
    answer = theirs.qrcode.create(
        {"action_name": "QR_STR_SCENE", "expire_seconds": 60, "action_info": scene}
    )
    assert answer["ticket"]


def test_media_go_up_and_come_down(theirs):
    media = theirs.media.upload("image", ("a.png", PNG))
    assert theirs.media.download(media["media_id"]).content == PNG


def test_a_follower_and_her_tags(theirs, board):
    board.follow(LI)
    assert theirs.user.get(LI)["subscribe"] == 1
    assert LI in theirs.user.get_followers()["data"]["openid"]


def test_control_one_call_of_a_naive_client_burns_a_days_tokens(theirs, board):
    """Wechatpy as it comes: refused tokens are renewed without end. The stand-in shows it."""
    board.config.quotas = {"token": 25}
    board.faults.add("/cgi-bin/message/*", "errcode", errcode=40001)
    theirs.auto_retry = True
    with pytest.raises(WeChatClientException) as told:
        theirs.message.send_text(LI, "您好")
    assert told.value.errcode == 45009
    asked = [call for call in board.exchange.calls() if call["path"] == "/cgi-bin/token"]
    assert len(asked) == 26


def test_a_broadcast(theirs, board):
    for openid in (LI, ZHANG):
        board.follow(openid)
    assert theirs.message.send_mass_text("下周一停电检修", [LI, ZHANG])["msg_id"]
    assert "停电" in str(board.exchange.timeline(ZHANG)[-1].body)
    assert theirs.message.send_mass_text("周二照常", is_to_all=True)["msg_id"]


def test_the_ticket_of_web_pages(theirs):
    assert theirs.jsapi.get_ticket()["ticket"]


def test_whose_phone_a_page_is_on(app):
    with serving(app) as base:
        page = "https://desk.example.cn/me"
        oauth = as_the_readme_says(base)["RedirectedOAuth"](APP["appid"], SECRET, page)
        back = requests.get(
            oauth.authorize_url,
            cookies={PATIENT_COOKIE: LI},
            allow_redirects=False,
            timeout=5,
        )
        (code,) = parse_qs(urlsplit(back.headers["Location"]).query)["code"]
        assert oauth.fetch_access_token(code)["openid"] == LI
