"""
The ways out of the house: a notice is put into a channel's own form and handed to its server.

Which channel it is has been decided before (`scheduling.channels`, `desk.dispatch`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bot import wechat
from bot.channel_file import Template
from bot.crowd import Crowd
from bot.house import House
from bot.sms import SmsClient
from bot.wechat import WechatClient
from desk.departing import Sending
from handlers import care
from handlers.texts import notices
from handlers.texts.facts import facts_of
from scheduling.channels import (
    CHANNELS,
    CUSTOMER,
    LONG,
    MASS,
    ONCE,
    SMS,
    TEMPLATE,
    VISIT,
    is_sensitive,
)

# The longest value WeChat takes in a field of this type; the page on subscription notices.
_LENGTHS = {
    "thing": 20, "phrase": 5, "name": 10, "character_string": 32, "number": 32, "letter": 32,
    "short_thing": 5,
}  # fmt: skip
_FIELD = re.compile(r"([a-z_]+?)[0-9]*")


# Looks up who is on a list of strangers: `bot.crowd.Crowd.members`.
Found = Callable[[Mapping[str, Any]], Sequence[str]]


def open_channels(house: House, client: WechatClient | None = None) -> Channels:
    """Return the channels of a house; nothing is called yet."""
    settings = house.settings
    account = settings.sms_account()
    client = client or wechat.connect(house)
    return Channels(
        client,
        SmsClient(account) if account else None,
        settings.channels.templates,
        settings.sensitive_departments,
        Crowd(house, client).members,
    )


class Channels:
    """All channels of one hospital."""

    def __init__(
        self,
        client: WechatClient,
        sms: SmsClient | None,
        templates: Mapping[str, Mapping[str, Template]],
        sensitive: tuple[str, ...] = (),
        found: Found | None = None,
    ) -> None:
        """`found` looks up who is on a list of followers that names nobody."""
        self._client = client
        self._sms = sms
        self._templates = templates
        self._sensitive = sensitive
        self._found = found or _nobody
        self._send: Mapping[str, Callable[[Sending], str]] = {
            VISIT: self._visit,
            LONG: self._subscription,
            TEMPLATE: self._template,
            ONCE: self._subscription,
            CUSTOMER: self._customer,
            SMS: self._text,
            MASS: self._mass,
        }

    def send(self, sending: Sending) -> str:
        """
        Hand a notice to its channel; returns the number it got there, empty for none.

        Raises:
            TransientError: try again later.
            PermanentError: this way is closed for this notice.
        """
        return self._send[sending.channel](sending)

    def _visit(self, sending: Sending) -> str:
        form, facts = self._form(sending)
        self._client.send_visit_notice(
            _openid(sending),
            status=int(form.id),
            order_id=str(sending.payload["code"]),
            msg_id=sending.key,
            info=_filled(form, facts),
        )
        return ""

    def _subscription(self, sending: Sending) -> str:
        form, facts = self._form(sending)
        return self._client.send_subscription(
            _openid(sending), form.id, _filled(form, facts), page=form.page
        )

    def _template(self, sending: Sending) -> str:
        form, facts = self._form(sending)
        return self._client.send_template(
            _openid(sending),
            form.id,
            _filled(form, facts),
            client_msg_id=sending.key,
            url=form.page,
        )

    def _customer(self, sending: Sending) -> str:
        text = notices.render(sending.lease.kind, sending.payload)
        if sending.reach.care:
            text = care.notice(text)
        self._client.send_text(_openid(sending), text)
        return ""

    def _mass(self, sending: Sending) -> str:
        text = notices.render(sending.lease.kind, sending.payload)
        payload = sending.payload
        openids = payload["openids"] if "openids" in payload else self._found(payload["strangers"])
        return self._client.send_mass(openids, text, key=sending.key)

    def _text(self, sending: Sending) -> str:
        form, facts = self._form(sending)
        if self._sms is None or sending.reach.phone is None:
            raise LookupError("a text was chosen where none can be sent")
        values = _filled(form, facts)
        return self._sms.send(sending.reach.phone, form.id, list(values.values()))

    def _form(self, sending: Sending) -> tuple[Template, Mapping[str, str]]:
        """The form of this kind on this channel and the facts to fill it with."""
        payload = sending.payload
        hides = CHANNELS[sending.channel].is_open and is_sensitive(
            str(payload.get("department", "")), self._sensitive
        )
        form = self._templates[sending.channel][sending.lease.kind]
        return form, facts_of(payload, is_discreet=hides)


def _nobody(_: Mapping[str, Any]) -> Sequence[str]:
    raise LookupError("nobody here can read WeChat's list of followers")


def _openid(sending: Sending) -> str:
    if sending.reach.openid is None:
        raise LookupError("WeChat was chosen for somebody without an account")
    return sending.reach.openid


def _filled(form: Template, facts: Mapping[str, Any]) -> dict[str, str]:
    return {name: _fit(name, value.format_map(facts)) for name, value in form.data.items()}


def _fit(name: str, value: str) -> str:
    """Cut a value to what its field takes: WeChat refuses the whole notice otherwise."""
    match = _FIELD.fullmatch(name)
    return value[: _LENGTHS.get(match.group(1), len(value))] if match else value
