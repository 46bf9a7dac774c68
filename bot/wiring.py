"""An opened house behind routes: the webhook, the JSON interface, health and numbers."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from dotenv import dotenv_values
from flask import Flask, Response, jsonify
from limits.storage import MemoryStorage, RedisStorage, Storage
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.middleware.proxy_fix import ProxyFix

import api
import console
from bot import subscribe, webhook, wechat
from bot.crowd import Crowd
from bot.dictation import Dictation
from bot.house import House
from bot.setting_values import DEVELOPMENT
from bot.turn import Turns, open_desk
from desk import calls
from desk.counter import Counter
from desk.work import Actor, Work
from models import clock
from nlp import triage
from nlp.understand import warm


def environment() -> Mapping[str, str | None]:
    """Return the environment, with `.env` behind it."""
    return {**dotenv_values(".env"), **os.environ}


def furnish(app: Flask, house: House) -> Flask:
    """Put the routes of an opened house into an application and warm the ear."""
    app.config["SECRET_KEY"] = house.settings.secret_key
    if house.settings.trusted_proxies:
        hops = house.settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops)  # type: ignore[method-assign]
    app.config["SESSION_COOKIE_SECURE"] = house.settings.mode != DEVELOPMENT
    app.extensions["house"] = house
    other = house.settings.triage_model
    turns = Turns(house, triage.load(Path(other)) if other else None)
    app.register_blueprint(webhook.create_blueprint(house, turns, _dictation(house)))
    app.register_blueprint(subscribe.create_blueprint(house))

    def open_counter(actor: Actor) -> AbstractContextManager[Counter]:
        return open_desk(house, actor)

    app.register_blueprint(api.create_blueprint(open_counter))
    hospital = house.settings.hospital_name
    tries = _tries(house)
    outside = console.Outside(house.rules, Crowd(house).count)
    app.register_blueprint(console.create_blueprint(app, open_counter, hospital, tries, outside))

    @contextmanager
    def look() -> Iterator[Work]:
        with house.engine.connect().execution_options(read_only=True) as conn:
            yield house.work(conn, Actor("job", name="board"))

    app.register_blueprint(console.create_screen(app, look))
    _add_health(app, house)
    # Dictionary, model and readings of names load now, not while the first patient waits.
    warm(clock.system_now())
    return app


def _tries(house: House) -> Storage:
    """Where wrong tries at the console's door are counted: in Redis, where it is."""
    if house.redis is None:
        return MemoryStorage()
    pool = house.redis.connection_pool
    return RedisStorage("redis://", connection_pool=pool, wrap_exceptions=True)


def _dictation(house: House) -> Dictation | None:
    url = house.settings.voice_text_url
    return Dictation(url, wechat.connect(house).download_media) if url else None


def _add_health(app: Flask, house: House) -> None:
    @app.get("/healthz")
    def healthz() -> Response:
        return Response("ok", content_type="text/plain")

    @app.get("/readyz")
    def readyz() -> tuple[Response, int]:
        database = has_database(house)
        # Without Redis the journal carries on, so only the database decides.
        return jsonify(database=database, redis=house.memory.answers()), 200 if database else 503

    @app.get("/metrics")
    def metrics() -> Response:
        text = house.counters.exposition() + _census(house)
        return Response(text, content_type="text/plain; version=0.0.4")


def _census(house: House) -> str:
    """How much waits in the outbox, counted where all processes see it; nothing without it."""
    try:
        with house.engine.connect().execution_options(read_only=True) as conn:
            found = calls.census(house.work(conn, Actor("job", name="metrics")))
    except (SQLAlchemyError, OSError):
        return ""
    lines = ["# HELP desk_outbox notices that wait, by state", "# TYPE desk_outbox gauge"]
    lines += [f'desk_outbox{{state="{state}"}} {number}' for state, number in found.items()]
    return "\n".join(lines) + "\n"


def has_database(house: House) -> bool:
    """Tell whether the database answers and has our tables."""
    try:
        with house.engine.connect().execution_options(read_only=True) as conn:
            conn.execute(text("SELECT version FROM roster_version"))
    except (SQLAlchemyError, OSError):
        return False
    return True
