"""What a simulated official account is: its keys, its habits, its patients, its menu."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from simulator.clock import Clock

Mode = Literal["plain", "compatible", "safe"]
BodyFormat = Literal["xml", "json"]

# The patients the phone page offers at first: openid, name, a word about them.
# The openids never change, so a patient keeps her bookings when the simulator restarts.
DEMO_PATIENTS: tuple[tuple[str, str, str], ...] = (
    ("oDemo0LiXiuying0000000000001", "李秀英", "72岁"),
    ("oDemo0ZhangJianguo0000000002", "张建国", "68岁"),
    ("oDemo0WangXiaomin00000000003", "王小敏", "31岁，孩子2岁"),
    ("oDemo0ChenZhiqiang0000000004", "陈志强", "45岁"),
)

# Shown until the bot publishes its own with /cgi-bin/menu/create; same shape as that call's body.
DEFAULT_MENU: tuple[Mapping[str, Any], ...] = (
    {"type": "click", "name": "挂号", "key": "book"},
    {"type": "click", "name": "我的预约", "key": "my_appointments"},
    {
        "name": "更多",
        "sub_button": [
            {"type": "click", "name": "取消预约", "key": "cancel"},
            {"type": "click", "name": "改约", "key": "reschedule"},
            {"type": "click", "name": "人工服务", "key": "human"},
            {"type": "click", "name": "帮助", "key": "help"},
        ],
    },
)


@dataclass(frozen=True, slots=True)
class Template:
    """A notice template of the account: `content` holds `标签：{{key.DATA}}` lines."""

    title: str
    content: str


@dataclass(slots=True)
class SimulatorConfig:
    """One simulated official account. The attributes named in `SWITCHES` may be turned any time.

    Attributes:
        webhook_url: where the bot listens.
        token: the shared secret of the signature; must not be empty.
        aes_key: the 43-character EncodingAESKey; needed in compatible and safe mode.
        timeout_seconds: how long one try may take in all (WeChat: 5 s).
        tries: deliveries of one message in all, the first included (WeChat: 3).
        patients: openid, name, a word about them.
        templates: the account's notice templates; when empty every template id is accepted.
        long_term_templates: subscription templates that, once accepted, allow many notices.
        quotas: calls a day by quota name, instead of those of `simulator.quotas`.
        callback_host: the only host web authorization may lead back to; empty: any.
        timezone: the IANA zone in which the phone shows times.
        clock: seconds since 1970; can be turned.
        fresh_signature_on_retry: whether a retry is signed anew; what WeChat does is not known.
        test_account: a 测试号, which gets no bizmsgmenuid back and may not send msgmenu.
        public_hospital: may send notices of 微信就医助手.
        verified: may read its followers and broadcast; else 48001.
        snapshot_page: web authorization gives a virtual user, as on WeChat's 快照页.
        token_overlap_seconds: how long the token before the newest of /cgi-bin/token stays good.
        ip_list: the addresses that may ask for a token; None: the list is off.
    """

    webhook_url: str
    token: str
    app_id: str
    app_secret: str
    account_id: str
    aes_key: str = ""
    account_name: str = "医院挂号台"
    mode: Mode = "plain"
    body_format: BodyFormat = "xml"
    timeout_seconds: float = 5.0
    tries: int = 3
    patients: tuple[tuple[str, str, str], ...] = DEMO_PATIENTS
    menu: tuple[Mapping[str, Any], ...] = DEFAULT_MENU
    templates: Mapping[str, Template] = field(default_factory=dict)
    long_term_templates: frozenset[str] = frozenset()
    quotas: Mapping[str, int] = field(default_factory=dict)
    callback_host: str = ""
    timezone: str = "Asia/Shanghai"
    clock: Clock = field(default_factory=Clock)
    fresh_signature_on_retry: bool = False
    test_account: bool = False
    public_hospital: bool = False
    verified: bool = True
    snapshot_page: bool = False
    token_overlap_seconds: float = 0.0
    ip_list: list[str] | None = None

    def __post_init__(self) -> None:
        """Refuse what WeChat's console would refuse.

        Raises:
            ValueError: the token is empty or the AES key is missing or malformed.
        """
        if not self.token:
            raise ValueError("token must not be empty")
        if self.mode != "plain" and not (
            len(self.aes_key) == 43 and self.aes_key.isascii() and self.aes_key.isalnum()  # noqa: PLR2004 - the length WeChat fixes
        ):
            raise ValueError("aes_key must be 43 characters of a-zA-Z0-9 in this mode")


def _is_ip_list(value: object) -> bool:
    return value is None or (isinstance(value, list) and all(isinstance(ip, str) for ip in value))


def _is_seconds(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value >= 0


def _is_flag(value: object) -> bool:
    return isinstance(value, bool)


# What may be changed while the simulator runs, and which values it takes.
SWITCHES: Mapping[str, Callable[[object], bool]] = {
    "fresh_signature_on_retry": _is_flag,
    "test_account": _is_flag,
    "public_hospital": _is_flag,
    "verified": _is_flag,
    "snapshot_page": _is_flag,
    "token_overlap_seconds": _is_seconds,
    "ip_list": _is_ip_list,
}
