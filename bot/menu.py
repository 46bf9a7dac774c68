"""The menu under the chat; its keys are the intents they stand for."""

from __future__ import annotations

from typing import Any

BUTTONS: list[dict[str, Any]] = [
    {"type": "click", "name": "挂号", "key": "book"},
    {"type": "click", "name": "我的预约", "key": "my_appointments"},
    {
        "name": "更多",
        "sub_button": [
            {"type": "click", "name": "取消预约", "key": "cancel"},
            {"type": "click", "name": "改约", "key": "reschedule"},
            {"type": "click", "name": "添加就诊人", "key": "add_patient"},
            {"type": "click", "name": "人工服务", "key": "human"},
            {"type": "click", "name": "帮助", "key": "help"},
        ],
    },
]
