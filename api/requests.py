"""What every request to the interface goes through: whose token, and which fields."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any

from flask import Request
from werkzeug.exceptions import BadRequest

from api.problems import Problem
from desk import tokens
from desk.conflicts import retrying
from desk.counter import Counter
from desk.work import Actor

_LONGEST_FIELD = 64

OpenDesk = Callable[[Actor], AbstractContextManager[Counter]]


def authenticate(request: Request, open_desk: OpenDesk, needed: str) -> Actor:
    """
    Return the program behind the token.

    Raises:
        Problem: 401 without a valid token, 403 where it lacks the scope `needed`.
    """
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    grant = None
    if scheme.lower() == "bearer" and token.strip():
        grant = retrying(
            lambda: open_desk(Actor("api")),
            lambda counter: tokens.authenticate(counter.work, token.strip()),
        )
    if grant is None:
        challenge = {"WWW-Authenticate": "Bearer"}
        raise Problem(401, "Unauthorized", "send a valid API token as Bearer", None, challenge)
    if needed not in grant.scopes:
        raise Problem(403, "Forbidden", f"the token lacks the scope {needed}")
    return Actor("api", name=grant.name)


def texts(request: Request, names: Sequence[str]) -> dict[str, str]:
    """
    Return these fields of the JSON body, each a short text.

    Raises:
        Problem: 415 for no JSON, 400 for a broken one, 422 naming a field that is wrong.
    """
    body = _json(request)
    for name in names:
        value = body.get(name)
        is_text = isinstance(value, str) and value.isprintable()
        if not is_text or not 0 < len(str(value)) <= _LONGEST_FIELD:
            message = f"{name} must be a text of 1 to {_LONGEST_FIELD} printable characters"
            raise Problem(422, "BadField", message, name)
    return {name: body[name] for name in names}


def _json(request: Request) -> dict[str, Any]:
    if not request.is_json:
        raise Problem(415, "NotJson", "send application/json")
    try:
        body = request.get_json()
    except (BadRequest, RecursionError) as error:
        raise Problem(400, "BadJson", "the body is not valid JSON") from error
    if not isinstance(body, dict):
        raise Problem(400, "BadJson", "the body must be a JSON object")
    return body
