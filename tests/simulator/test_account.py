"""The account itself: menu, QR codes, media, followers and tags."""

from __future__ import annotations

import pytest
import requests

from tests.simulator.conftest import LI, MENU, ZHANG, serving


def test_a_published_menu_replaces_the_first_one(caller, board):
    get = {"access_token": caller.token}
    empty = caller.client.get("/cgi-bin/menu/get", query_string=get).get_json()
    assert empty["errcode"] == 46003
    caller.post("menu/create", MENU)
    assert board.exchange.menu() == MENU["button"]
    there = caller.client.get("/cgi-bin/menu/get", query_string=get).get_json()
    assert there["menu"] == MENU


@pytest.mark.parametrize(
    ("button", "code"),
    [
        ([], 40016),
        ([{"type": "click", "name": "挂", "key": "a"}] * 4, 40016),
        ([{"type": "click", "name": "名字五个字ab", "key": "a"}], 40018),
        (
            [
                {
                    "name": "更多",
                    "sub_button": [{"type": "view", "name": "长" * 20 + "a", "url": "u"}],
                }
            ],
            40025,
        ),
        ([{"name": "更多", "sub_button": [{"type": "view", "name": "a", "url": "u"}] * 6}], 40023),
        ([{"type": "click", "name": "挂号"}], 40019),
        ([{"type": "view", "name": "挂号"}], 40020),
        ([{"type": "dance", "name": "挂号"}], 40017),
        (["挂号"], 40018),
    ],
)
def test_a_menu_wechat_would_refuse_is_refused(caller, button, code):
    assert caller.post("menu/create", {"button": button})["errcode"] == code


def test_names_of_sixteen_and_sixty_bytes_are_taken(caller):
    below = [{"type": "view", "name": "长" * 20, "url": "http://a.cn"}]
    menu = {"button": [{"name": "名字五个字a", "sub_button": below}]}
    assert caller.post("menu/create", menu)["errcode"] == 0


def test_a_body_that_is_no_json_is_refused(caller):
    query = {"access_token": caller.token}
    answer = caller.client.post("/cgi-bin/menu/create", query_string=query, data="<x/>")
    assert answer.get_json()["errcode"] == 47001


def test_a_qr_code_has_a_ticket_and_its_scan_arrives(caller, board, bot):
    body = {"action_name": "QR_STR_SCENE", "action_info": {"scene": {"scene_str": "room5"}}}
    assert caller.post("qrcode/create", body)["ticket"]
    assert caller.post("qrcode/create", body | {"action_info": {}})["errcode"] == 40053
    board.scan(LI, "room5")
    assert (bot.fields()["Event"], bot.fields()["EventKey"]) == ("subscribe", "qrscene_room5")
    board.scan(LI, "room5")
    assert (bot.fields()["Event"], bot.fields()["EventKey"]) == ("SCAN", "room5")


def test_a_qr_code_can_be_seen_and_is_really_one(caller):
    body = {"action_name": "QR_LIMIT_STR_SCENE", "action_info": {"scene": {"scene_str": "room5"}}}
    ticket = caller.post("qrcode/create", body)["ticket"]
    picture = caller.client.get("/cgi-bin/showqrcode", query_string={"ticket": ticket})
    assert picture.mimetype == "image/png"
    assert picture.data.startswith(b"\x89PNG")
    assert caller.client.get("/cgi-bin/showqrcode?ticket=guess").status_code == 404


@pytest.mark.parametrize(
    ("action", "scene", "seconds", "code"),
    [
        ("QR_STR_SCENE", {"scene_str": "字" * 64}, 2_592_000, 0),
        ("QR_STR_SCENE", {"scene_str": "字" * 65}, 60, 40053),
        ("QR_STR_SCENE", {"scene_str": "a"}, 2_592_001, 40053),
        ("QR_SCENE", {"scene_id": 2**32 - 1}, 60, 0),
        ("QR_LIMIT_SCENE", {"scene_id": 100_000}, None, 0),
        ("QR_LIMIT_SCENE", {"scene_id": 100_001}, None, 40053),
        ("QR_DANCE", {"scene_id": 1}, None, 40052),
    ],
)
def test_a_scene_has_its_limits(caller, action, scene, seconds, code):
    body = {"action_name": action, "action_info": {"scene": scene}}
    answer = caller.post("qrcode/create", body | ({"expire_seconds": seconds} if seconds else {}))
    assert answer.get("errcode", 0) == code


