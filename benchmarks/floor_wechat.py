"""WeChat's servers as cheap as can be: a token, and `errcode` 0 for everything else."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

_TOKEN = json.dumps({"access_token": "t" * 136, "expires_in": 7200}).encode()
_DONE = json.dumps({"errcode": 0, "errmsg": "ok"}).encode()


def app(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
    """Answer any call."""
    environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    answer = _TOKEN if environ["PATH_INFO"].endswith("token") else _DONE
    start("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(answer)))])
    return [answer]
