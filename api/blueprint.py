"""Routes of the JSON interface, and how every "no" of it looks."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from api import appointments, openapi, patients
from api.problems import Problem
from api.requests import OpenDesk
from desk.conflicts import StillLosingError

PREFIX = "/api"
LARGEST_BODY_BYTES = 16 * 1024


def create_blueprint(open_desk: OpenDesk) -> Blueprint:
    """
    Return the routes under `/api`.

    `open_desk(actor)` yields the counter in one transaction, committed when it is left without an
    exception; it may be opened again when a transaction lost a conflict.
    """
    blueprint = Blueprint("api", __name__, url_prefix=PREFIX)

    @blueprint.before_request
    def cap_body() -> None:
        request.max_content_length = LARGEST_BODY_BYTES

    @blueprint.post("/appointment")
    def post_appointment() -> tuple[Response, int]:
        answer = appointments.post(request, open_desk)
        return jsonify(answer.body), answer.status

    @blueprint.post("/v1/patients/find")
    def post_patients_find() -> Response:
        return jsonify(patients.find(request, open_desk))

    @blueprint.get("/openapi.json")
    def get_openapi() -> Response:
        return jsonify(openapi.DOCUMENT)

    _answer_noes(blueprint)
    return blueprint


def _answer_noes(blueprint: Blueprint) -> None:
    """Every "no" is JSON."""

    @blueprint.errorhandler(Problem)
    def tell(problem: Problem) -> tuple[Response, int, dict[str, str]]:
        return jsonify(problem.body()), problem.status, problem.headers

    @blueprint.errorhandler(StillLosingError)
    def tell_busy(_: StillLosingError) -> tuple[Response, int, dict[str, str]]:
        message = "too many requests for the same places; nothing was done"
        return tell(Problem(503, "Busy", message, None, {"Retry-After": "1"}))

    # Of the whole application: a wrong method is refused before any blueprint is chosen.
    @blueprint.app_errorhandler(HTTPException)
    def tell_http(error: HTTPException) -> ResponseReturnValue:
        if not request.path.startswith(f"{PREFIX}/"):
            return error
        name = error.name.replace(" ", "")
        return tell(Problem(error.code or 500, name, error.description or error.name))