def test_a_temporary_code_ends(caller, board, clock):
    body = {"action_name": "QR_STR_SCENE", "action_info": {"scene": {"scene_str": "room5"}}}
    assert caller.post("qrcode/create", body)["expire_seconds"] == 60
    assert [code.scene for code in board.qrcodes.scannable()] == ["room5"]
    clock.forward(60)
    assert board.qrcodes.scannable() == []


@pytest.fixture
def upload(app, caller):
    """Send a file over real HTTP: Flask's test client leaves large ones open."""
    with serving(app) as base:

        def post(kind, name, content):
            query = {"access_token": caller.token, "type": kind}
            url, files = f"{base}/cgi-bin/media/upload", {"media": (name, content)}
            return requests.post(url, params=query, files=files, timeout=10).json()

        yield post


def test_a_file_can_be_fetched_for_three_days(caller, upload, clock):
    content = b"\x89PNG" + b"x" * 100
    told = upload("image", "map.png", content)
    got = caller.fetch("media/get", media_id=told["media_id"])
    assert (got.mimetype, got.data) == ("image/png", content)
    clock.forward(3 * 24 * 3600)
    caller.token = caller.new_token()["access_token"]
    assert caller.get("media/get", media_id=told["media_id"])["errcode"] == 40007


@pytest.mark.parametrize(
    ("kind", "name", "size", "code"),
    [
        ("image", "a.png", 10 << 20, 0),
        ("image", "a.png", (10 << 20) + 1, 45001),
        ("image", "a.bmp", 10, 40005),
        ("image", "a.png", 0, 44001),
        ("voice", "a.amr", 2 << 20, 0),
        ("voice", "a.mp3", (2 << 20) + 1, 45001),
        ("thumb", "a.jpg", (64 << 10) + 1, 45001),
        ("video", "a.mp4", 10, 0),
        ("film", "a.mp4", 10, 40004),
    ],
)
def test_files_have_their_sizes_and_formats(upload, kind, name, size, code):
    assert upload(kind, name, b"x" * size).get("errcode", 0) == code


def test_a_form_without_a_file_and_a_video(caller, upload):
    query = {"access_token": caller.token, "type": "image"}
    empty = caller.client.post("/cgi-bin/media/upload", query_string=query).get_json()
    assert empty["errcode"] == 41005
    video = upload("video", "a.mp4", b"x")
    assert caller.get("media/get", media_id=video["media_id"])["video_url"]


def test_what_a_patient_sends_can_be_fetched(caller, board, bot):
    board.send_media(LI, "voice")
    voice = caller.fetch("media/get", media_id=bot.fields()["MediaId"])
    assert voice.data.startswith(b"#!AMR")


def test_followers_are_listed_and_told_apart(caller, board):
    board.follow(LI, "room5")
    assert caller.get("user/get")["data"]["openid"] == [LI]
    told = caller.get("user/info", openid=LI)
    assert (told["subscribe"], told["qr_scene_str"]) == (1, "room5")
    assert caller.get("user/info", openid=ZHANG) == {"subscribe": 0, "openid": ZHANG}
    assert caller.get("user/info", openid="nobody")["errcode"] == 40003
    after = caller.get("user/get", next_openid=LI)
    assert (after["total"], after["count"]) == (1, 0)
    asked = {"user_list": [{"openid": LI}, {"openid": ZHANG}]}
    both = caller.post("user/info/batchget", asked)["user_info_list"]
    assert [one["subscribe"] for one in both] == [1, 0]
    caller.post("user/info/updateremark", {"openid": LI, "remark": "三床"})
    assert caller.get("user/info", openid=LI)["remark"] == "三床"


