"""
The simulator over real HTTP, with every call counted and faults put before it.

`python -m tests.bot.stand_in URL REDIS_URL DATA_KEY LOOKUP_KEY` is another process of ours: it
sends texts from four threads and prints how many went through.
"""

from __future__ import annotations

import contextlib
import io
import ipaddress
import json
import logging
import os
import socket
import ssl
import struct
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import redis
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from werkzeug.test import Client

from bot.access import Shelf
from bot.wechat import WechatClient
from bot.wechat_errors import WechatError
from models.clock import system_now
from models.vault import Vault
from simulator.app import create_app, switchboard_of
from simulator.config import DEMO_PATIENTS, SimulatorConfig
from tests.simulator.conftest import serving

APP, SECRET = "wx0123456789abcdef", "5ecret5ecret5ecret5ecret5ecret5e"
PATIENT = DEMO_PATIENTS[0][0]
TOKEN_CALL, TEXT_CALL = "/cgi-bin/stable_token", "/cgi-bin/message/custom/send"

_GRANT = {"grant_type": "client_credential", "appid": APP, "secret": SECRET}

# A fault: takes the WSGI environment, returns status line, content type and body.
Fault = Callable[[dict[str, Any]], tuple[str, str, bytes]]


def errcode(code: int, message: str = "no") -> Fault:
    """Always this error."""
    body = json.dumps({"errcode": code, "errmsg": f"{message} rid: 1a2b3c4d-5e6f"}).encode()
    return lambda environ: ("200 OK", "application/json", body)


class StandIn:
    """WeChat's servers for one account; `faults` answer in their place, `calls` counts all."""

    def __init__(self) -> None:
        config = SimulatorConfig(
            webhook_url="http://127.0.0.1:9/wechat",
            token="tok",
            app_id=APP,
            app_secret=SECRET,
            account_id="gh_desk",
            public_hospital=True,
        )
        self.app = create_app(config)
        self.board = switchboard_of(self.app)
        self.url = ""
        self.calls: Counter[str] = Counter()
        self.forced = 0
        self.faults: dict[str, Fault] = {}
        self.token_seconds = 0.0
        self._inner = self.app.wsgi_app
        self._guard = threading.Lock()
        self.app.wsgi_app = self  # type: ignore[method-assign]

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = io.BytesIO(body)
        with self._guard:
            self.calls[path] += 1
            self.forced += path == TOKEN_CALL and json.loads(body).get("force_refresh") is True
        if path == TOKEN_CALL:
            time.sleep(self.token_seconds)
        if path in self.faults:
            status, kind, answer = self.faults[path](environ)
            start(status, [("Content-Type", kind), ("Content-Length", str(len(answer)))])
            return [answer]
        return self._inner(environ, start)

    def let_in(self) -> None:
        """The patient follows and writes, so that texts may be sent: as many as a test likes."""
        self.board.exchange.set_following(PATIENT, following=True)
        self.board.ledger.open(PATIENT, "message")
        self.board.ledger._windows[PATIENT]["message"].remaining = 1_000_000

    def kill_the_token(self) -> None:
        """Another program of the same account forces a new token, which ends ours at once."""
        self.stable_token(force=True)

    def stable_token(self, *, force: bool = False) -> str:
        """What another program of the account is told, uncounted."""
        body = {**_GRANT, "force_refresh": force}
        answer = Client(self._inner).post(TOKEN_CALL, json=body)
        return str(answer.get_json()["access_token"])

    def old_token(self) -> bytes:
        """What a program that uses the older token call is told, uncounted."""
        return Client(self._inner).get("/cgi-bin/token", query_string=_GRANT).get_data()


@contextlib.contextmanager
def standing_in() -> Iterator[StandIn]:
    """A stand-in on a free port."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    wechat = StandIn()
    with serving(wechat.app) as url:
        wechat.url = url
        wechat.let_in()
        yield wechat


def client_of(url: str, client: redis.Redis | None, vault: Vault) -> WechatClient:
    """Our client of that account."""
    return WechatClient(url, APP, SECRET, Shelf(APP, client, vault))


def at_once(count: int, act: Callable[[int], object]) -> list[object]:
    """Run `act` in so many threads, all starting together; returns results or exceptions."""
    gate = threading.Barrier(count)

    def one(number: int) -> object:
        gate.wait()
        try:
            return act(number)
        except WechatError as error:
            return error

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


@contextlib.contextmanager
def raw_server(serve: Callable[[socket.socket, threading.Event], None]) -> Iterator[str]:
    """A server that treats every connection as `serve` likes, until the event is set."""
    over = threading.Event()
    listener = socket.create_server(("127.0.0.1", 0))
    threads = []

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listener.accept()
                thread = threading.Thread(target=one, args=(connection,))
                threads.append(thread)
                thread.start()

    def one(connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            serve(connection, over)

    acceptor = threading.Thread(target=accept)
    acceptor.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        over.set()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        for thread in (acceptor, *threads):
            thread.join()


@contextlib.contextmanager
def tls_server(after: bytes) -> Iterator[tuple[str, str]]:
    """Shakes hands, reads a request, and sends these bytes past its TLS; with its certificate."""
    with tempfile.TemporaryDirectory() as home:
        certificate, key = _certificate(Path(home))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)

        def serve(connection: socket.socket, over: threading.Event) -> None:
            with context.wrap_socket(connection, server_side=True) as secured:
                secured.recv(65536)
                os.write(secured.fileno(), after)
                over.wait()

        with raw_server(serve) as url:
            yield url.replace("http:", "https:"), str(certificate)


@contextlib.contextmanager
def tls_proxy(answer: bytes) -> Iterator[tuple[str, str]]:
    """
    A proxy that is the server behind it, too: one answer through each tunnel, then it ends.

    Without an answer the tunnel breaks when the request has come.
    """
    with tempfile.TemporaryDirectory() as home:
        certificate, key = _certificate(Path(home))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)

        def serve(connection: socket.socket, over: threading.Event) -> None:
            connection.recv(65536)
            connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            with context.wrap_socket(connection, server_side=True) as secured:
                read = b""
                while not read.endswith(b"{}"):  # what stays unread would break the tunnel
                    read += secured.recv(65536)
                if answer:
                    secured.sendall(answer)
                else:
                    at_once = struct.pack("ii", 1, 0)
                    secured.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, at_once)

        with raw_server(serve) as url:
            yield url, str(certificate)


def _certificate(home: Path) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1, signed by itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    now = system_now()
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .sign(key, hashes.SHA256())
    )
    certificate, private = home / "certificate.pem", home / "key.pem"
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return certificate, private


def main(url: str, redis_url: str, data_key: str, lookup_key: str) -> None:
    """Send four texts at once from a process of its own."""
    ours = client_of(url, redis.Redis.from_url(redis_url), Vault(data_key, lookup_key))
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    results = at_once(4, lambda number: ours.send_text(PATIENT, f"第{number}条"))
    sys.stdout.write(f"{results.count(None)}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
