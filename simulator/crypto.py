"""WeChat's signature and message encryption, written from the official description.

Source: https://developers.weixin.qq.com/doc/subscription/guide/dev/push/encryption.md
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
import struct

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

_BLOCK = 32  # WeChat pads to 32 bytes, not to the 16 of AES
_HEAD = 16  # random bytes before the length field


class CryptoError(Exception):
    """The text cannot be decrypted with this key, or belongs to another account."""


def signature(*parts: str) -> str:
    """The SHA-1 of the sorted, joined parts, in lower-case hex."""
    return hashlib.sha1("".join(sorted(parts)).encode()).hexdigest()  # noqa: S324 - WeChat's protocol


def same(left: str, right: str) -> bool:
    """Whether two signatures agree, in constant time."""
    return hmac.compare_digest(left.encode(), right.encode())


def _cipher(aes_key: str) -> Cipher[modes.CBC]:
    try:
        key = base64.b64decode(aes_key + "=")
    except binascii.Error as error:
        raise CryptoError("the AES key is not base64") from error
    return Cipher(algorithms.AES(key), modes.CBC(key[:16]))


def encrypt(text: str, aes_key: str, app_id: str) -> str:
    """Encrypt one message for the account `app_id`; gives base64."""
    message = text.encode()
    plain = secrets.token_bytes(_HEAD) + struct.pack(">I", len(message)) + message
    plain += app_id.encode()
    padding = _BLOCK - len(plain) % _BLOCK
    plain += bytes([padding]) * padding
    encryptor = _cipher(aes_key).encryptor()
    return base64.b64encode(encryptor.update(plain) + encryptor.finalize()).decode()


def decrypt(secret: str, aes_key: str, app_id: str) -> str:
    """Decrypt what `encrypt` made.

    Raises:
        CryptoError: malformed, made with another key, or meant for another account.
    """
    try:
        raw = base64.b64decode(secret, validate=True)
        decryptor = _cipher(aes_key).decryptor()
        plain = decryptor.update(raw) + decryptor.finalize()
        padding = plain[-1]
        if not 1 <= padding <= _BLOCK or plain[-padding:] != bytes([padding]) * padding:
            raise CryptoError("wrong padding")
        plain = plain[:-padding]
        (length,) = struct.unpack(">I", plain[_HEAD : _HEAD + 4])
        message = plain[_HEAD + 4 : _HEAD + 4 + length].decode()
        owner = plain[_HEAD + 4 + length :].decode()
    except (ValueError, IndexError, struct.error) as error:
        raise CryptoError("not decryptable with this key") from error
    if owner != app_id:
        raise CryptoError("meant for another account")
    return message