def test_ten_thousand_followers_a_page_and_who_has_left_leads_nowhere(caller, board):
    everybody = [f"oMany{number:05d}" for number in range(10_003)]
    for openid in everybody:
        board.exchange.add_patient(openid[5:], openid=openid).following = True
    first = caller.get("user/get")
    assert (first["total"], first["count"]) == (10_003, 10_000)
    assert first["next_openid"] == first["data"]["openid"][-1] == everybody[9_999]
    second = caller.get("user/get", next_openid=first["next_openid"])
    assert second["data"]["openid"] == everybody[10_000:]
    assert "data" not in caller.get("user/get", next_openid=second["next_openid"])
    board.exchange.patient(everybody[9_999]).following = False
    assert caller.get("user/get", next_openid=first["next_openid"])["errcode"] == 40003


def test_an_account_that_is_not_verified_lists_nobody_and_writes_to_nobody_at_once(
    caller, board, config
):
    board.follow(LI)
    board.follow(ZHANG)
    config.verified = False
    text = {"touser": [LI, ZHANG], "msgtype": "text", "text": {"content": "停水"}}
    assert caller.get("user/get")["errcode"] == 48001
    assert caller.get("user/info", openid=LI)["errcode"] == 48001
    assert caller.post("message/mass/send", text)["errcode"] == 48001
    config.verified = True
    assert caller.get("user/get")["total"] == 2
    assert caller.post("message/mass/send", text)["errcode"] == 0


def test_a_tag_is_made_given_listed_renamed_and_ended(caller, board):
    board.follow(LI)
    number = caller.post("tags/create", {"tag": {"name": "糖尿病"}})["tag"]["id"]
    members = {"tagid": number, "openid_list": [LI]}
    assert caller.post("tags/members/batchtagging", members)["errcode"] == 0
    assert caller.post("tags/getidlist", {"openid": LI})["tagid_list"] == [number]
    assert caller.post("user/tag/get", {"tagid": number})["data"]["openid"] == [LI]
    caller.post("tags/update", {"tag": {"id": number, "name": "内分泌"}})
    assert caller.get("tags/get")["tags"] == [{"id": number, "name": "内分泌", "count": 1}]
    assert caller.post("tags/members/batchuntagging", members)["errcode"] == 0
    assert caller.post("user/tag/get", {"tagid": number})["count"] == 0
    assert caller.post("tags/delete", {"tag": {"id": number}})["errcode"] == 0
    assert caller.post("tags/members/batchtagging", members)["errcode"] == 45159


def test_tags_have_their_limits(caller):
    create = [caller.post("tags/create", {"tag": {"name": f"t{n}"}}) for n in range(101)]
    assert [answer.get("errcode", 0) for answer in create] == [0] * 100 + [45056]
    for name, code in [("t1", 45157), ("", 45157), ("名" * 11, 45158)]:
        assert caller.post("tags/create", {"tag": {"name": name}})["errcode"] == code
    numbers = [answer["tag"]["id"] for answer in create[:21]]
    codes = [
        caller.post("tags/members/batchtagging", {"tagid": n, "openid_list": [LI]})["errcode"]
        for n in numbers
    ]
    assert codes == [0] * 20 + [45059]
    many = {"tagid": numbers[0], "openid_list": [LI] * 51}
    assert caller.post("tags/members/batchtagging", many)["errcode"] == 40032


def test_the_menu_can_be_taken_away(caller, board):
    first = board.exchange.menu()
    caller.post("menu/create", MENU)
    caller.get("menu/delete")
    assert board.exchange.menu() == first


def test_wrong_methods_and_addresses_are_told(caller):
    assert caller.get("menu/create")["errcode"] == 43002
    assert caller.post("menu/get", {})["errcode"] == 43001
    for path in ("dance", "/cityservice/dance", "/sns/dance"):
        assert caller.post(path, {})["errcode"] == 40066


def test_a_menu_button_arrives_as_its_kind(board, bot):
    arrived = {
        "click": "CLICK",
        "view": "VIEW",
        "scancode_waitmsg": "scancode_waitmsg",
        "pic_weixin": "pic_weixin",
        "location_select": "location_select",
    }
    for kind, event in arrived.items():
        board.press(LI, "key", kind=kind)
        assert (bot.fields()["Event"], bot.fields()["EventKey"]) == (event, "key")
