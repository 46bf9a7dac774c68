"""Everything the simulated WeChat remembers: patients, timelines, deliveries, calls. In memory."""

from __future__ import annotations

import itertools
import secrets
import threading
from collections import Counter, deque
from dataclasses import asdict, dataclass, field
from typing import Any

from simulator.config import SimulatorConfig
from simulator.push import Delivery

_KEEP_EVENTS = 50_000
_KEEP_RECORDS = 200


@dataclass(slots=True)
class Patient:
    """One WeChat user of the phone page.

    `greeted`: has followed once by opening the chat. `scene`: of the QR code she followed by.
    `subscriptions`: template id → one-off notices still accepted. `standing`: long-term templates
    accepted. Both outlive unfollowing.
    """

    openid: str
    name: str
    note: str = ""
    following: bool = False
    followed_at: float = 0.0
    scene: str = ""
    greeted: bool = False
    refuses_notices: bool = False
    subscriptions: dict[str, int] = field(default_factory=dict)
    standing: list[str] = field(default_factory=list)
    tags: list[int] = field(default_factory=list)
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """Something the phone page must show; `seq` grows by one and is the page's cursor.

    `kind`: `user`, `official`, `notice`, `fault` or `system` (bubbles of the account's chat),
    `service` (a card of the conversation 「服务通知」), `typing`, `patient`, `menu`, `clock`.
    """

    seq: int
    kind: str
    openid: str
    at: float
    body: dict[str, Any]


BUBBLES = frozenset({"user", "official", "notice", "fault", "system"})
_WORDS = frozenset({"user", "official"})


class UnknownPatientError(KeyError):
    """No patient has this openid."""


