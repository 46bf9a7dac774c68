"""
`make demo`: database, hospital, bot, courier and a phone in the browser, in one process.

Its secrets are made at the first start and kept beside the database under `var/`, so that a
restart can still read what it sealed.
"""

from __future__ import annotations

import contextlib
import fcntl
import logging
import secrets
import signal
import socket
import string
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click
import requests
from dotenv import dotenv_values
from werkzeug.serving import make_server

import migrations
from bot import menu, subscribe, wechat
from bot.channels import open_channels
from bot.chores import TASKS
from bot.courier import Courier
from bot.house import House
from bot.setting_values import DEVELOPMENT
from bot.settings import ConfigError, Settings
from bot.tasks import here, make_app
from bot.turn import open_desk
from bot.wechat_errors import WechatError
from desk import demo, patient_search, staff
from desk.work import Actor, Work
from models.vault import make_key
from simulator.app import alongside
from simulator.app import create_app as create_simulator
from simulator.clock import Clock
from simulator.config import SimulatorConfig, Template

HOME = Path("var")
ACCOUNT = "gh_demo"
_CHANNELS = Path(__file__).resolve().parents[1] / "demo" / "channels.toml"
# As WeChat's console would show the templates named there.
_VISIT_LINES = "就诊人：{{name1.DATA}}\n时间：{{time2.DATA}}\n科室：{{thing3.DATA}}\n"
_TEMPLATES = {
    "demo-reminder": Template(
        "就诊提醒", _VISIT_LINES + "地点：{{thing4.DATA}}\n温馨提示：{{thing5.DATA}}"
    ),
    "demo-changed": Template("预约改期通知", _VISIT_LINES + "地点：{{thing4.DATA}}"),
    "demo-cancelled": Template("预约取消通知", _VISIT_LINES + "状态：{{phrase4.DATA}}"),
    "demo-suspended": Template("停诊通知", _VISIT_LINES + "温馨提示：{{thing4.DATA}}"),
    "demo-offer": Template(
        "候补有号通知", _VISIT_LINES + "保留到：{{time4.DATA}}\n温馨提示：{{thing5.DATA}}"
    ),
}
_LETTERS = string.ascii_letters + string.digits
_HOST = "127.0.0.1"
_ACTOR = Actor("job", name="demo")
_NURSE = "demo"
_ROLL_EVERY = timedelta(hours=1)
# What the demo takes from the environment; everything else is its own.
_FROM_OUTSIDE = ("FIXED_NOW", "HOSPITAL_NAME", "POLICY_FILE", "TRIAGE_MODEL", "WECHAT_LINKS")


def settings(outside: Mapping[str, str | None], port: int = 8000, home: Path = HOME) -> Settings:
    """Return the demo's settings; its secrets are made the first time."""
    own = {
        "DESK_MODE": DEVELOPMENT,
        "DATABASE_URL": f"sqlite:///{home}/desk.sqlite",
        "WECHAT_APP_ID": "wxdemo0000000000",
        "WECHAT_ACCOUNT_ID": ACCOUNT,
        "WECHAT_API_BASE_URL": f"http://{_HOST}:{port}",
        "WECHAT_JS_URL": f"http://{_HOST}:{port}/open/js/jweixin-1.6.0.js",
        "PUBLIC_URL": f"http://{_HOST}:{port}",
        "CHANNELS_FILE": str(_CHANNELS),
        "HOSPITAL_NAME": "云川市第一综合医院（演示）",
        "HOSPITAL_PHONE": "0000-5550100",
        "EMERGENCY_PHONE": "0000-5550199",
    }
    rules = home / "policy.toml"
    if not rules.exists():
        home.mkdir(parents=True, exist_ok=True)
        rules.touch()
    own["POLICY_FILE"] = str(rules)
    chosen = {name: outside[name] for name in _FROM_OUTSIDE if outside.get(name)}
    return Settings.read({**own, **_secrets(home), **chosen})


def _secrets(home: Path) -> Mapping[str, str | None]:
    file = home / "demo.env"
    home.mkdir(parents=True, exist_ok=True)
    if not file.exists():
        made = {
            "WECHAT_TOKEN": secrets.token_hex(16),
            "WECHAT_APP_SECRET": secrets.token_hex(16),
            "WECHAT_AES_KEY": "".join(secrets.choice(_LETTERS) for _ in range(42)) + "A",
            "DATA_KEY": make_key(),
            "LOOKUP_KEY": make_key(),
            "SECRET_KEY": secrets.token_hex(32),
        }
        file.touch(mode=0o600)
        file.write_text("".join(f"{name}={value}\n" for name, value in made.items()))
    return dotenv_values(file)


def prepare(house: House) -> None:
    """Bring the database up to date and put the hospital into it, if there is none."""
    migrations.upgrade(house.engine)
    with open_desk(house, _ACTOR) as counter, contextlib.suppress(demo.NotEmptyError):
        demo.load(counter.work)
    with open_desk(house, _ACTOR) as counter:
        patient_search.index(counter.work)


