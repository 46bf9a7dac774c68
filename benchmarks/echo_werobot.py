"""The rival: WeRoBot 1.13 answering sealed messages with their own text, its session in Redis."""

from __future__ import annotations

import os
from typing import Any

import redis
from werobot import WeRoBot
from werobot.session.redisstorage import RedisStorage

from benchmarks.hospital import AES_KEY, APP_ID, TOKEN

_robot = WeRoBot(
    token=TOKEN,
    app_id=APP_ID,
    encoding_aes_key=AES_KEY,
    enable_session=True,
    session_storage=RedisStorage(redis.Redis.from_url(os.environ["REDIS_URL"])),
)


@_robot.text  # type: ignore[untyped-decorator]
def echo(message: Any, session: dict[str, Any]) -> str:
    """Count the message in the session and say it back."""
    session["messages"] = session.get("messages", 0) + 1
    return str(message.content)


app = _robot.wsgi
