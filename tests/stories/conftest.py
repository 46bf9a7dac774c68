"""The stage on which stories are told: the demo hospital and one patient."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

import migrations
from bot.house import House, open_house
from bot.turn import open_desk
from bot.wiring import furnish
from desk import demo
from desk.work import Actor
from tests.bot.hospital import Patient, settings
from tests.stories.ward import Ward


@pytest.fixture(scope="session")
def demo_hospital(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo hospital on SQLite, loaded once."""
    path = tmp_path_factory.mktemp("demo") / "desk.sqlite"
    house = open_house(settings(f"sqlite:///{path}", ""), with_redis=False)
    migrations.upgrade(house.engine)
    with open_desk(house, Actor("job", name="demo")) as counter:
        demo.load(counter.work)
    house.close()
    return path


class Stage:
    """The hospital and one patient; time passes when the story says so."""

    def __init__(self, house: House) -> None:
        self.house = house
        self._open()

    def _open(self) -> None:
        client = furnish(Flask("stage"), self.house).test_client()

        def post(body, query):
            answer = client.post("/wechat", query_string=query, data=body)
            # An emergency is journalled behind the answer; people type more slowly than that.
            self.house.alarms.submit(int).result()
            return answer.status_code, answer.get_data(as_text=True)

        self.patient = Patient(post)

    def wait(self, minutes: int) -> None:
        now = self.house.settings.fixed_now + timedelta(minutes=minutes)
        self.house = replace(self.house, settings=replace(self.house.settings, fixed_now=now))
        self._open()


@pytest.fixture
def stage(demo_hospital, tmp_path, redis_url):
    path = tmp_path / "desk.sqlite"
    shutil.copy(demo_hospital, path)
    house = open_house(settings(f"sqlite:///{path}", redis_url, WECHAT_LINKS="off"))
    house.alarms.shutdown()
    house = replace(house, alarms=ThreadPoolExecutor(1))
    yield Stage(house)
    house.close()


@pytest.fixture
def ward(stage):
    """The stage with a nurse whose phone is bound."""
    ward = Ward(stage)
    ward.nurse(f"绑定 {ward.code}")
    return ward
