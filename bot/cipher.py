"""
WeChat's AES: one EncodingAESKey of one account.

wechatpy does the framing, which is sound; the random bytes come from `secrets`, and everything
that does not open is forged.
"""

from __future__ import annotations

import base64
import secrets
import struct

from wechatpy.crypto import PrpCrypto
from wechatpy.exceptions import InvalidAppIdException

_RANDOM_BYTES = 16


class ForgedError(Exception):
    """The signature or the cipher does not fit: not from WeChat, or not for this account."""


class Cipher:
    """One EncodingAESKey of one account."""

    def __init__(self, aes_key: str, app_id: str) -> None:
        self._key = base64.b64decode(aes_key + "=")
        self._app_id = app_id

    def open(self, sealed: str) -> str:
        """
        Return the plain body.

        Raises:
            ForgedError: another key, another account, or damaged.
        """
        try:
            return str(PrpCrypto(self._key).decrypt(sealed, self._app_id))
        except (ValueError, struct.error, IndexError, InvalidAppIdException) as error:
            raise ForgedError("the cipher does not open") from error

    def seal(self, text: str, random: bytes | None = None) -> str:
        """Return the text sealed; `random` is for vectors only."""
        framing = _Framing(self._key)
        framing.random = random or secrets.token_bytes(_RANDOM_BYTES)
        return str(framing.encrypt(text, self._app_id).decode())


class _Framing(PrpCrypto):  # type: ignore[misc]  # wechatpy has no types
    random: bytes

    def get_random_string(self) -> bytes:
        """WeChat's 16 leading bytes; wechatpy's own come from a predictable source."""
        return self.random
