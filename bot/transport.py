"""
One HTTP request to WeChat in bounded time, and every way it can go wrong as one typed error.

`requests` bounds each wait on the socket, not their sum: a server that sends a byte now and then
holds it for ever. So a connection hangs up on headers that trickle, and the body is read in pieces
against a deadline.
"""

from __future__ import annotations

import contextlib
import json
import logging
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import requests
import urllib3

from bot.wechat_errors import PermanentError, UnreachableError, raise_for

# At DEBUG it would log every address, and with it the token.
logging.getLogger("urllib3.connectionpool").setLevel(logging.INFO)

CONNECT_SECONDS = 3.05
READ_SECONDS = 5.0
# An answer is a few hundred bytes; a video, the largest thing WeChat keeps, is 10 MB.
_MOST_JSON_BYTES = 1 << 20
_MOST_MEDIA_BYTES = 10 << 20
_PIECE = 1 << 16
_SHORTEST = 0.01  # seconds; 0 would mean "do not wait at all" to a socket
_NO_FILE = frozenset({"application/json", "text/plain", "text/html"})


class Deadline:
    """A moment by which all must be done."""

    def __init__(self, seconds: float) -> None:
        self._until = time.monotonic() + seconds

    @property
    def left(self) -> float:
        """Seconds left, never below 0."""
        return max(0.0, self._until - time.monotonic())

    def within(self, seconds: float) -> Deadline:
        """Return the earlier of this deadline and one in `seconds`."""
        return Deadline(min(self.left, seconds))


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked: a POST where there is a body or files, else a GET."""

    path: str
    body: bytes | None = None
    params: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, tuple[str, bytes]] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


class _Impatient(urllib3.connection.HTTPConnection):
    """Hangs up where the headers have not come in the time one read may take."""

    def getresponse(self) -> urllib3.HTTPResponse:  # type: ignore[override]  # as urllib3's own
        """Return the answer once its headers are here."""
        watch = threading.Timer(self.timeout or READ_SECONDS, _hang_up, (self.sock,))
        watch.daemon = True
        watch.start()
        try:
            return super().getresponse()
        finally:
            watch.cancel()


class _ImpatientTls(_Impatient, urllib3.connection.HTTPSConnection):
    pass


class _Pool(urllib3.HTTPConnectionPool):
    ConnectionCls = _Impatient


class _TlsPool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _ImpatientTls


class _Adapter(requests.adapters.HTTPAdapter):
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - as inherited
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _TlsPool}


def _hang_up(sock: socket.socket) -> None:
    with contextlib.suppress(OSError):
        socket.socket.shutdown(sock, socket.SHUT_RDWR)


class Transport:
    """Requests to one base URL, on connections that are kept."""

    def __init__(self, base_url: str) -> None:
        self.base = base_url.rstrip("/")
        self._session = requests.Session()
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, _Adapter())

    def call(self, request: Request, deadline: Deadline, token: str = "") -> dict[str, Any]:
        """
        Return the JSON object WeChat answers.

        Raises:
            UnreachableError: unreachable, slow, 5xx, no JSON.
            TransientError: an errcode worth another try.
            PermanentError: an errcode that is final.
        """
        _, body = self._exchange(request, deadline, token, _MOST_JSON_BYTES)
        return _json(body)

    def download(self, request: Request, deadline: Deadline, token: str) -> bytes:
        """Return the bytes of a picture or a voice; a video is refused; errors as `call`."""
        kind, body = self._exchange(request, deadline, token, _MOST_MEDIA_BYTES)
        if kind in _NO_FILE:
            _json(body)  # an error comes as JSON where a file was asked for
            raise PermanentError(0, "only an address: of videos WeChat gives no file")
        return body

    def _exchange(
        self, request: Request, deadline: Deadline, token: str, most: int
    ) -> tuple[str, bytes]:
        # Sending counts as connecting; only an upload takes long.
        send = deadline.left if request.files else min(CONNECT_SECONDS, deadline.left)
        read = min(READ_SECONDS, deadline.left)
        with (
            _typed(),
            self._session.request(
                "GET" if request.body is None and request.files is None else "POST",
                self.base + request.path,
                params={**({"access_token": token} if token else {}), **request.params},
                data=request.body,
                files=request.files,
                headers=dict(request.headers),
                timeout=(max(_SHORTEST, send), max(_SHORTEST, read)),
                stream=True,
                allow_redirects=False,
            ) as answer,
        ):
            status = answer.status_code
            if status != HTTPStatus.OK:
                broke = status >= HTTPStatus.INTERNAL_SERVER_ERROR
                raise UnreachableError(0, f"HTTP {status}", is_uncertain=broke)
            kind = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
            return kind, _read(answer, deadline, most)


@contextlib.contextmanager
def _typed() -> Iterator[None]:
    """Turn what the network does into typed errors; theirs name the address, with the token."""
    try:
        yield
    except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
        raise UnreachableError(
            0, type(error).__name__, is_uncertain=not _never_left(error)
        ) from None


def _never_left(error: Exception) -> bool:
    """Tell whether no connection came about, so that WeChat cannot have seen the request."""
    if isinstance(error, requests.exceptions.SSLError | requests.exceptions.ProxyError):
        return True
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return isinstance(
        reason, urllib3.exceptions.NewConnectionError | urllib3.exceptions.ConnectTimeoutError
    )


def _read(answer: requests.Response, deadline: Deadline, most: int) -> bytes:
    body = bytearray()
    while piece := answer.raw.read1(_PIECE, decode_content=True):
        body += piece
        if len(body) > most:
            raise UnreachableError(0, "an answer without end", is_uncertain=True)
        if not deadline.left:
            raise UnreachableError(0, "an answer too slow", is_uncertain=True)
    return bytes(body)


def _json(body: bytes) -> dict[str, Any]:
    try:
        told = json.loads(body)
    except ValueError:
        raise UnreachableError(0, "no JSON in the answer", is_uncertain=True) from None
    if not isinstance(told, dict):
        raise UnreachableError(0, "no JSON object in the answer", is_uncertain=True)
    raise_for(told)
    return told
