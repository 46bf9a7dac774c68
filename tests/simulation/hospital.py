"""The demo hospital in this process, behind its real webhook, with a clock the talk moves."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask
from sqlalchemy import func, select, update

import migrations
from bot.chores import TASKS
from bot.courier import Courier
from bot.house import House, open_house
from bot.turn import open_desk
from bot.wiring import furnish
from desk import demo, export
from desk.counter import Counter
from desk.dispatch import Sending
from desk.work import Actor
from handlers import care
from handlers.texts import notices
from models import Appointment, Department, Doctor, Outbox, Patient, PatientLink, Slot, WechatUser
from models.appointments import ACTIVE
from scheduling.types import AppointmentView, Need, PatientId, Registration
from tests.bot import hospital as door
from tests.simulation.goals import Goal
from tests.simulation.hands import Message
from tests.simulation.people import Person

ZONE = ZoneInfo("Asia/Shanghai")
# A Tuesday morning, a Sunday evening, a Friday noon, a Saturday, a Monday before the doors open.
STARTS = tuple(
    datetime(2026, month, day, hour, minute, tzinfo=ZONE)
    for month, day, hour, minute in (
        (11, 24, 9, 0), (11, 29, 20, 15), (12, 4, 12, 40), (12, 5, 10, 5), (12, 7, 7, 20),
        (11, 26, 15, 30), (11, 25, 22, 50),
    )
)  # fmt: skip
SCARCE = (demo.FULL, *demo.NEARLY_FULL)
_ADULT = 14
_RELATIONS = {"wife": "spouse", "husband": "spouse", "grandmother": "other"}


class Clock:
    """The time in the hospital; it never goes back."""

    def __init__(self, start: datetime) -> None:
        self._now = start
        self._lock = threading.Lock()

    def __call__(self) -> datetime:
        return self._now

    def reach(self, moment: datetime) -> None:
        """Go on to this moment."""
        with self._lock:
            self._now = max(self._now, moment)


class Phones:
    """Stands for WeChat's servers: what a notice looks like on the phone it goes to."""

    def __init__(self, shown: dict[str, str]) -> None:
        self._shown = shown

    def send(self, sending: Sending) -> str:
        """Show it."""
        text = notices.render(sending.lease.kind, sending.payload)
        text = care.notice(text) if sending.reach.care else text
        self._shown[sending.reach.openid or ""] = text
        return ""


