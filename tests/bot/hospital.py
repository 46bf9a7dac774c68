"""A small hospital behind a webhook, and a patient who writes to it."""

from __future__ import annotations

import base64
import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import xmltodict

from bot.house import House, open_house
from bot.settings import Settings
from bot.turn import open_desk
from bot.wire import Wire
from desk.roster import import_roster
from desk.work import Actor
from tests.databases import furnish

NOW = "2026-11-24T09:00:00+08:00"
TOKEN, APP = "a token", "wx0123456789abcdef"
# Fixed: test workers must agree on the names of the tests.
KEYS = {
    name: base64.urlsafe_b64encode(name[:1].encode() * 32).decode()
    for name in ("DATA_KEY", "LOOKUP_KEY")
}
ID_NUMBER = "11010119500307222X"
ROSTER = {
    "sites.csv": "code,name,kind,address,phone,emergency_phone,latitude,longitude,hours\n"
    "S,测试医院,general,测试路1号,0000-1,0000-9,30,120,\n",
    "departments.csv": "site,code,name,national_code,aliases,location,bookable\n"
    "S,SJ,神经内科,03.03,,一楼,true\n",
    "doctors.csv": "site,code,name,title,department,expertise\nS,D1,王建国,主任医师,SJ,头晕\n",
    "shifts.csv": "site,department,doctor,label,date,start,end,slot_minutes,capacity_per_slot,"
    "wechat_capacity,room,service_type,mode,fee_fen\n"
    "S,SJ,D1,,2026-12-02,08:00,12:00,30,4,4,1诊室,expert,clinic,3000\n",
}
# From a first sentence to the question 「对吗？」.
TOWARDS = ("我妈手麻，想挂个号", "1", "1", "1", "张桂芳", ID_NUMBER, "1", "1")


def environment(database_url: str, redis_url: str, **more: str) -> dict[str, str]:
    """What a development hospital whose clock stands still finds set."""
    return {
        "DESK_MODE": "development",
        "WECHAT_TOKEN": TOKEN,
        "WECHAT_APP_ID": APP,
        "WECHAT_APP_SECRET": "a secret",
        "WECHAT_API_BASE_URL": "http://127.0.0.1:9",
        "SECRET_KEY": "signs",
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "EMERGENCY_PHONE": "0000-9",
        "FIXED_NOW": NOW,
        **KEYS,
        **more,
    }


def settings(database_url: str, redis_url: str, **more: str) -> Settings:
    """That hospital's settings."""
    return Settings.read(environment(database_url, redis_url, **more))


def build(settings: Settings, folder: Path) -> None:
    """Make the tables, where they are missing, and import the roster."""
    house = open_house(settings, with_redis=False)
    furnish(house.engine)
    for name, text in ROSTER.items():
        (folder / name).write_text(text, encoding="utf-8")
    with open_desk(house, Actor("window", name="test")) as counter:
        import_roster(counter.work, [folder])
    house.close()


def opened(settings: Settings) -> House:
    """Open the hospital."""
    return open_house(settings)


# Posts a body with a query; returns the status and the body of the answer.
Post = Callable[[bytes, dict[str, str]], tuple[int, str]]


class Patient:
    """Somebody who writes; every message has its own id, and may be delivered again."""

    _ids = itertools.count(1_000_000)

    def __init__(self, post: Post, openid: str = "oPatient1") -> None:
        self.post = post
        self.openid = openid
        self._wire = Wire(TOKEN, APP)

    def message(self, text: str, **fields: Any) -> bytes:
        """One message; delivering the same bytes twice is what WeChat's retries do."""
        whole = {
            "ToUserName": "gh_1",
            "FromUserName": self.openid,
            "CreateTime": 1_700_000_000,
            "MsgType": "text",
            "Content": text,
            "MsgId": next(self._ids),
            **fields,
        }
        return xmltodict.unparse({"xml": whole}).encode()

    def deliver(self, body: bytes) -> str:
        """Push it, signed, and return the text of the answer (`success` for none)."""
        query = {"timestamp": "1", "nonce": "2", "signature": self._wire.sign("1", "2")}
        status, answer = self.post(body, query)
        assert status == 200, (status, answer)
        return xmltodict.parse(answer)["xml"]["Content"] if "<xml>" in answer else answer

    def say(self, text: str, **fields: Any) -> str:
        """Write something new and return the answer."""
        return self.deliver(self.message(text, **fields))

    def walk_to_the_last_question(self) -> str:
        """Talk until only the confirmation is missing."""
        answers = [self.say(text) for text in TOWARDS]
        assert "请核对" in answers[-1], answers
        return answers[-1]
