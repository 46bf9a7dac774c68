"""One token for all: fetched once, replaced once, shared sealed, and never in a storm."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
import redis

from bot import access
from bot.access import Shelf
from bot.memory import connect_redis
from bot.transport import Deadline
from bot.wechat import WechatClient
from bot.wechat_errors import TransientError
from models.vault import Vault, make_key
from tests.bot.hospital import KEYS
from tests.bot.stand_in import (
    APP,
    PATIENT,
    SECRET,
    TEXT_CALL,
    TOKEN_CALL,
    StandIn,
    at_once,
    client_of,
    errcode,
)
from tests.servers import RedisServer

ROOT = Path(__file__).parents[2]
VAULT = Vault(KEYS["DATA_KEY"], KEYS["LOOKUP_KEY"])


@pytest.fixture
def shared(redis_url: str) -> Iterator[redis.Redis]:
    with contextlib.closing(connect_redis(redis_url)) as client:
        yield client


@pytest.fixture
def ours(wechat: StandIn, shared: redis.Redis) -> WechatClient:
    return client_of(wechat.url, shared, VAULT)


class Unlocked(Shelf):
    """The control: a shelf as wechatpy's, where everybody renews at once."""

    @contextlib.contextmanager
    def locked(self, name: str, deadline: Deadline) -> Iterator[None]:
        yield


# -- a cold start


def test_sixteen_threads_and_one_token_call(wechat: StandIn, ours: WechatClient) -> None:
    wechat.token_seconds = 0.2

    results = at_once(16, lambda number: ours.send_text(PATIENT, f"第{number}条"))

    assert results == [None] * 16
    assert wechat.calls == {TOKEN_CALL: 1, TEXT_CALL: 16}


def test_control_without_the_lock_it_is_a_crowd(wechat: StandIn, shared: redis.Redis) -> None:
    wechat.token_seconds = 0.2
    crowd = WechatClient(wechat.url, APP, SECRET, Unlocked(APP, shared, VAULT))

    at_once(16, lambda number: crowd.send_text(PATIENT, f"第{number}条"))

    assert wechat.calls[TOKEN_CALL] > 1


def test_sixteen_clients_with_one_redis_and_one_token_call(
    wechat: StandIn, shared: redis.Redis
) -> None:
    wechat.token_seconds = 0.2
    clients = [client_of(wechat.url, shared, VAULT) for _ in range(16)]

    results = at_once(16, lambda number: clients[number].send_text(PATIENT, "您好"))

    assert results == [None] * 16
    assert wechat.calls[TOKEN_CALL] == 1


@pytest.mark.slow
def test_four_processes_with_one_redis_and_one_token_call(wechat: StandIn, redis_url: str) -> None:
    wechat.token_seconds = 0.3
    arguments = [wechat.url, redis_url, KEYS["DATA_KEY"], KEYS["LOOKUP_KEY"]]
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.bot.stand_in", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        for _ in range(4)
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"

    with contextlib.ExitStack() as ends:
        for process in processes:
            ends.enter_context(process)
            assert process.stdin is not None
            process.stdin.write("go\n")
            process.stdin.flush()
        sent = [process.communicate(timeout=60)[0].strip() for process in processes]

    assert sent == ["4"] * 4
    assert wechat.calls == {TOKEN_CALL: 1, TEXT_CALL: 16}


# -- a token that fails


def test_forty_thousand_and_one_for_ever_ends_after_one_retry(
    wechat: StandIn, ours: WechatClient
) -> None:
    """Wechatpy's client asked for 485 tokens here and died of recursion."""
    wechat.faults[TEXT_CALL] = errcode(40001, "invalid credential")

    with pytest.raises(TransientError, match="40001"):
        ours.send_text(PATIENT, "您好")

    # The first token, one look whether WeChat has another, one forced.
    assert wechat.calls == {TEXT_CALL: 2, TOKEN_CALL: 3}
    assert wechat.forced == 1


def test_what_a_forced_token_did_not_heal_is_not_forced_again_at_once(
    wechat: StandIn, ours: WechatClient
) -> None:
    wechat.faults[TEXT_CALL] = errcode(40001, "invalid credential")

    for _ in range(5):
        with pytest.raises(TransientError) as told:
            ours.send_text(PATIENT, "您好")
        assert told.value.retry_after > 0

    assert wechat.forced == 1


class Wound(Shelf):
    """A shelf whose clock the test winds."""

    now = 0.0

    def __init__(self) -> None:
        super().__init__(APP, None, VAULT)
        self.kept: dict[str, tuple[str, float]] = {}

    def get(self, name: str) -> str:
        value, until = self.kept.get(name, ("", 0.0))
        return value if self.now < until else ""

    def put(self, name: str, value: str, seconds: float) -> None:
        self.kept[name] = (value, self.now + seconds)