class Hospital:
    """One hospital for some patients: what they send it, and what its books hold."""

    def __init__(self, url: str, redis_url: str, start: datetime) -> None:
        settings = door.settings(url, redis_url)
        self.clock = Clock(start)
        self.house: House = replace(open_house(settings), simulated_now=self.clock)
        self._app = furnish(Flask("simulation"), self.house)
        self._local = threading.local()

    def close(self) -> None:
        """Give everything back."""
        self.house.close()

    def build(self) -> None:
        """Tables, and the demo hospital as it is at this moment."""
        migrations.upgrade(self.house.engine)
        with open_desk(self.house, Actor("job", name="demo")) as counter:
            demo.load(counter.work)

    # -- what patients do

    def send(self, openid: str, message: Message) -> str:
        """Push a message through the webhook; returns what the phone shows."""
        sender = door.Patient(self._post, openid)
        more = {"bizmsgmenuid": message.tap} if message.tap else {}
        shown = sender.say(message.text, CreateTime=int(self.clock().timestamp()), **more)
        # A turn that took too long leaves its answer to the courier.
        return self._delivered().get(openid, "") if shown == "success" else shown

    def _post(self, body: bytes, query: dict[str, str]) -> tuple[int, str]:
        if not hasattr(self._local, "client"):
            self._local.client = self._app.test_client()
        answer = self._local.client.post("/wechat", data=body, query_string=query)
        return answer.status_code, answer.get_data(as_text=True)

    def remind(self, openid: str, appointment: int) -> str:
        """
        Send the reminder of an appointment now; returns what the phone shows, if anything.

        The courier is the real one; only the hour of the reminder is brought forward.
        """
        with open_desk(self.house, Actor("job", name="simulation")) as counter:
            waits = Outbox.appointment_id == appointment, Outbox.kind == "reminder"
            first = select(func.min(Outbox.id)).where(*waits, Outbox.state == "due")
            row = counter.work.conn.scalar(first)
            early = update(Outbox).where(Outbox.id == row)
            counter.work.conn.execute(early.values(not_before=counter.work.now))
        return self._delivered().get(openid, "")

    def _delivered(self) -> dict[str, str]:
        """What the courier brings now, by account."""
        phones: dict[str, str] = {}
        Courier(self.house, Phones(phones), TASKS).run_once()
        return phones

    # -- what was before they came

    @contextmanager
    def desk_of(self, openid: str) -> Iterator[Counter]:
        """The counter, on behalf of somebody."""
        with open_desk(self.house, Actor("chat", openid=openid)) as counter:
            yield counter

    def register(self, openid: str, people: Iterable[Person]) -> dict[str, PatientId]:
        """Make somebody a returning user with this family; returns the patients by number."""
        found = {}
        with self.desk_of(openid) as counter:
            counter.patients.consent("registration")
            for person in people:
                is_child = person.age(self.clock().date()) < _ADULT
                counter.patients.consent("child" if is_child else "relative")
                view = counter.patients.register(
                    Registration(
                        name=person.name,
                        document_kind="resident_id",
                        document_number=person.number,
                        relation=_RELATIONS.get(person.kin, person.kin),
                        phone=person.phone,
                    )
                )
                found[person.number] = view.id
        return found

    def slow_and_simple(self, openid: str) -> None:
        """Somebody has chosen care mode before."""
        with self.desk_of(openid) as counter:
            counter.care.choose(on=True)

    def book(self, openid: str, patient: PatientId, ward: str, nth: int) -> AppointmentView | None:
        """An appointment made earlier in this department, on the nth half-day there is."""
        with self.desk_of(openid) as counter:
            found = counter.finder.offers(Need(departments=((ward, 1.0),)), patient).exact
            tomorrow = self.clock() + timedelta(days=1)
            offers = [offer.first for offer in found if offer.first.starts_at > tomorrow]
            if not offers:
                return None
            opening = offers[nth % len(offers)]
            held = counter.bookings.hold(opening.slot, patient)
            return counter.bookings.confirm(held.id)

    # -- what the books say

    def appointments(self) -> list[dict[str, Any]]:
        """Everything booked through the chat, as the export tells it."""
        with open_desk(self.house, Actor("job", name="judge")) as counter:
            rows = [row for row in export.appointments(counter.work) if row["channel"] == "chat"]
        for row in rows:
            row["starts_at"] = datetime.fromisoformat(row["starts_at"])
        return rows

    def family_of(self, openid: str) -> list[tuple[str, str]]:
        """Names and numbers of the patients an account speaks for."""
        opened = self.house.vault.open
        query = (
            select(Patient.name_enc, Patient.document_enc)
            .join(PatientLink, PatientLink.patient_id == Patient.id)
            .join(WechatUser, WechatUser.id == PatientLink.wechat_user_id)
            .where(WechatUser.openid_hash == self.house.vault.lookup(openid))
        )
        with self.house.engine.connect() as conn:
            return [(opened(name), opened(number)) for name, number in conn.execute(query)]

    def has_room(self, goal: Goal, told: str) -> bool:
        """
        Whether there is a free place for this wish, whatever the bot said.

        Where the bot spoke of one of the right departments, a place in that one.
        """
        now = self.clock()
        query = (
            select(Slot, Department.code, Department.name, Doctor.code)
            .join(Department, Department.id == Slot.department_id)
            .outerjoin(Doctor, Doctor.id == Slot.doctor_id)
            .where(
                Slot.is_open,
                Slot.booked < Slot.capacity,
                Slot.chat_booked < Slot.chat_capacity - Slot.reserve,
                Slot.starts_at >= now + timedelta(minutes=30),
                Slot.visit_on <= now.date() + timedelta(days=13),
            )
        )
        columns = [Slot.starts_at, Department.code, Department.name, Doctor.code]
        with self.house.engine.connect() as conn:
            rows = conn.execute(query.with_only_columns(*columns)).all()
        spoken_of = {
            ward for _, ward, name, _ in rows if name in told and ward in goal.matter.wards
        }
        wards = spoken_of or goal.matter.wards
        return any(
            ward in wards
            and goal.matter.doctor in (None, doctor)
            and goal.when.admits(starts_at.astimezone(ZONE))
            for starts_at, ward, _, doctor in rows
        )

    def unbalanced(self) -> list[str]:
        """Slots whose count is not the number of appointments in them."""
        with self.house.engine.connect() as conn:
            active = select(Appointment.slot_id).where(Appointment.status.in_(ACTIVE))
            taken: dict[int, int] = {}
            for slot in conn.scalars(active):
                taken[slot] = taken.get(slot, 0) + 1
            slots = conn.execute(select(Slot.id, Slot.booked, Slot.capacity)).all()
        return [
            f"slot {slot} counts {booked} of {capacity}, has {taken.get(slot, 0)}"
            for slot, booked, capacity in slots
            if booked != taken.get(slot, 0) or booked > capacity
        ]


class Hospitals:
    """Opens hospitals at their moments; each moment is built once and copied."""

    def __init__(self, home: Path, redis_url: str) -> None:
        self._home = home
        self._redis_url = redis_url
        self._count = 0

    @contextmanager
    def opened(self, start: datetime) -> Iterator[Hospital]:
        """A hospital of its own, fresh, at this moment."""
        master = self._home / f"master-{start:%m%d%H%M}.sqlite"
        if not master.exists():
            first = Hospital(f"sqlite:///{master}", self._redis_url, start)
            first.build()
            first.close()
        self._count += 1
        path = self._home / f"hospital-{self._count}.sqlite"
        shutil.copy(master, path)
        hospital = Hospital(f"sqlite:///{path}", self._redis_url, start)
        try:
            yield hospital
        finally:
            hospital.close()
            path.unlink()