def invitation(house: House) -> str:
    """Return a fresh one-time code of the demo's own member of staff."""
    with open_desk(house, _ACTOR) as counter:
        known = [one.id for one in staff.everybody(counter.work) if one.name == _NURSE]
        code = staff.new_code(counter.work, known[0]) if known else None
        return code or staff.invite(counter.work, _NURSE, "admin")


def roll(work: Work, payload: Mapping[str, Any]) -> timedelta | None:
    """Let the shifts of the demo hospital follow the days."""
    demo.roll(work)
    return _ROLL_EVERY


@contextlib.contextmanager
def only_one(home: Path = HOME) -> Iterator[None]:
    """
    Refuse a second demo on the same database.

    Raises:
        ConfigError: one is running.
    """
    home.mkdir(parents=True, exist_ok=True)
    with (home / "demo.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise ConfigError(f"a demo is already running on {home}/desk.sqlite") from error
        yield


def free_port() -> int:
    """Return a port that nobody listens at."""
    with socket.socket() as probe:
        probe.bind((_HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def under_one_clock(house: House) -> tuple[House, Clock]:
    """
    Return the house with a clock it shares with the simulated WeChat.

    Turned on the phone page, it makes reminders due and windows end for both. It begins at
    FIXED_NOW, and stands there, if that is set.
    """
    fixed = house.settings.fixed_now
    clock = Clock(fixed.timestamp) if fixed else Clock()
    return replace(house, simulated_now=lambda: datetime.fromtimestamp(clock(), UTC)), clock


@dataclass(frozen=True, slots=True)
class Show:
    """The running parts of a demo."""

    house: House
    bot: Any  # a Flask application
    port: int
    clock: Clock
    code: str = ""

    @contextlib.contextmanager
    def serving(self) -> Iterator[None]:
        """The bot and its WeChat answer at the port."""
        logging.getLogger("werkzeug").setLevel(logging.WARNING)
        both = alongside(self.bot, create_simulator(self._simulated()))
        server = make_server(_HOST, self.port, both, threaded=True)
        thread = threading.Thread(target=server.serve_forever, name="web")
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()
            server.server_close()

    def run(self) -> None:
        """Serve until Ctrl-C, or a polite kill."""
        # A shell that starts us behind its back lets SIGINT be ignored, and Python keeps it so.
        for name in (signal.SIGINT, signal.SIGTERM):
            signal.signal(name, signal.default_int_handler)
        stop = threading.Event()
        threads = [
            threading.Thread(target=self._deliver, args=(stop,), name="courier"),
            threading.Thread(target=self._publish_menu, args=(stop,), name="menu"),
        ]
        with self.serving():
            try:
                for thread in threads:
                    thread.start()
                click.echo(f"phone:    http://{_HOST}:{self.port}/phone", nl=True)
                click.echo(
                    f"console:  http://{_HOST}:{self.port}/console/join   code: {self.code}"
                )
                click.echo(f"          or send 绑定 {self.code} on the phone page, then 停诊 …")
                click.echo(f"webhook:  http://{_HOST}:{self.port}/wechat   Ctrl-C ends all")
                stop.wait()
            except KeyboardInterrupt:
                click.echo("")
            finally:
                stop.set()
                for thread in threads:
                    thread.join()

    def follow(self, openids: Sequence[str]) -> None:
        """Let these accounts be known to WeChat, and follow us."""
        self._post("/simulator/patients", openids=list(openids))

    def say(self, openid: str, text: str) -> None:
        """Let an account write to us."""
        self._post("/phone/api/send", openid=openid, text=text)

    def _post(self, path: str, **body: object) -> None:
        address = f"http://{_HOST}:{self.port}{path}"
        requests.post(address, json=body, timeout=30).raise_for_status()

    def _simulated(self) -> SimulatorConfig:
        settings = self.house.settings
        return SimulatorConfig(
            webhook_url=f"http://{_HOST}:{self.port}/wechat",
            token=settings.wechat_token,
            app_id=settings.wechat_app_id,
            app_secret=settings.wechat_app_secret,
            account_id=settings.wechat_account_id,
            aes_key=settings.wechat_aes_key,
            account_name=settings.hospital_name,
            mode="safe",
            timezone=settings.zone.key,
            clock=self.clock,
            templates=_TEMPLATES,
            public_hospital=True,
        )

    def _deliver(self, stop: threading.Event) -> None:
        tasks = {**TASKS, "roll_demo": roll}
        courier = Courier(self.house, open_channels(self.house), tasks)
        # The very tasks of the workers of a large hospital, in this one process.
        app = make_app(lambda: courier, here=True, stops=stop.is_set)
        courier.run(stop, ("purge", "roll_demo"), lambda: here(app))

    def _publish_menu(self, stop: threading.Event) -> None:
        """Try until the server answers: it is us."""
        buttons = menu.buttons(subscribe.address(self.house.settings))
        while not stop.wait(0.1):
            try:
                wechat.connect(self.house).create_menu(buttons)
            except WechatError:
                continue
            return
