"""
The hospital the benchmarks run in: the demo hospital with room for everybody, and its patients.

Its roster is the demo's (70 doctors, three sites, shifts for 16 days), so searches find as much as
there; only the capacities are raised, so that thousands may book.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import date
from itertools import islice

from sqlalchemy import insert, update

import migrations
from bot.house import House, open_house
from bot.settings import Settings
from bot.turn import open_desk
from desk import demo
from desk.work import Actor
from models import Consent, Patient, PatientLink, Slot, WechatUser
from models.clock import system_now

TOKEN, APP_ID, AES_KEY = "a token for benchmarks", "wx0123456789abcdef", "A" * 43
_ROOM = 1_000_000
_CHUNK = 2_000


def environment(database_url: str, redis_url: str) -> dict[str, str]:
    """Return the settings of a production house; its keys guard nothing."""
    keys = {
        name: base64.urlsafe_b64encode(name[:1].encode() * 32).decode()
        for name in ("DATA_KEY", "LOOKUP_KEY")
    }
    return {
        "DESK_MODE": "production",
        "WECHAT_TOKEN": TOKEN,
        "WECHAT_APP_ID": APP_ID,
        "WECHAT_AES_KEY": AES_KEY,
        "WECHAT_APP_SECRET": "a secret",
        "WECHAT_API_BASE_URL": "http://127.0.0.1:9",
        "SECRET_KEY": "signs",
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "FIXED_NOW": "",
        **keys,
    }


def build(database_url: str, redis_url: str) -> House:
    """Make the tables, import the demo hospital, and widen every slot."""
    house = open_house(Settings.read(environment(database_url, redis_url)))
    migrations.upgrade(house.engine)
    with open_desk(house, Actor("job", name="bench")) as counter:
        demo.load(counter.work)
        counter.work.conn.execute(update(Slot).values(capacity=_ROOM, chat_capacity=_ROOM))
    return house


def openid(number: int) -> str:
    """Return the openid of a patient's account."""
    return f"oBench{number:022d}"


def people(house: House, first: int, count: int) -> None:
    """Register patients: each with an account of their own that has consented and is linked."""
    now = system_now()
    numbers = iter(range(first, first + count))
    while some := list(islice(numbers, _CHUNK)):
        with open_desk(house, Actor("job", name="bench")) as counter:
            for table, rows in (
                (WechatUser, _accounts(house, some)),
                (Patient, _patients(house, some)),
                (PatientLink, _links(some)),
                (Consent, _consents(some)),
            ):
                at = "given_at" if table is Consent else "created_at"
                counter.work.conn.execute(insert(table), [{**row, at: now} for row in rows])


def _accounts(house: House, numbers: list[int]) -> Iterator[dict[str, object]]:
    for number in numbers:
        yield {
            "id": number,
            "openid_hash": house.vault.lookup(openid(number)),
            "openid_enc": house.vault.seal(openid(number)),
            "followed": True,
        }


def _patients(house: House, numbers: list[int]) -> Iterator[dict[str, object]]:
    for number in numbers:
        yield {
            "id": number,
            "public_id": f"bench{number}",
            "name_enc": house.vault.seal("李小明"),
            "document_kind": "passport",
            "document_hash": house.vault.lookup(f"E{number:08d}"),
            "document_enc": house.vault.seal(f"E{number:08d}"),
            "sex": "f",
            "birth_on": date(1960, 5, 1),
        }


def _links(numbers: list[int]) -> Iterator[dict[str, object]]:
    for number in numbers:
        yield {
            "wechat_user_id": number,
            "patient_id": number,
            "relation": "self",
            "state": "own",
            "pair": f"{number}:{number}",
        }


def _consents(numbers: list[int]) -> Iterator[dict[str, object]]:
    for number in numbers:
        yield {
            "wechat_user_id": number,
            "patient_id": number,
            "purpose": "registration",
            "version": "1",
        }
