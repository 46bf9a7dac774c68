"""A voice becomes words where the hospital has a server for it; and a clear answer where not."""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from bot.dictation import Dictation
from simulator.config import DEMO_PATIENTS
from simulator.media import PATIENT_VOICE
from tests.bot.together import Together, together

HER = DEMO_PATIENTS[0][0]
Said = Callable[[], bytes]


@contextlib.contextmanager
def ear(answer: Said) -> Iterator[tuple[str, list[bytes]]]:
    """A server that hears; gives its address and the files it got."""
    got: list[bytes] = []

    class Ear(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append(self.rfile.read(int(self.headers["Content-Length"])))
            body = answer()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            with contextlib.suppress(OSError):
                self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Ear)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/hear", got
    finally:
        server.shutdown()
        server.server_close()


def words(text: str) -> bytes:
    return json.dumps({"text": text}).encode()


def voice(both: Together) -> str:
    """She presses the microphone; returns what comes back."""
    return str(both.board.send_media(HER, "voice").reply)


@pytest.fixture
def town(sqlite_url: str, redis_url: str, tmp_path: Path) -> Callable[..., Together]:
    with contextlib.ExitStack() as stack:
        yield lambda **more: stack.enter_context(
            together(sqlite_url, redis_url, tmp_path, {}, WECHAT_LINKS="off", **more)
        )


def test_what_was_said_is_understood_as_if_it_had_been_typed(town) -> None:
    with ear(lambda: words("手麻，想挂下周三上午的号")) as (url, got):
        assert "神经内科" in voice(town(VOICE_TEXT_URL=url))
    assert got == [PATIENT_VOICE]


def test_an_emergency_that_was_spoken_is_one(town) -> None:
    with ear(lambda: words("我爸突然嘴歪了，说话不清楚")) as (url, _):
        assert "120" in voice(town(VOICE_TEXT_URL=url))


@pytest.mark.parametrize(
    "answer", [b'{"words": 1}', b"<html>", b'{"text": ""}', b'{"text": 5}', b""]
)
def test_a_server_that_talks_nonsense_costs_nobody_the_answer(town, answer: bytes) -> None:
    with ear(lambda: answer) as (url, _):
        assert "语音我听不到" in voice(town(VOICE_TEXT_URL=url))


def test_a_server_that_hangs_is_not_waited_for(town) -> None:
    def slowly() -> bytes:
        time.sleep(6)
        return words("太晚了")

    with ear(slowly) as (url, _):
        both = town(VOICE_TEXT_URL=url)
        started = time.monotonic()
        assert "语音我听不到" in voice(both)
        assert time.monotonic() - started < 4.9


def test_without_a_server_she_is_told_how_to_dictate(town) -> None:
    answer = voice(town())

    assert "话筒" in answer
    assert "120" in answer


def test_the_same_voice_is_heard_once_and_only_a_few_at_a_time() -> None:
    go_on = threading.Event()
    asked: list[str] = []

    def download(media_id: str) -> bytes:
        asked.append(media_id)
        go_on.wait(5)
        return b"#!AMR"

    with ear(lambda: words("好")) as (url, _):
        dictation = Dictation(url, download)
        callers = [threading.Thread(target=dictation.words, args=(name,)) for name in "aabcde"]
        for caller in callers:
            caller.start()
        time.sleep(0.3)
        assert dictation.words("f") == "", "all are busy: answered at once"
        go_on.set()
        for caller in callers:
            caller.join()
        assert dictation.words("a") == "好"
    assert len(asked) == len(set(asked)) == 4
