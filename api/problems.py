"""A "no" of the interface: always JSON, always with a `code` a program can branch on."""

from __future__ import annotations


class Problem(Exception):
    """
    An answer that is not a success.

    `status` is the HTTP status, `code` a name for programs, `message` a sentence for people,
    `field` the field of the request that has to change, if it is one.
    """

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        field: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        """See the class."""
        super().__init__(code)
        self.status = status
        self.code = code
        self.message = message
        self.field = field
        self.headers = headers or {}

    def body(self) -> dict[str, object]:
        """Return the JSON document."""
        told: dict[str, object] = {"success": False, "code": self.code, "message": self.message}
        return told if self.field is None else {**told, "field": self.field}
