"""wechatpy's own client against the simulator: not only ours gets along with it."""

from __future__ import annotations

import pytest
from wechatpy import WeChatClient
from wechatpy.exceptions import WeChatClientException
from wechatpy.session.memorystorage import MemoryStorage

from tests.simulator.conftest import LI, SECRET, ZHANG, serving

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 64


class Redirected(WeChatClient):
    """wechatpy's client, sent to another host: several of its addresses are written in."""

    def __init__(self, base: str) -> None:
        self.API_BASE_URL = f"{base}/cgi-bin/"
        super().__init__("wx0123456789abcdef", SECRET, session=MemoryStorage(), auto_retry=False)
        self.template.API_BASE_URL = f"{base}/"

    def fetch_access_token(self):
        return self._fetch_access_token(
            url=f"{self.API_BASE_URL}token",
            params={"grant_type": "client_credential", "appid": self.appid, "secret": self.secret},
        )


@pytest.fixture
def theirs(app):
    with serving(app) as base:
        yield Redirected(base)


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
