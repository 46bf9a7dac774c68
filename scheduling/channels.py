"""
Which way a notice goes: tables of the ways out and of the kinds of notices, and the choice; pure.

The order is that of docs/outgoing.md: first what WeChat made for hospitals; a mass send never
carries what is meant for one person.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from scheduling.policy import Policy
from scheduling.reminders import after_quiet


@dataclass(frozen=True, slots=True)
class Window:
    """How many customer messages an account may still get, and until when."""

    until: datetime
    left: int


@dataclass(frozen=True, slots=True)
class Reach:
    """
    What is known of the person a notice goes to; `openid` and `phone` None where there is none.

    `credits` counts by template id how many subscription notices the account still wants; `care`
    tells that it wants them slow and simple.
    """

    openid: str | None = None
    is_following: bool = False
    windows: tuple[Window, ...] = ()
    credits: Mapping[str, int] = field(default_factory=dict)
    phone: str | None = None
    care: bool = False


# Tells whether a channel reaches a person at an instant, with this template id.
Reaches = Callable[[Reach, str, datetime], bool]


@dataclass(frozen=True, slots=True)
class Channel:
    """
    One way out.

    `key_lives` is how long it recognises a message it was given before, None: never. Where
    `is_open` a notice lies where others may read it (服务通知, SMS). `needs` tells the operator
    how to get the channel. `rate` is how many calls a second all our processes make together; the
    hospital's settings may say otherwise.
    """

    reaches: Reaches
    needs: str
    key_lives: timedelta | None = None
    is_open: bool = True
    in_wechat: bool = True
    rate: float = 50.0


def _has_openid(reach: Reach, template: str, at: datetime) -> bool:
    return reach.openid is not None


def _has_credit(reach: Reach, template: str, at: datetime) -> bool:
    return reach.openid is not None and reach.credits.get(template, 0) > 0


def _is_following(reach: Reach, template: str, at: datetime) -> bool:
    return reach.openid is not None and reach.is_following


def _is_in_window(reach: Reach, template: str, at: datetime) -> bool:
    open_windows = (w for w in reach.windows if at < w.until and w.left > 0)
    return _is_following(reach, template, at) and any(open_windows)


def _has_phone(reach: Reach, template: str, at: datetime) -> bool:
    return reach.phone is not None


def _is_list(reach: Reach, template: str, at: datetime) -> bool:
    return True


VISIT, LONG, TEMPLATE, ONCE = "visit", "long", "template", "once"
CUSTOMER, SMS, MASS = "customer", "sms", "mass"
# What needs no template of WeChat's or the provider's.
FREE = (CUSTOMER, MASS)

# How long a key is recognised: facts of WeChat, docs/outgoing.md.
CHANNELS: Mapping[str, Channel] = {
    VISIT: Channel(
        _has_openid,
        "微信就医助手: a public hospital, statuses in [visit] of CHANNELS_FILE",
        key_lives=timedelta.max,
    ),
    LONG: Channel(_has_credit, "long-term subscription notices (医疗), [long] of CHANNELS_FILE"),
    TEMPLATE: Channel(
        _is_following,
        "template messages: a verified service account, [template] of CHANNELS_FILE",
        key_lives=timedelta(minutes=10),
    ),
    ONCE: Channel(_has_credit, "one-off subscription notices, [once] of CHANNELS_FILE"),
    CUSTOMER: Channel(_is_in_window, "nothing; reaches for 48 h after a message", is_open=False),
    SMS: Channel(
        _has_phone, "an SMS account: SMS_… settings, [sms] of CHANNELS_FILE", in_wechat=False
    ),
    # Of lists of accounts, for news that is nobody's own; WeChat takes 60 calls a minute.
    MASS: Channel(_is_list, "a verified account", timedelta(hours=24), is_open=False, rate=1.0),
}
_ALL = (VISIT, LONG, TEMPLATE, ONCE, CUSTOMER, SMS)


# How long a server that loses answers is given to recover.
BAD_MINUTES = timedelta(minutes=10)
# What leaves first: somebody waits in this minute; somebody waits; it was written beforehand.
AT_ONCE, SOON, IN_TURN = PRIORITIES = (0, 1, 2)


@dataclass(frozen=True, slots=True)
class Kind:
    """
    One kind of notice.

    `priority`: all that is due of a lower one leaves first. `rings`: somebody calls the patient
    when no channel is left. `is_quiet`: it waits for the end of the quiet hours, unless too little
    time to the visit would be left. `until_visit`: pointless once the visit has begun.
    `presses`: of a visit that is near it is told at whatever hour, for somebody is on her way.
    """

    channels: tuple[str, ...] = _ALL
    priority: int = IN_TURN
    rings: bool = False
    is_quiet: bool = True
    until_visit: bool = False
    presses: bool = False


KINDS: Mapping[str, Kind] = {
    "confirmed": Kind(),
    "changed": Kind(rings=True),
    "cancelled": Kind(rings=True),
    "reminder": Kind(rings=True, until_visit=True),
    "suspended": Kind(priority=SOON, rings=True, presses=True),
    "suspended_call": Kind((), SOON, rings=True, is_quiet=False),
    "resumed": Kind(priority=SOON, rings=True, presses=True),
    "substituted": Kind(rings=True, until_visit=True, presses=True),
    "retimed": Kind(rings=True, until_visit=True, presses=True),
    "room": Kind(until_visit=True),
    "offer": Kind(priority=SOON, rings=True, until_visit=True),
    "waitlist_over": Kind(),
    "ahead": Kind(priority=AT_ONCE, is_quiet=False),
    "called": Kind(priority=AT_ONCE, is_quiet=False),
    "delayed": Kind(priority=SOON, is_quiet=False),
    "sent_on": Kind(priority=AT_ONCE, is_quiet=False),
    "ended": Kind(priority=SOON, is_quiet=False),
    "ended_call": Kind((), SOON, rings=True, is_quiet=False),
    "unseen": Kind((), SOON, rings=True, is_quiet=False),
    "reply": Kind((CUSTOMER,), SOON, is_quiet=False),
    "answer": Kind((CUSTOMER,), SOON, rings=True, is_quiet=False),
    "family": Kind(),
    "visit_news": Kind(rings=True, until_visit=True),
    "news": Kind(rings=True),
    "mass": Kind((MASS,)),
    "trial": Kind((CUSTOMER,), SOON, is_quiet=False),
    "link_code": Kind((SMS,), AT_ONCE, is_quiet=False),
    "alert": Kind((SMS,), AT_ONCE, is_quiet=False),
}

# Template ids by channel and kind, as far as the hospital has set them up.
Setup = Mapping[str, Mapping[str, str]]


def template_of(setup: Setup, channel: str, kind: str) -> str | None:
    """Return the template id, "" where the channel needs none, None where it is not set up."""
    return "" if channel in FREE else setup.get(channel, {}).get(kind)


def choose(
    setup: Setup, kind: str, reach: Reach, at: datetime, closed: frozenset[str] = frozenset()
) -> str | None:
    """Return the first channel that reaches this person at that instant; None: a person calls."""
    for name in KINDS[kind].channels:
        template = template_of(setup, name, kind)
        if name in closed or template is None:
            continue
        if CHANNELS[name].reaches(reach, template, at):
            return name
    return None


def spend(setup: Setup, kind: str, reach: Reach, at: datetime) -> Reach:
    """Return what will still reach this person after a notice of this kind at that instant."""
    channel = choose(setup, kind, reach, at)
    return reach if channel is None else spent(setup, kind, reach, channel)


def spent(setup: Setup, kind: str, reach: Reach, channel: str) -> Reach:
    """Return what will still reach this person after a notice of this kind by this channel."""
    if channel == CUSTOMER:
        left = tuple(Window(w.until, max(0, w.left - 1)) for w in reach.windows)
        return replace(reach, windows=left)
    if channel == ONCE:
        template = setup[ONCE][kind]
        return replace(reach, credits={**reach.credits, template: reach.credits[template] - 1})
    return reach


def why_not(reach: Reach) -> str:
    """Return in one word why nothing reaches a person: what the desk can do something about."""
    if reach.openid is None:
        return "no_account"
    if not reach.is_following:
        return "not_following"
    return "no_window" if not any(window.left for window in reach.windows) else "no_way"


def is_recognised(channel: str, sent_at: datetime, now: datetime) -> bool:
    """Tell whether the channel would still know a message it was given then."""
    lives = CHANNELS[channel].key_lives
    return lives is not None and now - sent_at < lives


def repeats_after(kind: str, channel: str) -> timedelta:
    """
    Return how long to leave a notice alone that may have gone out.

    What the channel will not recognise is asked for once more and no third time, so that one try
    must not fall into the same bad minutes as the first. Who waits does not wait that long.
    """
    waits = KINDS[kind].priority != IN_TURN
    return timedelta() if waits or CHANNELS[channel].key_lives else BAD_MINUTES


def may_leave_at(
    policy: Policy, kind: str, now: datetime, visit_at: datetime | None
) -> datetime | None:
    """
    Return when a notice may leave (all times local): now, or after the quiet hours.

    News of a visit leaves at once if waiting would leave less time than a reminder gives, and
    what presses if the visit is near at all. None:
    never, the visit has begun by then and the notice was about what to do before it.
    """
    about = KINDS[kind]
    at = after_quiet(policy, now) if about.is_quiet else now
    if visit_at is None:
        return at
    if about.presses and visit_at - now < policy.near_visit:
        at = now
    if about.until_visit:
        return at if at < visit_at else None
    return at if at + policy.reminder_before <= visit_at else now


def is_sensitive(department: str, words: tuple[str, ...]) -> bool:
    """Tell whether the name of a department is better not read by others."""
    return any(word in department for word in words)
