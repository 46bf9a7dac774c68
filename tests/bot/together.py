"""A hospital and WeChat's stand-in on one port, as in the demo: what one sends the other gets."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask
from werkzeug.serving import make_server

from bot.house import House, open_house
from bot.wiring import furnish
from simulator.app import alongside, create_app, switchboard_of
from simulator.config import SimulatorConfig
from simulator.switchboard import Switchboard
from tests.bot.hospital import APP, TOKEN, build, settings


@dataclass(frozen=True)
class Together:
    """Both sides, and where a browser finds them."""

    house: House
    board: Switchboard
    base: str


@contextlib.contextmanager
def together(
    database_url: str, redis_url: str, folder: Path, account: dict[str, Any], **more: str
) -> Iterator[Together]:
    """Open the small hospital; `account` is for the simulator, `more` are settings of ours."""
    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    base = f"http://127.0.0.1:{port}"
    own = settings(
        database_url,
        redis_url,
        WECHAT_API_BASE_URL=base,
        WECHAT_JS_URL=f"{base}/open/js/jweixin-1.6.0.js",
        PUBLIC_URL=base,
        **more,
    )
    build(own, folder)
    config = SimulatorConfig(
        webhook_url=f"{base}/wechat",
        token=TOKEN,
        app_id=APP,
        app_secret="a secret",
        account_id="gh_1",
        **account,
    )
    with contextlib.closing(open_house(own)) as house:
        wechat = create_app(config)
        both = alongside(furnish(Flask("test"), house), wechat)
        server = make_server("127.0.0.1", port, both, threaded=True)
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield Together(house, switchboard_of(wechat), base)
        finally:
            server.shutdown()
            thread.join()
            server.server_close()
