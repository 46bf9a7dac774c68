"""Where a conversation takes place: the hospital, the hour, the message, and the desk."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from dialogue.state import Values
from handlers.ports import Desk
from nlp.heard import Heard
from scheduling.policy import Policy

_SECOND = 2


@dataclass(frozen=True, slots=True)
class Said:
    """
    One message as the conversations see it.

    `kind` is text, event, image, voice, video, location, link, file …; `event` and `key` name a
    WeChat event and its key, lower-cased event; `menu_id` the tapped option, empty if typed;
    `media_id` WeChat's number of a picture, voice or file;
    `place` where somebody is, as latitude and longitude in degrees.
    """

    kind: str
    heard: Heard
    event: str = ""
    key: str = ""
    menu_id: str = ""
    media_id: str = ""
    place: tuple[float, float] | None = None

    @property
    def is_second(self) -> bool:
        """Whether it picks the second choice: of two the no, of the safety question the yes."""
        return self.heard.ordinal == _SECOND or self.menu_id.endswith(f"-{_SECOND}")


@dataclass(frozen=True, slots=True)
class Scene:
    """
    The hospital at this moment.

    `idle` is the time since the person's last message, None if there was none; `staffed` tells
    whether somebody at the desk answers now, `staffed_hours` when somebody does; `can_text`
    whether an SMS can be sent; `policy` the hospital's numbers, for sentences that name one.
    """

    hospital: str
    phone: str
    emergency_phone: str
    now_local: datetime
    idle: timedelta | None = None
    staffed: bool = False
    staffed_hours: str = ""
    can_text: bool = False
    policy: Policy = field(default_factory=Policy)


@dataclass(frozen=True, slots=True)
class World:
    """
    What the callbacks of the forms act in.

    `heard` is the message being answered; `is_busy` tells whether a question was open before it,
    `care` whether the person wants it slow and simple, by digits alone; `open` what the open forms
    know, the one talked about first; `english` whether English is written.
    """

    desk: Desk
    scene: Scene
    heard: Heard
    symptoms: tuple[str, ...] = ()
    person: dict[str, object] | None = None
    is_busy: bool = False
    care: bool = False
    open: tuple[Values, ...] = ()
    english: bool = False
