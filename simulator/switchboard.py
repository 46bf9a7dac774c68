"""What patients do on their phones, turned into deliveries, bubbles and message windows."""

from __future__ import annotations

import contextlib
from typing import Any, ClassVar

from simulator.config import SimulatorConfig
from simulator.errors import ApiError
from simulator.exchange import Exchange, Patient
from simulator.faults import Faults
from simulator.later import Later
from simulator.ledger import Ledger
from simulator.media import PATIENT_PICTURE, PATIENT_VOICE, MediaStore
from simulator.push import FAULT_LINE, Delivery, Pusher
from simulator.qrcodes import QrCodes
from simulator.quotas import Quotas
from simulator.replies import Reply, Violation
from simulator.richtext import plain_body, text_body
from simulator.tags import Tags
from simulator.tokens import Tokens

_MEDIA_WORDS = {"image": "［图片］", "voice": "［语音］", "location": "［位置］"}
_PATIENT_MEDIA = {"image": PATIENT_PICTURE, "voice": PATIENT_VOICE}
# The buttons that allow customer messages; `view` and the others do not.
_OPENS_WINDOW = frozenset({"click", "scancode_push", "scancode_waitmsg"})


class Switchboard:
    """One simulated account at work; holds its parts: config, exchange, ledger, tokens, …"""

    # Events about no patient (a broadcast is done) come from the account's own operator.
    OPERATOR: ClassVar[str] = "oDemo0Operator00000000000000"

    def __init__(self, config: SimulatorConfig) -> None:
        """A fresh account with nobody following."""
        self.config = config
        self.exchange = Exchange(config)
        self.ledger = Ledger(config.clock)
        self.quotas = Quotas(config)
        self.tokens = Tokens(config, self.quotas)
        self.faults = Faults()
        self.media = MediaStore(config)
        self.qrcodes = QrCodes(config)
        self.tags = Tags()
        self.pusher = Pusher(config)
        self._later = Later()

    def open_chat(self, openid: str) -> Delivery | None:
        """The patient opens the chat: the first time she follows by herself."""
        return self.follow(openid) if self.exchange.greet_once(openid) else None

    def follow(self, openid: str, scene: str = "") -> Delivery:
        """The patient follows, perhaps by a QR code with a scene."""
        self.exchange.greet_once(openid)
        self.exchange.set_following(openid, following=True, scene=scene)
        self.ledger.open(openid, "follow")
        self._system(openid, f"您已关注「{self.config.account_name}」")
        return self._push("subscribe", openid, scene=scene)

    def unfollow(self, openid: str) -> Delivery:
        """The patient unfollows: every window closes, whatever the bot answers is not shown."""
        self.exchange.set_following(openid, following=False)
        self.ledger.close(openid)
        self._system(openid, "您已取消关注，不再收到消息")
        return self._push("unsubscribe", openid, quiet=True)

    def say(self, openid: str, content: str, menu_id: str | None = None) -> Delivery:
        """The patient writes, or taps an option carrying `menu_id`."""
        self.exchange.patient(openid)
        self.ledger.open(openid, "message" if menu_id is None else "tap")
        self.exchange.publish("user", openid, plain_body(content))
        return self._push("text", openid, content=content, menu_id=menu_id)

    def press(self, openid: str, key: str, name: str = "", kind: str = "click") -> Delivery:
        """The patient presses a button of the menu; `key` is the address where it opens one."""
        self.exchange.patient(openid)
        if kind in _OPENS_WINDOW:
            self.ledger.open(openid, "tap")
        self._system(openid, f"点了菜单「{name or key}」")
        return self._push("button", openid, action=kind, key=key)

    def scan(self, openid: str, scene: str) -> Delivery:
        """The patient scans a QR code of the account; following it if she did not yet."""
        if not self.exchange.patient(openid).following:
            return self.follow(openid, scene)
        self.ledger.open(openid, "scan")
        self._system(openid, "扫描了二维码")
        return self._push("scan", openid, scene=scene)

    def send_media(self, openid: str, kind: str) -> Delivery:
        """The patient sends an `image`, a `voice` message or a `location`."""
        self.exchange.patient(openid)
        self.ledger.open(openid, "message")
        self.exchange.publish("user", openid, plain_body(_MEDIA_WORDS[kind]))
        if kind not in _PATIENT_MEDIA:
            return self._push(kind, openid)
        media_id = self.media.keep(kind, _PATIENT_MEDIA[kind])
        return self._push(kind, openid, media_id=media_id)

    def subscribe(self, openid: str, template_ids: list[str]) -> str:
        """The patient taps a page's button: `accept`, or `reject` where she refuses notices."""
        patient = self.exchange.patient(openid)
        status = "reject" if patient.refuses_notices else "accept"
        if status == "accept":
            for template_id in template_ids:
                self.exchange.accept_subscription(openid, template_id)
        choices = [(template_id, status) for template_id in template_ids]
        self.report("subscription_chosen", openid, choices=choices)
        return status

    def refuse_notices(self, openid: str, *, on: bool) -> None:
        """The patient switches service notices off, which ends what she accepted, or on again."""
        patient = self.exchange.patient(openid)
        patient.refuses_notices = on
        dropped = self.exchange.drop_subscriptions(openid) if on else []
        self.exchange.publish_patient(patient)
        if dropped:
            self.report("subscription_ended", openid, template_ids=dropped)

    def repeat_last(self, openid: str, copies: int = 1) -> list[Delivery]:
        """Deliver the patient's last message again, the copies at the same moment.

        What comes back is not shown as bubbles; an answer unlike the first is a violation.
        """
        mine = [d for _, d in self.exchange.deliveries() if d.push.openid == openid]
        if not mine:
            return []
        first = mine[-1]
        again = self.pusher.deliver_together([first.push] * copies)
        for delivery in again:
            self.exchange.record_delivery(_compare(first, delivery))
        return again

    def report(self, kind: str, openid: str, **details: Any) -> None:  # noqa: ANN401 - per kind
        """Push an event about a notice from WeChat's side, after the API call has returned."""
        self._later.put(lambda: self._push(kind, openid, quiet=True, **details))

    def push_raw(self, openid: str, fields: dict[str, Any]) -> Delivery:
        """Push any fields as a patient's message; nothing else follows from it."""
        self.exchange.patient(openid)
        return self._push("raw", openid, **fields)

    def media_body(self, kind: str, media_id: object) -> dict[str, Any]:
        """A bubble with a file the bot has uploaded; only pictures can be seen.

        Raises:
            ApiError: 40007, no such file, or gone.
        """
        media = self.media.get(media_id)
        if kind == "image" and media.content_type.startswith("image/"):
            return {"kind": "image", "media_id": str(media_id)}
        return plain_body(f"［{kind}］")

    def show_official(self, openid: str, body: dict[str, Any]) -> None:
        """A message of the account arrives on the phone by itself."""
        self.exchange.publish("official", openid, body)

    def show_notice(self, patient: Patient, body: dict[str, Any]) -> None:
        """A notice arrives: in the account's chat for followers, else in 「服务通知」."""
        kind = "notice" if patient.following else "service"
        self.exchange.publish(kind, patient.openid, body)

    def show_service(self, openid: str, body: dict[str, Any]) -> None:
        """A notice arrives in 「服务通知」, whoever follows."""
        self.exchange.publish("service", openid, body)

    def _push(self, kind: str, openid: str, *, quiet: bool = False, **details: Any) -> Delivery:  # noqa: ANN401 - per kind
        delivery = self.pusher.deliver(self.pusher.build(kind, openid, **details))
        self.exchange.record_delivery(delivery)
        if quiet:
            return delivery
        if delivery.fault:
            self.exchange.publish("fault", openid, plain_body(FAULT_LINE))
        elif delivery.reply is not None and delivery.reply.kind == "transfer_customer_service":
            self._system(openid, "已转人工客服")
        elif delivery.reply is not None:
            self.show_official(openid, self._bubble(delivery.reply))
        return delivery

    def _bubble(self, reply: Reply) -> dict[str, Any]:
        if reply.kind == "text":
            return text_body(reply.content)
        if reply.kind == "news":
            return news_body([dict(article) for article in reply.articles])
        part = reply.fields.get("Image")
        if isinstance(part, dict):
            with contextlib.suppress(ApiError):  # what WeChat does with a wrong id is not known
                return self.media_body(reply.kind, part.get("MediaId"))
        return plain_body(f"［{reply.kind}］")

    def _system(self, openid: str, text: str) -> None:
        self.exchange.publish("system", openid, plain_body(text))


def news_body(articles: list[dict[str, Any]]) -> dict[str, Any]:
    """A bubble of article cards; the keys are written large in replies, small in API calls."""
    cards = []
    for article in articles:
        lower = {key.lower(): str(value or "") for key, value in article.items()}
        url = lower.get("url", "")
        cards.append(
            {
                "title": lower.get("title", ""),
                "description": lower.get("description", ""),
                "url": url if url.startswith(("http://", "https://")) else "",
            }
        )
    return {"kind": "news", "articles": cards}


def _compare(first: Delivery, again: Delivery) -> Delivery:
    before = None if first.reply is None else first.reply.content
    after = None if again.reply is None else again.reply.content
    if before == after:
        return again
    wrong = Violation("replay-differs", "the same message was answered otherwise", fatal=False)
    violations = (*again.violations, wrong)
    return Delivery(again.push, again.tries, again.reply, again.fault, violations)
