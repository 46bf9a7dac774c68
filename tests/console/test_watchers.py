"""Many watch, on real servers and real sockets; no thread is held and nobody is forgotten."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
import requests
from werkzeug.serving import make_server

from console import watchers
from console.watchers import Frame, Watchers
from tests.console import watched as shown

ROOT = Path(__file__).resolve().parents[2]
THREADS = 2


def free_port() -> int:
    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as free:
        return free.getsockname()[1]


@contextlib.contextmanager
def gunicorn():
    """Production's server, with few threads."""
    port = free_port()
    command = [
        sys.executable, "-m", "gunicorn", "tests.console.watched:app", "--bind",
        f"127.0.0.1:{port}", "--worker-class", "gthread", "--workers", "1", "--threads",
        str(THREADS), "--preload", "--log-level", "error",
    ]  # fmt: skip
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    try:
        wait_until(lambda: _answers(port), 20)
        yield port
    finally:
        process.terminate()
        said, _ = process.communicate(timeout=20)
        assert b"Traceback" not in said, said.decode()


@contextlib.contextmanager
def werkzeug():
    """The demo's server, in this process."""
    server = make_server("127.0.0.1", 0, shown.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(scope="module")
def port():
    with gunicorn() as port:
        yield port


@pytest.fixture
def dial(port):
    """`dial("/watch")`: a connection that has asked for a page; also of another server."""
    with contextlib.ExitStack() as at_the_end:

        def call(path: str, at: int = port, seen: str = "") -> socket.socket:
            connection = socket.create_connection(("127.0.0.1", at), timeout=10)
            at_the_end.callback(connection.close)
            head = f"GET {path} HTTP/1.1\r\nHost: hall\r\nLast-Event-ID: {seen}\r\n\r\n"
            connection.sendall(head.encode())
            return connection

        yield call


def read_until(connection: socket.socket, words: bytes) -> bytes:
    got = b""
    while words not in got:
        more = connection.recv(65536)
        assert more, got
        got += more
    return got


def ask(port: int, path: str, method: str = "GET", seconds: float = 10):
    return requests.request(method, f"http://127.0.0.1:{port}{path}", timeout=seconds)


def watching(port: int) -> int:
    return ask(port, "/asked").json()["watching"]


def wait_until(condition, seconds: float = 5):
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.05)


def check_that_all_see_the_move(port, dial):
    everybody = [dial("/watch", port) for _ in range(10 * THREADS)]
    for one in everybody:
        head = read_until(one, b"data: hall")
        assert head.startswith(b"HTTP/1.1 200 OK\r\n")
        assert b"text/event-stream" in head
        assert b"retry: " in head
    assert ask(port, "/healthz", seconds=2).text == "ok"
    assert ask(port, "/move", "POST").text == "moved"
    moved = {read_until(one, b"\n\n") for one in everybody}
    assert len(moved) == 1, "the same bytes to everybody"


def test_ten_times_more_watch_than_there_are_threads_and_all_see_the_move(port, dial):
    check_that_all_see_the_move(port, dial)


def test_on_the_server_of_the_demo_too(dial):
    with werkzeug() as port:
        check_that_all_see_the_move(port, dial)
        shown.watchers.close()


def _answers(port: int) -> bool:
    with contextlib.suppress(requests.RequestException):
        return requests.get(f"http://127.0.0.1:{port}/healthz", timeout=1).ok
    return False


def test_one_look_a_second_serves_everybody(port, dial):
    everybody = [dial("/watch") for _ in range(20)]
    for one in everybody:
        read_until(one, b"data: hall")
    before, started = ask(port, "/asked").json()["asked"], time.monotonic()
    time.sleep(1.2)
    looks = ask(port, "/asked").json()["asked"] - before
    assert 1 <= looks <= (time.monotonic() - started) + 1