def test_a_day_of_refused_tokens_stays_within_wechats_limits(
    wechat: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """20 forced refreshes a day, 30 s apart."""
    monkeypatch.setattr(access, "_BREAK_SECONDS", 0.0)
    wechat.faults[TEXT_CALL] = errcode(40001, "invalid credential")
    shelf = Wound()
    ours = WechatClient(wechat.url, APP, SECRET, shelf)
    forced_at = []

    while shelf.now < 86_400:
        before = wechat.forced
        with pytest.raises(TransientError):
            ours.send_text(PATIENT, "您好")
        if wechat.forced > before:
            forced_at.append(shelf.now)
        shelf.now += 10 if shelf.now < 600 else 300

    assert 2 <= len(forced_at) <= 20
    assert min(later - earlier for earlier, later in pairwise(forced_at)) >= 30


@pytest.mark.parametrize("code", [40001, 40014, 42001])
def test_a_token_that_ran_out_is_replaced_without_force(
    wechat: StandIn, ours: WechatClient, code: int
) -> None:
    ours.check()
    old = wechat.stable_token()
    wechat.kill_the_token()
    wechat.faults[TEXT_CALL] = lambda environ: _refuse(wechat, code, old, environ)

    ours.send_text(PATIENT, "您好")

    assert wechat.calls[TEXT_CALL] == 2
    assert (wechat.calls[TOKEN_CALL], wechat.forced) == (2, 0)


def _refuse(
    wechat: StandIn, code: int, old: str, environ: dict[str, object]
) -> tuple[str, str, bytes]:
    """Refuse the old token with this code, take any other."""
    is_old = old in str(environ["QUERY_STRING"])
    return errcode(code if is_old else 0)(environ)


def test_a_token_killed_under_sixteen_threads_is_replaced_by_one(
    wechat: StandIn, ours: WechatClient
) -> None:
    ours.check()
    wechat.kill_the_token()

    results = at_once(16, lambda number: ours.send_text(PATIENT, f"第{number}条"))

    assert results == [None] * 16
    assert (wechat.calls[TOKEN_CALL], wechat.forced) == (2, 0)


def test_no_live_lock_where_each_token_kills_the_one_before(
    wechat: StandIn, shared: redis.Redis
) -> None:
    """The old rule of /cgi-bin/token, with which wechatpy needed 4,529 tokens for 80 sends."""
    wechat.faults[TOKEN_CALL] = lambda environ: _old_rule(wechat)
    clients = [client_of(wechat.url, shared, VAULT) for _ in range(8)]

    def five(number: int) -> None:
        for _ in range(5):
            clients[number % 8].send_text(PATIENT, "您好")

    results = at_once(16, five)

    assert results == [None] * 16
    assert (wechat.calls[TOKEN_CALL], wechat.calls[TEXT_CALL]) == (1, 80)


def test_control_without_the_lock_each_token_kills_the_one_before(
    wechat: StandIn, shared: redis.Redis
) -> None:
    wechat.faults[TOKEN_CALL] = lambda environ: _old_rule(wechat)
    wechat.token_seconds = 0.5
    crowd = WechatClient(wechat.url, APP, SECRET, Unlocked(APP, shared, VAULT))

    at_once(16, lambda number: crowd.send_text(PATIENT, "您好"))

    assert wechat.calls[TOKEN_CALL] > 1
    assert wechat.calls[TEXT_CALL] > 16  # some tokens were dead before they were used


def _old_rule(wechat: StandIn) -> tuple[str, str, bytes]:
    return "200 OK", "application/json", wechat.old_token()


def test_a_program_that_uses_the_old_token_call_does_not_disturb_us(
    wechat: StandIn, ours: WechatClient
) -> None:
    ours.send_text(PATIENT, "您好")
    for _ in range(3):
        wechat.old_token()
        ours.send_text(PATIENT, "您好")

    assert wechat.calls[TOKEN_CALL] == 1


# -- Redis


def test_without_redis_every_process_keeps_its_own(
    wechat: StandIn, ours: WechatClient, redis_server: RedisServer
) -> None:
    ours.send_text(PATIENT, "您好")
    redis_server.kill()

    ours.send_text(PATIENT, "您好")
    wechat.kill_the_token()
    results = at_once(16, lambda number: ours.send_text(PATIENT, f"第{number}条"))

    assert results == [None] * 16
    assert wechat.calls[TOKEN_CALL] == 2
    redis_server.start()
    ours.send_text(PATIENT, "您好")


def test_nothing_in_redis_shows_the_token(
    wechat: StandIn, ours: WechatClient, shared: redis.Redis
) -> None:
    ours.check()
    token = wechat.stable_token()

    kept = {key: shared.get(key) for key in shared.keys()}  # noqa: SIM118 - a command of Redis

    assert list(kept) == [f"desk:wechat:{APP}:token".encode()]
    assert all(token.encode() not in (value or b"") for value in kept.values())
    assert VAULT.open(next(iter(kept.values())) or b"") == token


def test_a_token_sealed_by_a_lost_key_is_fetched_again(
    wechat: StandIn, ours: WechatClient, shared: redis.Redis
) -> None:
    ours.check()
    other = client_of(wechat.url, shared, Vault(make_key(), make_key()))

    other.send_text(PATIENT, "您好")

    assert wechat.calls[TOKEN_CALL] == 2


def test_the_lock_of_another_is_not_given_back(shared: redis.Redis) -> None:
    shelf = Shelf(APP, shared, VAULT)
    name = f"desk:wechat:{APP}:token-lock"

    with shelf.locked("token", Deadline(5)):
        shared.set(name, "theirs")

    assert shared.get(name) == b"theirs"


def test_who_cannot_have_the_lock_comes_back_later(
    wechat: StandIn, ours: WechatClient, shared: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.wechat._CALL_SECONDS", 0.3)
    shared.set(f"desk:wechat:{APP}:token-lock", "theirs")

    with pytest.raises(TransientError, match="being renewed"):
        ours.send_text(PATIENT, "您好")

    assert wechat.calls == {}


@pytest.mark.parametrize("code", [89501, 89506, 89507, 40002, 48001])
def test_a_token_that_is_refused_is_no_verdict_on_the_notice(wechat: StandIn, code: int) -> None:
    ours = client_of(wechat.url, None, VAULT)
    wechat.faults[TOKEN_CALL] = errcode(code)
    with pytest.raises(TransientError) as refused:
        ours.send_text(PATIENT, "您好")
    assert refused.value.retry_after >= 600
    assert not refused.value.is_uncertain
