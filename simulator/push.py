"""Delivering messages to the bot as WeChat does: signed, timed, tried three times."""

from __future__ import annotations

import itertools
import secrets
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import requests

from simulator.config import SimulatorConfig
from simulator.crypto import signature
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


def _text(content: str, menu_id: str | None = None) -> dict[str, Any]:
    fields: dict[str, Any] = {"MsgType": "text", "Content": content}
    if menu_id is not None:
        fields["bizmsgmenuid"] = menu_id
    return fields


def _image(
    pic_url: str = "http://mmbiz.qpic.cn/demo/0", media_id: str = "m-image"
) -> dict[str, Any]:
    return {"MsgType": "image", "PicUrl": pic_url, "MediaId": media_id}


def _voice(media_id: str = "m-voice") -> dict[str, Any]:
    # WeChat retired speech recognition in 2023: the field is still there, and empty.
    return {"MsgType": "voice", "MediaId": media_id, "Format": "amr", "Recognition": ""}


def _location(
    latitude: float = 31.2304, longitude: float = 121.4737, label: str = "健康路1号"
) -> dict[str, Any]:
    place = {"Location_X": latitude, "Location_Y": longitude, "Scale": 16, "Label": label}
    return {"MsgType": "location", **place}


def _event(event: str, key: str = "", **more: Any) -> dict[str, Any]:  # noqa: ANN401 - raw fields
    return {"MsgType": "event", "Event": event, "EventKey": key, **more}


def _subscribe(scene: str = "") -> dict[str, Any]:
    if scene:
        return _event("subscribe", f"qrscene_{scene}", Ticket=f"ticket-{scene}")
    return _event("subscribe")


def _scan(scene: str) -> dict[str, Any]:
    return _event("SCAN", scene, Ticket=f"ticket-{scene}")


def _button(action: str, key: str) -> dict[str, Any]:
    name = {"click": "CLICK", "view": "VIEW"}.get(action, action)
    return _event(name, key, **_BUTTON_DETAILS.get(action, {}))


_SCANNED = {"ScanCodeInfo": {"ScanType": "qrcode", "ScanResult": "1"}}
_PICTURED = {"SendPicsInfo": {"Count": 1, "PicList": {"item": {"PicMd5Sum": "0" * 32}}}}
_BUTTON_DETAILS: Mapping[str, dict[str, Any]] = {
    "scancode_push": _SCANNED,
    "scancode_waitmsg": _SCANNED,
    "pic_sysphoto": _PICTURED,
    "pic_photo_or_album": _PICTURED,
    "pic_weixin": _PICTURED,
    "location_select": {"SendLocationInfo": {"Location_X": "31.2304", "Location_Y": "121.4737"}},
}


def _report(event: str, **fields: Any) -> dict[str, Any]:  # noqa: ANN401 - raw fields
    return {"MsgType": "event", "Event": event, **fields}


def _template_finished(msg_id: int, status: str = "success") -> dict[str, Any]:
    return _report("TEMPLATESENDJOBFINISH", MsgID=msg_id, Status=status)


def _one_or_many(rows: list[dict[str, Any]]) -> Any:  # noqa: ANN401 - as WeChat writes it
    """In JSON, one entry arrives as an object and several as an array."""
    return rows[0] if len(rows) == 1 else rows


def _subscription_sent(template_id: str, msg_id: int, status: str = "success") -> dict[str, Any]:
    # The ErrorCode of a failure is not documented; whatever is not 0 is one.
    code = 0 if status == "success" else -1
    entry = {"TemplateId": template_id, "MsgID": msg_id, "ErrorCode": code, "ErrorStatus": status}
    return _report("subscribe_msg_sent_event", SubscribeMsgSentEvent={"List": entry})


def _subscription_chosen(choices: list[tuple[str, str]]) -> dict[str, Any]:
    rows = [
        {"TemplateId": template_id, "SubscribeStatusString": status, "PopupScene": 1}
        for template_id, status in choices
    ]
    popup = {"List": _one_or_many(rows)}
    return _report("subscribe_msg_popup_event", SubscribeMsgPopupEvent=popup)


def _subscription_ended(template_ids: list[str]) -> dict[str, Any]:
    # The page's example calls the inner tag SubscribeMsgPopupEvent; what was seen is this.
    rows = [{"TemplateId": name, "SubscribeStatusString": "reject"} for name in template_ids]
    change = {"List": _one_or_many(rows)}
    return _report("subscribe_msg_change_event", SubscribeMsgChangeEvent=change)


def _mass_finished(
    msg_id: int, status: str, total: int, filtered: int, sent: int
) -> dict[str, Any]:
    return _report(
        "MASSSENDJOBFINISH",
        MsgID=msg_id,
        Status=status,
        TotalCount=total,
        FilterCount=filtered,
        SentCount=sent,
        ErrorCount=filtered - sent,
    )


_BUILDERS: Mapping[str, Callable[..., dict[str, Any]]] = {
    "text": _text,
    "image": _image,
    "voice": _voice,
    "location": _location,
    "subscribe": _subscribe,
    "unsubscribe": lambda: _event("unsubscribe"),
    "click": lambda key: _button("click", key),
    "view": lambda url: _button("view", url),
    "button": _button,
    "scan": _scan,
    "template_finished": _template_finished,
    "subscription_sent": _subscription_sent,
    "subscription_chosen": _subscription_chosen,
    "subscription_ended": _subscription_ended,
    "mass_finished": _mass_finished,
    "event": _event,
    "raw": lambda **fields: fields,
}


class Pusher:
    """WeChat's push side for one account. Safe to use from several threads."""

    def __init__(self, config: SimulatorConfig) -> None:
        """Push as this account says: mode, format, timeout, tries."""
        self._config = config
        # MsgId is unique over restarts: a fresh 64-bit number from the clock, then counting.
        self._ids = itertools.count(int(config.clock() * 1000) << 20)

    def build(self, kind: str, openid: str, **details: Any) -> Push:  # noqa: ANN401 - per kind
        """One signed message of a kind from a patient.

        Kinds and details: text(content, menu_id), image(pic_url, media_id), voice(media_id),
        location(latitude, longitude, label), subscribe(scene), unsubscribe, click(key), view(url),
        button(action, key), scan(scene), template_finished(msg_id, status),
        subscription_sent(template_id, msg_id, status), subscription_chosen(choices),
        subscription_ended(template_ids), mass_finished(msg_id, status, total, filtered, sent),
        event(event, key, …), raw(MsgType=…, …).

        Raises:
            KeyError: unknown kind.
            TypeError: a detail this kind does not have.
        """
        fields: dict[str, Any] = {
            "ToUserName": self._config.account_id,
            "FromUserName": openid,
            "CreateTime": int(self._config.clock()),
        }
        fields |= _BUILDERS[kind](**details)
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
        with requests.Session() as session:
            session.trust_env = False
            answer = session.get(
                self._config.webhook_url, params=query, timeout=self._config.timeout_seconds
            )
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
