"""wechatpy's own client against the simulator: not only ours gets along with it."""

from __future__ import annotations

import pytest
from wechatpy import WeChatClient
from wechatpy.exceptions import WeChatClientException
from wechatpy.session.memorystorage import MemoryStorage

from tests.simulator.conftest import SECRET, serving

LI = "oDemo0LiXiuying0000000000001"
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


def test_the_ticket_of_web_pages(theirs):
    assert theirs.jsapi.get_ticket()["ticket"]
