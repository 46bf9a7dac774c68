"""A hospital changes its LOOKUP_KEY: nobody is forgotten, nobody is found twice."""

from __future__ import annotations

from sqlalchemy import func, select

from bot.house import House
from bot.turn import open_desk
from desk import rehash
from desk.work import Actor
from models import Inbox, Patient, WechatUser
from models.vault import make_key
from tests.bot.conftest import MakeHospital, poster
from tests.bot.hospital import Patient as Person

NEW = make_key()


def count(house: House, table) -> int:
    with house.engine.connect() as conn:
        return conn.scalar(select(func.count()).select_from(table)) or 0


def run(house: House) -> rehash.Rehashed:
    with open_desk(house, Actor("window", name="test")) as counter:
        return rehash.rehash(counter.work)


def test_after_a_new_key_everybody_is_known_again_and_a_stranger_forgotten(
    make_hospital: MakeHospital, database_url: str, redis_url: str
) -> None:
    house, client = make_hospital(database_url, redis_url)
    Person(poster(client), "oStranger").say("手麻")
    patient = Person(poster(client))
    patient.walk_to_the_last_question()
    house.redis.flushall()
    messages = count(house, Inbox) - 1

    rotated, client = make_hospital(database_url, redis_url, empty=True, LOOKUP_KEY=NEW)
    first, second = run(rotated), run(rotated)

    assert (first.accounts, first.patients) == (1, 1)
    assert second == rehash.Rehashed(0, 0, 0)
    assert count(rotated, Inbox) == messages
    patient.post = poster(client)
    assert "预约成功" in patient.say("1"), "the conversation goes on where it was"
    assert "预约号" in patient.say("我的预约")
    assert (count(rotated, WechatUser), count(rotated, Patient)) == (1, 1)


def test_without_it_the_patient_would_be_a_stranger(
    make_hospital: MakeHospital, sqlite_url: str, redis_url: str
) -> None:
    _, client = make_hospital(sqlite_url, redis_url)
    patient = Person(poster(client))
    patient.walk_to_the_last_question()
    patient.say("1")

    _, client = make_hospital(sqlite_url, redis_url, empty=True, LOOKUP_KEY=NEW)
    patient.post = poster(client)

    assert "没有已约的号" in patient.say("我的预约")
