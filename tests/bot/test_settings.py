"""A hospital sets what it must, is told what is missing, and may change its rules in a file."""

from __future__ import annotations

from datetime import time, timedelta
from pathlib import Path

import pytest

from bot.settings import SECRETS, ConfigError, Settings
from models.vault import make_key

GIVEN = {
    "WECHAT_TOKEN": "a token",
    "WECHAT_APP_ID": "wx0123456789abcdef",
    "WECHAT_APP_SECRET": "a secret",
    "DATA_KEY": make_key(),
    "LOOKUP_KEY": make_key(),
    "SECRET_KEY": "signs",
    "REDIS_URL": "redis://127.0.0.1:1/0",
}


@pytest.mark.parametrize("name", SECRETS)
def test_a_missing_secret_is_named_and_nothing_replaces_it(name: str) -> None:
    with pytest.raises(ConfigError, match=f"{name} is missing.*to get one: "):
        Settings.read({**GIVEN, name: ""})


def test_the_clock_cannot_be_stopped_in_production() -> None:
    now = "2026-12-01T09:00:00+08:00"

    with pytest.raises(ConfigError, match="FIXED_NOW"):
        Settings.read({**GIVEN, "FIXED_NOW": now})

    fixed = Settings.read({**GIVEN, "FIXED_NOW": now, "DESK_MODE": "development"}).fixed_now
    assert fixed is not None
    assert fixed.isoformat() == now


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("REDIS_URL", "", "REDIS_URL is missing"),
        pytest.param("LOOKUP_KEY", GIVEN["DATA_KEY"], "must differ", id="one-key-for-both"),
        ("WECHAT_AES_KEY", "short", "43 letters"),
        ("DATA_KEY", "abc", "32 bytes"),
        ("DATABASE_URL", "mysql+nodriver://u@h/d", "mariadb\\+pymysql"),
        ("DATABASE_URL", "no url", "mariadb\\+pymysql"),
        ("WECHAT_LINKS", "maybe", "WECHAT_LINKS: must be on or off"),
        ("HOSPITAL_ZONE", "China/Nowhere", "IANA"),
        ("STAFFED_HOURS", "8", "08:00-17:00"),
        ("STAFFED_DAYS", "0-5", "Monday is 1"),
        ("STAFFED_DAYS", "5-1", "Monday is 1"),
        ("DESK_MODE", "test", "production or development"),
        ("FIXED_NOW", "2026-12-01T09:00:00", "offset"),
        ("POLICY_FILE", "no/such.toml", "cannot be read"),
    ],
)
def test_a_wrong_value_is_explained(name: str, value: str, told: str) -> None:
    with pytest.raises(ConfigError, match=told):
        Settings.read({**GIVEN, name: value})


def test_a_site_changes_its_rules_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "policy.toml"
    file.write_text("days_ahead = 7\nhold = 10\nrelease_at = 00:00:00\n")

    policy = Settings.read({**GIVEN, "POLICY_FILE": str(file)}).policy

    assert (policy.days_ahead, policy.hold) == (7, timedelta(minutes=10))
    assert policy.release_at == time(0, 0)
    assert policy.daily_limit == 3


def test_a_rule_nobody_knows_is_refused_by_name(tmp_path: Path) -> None:
    file = tmp_path / "policy.toml"
    file.write_text("days_behind = 7\n")

    with pytest.raises(ConfigError, match="no such rule: days_behind"):
        Settings.read({**GIVEN, "POLICY_FILE": str(file)})


def test_a_site_says_how_its_departments_call(tmp_path: Path) -> None:
    file = tmp_path / "policy.toml"
    file.write_text(
        "[disciplines.default]\nkind = 'fifo'\n"
        "[disciplines.GH-EK]\nkind = 'accumulating'\nrates = { child3 = 4 }\n"
        "[disciplines.XZ]\nshares = { first = 3 }\n"
        "[disciplines.XZ.ranks]\nelder80 = { from_years = 70 }\nsoldier = false\n"
        "hero = { label = '见义勇为', mark = '义' }\n"
    )

    policy = Settings.read({**GIVEN, "POLICY_FILE": str(file)}).policy

    assert policy.discipline("GH", "GH-EK").rates["child3"] == 4
    assert policy.discipline("GH", "GH-NK").kind == "fifo"
    assert list(policy.discipline("XZ", "XZ-QK").ranks)[-2:] == ["child3", "hero"]
    assert policy.discipline("XZ", "XZ-QK").shares == {"first": 3, "return": 1, "missed": 1}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[disciplines.GH]\nkind = 'lottery'", "disciplines.GH: kind must be one of"),
        ("disciplines = 'fifo'", "disciplines are tables"),
        ("[disciplines.XZ.ranks]\nhero = {}", "disciplines.XZ: ranks.hero: a label is needed"),
    ],
)
def test_a_discipline_nobody_knows_is_explained(tmp_path: Path, text: str, told: str) -> None:
    file = tmp_path / "policy.toml"
    file.write_text(text)

    with pytest.raises(ConfigError, match=told):
        Settings.read({**GIVEN, "POLICY_FILE": str(file)})


def test_no_secret_shows_in_a_log_line() -> None:
    shown = repr(Settings.read(GIVEN))

    assert not any(value in shown for value in GIVEN.values())
