"""QR codes with a scene: the ticket, the picture, and what scanning it tells the bot.

Source: https://developers.weixin.qq.com/doc/offiaccount/Account_Management/Generating_a_Parametric_QR_Code.html
"""

from __future__ import annotations

import io
import secrets
import threading
from dataclasses import dataclass

import segno

from simulator.config import SimulatorConfig
from simulator.errors import ApiError

_MOST_SECONDS = 2_592_000
_DEFAULT_SECONDS = 60
_MOST_PERMANENT_NUMBER = 100_000
_MOST_SCENE = 64
_TEMPORARY, _PERMANENT = ("QR_SCENE", "QR_STR_SCENE"), ("QR_LIMIT_SCENE", "QR_LIMIT_STR_SCENE")


@dataclass(frozen=True, slots=True)
class QrCode:
    """One code; `until` is None for a permanent one."""

    ticket: str
    scene: str
    url: str
    until: float | None


class QrCodes:
    """The account's QR codes. Thread-safe."""

    def __init__(self, config: SimulatorConfig) -> None:
        """None yet."""
        self._config = config
        self._lock = threading.Lock()
        self._codes: dict[str, QrCode] = {}

    def create(self, action: object, scene: object, seconds: object) -> QrCode:
        """A new code; `seconds` of life matter only to a temporary one.

        Raises:
            ApiError: 40052 no such action, 40053 a scene or a life it does not allow.
        """
        if action not in _TEMPORARY + _PERMANENT:
            raise ApiError(40052, "invalid action name")
        name = _scene(str(action), scene)
        until = None
        if action in _TEMPORARY:
            life = _DEFAULT_SECONDS if seconds is None else seconds
            if not isinstance(life, int) or not 0 < life <= _MOST_SECONDS:
                raise ApiError(40053, "invalid action info: expire_seconds")
            until = self._config.clock() + life
        url = f"http://weixin.qq.com/q/{secrets.token_urlsafe(16)}"
        code = QrCode(secrets.token_urlsafe(64), name, url, until)
        with self._lock:
            self._codes[code.ticket] = code
        return code

    def picture(self, ticket: str) -> bytes | None:
        """The code as PNG; None for a ticket that was never given."""
        with self._lock:
            code = self._codes.get(ticket)
        if code is None:
            return None
        file = io.BytesIO()
        segno.make(code.url, error="m").save(file, kind="png", scale=8, border=4)
        return file.getvalue()

    def scannable(self) -> list[QrCode]:
        """Those that may still be scanned, newest first."""
        now = self._config.clock()
        with self._lock:
            codes = list(self._codes.values())
        return [code for code in codes[::-1] if code.until is None or code.until > now]


def _scene(action: str, scene: object) -> str:
    fields = scene if isinstance(scene, dict) else {}
    if "STR" in action:
        text = fields.get("scene_str")
        if isinstance(text, str) and 1 <= len(text) <= _MOST_SCENE:
            return text
    else:
        number = fields.get("scene_id")
        most = 2**32 - 1 if action in _TEMPORARY else _MOST_PERMANENT_NUMBER
        if isinstance(number, int) and 1 <= number <= most:
            return str(number)
    raise ApiError(40053, "invalid action info")
