"""The error of an API call, as WeChat words it."""

from __future__ import annotations


class ApiError(Exception):
    """WeChat refuses the call: `code` is its errcode, `message` its errmsg."""

    def __init__(self, code: int, message: str) -> None:
        """An errcode of WeChat's list with its errmsg."""
        super().__init__(f"{code} {message}")
        self.code = code
        self.message = message
