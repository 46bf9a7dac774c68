"""The simulator as one WSGI application: `/phone` for people, `/cgi-bin/…` for the bot."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from flask import Flask, redirect
from werkzeug.wrappers import Response

from simulator.api import make_api
from simulator.config import SimulatorConfig
from simulator.phone import make_phone
from simulator.switchboard import Switchboard

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_MAX_BODY = 256 * 1024
_KEY = "simulator"


def create_app(config: SimulatorConfig) -> Flask:
    """The simulator of one official account; needs a threaded server."""
    app = Flask(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = _MAX_BODY
    switchboard = Switchboard(config)
    app.extensions[_KEY] = switchboard
    app.register_blueprint(make_api(switchboard))
    app.register_blueprint(make_phone(switchboard))

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
        mine = path.startswith(("/phone/", "/cgi-bin/"))
        return (simulator if mine else bot)(environ, start_response)

    return both


def switchboard_of(app: Flask) -> Switchboard:
    """The account behind an application made by `create_app`."""
    switchboard = app.extensions[_KEY]
    if not isinstance(switchboard, Switchboard):
        raise TypeError("not a simulator application")
    return switchboard
