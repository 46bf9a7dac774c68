"""The rules of the site, changed on a page: they live in one file and hold at the next act."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from bot.rules import Rules
from bot.turn import open_desk
from handlers.texts.policy import RULES
from models import AuditEvent
from scheduling.policy import Policy
from scheduling.policy_check import EDITABLE, faults
from tests.console.conftest import CONSOLE

FILE = """# 我们医院的规则
days_ahead = 7  # 一周

[disciplines.GH]
kind = "fifo"
"""


def text(answer) -> str:
    return answer.get_data(as_text=True)


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "policy.toml"
    path.write_text(FILE)
    return path


@pytest.fixture
def house(house, file):
    return replace(house, rules=Rules(file))


def policy(house) -> Policy:
    with open_desk(house, CONSOLE) as counter:
        return counter.work.policy


def test_every_rule_has_a_name_for_people():
    assert set(RULES) == set(EDITABLE)
    assert faults(Policy()) == []


def test_a_rule_is_changed_in_its_file_and_holds_at_once(house, browser, enter, file):
    enter("admin", name="管理员")
    page = text(browser.get("/policy"))
    assert 'name="days_ahead" value="7"' in page
    assert 'name="release_at" value="07:00"' in page
    done = browser.post("/policy", days_ahead="10", hold="6", window_share_until="16:00")
    assert "马上生效" in text(done)
    now = policy(house)
    assert (now.days_ahead, now.hold.seconds, now.window_share_until.hour) == (10, 360, 16)
    written = file.read_text()
    assert written.startswith("# 我们医院的规则\ndays_ahead = 10\n"), written
    assert '[disciplines.GH]\nkind = "fifo"' in written
    assert now.disciplines["GH"]
    browser.post("/policy", window_share_until="")
    assert policy(house).window_share_until is None
    with open_desk(house, CONSOLE) as counter:
        acts = list(counter.work.conn.scalars(select(AuditEvent.act)))
    assert acts.count("policy") == 2


@pytest.mark.parametrize(
    ("rule", "value", "why"),
    [
        ("days_ahead", "lots", "写法不对"),
        ("days_ahead", "0", "太大或太小"),
        ("days_ahead", "91", "太大或太小"),
        ("hold", "16", "比“确认前留号多久”还短"),
        ("quiet_from", "07:00", "白天都不发"),
        ("hold", "-1", "太大或太小"),
        ("release_at", "25:00", "写法不对"),
        ("urgent_reserve", "1.1", "太大或太小"),
        ("elderly_share", "0.95", "超过了全部"),
        ("daily_limit", "", "写法不对"),
    ],
)
def test_what_cannot_be_meant_is_said_and_not_written(  # noqa: PLR0913, PLR0917
    house, browser, enter, file, rule, value, why
):
    enter("admin", name="管理员")
    browser.get("/policy")
    answer = browser.post("/policy", **{rule: value, "total_limit": "5"})
    assert answer.status_code == 409
    assert why in text(answer)
    assert f'value="{value}"' in text(answer), "nothing has to be typed again"
    assert file.read_text() == FILE
    assert policy(house).total_limit == 6


def test_a_file_spoilt_by_hand_changes_nothing(house, file, caplog):
    before = policy(house)
    file.write_text("days_ahead = 'many'")
    assert policy(house) == before
    assert "the old rules stay" in caplog.text
    file.write_text("days_ahead = 5\n")
    assert policy(house).days_ahead == 5


def test_another_process_sees_it_at_its_next_act(house, file):
    other = Rules(file)
    assert other.now().days_ahead == 7
    house.rules.write({"days_ahead": "9"})
    assert other.now().days_ahead == 9


def test_only_an_administrator_sees_the_rules(browser, enter):
    enter()
    assert browser.get("/policy").status_code == 403
    assert browser.post("/policy", days_ahead="9").status_code == 403
