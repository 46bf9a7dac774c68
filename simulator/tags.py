"""The account's tags (用户标签).

Source: https://developers.weixin.qq.com/doc/offiaccount/User_Management/User_Tag_Management.html
"""

from __future__ import annotations

import itertools
import threading

from simulator.errors import ApiError

MOST_TAGS = 100
MOST_OF_ONE_USER = 20
_MOST_NAME_BYTES = 30
_FIRST_OWN = 100  # smaller numbers are WeChat's


class Tags:
    """Tags by number. Thread-safe."""

    def __init__(self) -> None:
        """None yet."""
        self._lock = threading.Lock()
        self._numbers = itertools.count(_FIRST_OWN)
        self._names: dict[int, str] = {}

    def create(self, name: object) -> int:
        """A new tag; gives its number.

        Raises:
            ApiError: 45157 or 45158 for the name, 45056 too many tags.
        """
        with self._lock:
            self._check(name)
            if len(self._names) >= MOST_TAGS:
                raise ApiError(45056, "too many tag now, no need to add new")
            number = next(self._numbers)
            self._names[number] = str(name)
        return number

    def rename(self, number: object, name: object) -> None:
        """Another name; errors as `create` and `known`."""
        known = self.known(number)
        with self._lock:
            self._check(name)
            self._names[known] = str(name)

    def delete(self, number: object) -> int:
        """End a tag; gives its number; errors as `known`."""
        known = self.known(number)
        with self._lock:
            self._names.pop(known, None)
        return known

    def known(self, number: object) -> int:
        """The number, if it is a tag's.

        Raises:
            ApiError: 45159, it is not.
        """
        with self._lock:
            if not isinstance(number, int) or number not in self._names:
                raise ApiError(45159, "invalid tag id")
            return number

    def all(self) -> dict[int, str]:
        """Number → name."""
        with self._lock:
            return dict(self._names)

    def _check(self, name: object) -> None:
        if not isinstance(name, str) or not name or name in self._names.values():
            raise ApiError(45157, "invalid tag name")
        if len(name.encode()) > _MOST_NAME_BYTES:
            raise ApiError(45158, "tag name too long")
