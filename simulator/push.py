"""Delivering messages to the bot as WeChat does: signed, timed, tried three times."""

from __future__ import annotations

import itertools
import secrets
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from typing import Any

import requests

from simulator.config import SimulatorConfig
from simulator.crypto import signature
from simulator.messages import BUILDERS
from simulator.replies import Reply, Violation, read_reply
from simulator.wire import Push, seal, sign

FAULT_LINE = "该公众号提供的服务出现故障，请稍后再试"
_MAX_REPLY = 1_000_000  # bytes; no honest reply comes near


@dataclass(frozen=True, slots=True)
class Try:
    """One attempt: how long it took and how it ended.

    `outcome` is `answered`, `timeout` or `unreachable`; `status` is the HTTP status, 0 for none.
    """

    milliseconds: int
    outcome: str
    status: int = 0


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of one message.

    `reply` is what the patient sees (None: nothing, or the fault line when `fault`).
    """

    push: Push
    tries: tuple[Try, ...]
    reply: Reply | None = None
    fault: bool = False
    violations: tuple[Violation, ...] = ()

    def view(self) -> dict[str, Any]:
        """What happened, for pages and programs; the reply's words stay in the timeline."""
        return {
            "openid": self.push.openid,
            "what": self.push.summary[:60],
            "tries": [asdict(attempt) for attempt in self.tries],
            "reply": self.reply.kind if self.reply else "",
            "bytes": len(self.reply.content.encode()) if self.reply else 0,
            "encrypted": bool(self.reply and self.reply.encrypted),
            "fault": self.fault,
            "violations": [f"{v.code}: {v.detail}" for v in self.violations],
        }


class Pusher:
    """WeChat's push side for one account. Safe to use from several threads."""

    def __init__(self, config: SimulatorConfig) -> None:
        """Push as this account says: mode, format, timeout, tries."""
        self._config = config
        # MsgId is unique over restarts: a fresh 64-bit number from the clock, then counting.
        self._ids = itertools.count(int(config.clock() * 1000) << 20)

    def build(self, kind: str, openid: str, **details: Any) -> Push:  # noqa: ANN401 - per kind
        """One signed message of a kind of `simulator.messages` from a patient.

        Raises:
            KeyError: unknown kind.
            TypeError: a detail this kind does not have.
        """
        fields: dict[str, Any] = {
            "ToUserName": self._config.account_id,
            "FromUserName": openid,
            "CreateTime": int(self._config.clock()),
        }
        fields |= BUILDERS[kind](**details)
        if self._config.test_account:
            fields.pop("bizmsgmenuid", None)
        if fields["MsgType"] != "event":
            fields.setdefault("MsgId", next(self._ids))
        return seal(fields, self._config)

    def deliver(self, push: Push) -> Delivery:
        """Post the message until it is answered, three tries in all.

        A try that answers too late is dropped with its reply. An error status or an unreadable
        body is not tried again: the patient sees the fault line at once.
        """
        tries: list[Try] = []
        for number in range(self._config.tries):
            if number and self._config.fresh_signature_on_retry:
                push = sign(push, self._config)
            attempt, body = self._post(push)
            tries.append(attempt)
            if attempt.outcome == "answered":
                return self._judge(push, tuple(tries), attempt.status, body)
        return Delivery(push, tuple(tries), fault=True)

    def deliver_together(self, pushes: Iterable[Push]) -> list[Delivery]:
        """Post several messages, or one several times, at the same moment; results in order."""
        waiting = list(pushes)
        with ThreadPoolExecutor(max_workers=max(1, len(waiting))) as pool:
            return list(pool.map(self.deliver, waiting))

    def verify(self) -> bool:
        """The GET by which WeChat makes sure the address is the account's: echoes `echostr`?"""
        timestamp, nonce = str(int(self._config.clock())), str(secrets.randbelow(10**10))
        echo = str(secrets.randbelow(10**18))
        signed = signature(self._config.token, timestamp, nonce)
        query = {"signature": signed, "timestamp": timestamp, "nonce": nonce, "echostr": echo}
        try:
            with requests.Session() as session:
                session.trust_env = False
                answer = session.get(
                    self._config.webhook_url, params=query, timeout=self._config.timeout_seconds
                )
        except requests.RequestException:
            return False
        return answer.ok and answer.text == echo

    def _post(self, push: Push) -> tuple[Try, str]:
        started = time.monotonic()
        deadline = started + self._config.timeout_seconds
        outcome, status, body = "answered", 0, b""
        try:
            with requests.Session() as session:
                session.trust_env = False  # the bot is next door: never through a proxy
                response = session.post(
                    self._config.webhook_url,
                    params=push.query,
                    data=push.body,
                    headers={"Content-Type": push.content_type, "User-Agent": "Mozilla/4.0"},
                    timeout=self._config.timeout_seconds,
                    stream=True,
                    allow_redirects=False,
                )
                status, body = response.status_code, _read(response, deadline)
        except requests.Timeout:
            outcome = "timeout"
        except requests.RequestException:
            outcome = "unreachable"
        if outcome == "answered" and time.monotonic() > deadline:
            outcome = "timeout"
        spent = round((time.monotonic() - started) * 1000)
        return Try(spent, outcome, status), body.decode(errors="replace")

    def _judge(self, push: Push, tries: tuple[Try, ...], status: int, body: str) -> Delivery:
        if status != requests.codes.ok:
            wrong = Violation("http-status", str(status))
            return Delivery(push, tries, fault=True, violations=(wrong,))
        if body.strip() in {"", "success"}:
            return Delivery(push, tries)
        reply, violations = read_reply(body, push, self._config)
        fault = any(violation.fatal for violation in violations)
        return Delivery(push, tries, None if fault else reply, fault, violations)


def _read(response: requests.Response, deadline: float) -> bytes:
    """The body, as far as it arrives before the deadline; `requests` times only each read."""
    body = b""
    for chunk in response.iter_content(4096):
        body += chunk
        if time.monotonic() > deadline or len(body) > _MAX_REPLY:
            raise requests.Timeout
    return body
