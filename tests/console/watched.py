"""A server with a screen whose frames are counted, and the same one thread per watcher."""

from __future__ import annotations

import itertools
import time

from flask import Flask, Response, request

from console.watchers import STILL, Frame, Watchers

app = Flask(__name__)
_numbers = itertools.count(1)
_asked = itertools.count(1)
_state = {"number": next(_numbers), "asked": 0}


def _latest(topic: str) -> Frame | None:
    _state["asked"] = next(_asked)
    number = _state["number"]
    return Frame(str(number), f"id: {number}\ndata: {topic} {number}\n\n".encode())


watchers = Watchers(_latest, most=60)


@app.get("/healthz")
def healthz() -> str:
    return "ok"


@app.get("/watch")
def watch() -> Response:
    if watchers.add(request.environ, "hall", request.headers.get("Last-Event-ID", "")):
        return Response(status=204)
    return Response(b"retry: 2000\n\n" + STILL, content_type="text/event-stream")


@app.get("/hold")
def hold() -> Response:
    """The control: the thread stays with the watcher."""

    def stream():
        while True:
            yield STILL
            time.sleep(0.5)

    return Response(stream(), content_type="text/event-stream")


@app.post("/move")
def move() -> str:
    _state["number"] = next(_numbers)
    return "moved"


@app.get("/asked")
def asked() -> dict[str, int]:
    return {"asked": _state["asked"], "watching": len(watchers)}
