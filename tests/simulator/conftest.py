"""A tiny bot on a free port, and the simulator on another: they meet over real HTTP."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from flask import Flask, Response, request
from werkzeug.serving import make_server

from simulator.app import create_app, switchboard_of
from simulator.clock import Clock
from simulator.config import SimulatorConfig
from simulator.screenshot import open_browser, take_picture
from simulator.switchboard import Switchboard
from simulator.wire import read_fields
from tests.simulator.answers import bot_answer
from tests.simulator.visitor import Visitor

SECRET = "s3cret"
LI = "oDemo0LiXiuying0000000000001"
ZHANG = "oDemo0ZhangJianguo0000000002"
APP = {"grant_type": "client_credential", "appid": "wx0123456789abcdef", "secret": SECRET}
CARD = {"thing1": {"value": "神经内科"}, "time2": {"value": "12月2日 9:00"}}
MENU = {"button": [{"type": "click", "name": "挂号", "key": "book"}]}
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


@dataclass
class TinyBot:
    """Answers with whatever `answer` makes of the request; remembers what it got."""

    url: str = ""
    bodies: list[bytes] = field(default_factory=list)
    queries: list[dict] = field(default_factory=list)
    answer: Callable[[str], str | Response] = lambda raw: "success"

    def fields(self, at: int = -1) -> dict:
        return read_fields(self.bodies[at].decode())

    def events(self, name: str) -> list[dict]:
        """The events of a name so far; those about notices come from another thread."""
        found = [read_fields(body.decode()) for body in list(self.bodies)]
        return [fields for fields in found if fields.get("Event") == name]


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


class Caller:
    def __init__(self, app):
        self.client = app.test_client()
        self.token = self.new_token()["access_token"]

    def new_token(self, **changes):
        return self.client.get("/cgi-bin/token", query_string=APP | changes).get_json()

    def stable(self, **changes):
        return self.client.post("/cgi-bin/stable_token", json=APP | changes).get_json()

    def _address(self, path, token=None):
        whole = path if path.startswith("/") else f"/cgi-bin/{path}"
        return whole, {"access_token": self.token if token is None else token}

    def post(self, path, body, token=None):
        whole, query = self._address(path, token)
        return self.client.post(whole, query_string=query, json=body).get_json()

    def fetch(self, path, **query):
        whole, token = self._address(path)
        return self.client.get(whole, query_string=token | query)

    def get(self, path, **query):
        return self.fetch(path, **query).get_json()

    def say(self, content="您好", **changes):
        text = {"msgtype": "text", "text": {"content": content}}
        return self.post("message/custom/send", {"touser": LI} | text | changes)

    def notify(self, **changes):
        card = {"touser": LI, "template_id": "T1", "data": CARD}
        return self.post("message/template/send", card | changes)


@pytest.fixture
def caller(app):
    return Caller(app)


def wait_for(condition):
    for _ in range(200):
        if condition():
            return
        time.sleep(0.01)
    pytest.fail("it never happened")


@pytest.fixture(scope="module")
def browser():
    opened = open_browser()
    yield opened
    opened.quit()


@pytest.fixture
def live(bot, with_config):
    """The switchboard behind a phone page that is really served, at `base`."""
    bot.answer = bot_answer
    app = create_app(with_config(timeout_seconds=4, clock=Clock()))
    with serving(app) as base:
        board = switchboard_of(app)
        board.base, board.app = base, app
        yield board


@pytest.fixture
def visitor(browser, live):
    browser.get(f"{live.base}/phone")
    guest = Visitor(browser)
    guest.sees("欢迎subscribe")
    yield guest
    browser.execute_script("localStorage.clear()")
    browser.get("about:blank")


@pytest.fixture
def picture(tmp_path, browser):
    folder = Path(os.environ.get("PHONE_PICTURES", tmp_path))
    return lambda name: take_picture(browser, folder / f"{name}.png")
