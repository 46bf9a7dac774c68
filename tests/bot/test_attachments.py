"""A patient sends a picture to whoever answers at the desk: fetched, sealed, seen, forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from bot import courier
from bot import wechat as bot_wechat
from bot.chores import TASKS, purge
from bot.courier import Courier
from bot.fetching import fetch
from bot.house import House
from bot.turn import open_desk
from bot.wiring import furnish
from desk import attachments, inbox, own_data
from desk.work import Actor
from handlers.texts import kinds as texts
from models import Attachment, HumanRequest, Inbox
from tests.bot.hospital import Patient, build, opened, settings
from tests.bot.stand_in import APP, SECRET, StandIn

DESK = Actor("window", name="desk")
PICTURE = b"\x89PNG\r\n\x1a\n" + b"\x07" * 100_000


@pytest.fixture
def house(wechat: StandIn, tmp_path: Path, redis_url: str) -> Iterator[House]:
    more = {
        "WECHAT_API_BASE_URL": wechat.url, "WECHAT_APP_ID": APP, "WECHAT_APP_SECRET": SECRET,
    }  # fmt: skip
    own = settings(f"sqlite:///{tmp_path / 'desk.sqlite'}", redis_url, **more)
    build(own, tmp_path)
    house = opened(own)
    yield house
    house.close()


@pytest.fixture
def patient(house: House) -> Patient:
    client = furnish(Flask("stage"), house).test_client()

    def post(body: bytes, query: dict[str, str]) -> tuple[int, str]:
        answer = client.post("/wechat", query_string=query, data=body)
        return answer.status_code, answer.get_data(as_text=True)

    return Patient(post)


def sends(wechat: StandIn, patient: Patient, content: bytes, kind: str = "image") -> str:
    """WeChat keeps the file and tells us its number."""
    return patient.say("", MsgType=kind, MediaId=wechat.board.media.keep(kind, content))


def later(house: House, **time: int) -> House:
    now = house.settings.fixed_now + timedelta(**time)
    return replace(house, settings=replace(house.settings, fixed_now=now))


def runs(house: House) -> None:
    Courier(house, None, TASKS).run_jobs()


def rows(house: House) -> list:
    with house.engine.connect() as conn:
        return list(conn.execute(select(*Attachment.__table__.c).order_by(Attachment.id)))


def test_who_waits_for_nobody_is_told_how_to_show_it_to_a_person(wechat, house, patient):
    assert "先说“人工”，再发一次" in sends(wechat, patient, PICTURE)

    assert rows(house) == []


def test_a_picture_is_fetched_after_the_turn_and_kept_sealed(wechat, house, patient):
    patient.say("人工")

    assert sends(wechat, patient, PICTURE) == texts.KEPT
    assert wechat.calls["/cgi-bin/media/get"] == 0, "nothing is called within the turn"
    runs(house)

    (row,) = rows(house)
    assert (row.state, row.type, row.size) == ("kept", "image/png", len(PICTURE))
    assert PICTURE[:64] not in row.content_enc
    assert row.media_enc is None
    with open_desk(house, DESK) as counter:
        thread = inbox.thread(counter.work, row.request_id)
        assert [one.id for one in thread.handed] == [row.id]
        assert thread.request.words == "［发来一张图片］"
        assert attachments.content(counter.work, row.id) == PICTURE


def test_the_desk_sees_it_with_the_first_request_too(wechat, house, patient):
    patient.say("人工")
    sends(wechat, patient, PICTURE)
    with open_desk(house, DESK) as counter:
        first = counter.work.conn.scalar(select(HumanRequest.id).order_by(HumanRequest.id))
        assert len(inbox.thread(counter.work, first).handed) == 1


def test_a_film_and_what_nobody_knows_are_left_to_wechats_own_back_office(wechat, house, patient):
    patient.say("人工")
    sends(wechat, patient, b"MZ\x90\x00 a program that calls itself a picture")
    assert sends(wechat, patient, b"\0" * 100, "video") == texts.TOLD
    runs(house)

    (row,) = rows(house)
    assert (row.state, row.content_enc) == ("lost", None)


def test_what_wechat_has_no_more_is_lost_and_what_it_cannot_give_now_is_tried_again(
    wechat, house, patient
):
    patient.say("人工")
    patient.say("", MsgType="image", MediaId="gone")
    wechat.faults["/cgi-bin/media/get"] = lambda environ: ("503 Busy", "text/plain", b"")
    runs(house)
    assert [row.state for row in rows(house)] == ["wanted"]

    del wechat.faults["/cgi-bin/media/get"]
    runs(later(house, minutes=5))
    assert [row.state for row in rows(house)] == ["lost"]


def test_what_cannot_be_fetched_as_long_as_wechat_keeps_it_is_lost_and_no_more_awaited(
    wechat, house, patient
):
    """After eight tries it stayed `wanted` for ever, for what nobody fetched any more."""
    patient.say("人工")
    sends(wechat, patient, PICTURE)
    wechat.faults["/cgi-bin/media/get"] = lambda environ: ("503 Busy", "text/plain", b"")
    for hour in range(0, 72, 8):
        runs(later(house, hours=hour))
        assert [row.state for row in rows(house)] == ["wanted"]
    runs(later(house, hours=80))

    assert [row.state for row in rows(house)] == ["lost"]
    calls = wechat.calls["/cgi-bin/media/get"]
    assert calls > 8
    runs(later(house, hours=100))
    assert wechat.calls["/cgi-bin/media/get"] == calls


def test_fetched_twice_it_is_kept_once(wechat, house, patient):
    patient.say("人工")
    sends(wechat, patient, PICTURE)
    (row,) = rows(house)
    payload = {"attachment": row.id}
    twice = [fetch(house, payload), fetch(house, payload)]
    for act in twice:
        with open_desk(house, DESK) as counter:
            act(counter.work)

    with open_desk(house, DESK) as counter:
        assert attachments.content(counter.work, row.id) == PICTURE
    assert fetch(house, payload)(None) is None, "there is nothing left to do"


def test_pictures_that_trickle_hold_a_courier_no_longer_than_its_lease():
    assert courier._LEASE.total_seconds() >= courier._JOBS * bot_wechat.MEDIA_SECONDS


def test_more_than_is_kept_of_anybody_is_not_taken(wechat, house, patient, monkeypatch):
    monkeypatch.setattr(attachments, "MOST", 2)
    patient.say("人工")

    told = [patient.say("", MsgType="image", MediaId=f"m{n}") for n in range(3)]

    assert told == [texts.KEPT, texts.KEPT, texts.ENOUGH]
    assert len(rows(house)) == 2


def test_after_a_month_it_goes_with_its_request(wechat, house, patient):
    patient.say("人工")
    sends(wechat, patient, PICTURE)
    runs(house)
    month = later(house, days=31)
    with open_desk(month, DESK) as counter:
        purge(counter.work, {})

    assert rows(house) == []


def test_who_has_everything_erased_has_the_pictures_erased(wechat, house, patient):
    patient.walk_to_the_last_question()
    patient.say("人工")
    sends(wechat, patient, PICTURE)
    runs(house)
    assert "图片、语音、文件1件（30天后自动删除）" in patient.say("我的资料")
    assert "图片、语音、文件1件" in patient.say("导出我的资料")

    with open_desk(house, Actor("chat", openid=patient.openid)) as counter:
        own_data.OwnData(counter.work).erase()

    assert rows(house) == []


def test_the_very_words_that_erase_everything_are_not_kept_either(house, patient):
    patient.walk_to_the_last_question()
    patient.say("1")
    patient.say("删除我的资料")
    assert "已删除" in patient.say("2")

    with house.engine.connect() as conn:
        kept = conn.execute(select(Inbox.text_enc, Inbox.state_enc)).all()
    assert [tuple(row) for row in kept] == [(None, None)]