class Exchange:
    """The shared memory. Every method may be called from any thread."""

    def __init__(self, config: SimulatorConfig) -> None:
        """An exchange with the account's patients, none of them following yet."""
        self._config = config
        self._changed = threading.Condition()
        self._events: deque[Event] = deque(maxlen=_KEEP_EVENTS)
        self._seq = 0
        self._patients = {row[0]: Patient(*row) for row in config.patients}
        self._menu: list[Any] = [dict(button) for button in config.menu]
        self._menu_published = False
        self._deliveries: deque[tuple[float, Delivery]] = deque(maxlen=_KEEP_RECORDS)
        self._calls: deque[dict[str, Any]] = deque(maxlen=_KEEP_RECORDS)
        self._tally: Counter[tuple[str, str]] = Counter()
        # A page that knew an earlier run of the simulator must start over.
        self.epoch = secrets.token_hex(4)

    # --- patients -------------------------------------------------------------------------

    def patients(self) -> list[Patient]:
        """All patients, oldest first."""
        with self._changed:
            return list(self._patients.values())

    def patient(self, openid: str) -> Patient:
        """The patient with this openid.

        Raises:
            UnknownPatientError: there is none.
        """
        with self._changed:
            try:
                return self._patients[openid]
            except KeyError as error:
                raise UnknownPatientError(openid) from error

    def add_patient(self, name: str, note: str = "", openid: str = "") -> Patient:
        """Another patient; with an openid of her own if none is given."""
        patient = Patient(openid or f"oDemo{secrets.token_hex(11)}x", name, note)
        with self._changed:
            patient = self._patients.setdefault(patient.openid, patient)
        self.publish_patient(patient)
        return patient

    def greet_once(self, openid: str) -> bool:
        """Whether this is the first time the patient opens the chat; true only once."""
        patient = self.patient(openid)
        with self._changed:
            first, patient.greeted = not patient.greeted, True
        return first

    def set_following(self, openid: str, *, following: bool, scene: str = "") -> None:
        """The patient follows the account, or no longer."""
        patient = self.patient(openid)
        patient.following = following
        if following:
            patient.followed_at, patient.scene = self._config.clock(), scene
        self.publish_patient(patient)

    def accept_subscription(self, openid: str, template_id: str, count: int = 1) -> None:
        """The patient accepts `count` more one-off notices, or a long-term template for good."""
        patient = self.patient(openid)
        with self._changed:
            if template_id not in self._config.long_term_templates:
                accepted = patient.subscriptions
                accepted[template_id] = accepted.get(template_id, 0) + count
            elif template_id not in patient.standing:
                patient.standing.append(template_id)
        self.publish_patient(patient)

    def spend_subscription(self, openid: str, template_id: str) -> bool:
        """Use one accepted notice; false when there is none."""
        patient = self.patient(openid)
        with self._changed:
            if template_id in self._config.long_term_templates:
                return template_id in patient.standing
            left = patient.subscriptions.get(template_id, 0)
            if left:
                patient.subscriptions[template_id] = left - 1
        self.publish_patient(patient)
        return left > 0

    def drop_subscriptions(self, openid: str) -> list[str]:
        """The patient refuses notices: what she had accepted is gone; gives the template ids."""
        patient = self.patient(openid)
        with self._changed:
            dropped = [
                *patient.standing,
                *(t for t, left in patient.subscriptions.items() if left),
            ]
            patient.standing.clear()
            patient.subscriptions.clear()
        return dropped

    # --- timeline -------------------------------------------------------------------------

    def publish(self, kind: str, openid: str, body: dict[str, Any]) -> Event:
        """Add an event and wake every page that waits."""
        with self._changed:
            self._seq += 1
            event = Event(self._seq, kind, openid, self._config.clock(), body)
            self._events.append(event)
            self._changed.notify_all()
        return event

    def publish_patient(self, patient: Patient) -> None:
        """Tell the pages that a patient is new or has changed."""
        self.publish("patient", patient.openid, asdict(patient))

    def events_after(self, seq: int) -> list[Event]:
        """All events with a higher number, oldest first."""
        with self._changed:
            first = self._events[0].seq if self._events else 0  # they are numbered without a gap
            return list(itertools.islice(self._events, max(0, seq + 1 - first), None))

    def wait_after(self, seq: int, seconds: float) -> list[Event]:
        """As `events_after`, waiting up to `seconds` for the first one."""
        with self._changed:
            self._changed.wait_for(lambda: self._seq > seq, timeout=seconds)
        return self.events_after(seq)

    def timeline(self, openid: str) -> list[Event]:
        """The patient's bubbles, oldest first."""
        return [e for e in self.events_after(0) if e.openid == openid and e.kind in BUBBLES]

    def services(self, openid: str) -> list[Event]:
        """The cards of the patient's 「服务通知」, oldest first."""
        return [e for e in self.events_after(0) if e.openid == openid and e.kind == "service"]

    def last_word_at(self, openid: str) -> float | None:
        """When the patient or the account last said something to the other."""
        said = [e.at for e in self.events_after(0) if e.openid == openid and e.kind in _WORDS]
        return said[-1] if said else None

    # --- menu -----------------------------------------------------------------------------

    def menu(self) -> list[Any]:
        """The buttons the phone shows: the published ones, else the configured ones."""
        with self._changed:
            return self._menu

    @property
    def menu_published(self) -> bool:
        """Whether the bot has published a menu of its own."""
        return self._menu_published

    def publish_menu(self, buttons: list[Any] | None) -> None:
        """Show these buttons from now on; None goes back to the configured ones."""
        with self._changed:
            self._menu_published = buttons is not None
            self._menu = buttons or [dict(button) for button in self._config.menu]
        self.publish("menu", "", {"buttons": self._menu})

    # --- records --------------------------------------------------------------------------

    def record_delivery(self, delivery: Delivery) -> None:
        """Keep a delivery for the developer drawer and for tests."""
        with self._changed:
            self._deliveries.append((self._config.clock(), delivery))

    def deliveries(self) -> list[tuple[float, Delivery]]:
        """The last deliveries with their time, oldest first."""
        with self._changed:
            return list(self._deliveries)

    def record_call(self, path: str, touser: str, errcode: int, fault: str = "") -> None:
        """Keep an API call of the bot, and the fault it met; never its token."""
        entry = {"at": self._config.clock(), "path": path, "touser": touser}
        with self._changed:
            self._calls.append({**entry, "errcode": errcode, "fault": fault})
            self._tally[path, fault if fault and not errcode else str(errcode)] += 1

    def calls(self) -> list[dict[str, Any]]:
        """The last API calls, oldest first."""
        with self._changed:
            return list(self._calls)

    def tally(self) -> dict[str, dict[str, int]]:
        """All calls since the start, counted: path → errcode or fault → how many."""
        counted: dict[str, dict[str, int]] = {}
        with self._changed:
            for (path, end), number in self._tally.items():
                counted.setdefault(path, {})[end] = number
        return counted
