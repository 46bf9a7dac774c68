"""A tiny bot on a free port, and the simulator on another: they meet over real HTTP."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import pytest
from flask import Flask, Response, request
from werkzeug.serving import make_server

from simulator.app import create_app, switchboard_of
from simulator.clock import Clock
from simulator.config import SimulatorConfig
from simulator.switchboard import Switchboard
from simulator.wire import read_fields, to_xml

SECRET = "s3cret"
AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"


@contextmanager
def serving(app: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def text_reply(fields: dict, content: str, **changes: object) -> str:
    reply = {
        "ToUserName": fields["FromUserName"],
        "FromUserName": fields["ToUserName"],
        "CreateTime": 1,
        "MsgType": "text",
        "Content": content,
    }
    return to_xml(reply | changes)


@dataclass
class TinyBot:
    """Answers with whatever `answer` makes of the request; remembers what it got."""

    url: str = ""
    bodies: list[bytes] = field(default_factory=list)
    queries: list[dict] = field(default_factory=list)
    answer: Callable[[str], str | Response] = lambda raw: "success"

    def fields(self, at: int = -1) -> dict:
        return read_fields(self.bodies[at].decode())


@pytest.fixture
def bot() -> Iterator[TinyBot]:
    tiny = TinyBot()
    app = Flask("tiny-bot")

    @app.route("/wechat", methods=["GET", "POST"])
    def webhook():
        if request.method == "GET":
            return request.args["echostr"]
        tiny.bodies.append(request.get_data())
        tiny.queries.append(request.args.to_dict())
        return tiny.answer(request.get_data().decode())

    with serving(app) as base:
        tiny.url = f"{base}/wechat"
        yield tiny


@pytest.fixture
def clock() -> Clock:
    """A clock that stands still until a test turns it."""
    return Clock(lambda: 1_764_000_000.0)


@pytest.fixture
def config(bot: TinyBot, clock: Clock) -> SimulatorConfig:
    return SimulatorConfig(
        webhook_url=bot.url,
        token="tok",
        app_id="wx0123456789abcdef",
        app_secret=SECRET,
        account_id="gh_desk",
        aes_key=AES_KEY,
        timeout_seconds=0.4,
        clock=clock,
    )


@pytest.fixture
def with_config(config: SimulatorConfig) -> Callable[..., SimulatorConfig]:
    return lambda **changes: replace(config, **changes)


@pytest.fixture
def app(config: SimulatorConfig) -> Flask:
    return create_app(config)


@pytest.fixture
def board(app: Flask) -> Switchboard:
    return switchboard_of(app)
