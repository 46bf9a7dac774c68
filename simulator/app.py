"""The simulator as one WSGI application: `/phone` for people, the API for the bot, the knobs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from flask import Flask, redirect
from werkzeug.wrappers import Response

from simulator.api import make_api
from simulator.config import SimulatorConfig
from simulator.control import make_control
from simulator.pages import Authorization, make_pages
from simulator.phone import make_phone
from simulator.switchboard import Switchboard

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

# All paths of ours. Officially cgi-bin, cityservice and sns are at api.weixin.qq.com (pictures of
# QR codes at mp.weixin.qq.com), connect at open.weixin.qq.com, open at res.wx.qq.com; the phone
# page and the knobs are the simulator's own.
PREFIXES = ("/cgi-bin/", "/cityservice/", "/sns/", "/connect/", "/open/", "/phone/", "/simulator/")
_MAX_BODY = 11 * 1024 * 1024  # the largest file WeChat takes has 10 MB
_KEY = "simulator"


def create_app(config: SimulatorConfig) -> Flask:
    """The simulator of one official account; needs a threaded server."""
    app = Flask(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = _MAX_BODY
    switchboard = Switchboard(config)
    app.extensions[_KEY] = switchboard
    authorization = Authorization(switchboard)
    app.register_blueprint(make_api(switchboard, authorization))
    app.register_blueprint(make_pages(switchboard, authorization))
    app.register_blueprint(make_phone(switchboard))
    app.register_blueprint(make_control(switchboard))

    @app.get("/")
    def home() -> Response:
        return redirect("phone")

    return app


def alongside(bot: WSGIApplication, simulator: WSGIApplication) -> WSGIApplication:
    """One application for both: the simulator takes its own paths, the bot all others.

    Paths stay whole, as neither side likes to be mounted under a prefix.
    """

    def both(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = str(environ.get("PATH_INFO", "")) + "/"
        return (simulator if path.startswith(PREFIXES) else bot)(environ, start_response)

    return both


def switchboard_of(app: Flask) -> Switchboard:
    """The account behind an application made by `create_app`."""
    switchboard = app.extensions[_KEY]
    if not isinstance(switchboard, Switchboard):
        raise TypeError("not a simulator application")
    return switchboard
