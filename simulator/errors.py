"""The error of an API call, as WeChat words it."""

from __future__ import annotations

from typing import Any


class ApiError(Exception):
    """WeChat refuses the call: `code` is its errcode, `message` its errmsg.

    `more`: what the answer holds besides.
    """

    def __init__(self, code: int, message: str, **more: Any) -> None:  # noqa: ANN401 - JSON
        """An errcode of WeChat's list with its errmsg."""
        super().__init__(f"{code} {message}")
        self.code = code
        self.message = message
        self.more = more
