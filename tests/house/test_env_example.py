"""`.env.example` names every setting, and nothing starts with what it leaves empty."""

from __future__ import annotations

from pathlib import Path

import pytest
from dotenv import dotenv_values

from bot import settings
from bot.settings import ConfigError, Settings

FILE = Path(__file__).parents[2] / ".env.example"


def test_it_is_made_from_the_settings() -> None:
    assert FILE.read_text(encoding="utf-8") == settings.example()


def test_as_it_stands_it_starts_nothing() -> None:
    with pytest.raises(ConfigError, match=r"WECHAT_TOKEN is missing.*to get one: python"):
        Settings.read(dotenv_values(FILE))
