"""
All settings in one place: name, type, meaning; `.env.example` is made from here.

They come from the environment, then from `.env`. A secret has no default: a server that lacks one
does not start and says how to make it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import astuple, dataclass, field, fields
from datetime import datetime, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bot import setting_values as values
from bot.channel_file import ChannelFile
from bot.setting_values import PRODUCTION
from bot.sms import OFFICIAL, SmsAccount
from scheduling.channels import SMS
from scheduling.policy import Policy

_KEY_RECIPE = (
    'python -c "import base64, secrets; '
    'print(base64.urlsafe_b64encode(secrets.token_bytes(32)).decode())"'
)
_HEX_RECIPE = 'python -c "import secrets; print(secrets.token_hex(16))"'


class ConfigError(Exception):
    """A setting is missing or wrong; the message names it and says what to do."""


def _setting(
    name: str,
    meaning: str,
    *,
    default: str = "",
    read: Callable[[str], Any] = str,
    recipe: str = "",
) -> Any:  # noqa: ANN401 - a dataclass field of any type
    """Describe one setting; one with a `recipe` is required."""
    return field(
        metadata={
            "name": name,
            "help": meaning,
            "default": default,
            "read": read,
            "recipe": recipe,
        }
    )


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything an installation can set; `Settings.read` makes one."""

    mode: str = _setting(
        "DESK_MODE",
        "production or development; development may fix the clock and embed its own Redis",
        default=PRODUCTION,
        read=values.mode,
    )
    wechat_token: str = _setting(
        "WECHAT_TOKEN",
        "the Token of the message push, as entered in WeChat's console",
        recipe=_HEX_RECIPE,
    )
    wechat_app_id: str = _setting(
        "WECHAT_APP_ID", "AppID of the account", recipe="copy it from WeChat's console"
    )
    wechat_app_secret: str = _setting(
        "WECHAT_APP_SECRET", "AppSecret of the account", recipe="copy it from WeChat's console"
    )
    wechat_aes_key: str = _setting(
        "WECHAT_AES_KEY", "EncodingAESKey, 43 characters; needed in safe mode", read=values.aes_key
    )
    wechat_aes_key_previous: str = _setting(
        "WECHAT_AES_KEY_PREVIOUS", "the EncodingAESKey before the last change", read=values.aes_key
    )
    wechat_account_id: str = _setting(
        "WECHAT_ACCOUNT_ID", "gh_… id of the account; empty: not checked"
    )
    wechat_api_base_url: str = _setting(
        "WECHAT_API_BASE_URL",
        "where every outgoing call goes",
        default="https://api.weixin.qq.com",
    )
    wechat_js_url: str = _setting(
        "WECHAT_JS_URL",
        "where web pages load WeChat's script",
        default="https://res.wx.qq.com/open/js/jweixin-1.6.0.js",
    )
    public_url: str = _setting(
        "PUBLIC_URL",
        "https://… where patients' phones reach this server, without a last slash; for web pages",
        read=values.address,
    )
    wechat_sealed_only: bool = _setting(
        "WECHAT_SEALED_ONLY",
        "on: refuse messages that are not encrypted; switch it on once the console says safe mode",
        default="off",
        read=values.switch,
    )
    wechat_signature_seconds: int = _setting(
        "WECHAT_SIGNATURE_SECONDS",
        "a signed address is good for this long, in production; 0: for ever",
        default="600",
        read=int,
    )
    wechat_links: bool = _setting(
        "WECHAT_LINKS",
        "on or off: tappable options; off for test accounts, which send no bizmsgmenuid",
        default="on",
        read=values.switch,
    )
    database_url: str = _setting(
        "DATABASE_URL",
        "mariadb+pymysql://…, postgresql+psycopg://… or sqlite:///file",
        default="sqlite:///var/desk.sqlite",
        read=values.database,
    )
    redis_url: str = _setting(
        "REDIS_URL", "redis://… or unix://…; empty: embedded (development only)"
    )
    data_key: str = _setting(
        "DATA_KEY",
        "seals personal data; keep a copy in a safe place",
        recipe=_KEY_RECIPE,
        read=values.key,
    )
    data_key_previous: str = _setting(
        "DATA_KEY_PREVIOUS", "the DATA_KEY before the last change", read=values.key
    )
    lookup_key: str = _setting(
        "LOOKUP_KEY",
        "finds sealed data again; never the same as DATA_KEY",
        recipe=_KEY_RECIPE,
        read=values.key,
    )
    trusted_proxies: int = _setting(
        "TRUSTED_PROXIES",
        "how many proxies of ours stand before this server and add X-Forwarded-For",
        default="0",
        read=int,
    )
    secret_key: str = _setting(
        "SECRET_KEY", "signs the sessions of the web pages", recipe=_HEX_RECIPE
    )
    hospital_name: str = _setting("HOSPITAL_NAME", "how the bot calls itself", default="本院")
    hospital_phone: str = _setting("HOSPITAL_PHONE", "the desk's telephone, shown to patients")
    duty_phone: str = _setting(
        "DUTY_PHONE",
        "a mobile that gets a text when somebody writes of an emergency; needs [sms.alert]",
    )
    emergency_phone: str = _setting("EMERGENCY_PHONE", "the emergency room's telephone")
    zone: ZoneInfo = _setting(  # noqa: RUF009 - a field()
        "HOSPITAL_ZONE", "IANA zone patients live in", default="Asia/Shanghai", read=values.zone
    )
    staffed: tuple[time, time] = _setting(
        "STAFFED_HOURS",
        "local hours in which somebody at the desk answers",
        default="08:00-17:00",
        read=values.hours,
    )
    staffed_days: frozenset[int] = _setting(
        "STAFFED_DAYS",
        "weekdays on which somebody does, Monday is 1",
        default="1-7",
        read=values.days,
    )
    policy: Policy = _setting(  # noqa: RUF009 - a field()
        "POLICY_FILE", "a TOML file with this site's booking rules", read=values.policy
    )
    # The same setting: where those rules live, for who reads them again.
    policy_file: Path | None = _setting("POLICY_FILE", "", read=values.file)  # noqa: RUF009 - a field()
    channels: ChannelFile = _setting(  # noqa: RUF009 - a field()
        "CHANNELS_FILE",
        "a TOML file with the templates of this account: docs/outgoing.md",
        read=values.channels,
    )
    send_rates: Mapping[str, float] = _setting(
        "SEND_RATES",
        "calls a second by channel, all processes together, as in customer=50;template=100; "
        "0: no limit",
        read=values.rates,
    )
    sensitive_departments: tuple[str, ...] = _setting(
        "SENSITIVE_DEPARTMENTS",
        "departments with one of these words are called 门诊 where others may read a notice",
        default="精神;心理;性病;妇;男科;感染;传染;生殖;计划生育;艾滋;戒毒;成瘾",
        read=values.words,
    )
    sms_secret_id: str = _setting(
        "SMS_SECRET_ID", "SecretId of Tencent Cloud; with the next four, texts can be sent"
    )
    sms_secret_key: str = _setting("SMS_SECRET_KEY", "SecretKey of Tencent Cloud")
    sms_app_id: str = _setting("SMS_APP_ID", "SdkAppId of the SMS application, 1400…")
    sms_sign: str = _setting("SMS_SIGN", "the approved signature of the texts, without 【】")
    sms_region: str = _setting(
        "SMS_REGION", "region of the SMS application", default="ap-guangzhou"
    )
    sms_base_url: str = _setting(
        "SMS_BASE_URL", "where calls to the SMS provider go", default=OFFICIAL
    )
    voice_text_url: str = _setting(
        "VOICE_TEXT_URL",
        'a server that turns voices into text: gets an AMR file, answers {"text": …}',
    )
    triage_model: str = _setting("TRIAGE_MODEL", "another trained triage model than the built-in")
    fixed_now: datetime | None = _setting(  # noqa: RUF009 - a field()
        "FIXED_NOW", "ISO 8601: the clock stands still; refused in production", read=values.instant
    )

    @staticmethod
    def read(environment: Mapping[str, str | None]) -> Settings:
        """
        Read all settings from name-value pairs; empty means not set.

        Raises:
            ConfigError: naming the first setting that is missing or wrong.
        """
        given = {
            f.name: _value(f.metadata, environment.get(f.metadata["name"]) or "")
            for f in fields(Settings)
        }
        settings = Settings(**given)
        if settings.mode == PRODUCTION and settings.fixed_now is not None:
            raise ConfigError("FIXED_NOW is refused in production: a hospital's clock must run")
        if settings.mode == PRODUCTION and not settings.redis_url:
            raise ConfigError(
                "REDIS_URL is missing: production needs a Redis server, as in "
                "redis://127.0.0.1:6379/0 (DESK_MODE=development starts one of its own)"
            )
        if settings.data_key == settings.lookup_key:
            raise ConfigError(f"LOOKUP_KEY must differ from DATA_KEY; make one: {_KEY_RECIPE}")
        if settings.channels.templates.get(SMS) and settings.sms_account() is None:
            raise ConfigError("CHANNELS_FILE has [sms]: set SMS_SECRET_ID, _KEY, _APP_ID, _SIGN")
        if settings.trusted_proxies < 0:
            raise ConfigError("TRUSTED_PROXIES: must be 0 or more")
        if settings.duty_phone and "alert" not in settings.channels.setup.get(SMS, {}):
            raise ConfigError("DUTY_PHONE needs [sms.alert] in CHANNELS_FILE; docs/outgoing.md")
        return settings

    def sms_account(self) -> SmsAccount | None:
        """Return the account that sends texts; None where it is not complete."""
        account = SmsAccount(
            self.sms_secret_id,
            self.sms_secret_key,
            self.sms_app_id,
            self.sms_sign,
            self.sms_region,
            self.sms_base_url,
        )
        return account if all(astuple(account)) else None

    def __repr__(self) -> str:
        """Never show a secret in a log or a traceback."""
        return f"Settings(mode={self.mode!r})"


def _value(about: Mapping[str, Any], text: str) -> Any:  # noqa: ANN401 - of any type
    name = about["name"]
    if not text and about["recipe"]:
        raise ConfigError(f"{name} is missing ({about['help']}); to get one: {about['recipe']}")
    try:
        return about["read"](text or about["default"])
    except (ValueError, TypeError) as error:
        raise ConfigError(f"{name}: {error}") from error


def example() -> str:
    """Return the text of `.env.example`."""
    lines = ["# Copy to .env and fill in. Made by: flask --app wsgi settings > .env.example", ""]
    for about in (f.metadata for f in fields(Settings) if f.metadata["help"]):
        lines.append(f"# {about['help']}")
        if about["recipe"]:
            lines.append(f"# required; to get one: {about['recipe']}")
        prefix = "" if about["recipe"] else "#"
        lines += [f"{prefix}{about['name']}={about['default']}", ""]
    return "\n".join(lines)


SECRETS = ("WECHAT_TOKEN", "WECHAT_APP_SECRET", "DATA_KEY", "LOOKUP_KEY", "SECRET_KEY")
