"""What patients do on their phones, turned into deliveries, bubbles and message windows."""

from __future__ import annotations

import threading
from typing import Any

from simulator.config import SimulatorConfig
from simulator.exchange import Exchange
from simulator.ledger import Ledger
from simulator.push import FAULT_LINE, Delivery, Pusher
from simulator.replies import Reply, Violation
from simulator.richtext import text_body
from simulator.tokens import Tokens

_MEDIA_WORDS = {"image": "［图片］", "voice": "［语音］", "location": "［位置］"}


class Switchboard:
    """One simulated account at work; holds its parts: config, exchange, ledger, tokens, pusher."""

    def __init__(self, config: SimulatorConfig) -> None:
        """A fresh account with nobody following."""
        self.config = config
        self.exchange = Exchange(config)
        self.ledger = Ledger(config.clock)
        self.tokens = Tokens(config)
        self.pusher = Pusher(config)

    def open_chat(self, openid: str) -> Delivery | None:
        """The patient opens the chat: the first time she follows by herself."""
        return self.follow(openid) if self.exchange.greet_once(openid) else None

    def follow(self, openid: str, scene: str = "") -> Delivery:
        """The patient follows, perhaps by a QR code with a scene."""
        self.exchange.greet_once(openid)
        self.exchange.set_following(openid, following=True)
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
        self.exchange.publish("user", openid, _plain(content))
        return self._push("text", openid, content=content, menu_id=menu_id)

    def press(self, openid: str, key: str, name: str = "") -> Delivery:
        """The patient presses a button of the menu bar."""
        self.exchange.patient(openid)
        self.ledger.open(openid, "tap")
        self._system(openid, f"点了菜单「{name or key}」")
        return self._push("click", openid, key=key)

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
        self.exchange.publish("user", openid, _plain(_MEDIA_WORDS[kind]))
        return self._push(kind, openid)

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
        threading.Thread(
            target=self._push,
            args=(kind, openid),
            kwargs={"quiet": True, **details},
            daemon=True,
        ).start()

    def show_official(self, openid: str, body: dict[str, Any]) -> None:
        """A message of the account arrives on the phone by itself."""
        self.exchange.publish("official", openid, body)

    def show_notice(self, openid: str, body: dict[str, Any]) -> None:
        """A service notice arrives on the phone by itself."""
        self.exchange.publish("notice", openid, body)

    def _push(self, kind: str, openid: str, *, quiet: bool = False, **details: Any) -> Delivery:  # noqa: ANN401 - per kind
        delivery = self.pusher.deliver(self.pusher.build(kind, openid, **details))
        self.exchange.record_delivery(delivery)
        if quiet:
            return delivery
        if delivery.fault:
            self.exchange.publish("fault", openid, _plain(FAULT_LINE))
        elif delivery.reply is not None and delivery.reply.kind == "transfer_customer_service":
            self._system(openid, "已转人工客服")
        elif delivery.reply is not None:
            self.show_official(openid, _bubble(delivery.reply))
        return delivery

    def _system(self, openid: str, text: str) -> None:
        self.exchange.publish("system", openid, _plain(text))


def _plain(text: str) -> dict[str, Any]:
    """A bubble of words that hold no links, whatever they look like."""
    rows = [[{"kind": "text", "text": row}] for row in text.splitlines()]
    return {"kind": "text", "lines": rows}


def _bubble(reply: Reply) -> dict[str, Any]:
    if reply.kind == "text":
        return text_body(reply.content)
    if reply.kind == "news":
        return news_body([dict(article) for article in reply.articles])
    return _plain(f"［{reply.kind}］")


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
