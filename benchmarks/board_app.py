"""The house as it is served, and how many statements its one worker has sent to the database."""

from __future__ import annotations

import itertools

from flask import Response
from sqlalchemy import Engine, event

from bot.app import create_app

app = create_app()
_numbers = itertools.count(1)
_sent = [0]


@event.listens_for(Engine, "before_cursor_execute")
def _count(*_: object) -> None:
    _sent[0] = next(_numbers)


@app.get("/statements")
def statements() -> Response:
    """Return the number; it costs no statement itself."""
    return Response(str(_sent[0]), content_type="text/plain")
