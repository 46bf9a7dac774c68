"""The floor of a start: a bare Flask application, and the dictionary nobody can do without."""

from __future__ import annotations

import jieba
from flask import Flask

jieba.initialize()
app = Flask(__name__, static_folder=None)


@app.get("/healthz")
def healthz() -> str:
    """Answer at once."""
    return "ok"
