"""
The WSGI application: everything wired, once.

A server opens its settings at start and fails with the name of what is missing. Under the `flask`
command nothing is opened: each command opens what it needs.
"""

from __future__ import annotations

import gc
import os
from importlib import import_module

import click
from flask import Flask

from bot.house import open_house
from bot.settings import Settings
from bot.wiring import environment, furnish


def create_app(settings: Settings | None = None) -> Flask:
    """
    Return the application.

    Raises:
        ConfigError: a server starts and a setting is missing or wrong.
    """
    app = Flask(__name__, static_folder=None)
    if _is_under_flask():
        # Loaded by name: what the commands need (openpyxl, Alembic, the simulator) costs a server
        # half its start and every worker some megabytes, for nothing.
        import_module("bot.cli").register(app)
        if settings is None and not _is_serving():
            return app
    furnish(app, open_house(settings or Settings.read(environment())))
    # What is loaded stays: workers forked from here share its pages, untouched by their collector.
    gc.collect()
    gc.freeze()
    return app


def _is_under_flask() -> bool:
    """Tell whether the `flask` command loads us, and not a server."""
    return os.environ.get("FLASK_RUN_FROM_CLI") == "true"


def _is_serving() -> bool:
    """Tell whether the `flask` command is `flask run`."""
    context = click.get_current_context(silent=True)
    return context is not None and context.info_name == "run"
