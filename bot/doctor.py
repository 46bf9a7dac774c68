"""The `doctor` command: what works, what does not, and what to do about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bot import wechat
from bot.house import House, open_house
from bot.settings import ConfigError, Settings
from bot.wechat_errors import WechatError
from bot.wiring import has_database


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at; `advice` says what to do where it is not well."""

    what: str
    is_well: bool
    advice: str


def examine(read: Callable[[], Settings]) -> list[Finding]:
    """Look at everything; never raises for what is merely broken."""
    try:
        settings = read()
    except ConfigError as error:
        return [Finding("settings", is_well=False, advice=str(error))]
    house = open_house(settings)
    try:
        return [
            Finding("settings", is_well=True, advice="complete"),
            _database(house),
            _redis(house),
            _wechat(house),
            _reach(),
        ]
    finally:
        house.close()


def _database(house: House) -> Finding:
    if has_database(house):
        return Finding("database", is_well=True, advice=house.engine.dialect.name)
    advice = "start the server, check DATABASE_URL, then: flask --app wsgi db upgrade"
    return Finding("database", is_well=False, advice=advice)


def _redis(house: House) -> Finding:
    if house.memory.answers():
        return Finding("Redis", is_well=True, advice="answers")
    advice = "start it or check REDIS_URL; until then the journal alone carries on"
    return Finding("Redis", is_well=False, advice=advice)


def _wechat(house: House) -> Finding:
    try:
        wechat.connect(house).check()
    except WechatError as error:
        advice = f"{error}; check AppID, AppSecret and the IP list in WeChat's console"
        return Finding("WeChat", is_well=False, advice=advice)
    return Finding("WeChat", is_well=True, advice="gives us a token")


def _reach() -> Finding:
    advice = "customer messages within 48 h of a patient's message; later: the desk's call list"
    return Finding("channels", is_well=True, advice=advice)
