"""Files and what pages need: media, pictures of QR codes, the ticket; against the simulator."""

from __future__ import annotations

import pytest
import requests

from bot.wechat import WechatClient
from bot.wechat_errors import PermanentError, TransientError
from models.vault import Vault
from tests.bot.hospital import KEYS
from tests.bot.stand_in import StandIn, client_of

_PNG_HEAD = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def ours(wechat: StandIn) -> WechatClient:
    return client_of(wechat.url, None, Vault(KEYS["DATA_KEY"], KEYS["LOOKUP_KEY"]))


def uploaded(wechat: StandIn, kind: str, name: str, content: bytes) -> str:
    """A file somebody sent; WeChat keeps it under a media_id."""
    asked = {"access_token": wechat.stable_token(), "type": kind}
    url, files = f"{wechat.url}/cgi-bin/media/upload", {"media": (name, content)}
    told = requests.post(url, params=asked, files=files, timeout=5).json()
    return str(told.get("thumb_media_id" if kind == "thumb" else "media_id"))


def test_a_qr_code_has_a_picture(wechat: StandIn, ours: WechatClient) -> None:
    picture = requests.get(ours.create_qr("site:S", None).image_url, timeout=5)

    assert picture.content.startswith(_PNG_HEAD)


@pytest.mark.parametrize(
    ("kind", "name", "content"),
    [
        ("image", "a.png", _PNG_HEAD + b"\0" * 100_000),
        ("thumb", "a.jpg", b"\xff\xd8\xff" + b"\0" * 100),
        ("voice", "a.amr", b"#!AMR\n" + b"\x7c" * 100),
    ],
)
def test_media_come_back_as_they_went(
    wechat: StandIn, ours: WechatClient, kind: str, name: str, content: bytes
) -> None:
    assert ours.download_media(uploaded(wechat, kind, name, content)) == content


def test_of_a_video_there_is_no_file(wechat: StandIn, ours: WechatClient) -> None:
    media_id = uploaded(wechat, "video", "a.mp4", b"\0" * 100)

    with pytest.raises(PermanentError, match="address"):
        ours.download_media(media_id)


def test_media_wechat_does_not_know_are_refused(ours: WechatClient) -> None:
    with pytest.raises(PermanentError, match="40007"):
        ours.download_media("none")


def test_more_than_any_file_is_not_read_to_its_end(wechat: StandIn, ours: WechatClient) -> None:
    much = b"\0" * (11 << 20)
    wechat.faults["/cgi-bin/media/get"] = lambda environ: ("200 OK", "image/png", much)

    with pytest.raises(TransientError, match="without end"):
        ours.download_media("any")


def test_a_download_after_the_token_ran_out(wechat: StandIn, ours: WechatClient) -> None:
    media_id = uploaded(wechat, "image", "a.png", _PNG_HEAD)
    wechat.kill_the_token()

    assert ours.download_media(media_id) == _PNG_HEAD


def test_the_ticket_of_pages_is_asked_for_once(wechat: StandIn, ours: WechatClient) -> None:
    assert ours.jsapi_ticket() == ours.jsapi_ticket() != ""
    assert wechat.calls["/cgi-bin/ticket/getticket"] == 1
