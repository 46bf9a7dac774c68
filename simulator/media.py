"""Temporary media: three days on the server, within WeChat's sizes and formats.

Source: https://developers.weixin.qq.com/doc/service/api/material/temporary/api_uploadtempmedia .
Not checked: that a voice lasts no longer than 60 s.
"""

from __future__ import annotations

import base64
import secrets
import threading
from collections.abc import Mapping
from dataclasses import dataclass

from simulator.config import SimulatorConfig
from simulator.errors import ApiError

LIFE_SECONDS = 3 * 24 * 3600.0
_KB, _MB = 1 << 10, 1 << 20


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of media: the most bytes, and the file name endings."""

    most_bytes: int
    endings: tuple[str, ...]


KINDS: Mapping[str, Kind] = {
    "image": Kind(10 * _MB, (".png", ".jpeg", ".jpg", ".gif")),
    "voice": Kind(2 * _MB, (".amr", ".mp3")),
    "video": Kind(10 * _MB, (".mp4",)),
    "thumb": Kind(64 * _KB, (".jpg",)),
}
# First bytes of a file → its content type.
_TYPES: Mapping[bytes, str] = {
    b"\x89PNG": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF8": "image/gif",
    b"#!AMR": "audio/amr",
    b"ID3": "audio/mpeg",
    b"\xff\xfb": "audio/mpeg",
}
# What patients send from the phone page: a picture of one grey point, a breath of silence.
PATIENT_PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg=="
)
PATIENT_VOICE = b"#!AMR\n" + b"\x7c" * 32


@dataclass(frozen=True, slots=True)
class Media:
    """One kept file."""

    kind: str
    content: bytes
    until: float

    @property
    def content_type(self) -> str:
        """Its MIME type, told by its first bytes."""
        for head, name in _TYPES.items():
            if self.content.startswith(head):
                return name
        return "video/mp4" if self.content[4:8] == b"ftyp" else "application/octet-stream"


class MediaStore:
    """The account's temporary media. Thread-safe."""

    def __init__(self, config: SimulatorConfig) -> None:
        """An empty store, by the account's clock."""
        self._config = config
        self._lock = threading.Lock()
        self._kept: dict[str, Media] = {}

    def upload(self, kind: str, name: str, content: bytes) -> str:
        """Keep a file of the bot's; gives its media_id.

        Raises:
            ApiError: 40004 no such kind, 44001 empty, 45001 too big, 40005 wrong format.
        """
        if kind not in KINDS:
            raise ApiError(40004, "invalid media type")
        if not content:
            raise ApiError(44001, "empty media data")
        if len(content) > KINDS[kind].most_bytes:
            raise ApiError(45001, "media size out of limit")
        if not name.lower().endswith(KINDS[kind].endings):
            raise ApiError(40005, "invalid file type")
        return self.keep(kind, content)

    def keep(self, kind: str, content: bytes) -> str:
        """Keep a file for three days; gives its media_id."""
        now = self._config.clock()
        media_id = secrets.token_urlsafe(48)
        with self._lock:
            self._kept = {i: m for i, m in self._kept.items() if m.until > now}
            self._kept[media_id] = Media(kind, content, now + LIFE_SECONDS)
        return media_id

    def get(self, media_id: object) -> Media:
        """A file that is still kept.

        Raises:
            ApiError: 40007, never heard of or gone after three days.
        """
        with self._lock:
            found = self._kept.get(str(media_id))
        if found is None or found.until <= self._config.clock():
            raise ApiError(40007, "invalid media_id")
        return found
