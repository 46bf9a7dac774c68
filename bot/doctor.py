"""The `doctor` command: what works, what does not, and what to do about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bot import wechat
from bot.crowd import Crowd
from bot.house import House, open_house
from bot.settings import ConfigError, Settings
from bot.sms import SmsClient
from bot.wechat_errors import WechatError
from bot.wiring import has_database
from scheduling.channels import CHANNELS, CUSTOMER, LONG, MASS, ONCE, SMS, TEMPLATE
from scheduling.staff_errors import NoFollowerList, WechatAway


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
            *_templates(house),
            *_sms(settings),
            *_channels(settings),
            *_followers(house),
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


def _templates(house: House) -> list[Finding]:
    """The templates of CHANNELS_FILE as the account has them: known, with the fields we fill."""
    ways, client = house.settings.channels.templates, wechat.connect(house)
    asked = ((client.template_fields, (TEMPLATE,)), (client.subscription_fields, (LONG, ONCE)))
    wrong, count = [], 0
    try:
        for ask, channels in asked:
            ours = [(f"[{c}.{kind}]", t) for c in channels for kind, t in ways.get(c, {}).items()]
            known = ask() if ours else {}
            count += len(ours)
            wrong += [name for name, t in ours if not set(t.data) <= known.get(t.id, frozenset())]
    except WechatError as error:
        return [Finding("templates", is_well=False, advice=f"cannot be listed: {error}")]
    if not count:
        return []
    advice = (
        f"{', '.join(wrong)}: WeChat knows no such template with these fields; see CHANNELS_FILE"
        if wrong
        else f"all {count} are known to WeChat with their fields"
    )
    return [Finding("templates", is_well=not wrong, advice=advice)]


def _channels(settings: Settings) -> list[Finding]:
    """Each channel: what it carries, or what it would need; and whether any reaches far."""
    found = []
    for name, channel in CHANNELS.items():
        kinds = sorted(settings.channels.setup.get(name, {}))
        if name == CUSTOMER:
            advice = "within 48 h of a patient's message"
        elif name == MASS:
            advice = "news for many alike, four a month for each; verified accounts only"
        else:
            advice = ", ".join(kinds) if kinds else f"not set up; needs {channel.needs}"
        found.append(Finding(f"channel {name}", is_well=True, advice=advice))
    far = [name for name in CHANNELS if "reminder" in settings.channels.setup.get(name, {})]
    advice = (
        f"reminders go by {', '.join(far)}"
        if far
        else "no channel: whoever has not written lately is on the call list "
        "(flask --app wsgi calls list)"
    )
    return [*found, Finding("patients after 48 h", is_well=bool(far), advice=advice)]


def _followers(house: House) -> list[Finding]:
    """Whether a broadcast may go to all followers; that WeChat is away is told above."""
    try:
        advice = f"{Crowd(house).count()}; a broadcast may go to all of them"
    except NoFollowerList as no:
        advice = (
            f"WeChat does not list them for this account ({no.facts['code']}): a broadcast "
            "reaches those we know; only a verified account may write to all"
        )
    except WechatAway:
        return []
    return [Finding("followers", is_well=True, advice=advice)]


def _sms(settings: Settings) -> list[Finding]:
    account = settings.sms_account()
    templates = [t.id for t in settings.channels.templates.get(SMS, {}).values()]
    if account is None or not templates:
        return []
    try:
        missing = SmsClient(account).unapproved(templates)
    except (WechatError, ValueError) as error:
        advice = f"{error}; check the SMS_… settings, the balance and this server's clock"
        return [Finding("SMS", is_well=False, advice=advice)]
    advice = f"not approved yet: {', '.join(missing)}" if missing else "all templates approved"
    return [Finding("SMS", is_well=not missing, advice=advice)]
