"""The console of the demo hospital, and somebody who works there."""

from __future__ import annotations

import re
import shutil

import pytest
from argon2 import PasswordHasher
from flask import Flask
from sqlalchemy import func, select

import migrations
from bot.house import open_house
from bot.turn import open_desk
from bot.wiring import furnish
from desk import demo, passwords, staff
from desk.work import Actor
from models import Appointment, Shift
from tests.bot.hospital import settings

CONSOLE = Actor("window", name="console")
PASSWORD = "long enough a phrase"


@pytest.fixture(scope="session", autouse=True)
def _quick_hashes():
    """Hashing slowly is the point of argon2, and not of these tests."""
    patch = pytest.MonkeyPatch()
    patch.setattr(passwords, "_HASHER", PasswordHasher(1, 8, 1))
    yield
    patch.undo()


@pytest.fixture(scope="session")
def _filled(tmp_path_factory):
    path = tmp_path_factory.mktemp("console") / "desk.sqlite"
    house = open_house(settings(f"sqlite:///{path}", ""), with_redis=False)
    migrations.upgrade(house.engine)
    with open_desk(house, Actor("job", name="demo")) as counter:
        demo.load(counter.work)
    house.close()
    return path


@pytest.fixture
def house(_filled, tmp_path, redis_url):
    path = tmp_path / "desk.sqlite"
    shutil.copy(_filled, path)
    opened = open_house(settings(f"sqlite:///{path}", redis_url))
    yield opened
    opened.close()


class Browser:
    """A browser without a screen: it keeps cookies and sends back the token of the page."""

    def __init__(self, house) -> None:
        self.client = furnish(Flask("console"), house).test_client()
        self.token = ""

    def get(self, path: str, *, follow: bool = True):
        return self._seen(self.client.get(f"/console{path}", follow_redirects=follow))

    def post(self, path: str, **fields: str):
        answer = self.client.post(
            f"/console{path}", data={"csrf_token": self.token, **fields}, follow_redirects=True
        )
        return self._seen(answer)

    def _seen(self, answer):
        found = re.search(r'name="csrf_token" value="([^"]+)"', answer.get_data(as_text=True))
        self.token = found.group(1) if found else self.token
        return answer


@pytest.fixture
def browser(house):
    return Browser(house)


@pytest.fixture
def enter(house, browser):
    """Let somebody of a role in, through the door."""

    def act(
        role: str = "desk",
        doctor: str | None = None,
        name: str = "刘护士",
        site: str | None = None,
    ):
        with open_desk(house, CONSOLE) as counter:
            code = staff.invite(counter.work, name, role, doctor, site)
        browser.get("/join")
        page = browser.post("/join", code=code, password=PASSWORD)
        assert "出诊" in page.get_data(as_text=True)
        return browser

    return act


@pytest.fixture
def shift(house) -> int:
    """A doctor's shift of today with four patients or more."""
    with open_desk(house, CONSOLE) as counter:
        today = counter.now.date()
        booked = func.count(Appointment.id)
        return counter.work.conn.scalar(
            select(Shift.id)
            .join(Appointment, Appointment.shift_id == Shift.id)
            .where(Shift.visit_on == today, Appointment.status == "booked")
            .where(Shift.state == "published", Shift.doctor_id.is_not(None))
            .group_by(Shift.id)
            .having(booked >= 4)
            .order_by(booked.desc(), Shift.id)
            .limit(1)
        )
