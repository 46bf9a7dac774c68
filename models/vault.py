"""
Sealing what is personal, and finding it again without opening it.

AES-256-GCM with a fresh 96-bit nonce; the sealed bytes start with the key's id, so that old rows
open under `previous` after a rotation. Look-ups go through HMAC-SHA256 under a key of its own.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_KEY_ID_BYTES = 4
_NONCE_BYTES = 12
_KEY_BYTES = 32


class VaultError(Exception):
    """The bytes were not sealed by any of our keys, or a key is malformed."""


def make_key() -> str:
    """Return a new random key as the settings hold it: 32 bytes, URL-safe base64."""
    return base64.urlsafe_b64encode(secrets.token_bytes(_KEY_BYTES)).decode()


def checked_key(text: str) -> str:
    """
    Return the key as it is.

    Raises:
        VaultError: it is none.
    """
    _key(text)
    return text


def _key(text: str) -> bytes:
    try:
        key = base64.urlsafe_b64decode(text)
    except ValueError as error:
        raise VaultError("a key is not URL-safe base64") from error
    if len(key) != _KEY_BYTES:
        raise VaultError("a key is not 32 bytes")
    return key


class Vault:
    """Seals texts with `data_key`; opens what `data_key` or `previous` sealed."""

    def __init__(self, data_key: str, lookup_key: str, previous: str | None = None) -> None:
        self._lookup = _key(lookup_key)
        self._ciphers: dict[bytes, AESGCM] = {}
        for text in filter(None, (previous, data_key)):
            raw = _key(text)
            self._current = hashlib.sha256(raw).digest()[:_KEY_ID_BYTES]
            self._ciphers[self._current] = AESGCM(raw)

    def seal(self, text: str) -> bytes:
        """Return the text sealed under the current key."""
        return self.seal_bytes(text.encode())

    def open(self, sealed: bytes) -> str:
        """
        Return the text.

        Raises:
            VaultError: sealed by a key we do not have, or damaged.
        """
        return self.open_bytes(sealed).decode()

    def seal_bytes(self, plain: bytes) -> bytes:
        """Return a file sealed under the current key."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        cipher = self._ciphers[self._current]
        return self._current + nonce + cipher.encrypt(nonce, plain, None)

    def open_bytes(self, sealed: bytes) -> bytes:
        """
        Return the file.

        Raises:
            VaultError: sealed by a key we do not have, or damaged.
        """
        cipher = self._ciphers.get(bytes(sealed[:_KEY_ID_BYTES]))
        if cipher is None:
            raise VaultError("sealed by an unknown key")
        nonce = sealed[_KEY_ID_BYTES : _KEY_ID_BYTES + _NONCE_BYTES]
        try:
            return cipher.decrypt(nonce, sealed[_KEY_ID_BYTES + _NONCE_BYTES :], None)
        except InvalidTag as error:
            raise VaultError("sealed bytes are damaged") from error

    def lookup(self, text: str) -> str:
        """Return the keyed hash (64 hex digits) under which a personal text can be found."""
        return hmac.new(self._lookup, text.encode(), hashlib.sha256).hexdigest()