def test_who_comes_back_is_not_told_what_it_knows(dial):
    seen = read_until(dial("/watch"), b"data: hall").split(b"id: ")[1].split(b"\n")[0]
    again = read_until(dial("/watch", seen=seen.decode()), b"event: still")
    assert b"data: hall" not in again


def test_who_leaves_is_forgotten_and_then_nothing_runs(port, dial):
    wait_until(lambda: watching(port) == 0)
    one = dial("/watch")
    read_until(one, b"data: hall")
    assert watching(port) == 1
    one.close()
    wait_until(lambda: watching(port) == 0)
    before = ask(port, "/asked").json()["asked"]
    time.sleep(1.2)
    assert ask(port, "/asked").json()["asked"] == before


def test_one_too_many_gets_an_answer_that_ends(port, dial):
    everybody = [dial("/watch") for _ in range(60)]
    for one in everybody:
        read_until(one, b"data: hall")
    answer = ask(port, "/watch")
    assert "retry: 2000" in answer.text
    assert watching(port) == 60


def test_a_thread_for_each_watcher_would_leave_none_for_the_webhook(port, dial):
    """The control: last here, for it leaves the server nothing but its own threads' pauses."""
    for _ in range(THREADS):
        read_until(dial("/hold"), b"event: still")
    with pytest.raises(requests.Timeout):
        ask(port, "/healthz", seconds=0.7)


def test_who_takes_nothing_is_hung_up_on_and_nobody_waits_for_it(monkeypatch):
    """A phone that has left the Wi-Fi: its share fills up while the others go on."""
    monkeypatch.setattr(watchers, "_PATIENCE_SECONDS", 0.5)
    monkeypatch.setattr(watchers, "_LOOK_SECONDS", 0.1)
    numbers = iter(range(10_000))

    def latest(_: str) -> Frame:
        number = next(numbers)
        return Frame(str(number), b"data: " + b"x" * 400_000 + b"%d\n\n" % number)

    with watching_pair(Watchers(latest)) as (everybody, deaf, awake):
        until = time.monotonic() + 5
        while len(everybody) == 2 and time.monotonic() < until:
            awake.recv(1 << 20)
        assert len(everybody) == 1
        assert read_until(awake, b"\n\n")
        deaf.settimeout(2)
        while deaf.recv(1 << 20):
            pass


def test_while_nothing_can_be_found_out_nothing_is_said(monkeypatch):
    """Better a board that says it is cut off than one that shows the past."""
    monkeypatch.setattr(watchers, "_LOOK_SECONDS", 0.1)
    frames: list[Frame | None] = [None]
    with watching_pair(Watchers(lambda _: frames[0])) as (_, one, _other):
        one.settimeout(0.6)
        with pytest.raises(TimeoutError):
            one.recv(1024)
        frames[0] = Frame("1", b"data: 1\n\n")
        assert b"data: 1" in read_until(one, b"data: ")


@contextlib.contextmanager
def watching_pair(everybody: Watchers):
    """Two who watch over plain sockets, as a server would hand them over."""
    with contextlib.ExitStack() as at_the_end:
        ends = []
        for _ in range(2):
            near, far = socket.socketpair()
            at_the_end.enter_context(near)
            at_the_end.enter_context(far)
            environ = {"gunicorn.socket": near, "SERVER_PROTOCOL": "HTTP/1.1"}
            assert everybody.add(environ, "hall")
            with pytest.raises(OSError, match="Broken pipe"):
                near.sendall(b"the server's own answer leads nowhere")
            ends.append(far)
        at_the_end.callback(everybody.close)
        yield everybody, *ends


def test_what_is_no_plain_socket_stays_with_the_server():
    everybody = Watchers(lambda _: None)
    assert not everybody.add({}, "hall")
    near, far = socket.socketpair()
    with near, far:
        environ = {"gunicorn.socket": near, "SERVER_PROTOCOL": "HTTP/2"}
        assert not everybody.add(environ, "hall")
        assert len(everybody) == 0
