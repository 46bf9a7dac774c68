"""
`/board/<site>`: the call board (叫号屏), for everybody; on it are labels and masked names only.

The page is live by server-sent events; who watches holds no thread (docs/decisions/0018).
"""

from __future__ import annotations

from flask import Blueprint, Flask, Response, abort, render_template, request
from flask.typing import ResponseReturnValue

from console.boards import Boards, Look
from console.watchers import RETRY, STILL, Watchers
from handlers.texts import screen as texts

_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; form-action 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def create_screen(app: Flask, look: Look) -> Blueprint:
    """Return the routes under `/board`; `look` opens a reading transaction."""
    blueprint = Blueprint(
        "screen",
        __name__,
        url_prefix="/board",
        template_folder="templates",
        static_folder="static",
    )
    boards = Boards(look, app.jinja_env)
    watchers = Watchers(boards.frame)

    @blueprint.get("/<site>")
    def page(site: str) -> str:
        board = boards.board(site)
        if board is None:
            abort(404)
        return render_template("console/screen.html", board=board, texts=texts)

    @blueprint.get("/<site>/events")
    def events(site: str) -> ResponseReturnValue:
        seen = request.headers.get("Last-Event-ID", "")
        if boards.board(site) is None:
            abort(404)
        if watchers.add(request.environ, site, seen):
            return Response(status=204)  # to nobody: the connection is not the server's any more
        frame = boards.frame(site)
        if frame is None:
            abort(503)
        news = STILL if frame.id == seen else frame.data
        return Response(RETRY + news, content_type="text/event-stream; charset=utf-8")

    @blueprint.after_request
    def seal(response: Response) -> Response:
        response.headers.update(_HEADERS)
        return response

    return blueprint
