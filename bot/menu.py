"""The menu under the chat; its keys are the intents they stand for."""

from __future__ import annotations

from typing import Any

Button = dict[str, Any]


def _click(name: str, key: str) -> Button:
    return {"type": "click", "name": name, "key": key}


_BOOK = _click("挂号", "book")
_MINE = _click("我的预约", "my_appointments")
_CHANGE = [_click("取消预约", "cancel"), _click("改约", "reschedule")]
_TODAY = [_click("签到", "check_in"), _click("还要等多久", "queue")]
_MORE = [
    _click("添加就诊人", "add_patient"),
    _click("人工服务", "human"),
    _click("帮助", "help"),
]


def buttons(reminders: str = "") -> list[Button]:
    """
    Return the three buttons; `reminders` is the address of the subscription page, if there is one.

    WeChat takes five entries under a button.
    """
    view = [{"type": "view", "name": "提醒", "url": reminders}] if reminders else []
    return [
        _BOOK,
        {"name": "预约", "sub_button": [_MINE, *_TODAY, *_CHANGE]},
        {"name": "更多", "sub_button": [*view, *_MORE]},
    ]
