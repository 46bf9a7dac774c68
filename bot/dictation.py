"""
Speech to text, for hospitals that have a server for it (VOICE_TEXT_URL).

WeChat itself recognises nothing any more. The voice is fetched and heard before the turn begins,
by a few threads and within a bounded time; what is not heard by then is answered like any voice:
how to dictate. Nothing of it is kept or logged.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as LateError

from bot.transport import Deadline, Request, Transport
from bot.wechat_errors import WechatError

_LOG = logging.getLogger(__name__)

# What is left of the 4.5 s of a try is for the turn.
_WAITS_SECONDS = 3.0
_HEARS_SECONDS = 8.0
_MOST_AT_ONCE = 4
# One that came too late for its first try may be there for the next one.
_MOST_KEPT = 64
_MOST_CHARACTERS = 500


class Dictation:
    """
    Voices as words.

    The server gets a POST with the file (AMR) and answers JSON, `{"text": "…"}`.
    """

    def __init__(self, url: str, download: Callable[[str], bytes]) -> None:
        """Hear by the server at `url` what `download` returns for a media_id."""
        self._server = Transport(url)
        self._download = download
        self._threads = ThreadPoolExecutor(_MOST_AT_ONCE, thread_name_prefix="dictation")
        self._free = threading.BoundedSemaphore(_MOST_AT_ONCE)
        self._guard = threading.Lock()
        self._heard: dict[str, Future[str]] = {}

    def words(self, media_id: str) -> str:
        """Return what was said, "" where it is not known in time or never will be."""
        future = self._begun(media_id)
        if future is None:
            return ""
        try:
            return future.result(_WAITS_SECONDS)
        except LateError:
            return ""
        except Exception as error:  # noqa: BLE001 - whatever a foreign server does, a patient waits
            _LOG.warning("a voice was not understood: %s", type(error).__name__)
            return ""

    def _begun(self, media_id: str) -> Future[str] | None:
        """The same voice is heard once; None when all threads are busy."""
        with self._guard:
            known = self._heard.get(media_id)
            if known is not None or not self._free.acquire(blocking=False):
                return known
            while len(self._heard) >= _MOST_KEPT:
                self._heard.pop(next(iter(self._heard)))
            future = self._threads.submit(self._hear, media_id)
            self._heard[media_id] = future
        future.add_done_callback(lambda _: self._free.release())
        return future

    def _hear(self, media_id: str) -> str:
        voice = self._download(media_id)
        asked = Request("", voice, headers={"Content-Type": "audio/amr"})
        told = self._server.call(asked, Deadline(_HEARS_SECONDS)).get("text")
        if not isinstance(told, str):
            raise WechatError(0, "no text in the answer")
        return told.strip()[:_MOST_CHARACTERS]
