"""
One HTTP request to WeChat in bounded time, and every way it can go wrong as one typed error.

A socket's time-out bounds each wait, not their sum: a server that sends a byte now and then holds
its caller for ever. So an answer is read from a socket that knows by when all of it must be here.
"""

from __future__ import annotations

import contextlib
import io
import json
import logging
import socket
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus
from http.client import HTTPResponse
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlencode, urlsplit
from urllib.request import getproxies, proxy_bypass

import urllib3
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError, ProxyError

from bot.wechat_errors import PermanentError, UnreachableError, raise_for

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

# At DEBUG it would log every address, and with it the token.
logging.getLogger("urllib3.connectionpool").setLevel(logging.INFO)

# Connections kept to one server: more than a courier has lanes, or a server threads that download.
_KEPT = 16
CONNECT_SECONDS = 3.05
READ_SECONDS = 5.0
# An answer is a few hundred bytes; a video, the largest thing WeChat keeps, is 10 MB.
_MOST_JSON_BYTES = 1 << 20
_MOST_MEDIA_BYTES = 10 << 20
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
    """What is asked: a POST where there is a body, else a GET."""

    path: str
    body: bytes | None = None
    params: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)


class _InTime(io.RawIOBase):
    """What comes from a socket, until a moment and no longer."""

    def __init__(self, sock: socket.socket, until: Deadline) -> None:
        self._sock = sock
        self._raw = sock.makefile("rb", buffering=0)
        self._until = until

    def readable(self) -> bool:
        return True

    def readinto(self, into: WriteableBuffer) -> int | None:
        left = self._until.left
        if not left:
            raise TimeoutError
        self._sock.settimeout(min(left, READ_SECONDS))
        return self._raw.readinto(into)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Answer(HTTPResponse):
    """An answer whose head and body have one deadline."""

    def __init__(self, sock: socket.socket, *args: Any, until: Deadline, **more: Any) -> None:  # noqa: ANN401 - as inherited
        super().__init__(sock, *args, **more)
        self.fp.close()
        self.fp = io.BufferedReader(_InTime(sock, until))


class _Connection(urllib3.connection.HTTPConnection):
    """
    A connection whose `timeout` is for the whole answer.

    Whatever keeps it from being made is told as one error: nothing has been asked by then.
    """

    def connect(self) -> None:
        # What a proxy says first belongs to this connection, not to the last answer on it.
        until = Deadline(self.timeout or CONNECT_SECONDS)
        self.response_class = partial(_Answer, until=until)  # type: ignore[assignment]  # called
        try:
            super().connect()
        except (OSError, ValueError) as error:  # a certificate is refused, hands are not shaken
            self.close()
            raise NewConnectionError(self, type(error).__name__) from error

    def getresponse(self) -> urllib3.HTTPResponse:  # type: ignore[override]  # as urllib3's own
        until = Deadline(self.timeout or READ_SECONDS)
        self.response_class = partial(_Answer, until=until)  # type: ignore[assignment]  # called
        return super().getresponse()


class _TlsConnection(_Connection, urllib3.connection.HTTPSConnection):
    pass


class _Pool(urllib3.HTTPConnectionPool):
    ConnectionCls = _Connection


class _TlsPool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _TlsConnection


def _manager(base_url: str) -> urllib3.PoolManager:
    """Return kept connections to a server, through the proxy the site has set if it has."""
    parts = urlsplit(base_url)
    proxy = None if proxy_bypass(parts.netloc) else getproxies().get(parts.scheme)
    manager = _through(proxy) if proxy else urllib3.PoolManager(maxsize=_KEPT)
    manager.pool_classes_by_scheme = {"http": _Pool, "https": _TlsPool}
    return manager


def _through(proxy: str) -> urllib3.ProxyManager:
    parts, headers = urlsplit(proxy), None
    if parts.username is not None:
        who = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        headers = urllib3.make_headers(proxy_basic_auth=who)
    return urllib3.ProxyManager(proxy, maxsize=_KEPT, proxy_headers=headers)


class Transport:
    """Requests to one base URL, on connections that are kept."""

    def __init__(self, base_url: str) -> None:
        self.base = base_url.rstrip("/")
        self._connections = _manager(self.base)

    def call(self, request: Request, deadline: Deadline, token: str = "") -> dict[str, Any]:
        """
        Return the JSON object WeChat answers.

        Raises:
            UnreachableError: unreachable, slow, 5xx, no JSON.
            TransientError: an errcode worth another try.
            PermanentError: an errcode that is final.
        """
        quick = deadline.within(READ_SECONDS)
        _, body = self._exchange(request, quick, token, _MOST_JSON_BYTES)
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
        params = {**({"access_token": token} if token else {}), **request.params}
        left = max(_SHORTEST, deadline.left)
        with (
            _typed(),
            self._connections.urlopen(
                "GET" if request.body is None else "POST",
                self.base + request.path + (f"?{urlencode(params)}" if params else ""),
                body=request.body,
                headers=dict(request.headers),
                timeout=urllib3.Timeout(connect=min(CONNECT_SECONDS, left), read=left),
                preload_content=False,
                redirect=False,
                retries=False,
            ) as answer,
        ):
            if answer.status != HTTPStatus.OK:
                broke = answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR
                raise UnreachableError(0, f"HTTP {answer.status}", is_uncertain=broke)
            body = answer.read(most + 1)
            if len(body) > most:
                raise UnreachableError(0, "an answer without end", is_uncertain=True)
            kind = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
            return kind, body


@contextlib.contextmanager
def _typed() -> Iterator[None]:
    """Turn what the network does into typed errors; theirs name the address, with the token."""
    try:
        yield
    except HTTPError as error:
        raise UnreachableError(
            0, type(error).__name__, is_uncertain=not _never_left(error)
        ) from None


def _never_left(error: HTTPError) -> bool:
    """
    Tell whether no connection came about, so that WeChat cannot have seen the request.

    urllib3 blames a proxy for whatever breaks behind it, after the request was sent, too: what
    broke first tells.
    """
    first = error.original_error if isinstance(error, ProxyError) else error
    return isinstance(first, NewConnectionError | ConnectTimeoutError)


def _json(body: bytes) -> dict[str, Any]:
    try:
        told = json.loads(body)
    except ValueError:
        raise UnreachableError(0, "no JSON in the answer", is_uncertain=True) from None
    if not isinstance(told, dict):
        raise UnreachableError(0, "no JSON object in the answer", is_uncertain=True)
    raise_for(told)
    return told
