"""The desk's commands for the register: find, vouch, entitle, merge."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from click.testing import Result
from flask import Flask

import migrations
from bot import patients
from bot.house import open_house
from bot.settings import Settings
from bot.turn import open_desk
from desk.work import Actor
from scheduling.types import Registration
from tests.bot.hospital import ID_NUMBER, environment

HER = Registration("张桂芳", "resident_id", ID_NUMBER, "mother", phone="13800000000")
PASSPORT = replace(
    HER, document_kind="passport", document_number="E12345678", sex="f", birth_on=None
)


@pytest.fixture
def desk(sqlite_url, tmp_path, monkeypatch) -> Callable[..., Result]:
    """`desk("find", "…")`: the command, at a hospital that knows one woman twice."""
    for name, value in environment(sqlite_url, "").items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    house = open_house(Settings.read(environment(sqlite_url, "")), with_redis=False)
    migrations.upgrade(house.engine)
    with open_desk(house, Actor("chat", openid="oDaughter")) as counter:
        counter.patients.consent("registration")
        counter.patients.consent("relative")
        view = counter.patients.register(HER)
        counter.patients.consent("relative")
        counter.patients.register(replace(PASSPORT, birth_on=view.birth_on))
    house.close()
    app = Flask("desk")
    app.cli.add_command(patients.PATIENTS)
    runner = app.test_cli_runner()
    return lambda *words, **more: runner.invoke(args=["patients", *words], **more)


def test_the_desk_finds_vouches_entitles_and_merges(desk):
    first, second = (line.split("\t") for line in desk("find", "13800000000").output.splitlines())
    assert (first[1], first[2], first[6]) == ("张*芳", "resident_id", "-")

    assert "is vouched for" in desk("vouch", first[0], "13911112222").output
    assert desk("find", ID_NUMBER).output.rstrip().endswith("139****2222\tdesk")
    granted = desk("entitle", second[0], "signed", "--by", "李医生", "--until", "2027-12-31")
    assert f"patient {second[0]} is signed until 2027-12-31" in granted.output
    assert desk("merge", first[0], second[0], input="n\n").exit_code == 1
    assert (
        f"{second[0]} is patient {first[0]}" in desk("merge", first[0], second[0], "--yes").output
    )
    assert desk("find", "E12345678").output.startswith(f"{first[0]}\t")
    assert desk("disentitle", first[0], "signed").exit_code == 0


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("vouch", "1", "12"), "电话号码好像不对"),
        (("vouch", "99", "13911112222"), "no patient has the number 99"),
        (("merge", "1", "1", "--yes"), "不能合并：这是同一条"),
        (("merge", "1", "99", "--yes"), "is no patient"),
        (("disentitle", "1", "signed"), "is not signed"),
        (("entitle", "99", "signed", "--by", "x", "--until", "2027-12-31"), "no patient has"),
    ],
)
def test_what_cannot_be_is_said_in_one_line(desk, words, told):
    done = desk(*words)
    assert done.exit_code == 1
    assert told in done.output
