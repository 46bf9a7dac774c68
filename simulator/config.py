"""What a simulated official account is: its keys, its habits, its patients, its menu."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

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


@dataclass(frozen=True, slots=True)
class SimulatorConfig:
    """One simulated official account.

    Attributes:
        webhook_url: where the bot listens.
        token: the shared secret of the signature; must not be empty.
        aes_key: the 43-character EncodingAESKey; needed in compatible and safe mode.
        timeout_seconds: how long one try may take in all (WeChat: 5 s).
        tries: deliveries of one message in all, the first included (WeChat: 3).
        fresh_signature_on_retry: whether a retry is signed anew; what WeChat does is not known.
        test_account: a 测试号, which gets no bizmsgmenuid back and may not send msgmenu.
        token_overlap_seconds: how long the token before the newest of /cgi-bin/token stays good.
        templates: the account's notice templates; when empty every template id is accepted.
        long_term_templates: subscription templates every follower has accepted for good.
        timezone: the IANA zone in which the phone shows times.
        clock: seconds since 1970; tests put their own.
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
    fresh_signature_on_retry: bool = False
    test_account: bool = False
    token_overlap_seconds: float = 0.0
    patients: tuple[tuple[str, str, str], ...] = DEMO_PATIENTS
    menu: tuple[Mapping[str, Any], ...] = DEFAULT_MENU
    templates: Mapping[str, Template] = field(default_factory=dict)
    long_term_templates: frozenset[str] = frozenset()
    timezone: str = "Asia/Shanghai"
    clock: Callable[[], float] = time.time

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
