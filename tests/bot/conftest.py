"""Fixtures of the door: a small hospital behind a webhook."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from bot.house import House
from bot.wiring import furnish
from tests.bot.hospital import Patient, Post, build, opened, settings
from tests.bot.stand_in import StandIn, standing_in

MakeHospital = Callable[..., tuple[House, FlaskClient]]


@pytest.fixture
def make_hospital(tmp_path: Path) -> Iterator[MakeHospital]:
    """`make_hospital(database_url, redis_url)`: an opened house and a client of its webhook."""
    houses = []

    def make(
        database_url: str, redis_url: str, *, empty: bool = False, **more: str
    ) -> tuple[House, FlaskClient]:
        own = settings(database_url, redis_url, **more)
        if not empty:
            build(own, tmp_path)
        house = opened(own)
        houses.append(house)
        return house, furnish(Flask("test"), house).test_client()

    yield make
    for house in houses:
        house.close()


@pytest.fixture
def hospital(
    make_hospital: MakeHospital, sqlite_url: str, redis_url: str
) -> tuple[House, FlaskClient]:
    """A hospital on SQLite and a real Redis."""
    return make_hospital(sqlite_url, redis_url)


def poster(client: FlaskClient) -> Post:
    """How a test client posts."""

    def post(body: bytes, query: dict[str, str]) -> tuple[int, str]:
        answer = client.post("/wechat", data=body, query_string=query)
        return answer.status_code, answer.get_data(as_text=True)

    return post


@pytest.fixture
def wechat() -> Iterator[StandIn]:
    """WeChat's servers, as the simulator stands in for them."""
    with standing_in() as stand_in:
        yield stand_in


@pytest.fixture
def patient(hospital: tuple[House, FlaskClient]) -> Patient:
    """Somebody who writes to that hospital."""
    return Patient(poster(hospital[1]))
