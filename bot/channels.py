"""
The ways out of the house, chosen for each notice by the courier.

Today: a WeChat customer message inside its window, else the call list of the desk. Texts to a
phone (link codes) wait on the same list until a site has an SMS channel.
"""

from __future__ import annotations

from typing import Protocol

from bot.wechat import WechatClient
from bot.wechat_errors import PermanentError
from desk.ledger import Reader


class Channel(Protocol):
    """One way to reach a person."""

    def send(self, reader: Reader | None, text: str) -> None:
        """
        Deliver the text.

        Raises:
            TransientError: try again later.
            PermanentError: this way is closed; a person has to call.
        """


class CustomerMessage:
    """A customer-service message; never sent where WeChat is known to refuse it."""

    def __init__(self, client: WechatClient) -> None:
        self._client = client

    def send(self, reader: Reader | None, text: str) -> None:
        """Send it; errors as `Channel.send`."""
        if reader is None:
            raise PermanentError(0, "no WeChat account: call list")
        if reader.left == 0:
            raise PermanentError(45015, "outside the message window: call list")
        self._client.send_text(reader.openid, text)
