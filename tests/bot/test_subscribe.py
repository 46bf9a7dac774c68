"""The page on which patients subscribe: signed for WeChat, safe, and only where it is of use."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from bot import menu, subscribe
from bot.house import House
from handlers.texts import subscribe as texts
from tests.bot.conftest import MakeHospital
from tests.bot.stand_in import APP, SECRET, StandIn, at_once, errcode, standing_in

TICKET_CALL = "/cgi-bin/ticket/getticket"
TICKET = "sM4AOVdWfPE4DxkXGEs8VMCPGGVi4C3VM0P37wVUCFvkVAy_90u5h9nbSlYy3-Sl-HhTdfl2fzFy1AOcHKP7qg"
PUBLIC = "https://desk.hospital.example"


@pytest.fixture
def wechat() -> Iterator[StandIn]:
    with standing_in() as stand_in:
        answer = json.dumps({"errcode": 0, "ticket": TICKET, "expires_in": 7200}).encode()
        stand_in.faults[TICKET_CALL] = lambda environ: ("200 OK", "application/json", answer)
        yield stand_in


@pytest.fixture
def channels(tmp_path: Path) -> Path:
    """Two long-term templates, one of them for two kinds of notices, and a one-off one."""
    given = {
        "long": {"reminder": "L1", "changed": "L2", "cancelled": "L2"},
        "once": {"reminder": "O1"},
    }
    file = tmp_path / "channels.toml"
    file.write_text(
        "".join(
            f'[{channel}.{kind}]\nid = "{template}"\n'
            for channel, kinds in given.items()
            for kind, template in kinds.items()
        )
    )
    return file


@pytest.fixture
def opened(
    wechat: StandIn,
    make_hospital: MakeHospital,
    sqlite_url: str,
    redis_url: str,
    channels: Path,
) -> tuple[House, FlaskClient]:
    return make_hospital(
        sqlite_url,
        redis_url,
        empty=True,
        WECHAT_APP_ID=APP,
        WECHAT_APP_SECRET=SECRET,
        WECHAT_API_BASE_URL=wechat.url,
        CHANNELS_FILE=str(channels),
        PUBLIC_URL=PUBLIC,
    )


def config_of(html: str) -> dict[str, object]:
    found = re.search(r"wx\.config\((.*?)\);", html)
    assert found
    config: dict[str, object] = json.loads(found[1])
    return config


def test_the_official_example_is_signed_as_wechat_signs_it() -> None:
    signature = subscribe.sign(
        TICKET, "Wm3WZYTPz0wzccnW", 1414587457, "http://mp.weixin.qq.com?params=value"
    )

    assert signature == "0f9de62fce790f9a083d5c99e95740ceb90c27ed"


def test_the_page_offers_each_sort_apart_and_is_signed_for_its_address(
    opened: tuple[House, FlaskClient],
) -> None:
    answer = opened[1].get("/subscribe?from=singlemessage&isappinstalled=0")
    html = answer.get_data(as_text=True)

    assert answer.status_code == 200
    assert re.findall(r'template="(.*?)"', html) == ["L1,L2", "O1"]
    config = config_of(html)
    assert (config["appId"], config["openTagList"]) == (APP, ["wx-open-subscribe"])
    url = f"{PUBLIC}/subscribe?from=singlemessage&isappinstalled=0"
    assert config["signature"] == subscribe.sign(
        TICKET, str(config["nonceStr"]), int(str(config["timestamp"])), url
    )


def test_only_our_script_and_wechats_may_run(opened: tuple[House, FlaskClient]) -> None:
    first, second = (opened[1].get("/subscribe") for _ in range(2))

    policy = first.headers["Content-Security-Policy"]
    found = re.search(r"script-src 'nonce-([\w-]+)' https://res\.wx\.qq\.com;", policy)
    assert found
    html = first.get_data(as_text=True)
    running = re.findall(r"<script(?! type=\"text/wxtag-template\")[^>]*>", html)
    assert len(running) == 2
    assert all(f'nonce="{found[1]}"' in script for script in running)
    assert policy != second.headers["Content-Security-Policy"]
    assert first.headers["Cache-Control"] == "no-store"


def test_many_visitors_and_one_ticket(opened: tuple[House, FlaskClient], wechat: StandIn) -> None:
    for _ in range(5):
        assert opened[1].get("/subscribe").status_code == 200

    assert wechat.calls[TICKET_CALL] == 1


def test_sixteen_visitors_at_once_all_get_the_page(opened: tuple[House, FlaskClient]) -> None:
    app = opened[1].application

    found = at_once(16, lambda number: app.test_client().get("/subscribe?x=%e9").status_code)

    assert found == [200] * 16


def test_an_address_that_is_no_text_is_shown_all_the_same(
    opened: tuple[House, FlaskClient],
) -> None:
    environ = {"QUERY_STRING": "x=\xe9\xff"}

    assert opened[1].get("/subscribe", environ_overrides=environ).status_code == 200


def test_while_wechat_is_busy_the_page_says_so(
    opened: tuple[House, FlaskClient], wechat: StandIn
) -> None:
    wechat.faults[TICKET_CALL] = errcode(-1)

    answer = opened[1].get("/subscribe")

    assert answer.status_code == 503
    assert texts.AWAY in answer.get_data(as_text=True)
    assert "wx.config" not in answer.get_data(as_text=True)


@pytest.mark.parametrize("missing", ["PUBLIC_URL", "CHANNELS_FILE"])
def test_without_templates_or_address_there_is_no_page_and_no_entry(
    make_hospital: MakeHospital, sqlite_url: str, redis_url: str, channels: Path, missing: str
) -> None:
    given = {"PUBLIC_URL": PUBLIC, "CHANNELS_FILE": str(channels)}
    del given[missing]
    house, client = make_hospital(sqlite_url, redis_url, empty=True, **given)

    assert client.get("/subscribe").status_code == 404
    assert "提醒" not in str(menu.buttons(subscribe.address(house.settings)))


def test_the_menu_leads_to_the_page(opened: tuple[House, FlaskClient], wechat: StandIn) -> None:
    buttons = menu.buttons(subscribe.address(opened[0].settings))

    entries = list(chain.from_iterable(b.get("sub_button", [b]) for b in buttons))
    assert {"type": "view", "name": "提醒", "url": f"{PUBLIC}/subscribe"} in entries
    without = list(chain.from_iterable(b.get("sub_button", [b]) for b in menu.buttons()))
    assert {e["name"] for e in entries} - {e["name"] for e in without} == {"提醒"}
    # WeChat, or its stand-in, takes both.
    assert len(buttons) == len(menu.buttons()) == 3
    assert all(len(b.get("sub_button", [])) <= 5 for b in (*buttons, *menu.buttons()))


_IDS = st.lists(st.text("abc123", min_size=1), max_size=60, unique=True)


@given(long=_IDS, once=_IDS)
def test_at_most_ten_elements_of_five_and_never_mixed(long: list[str], once: list[str]) -> None:
    shown = subscribe.elements(long, once)

    assert len(shown) <= 10
    assert all(1 <= len(element.templates) <= 5 for element in shown)
    asked = [(i, element.note) for element in shown for i in element.templates]
    wanted = [*((i, texts.LONG) for i in long), *((i, texts.ONCE) for i in once)]
    assert asked == wanted[: len(asked)]
    assert len(shown) == 10 or asked == wanted
