"""A small hospital in a real database, with patients and slots by the dozen, and races in it."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import event, func, insert, select

from desk.bookings import Bookings
from desk.rows import insert_row
from desk.work import Actor, Work
from models import (
    Appointment,
    Department,
    Patient,
    PatientLink,
    Shift,
    Site,
    Slot,
    WechatUser,
)
from models.appointments import ACTIVE
from models.database import connect, is_conflict, retrying
from models.vault import Vault, make_key
from scheduling.channels import Setup
from scheduling.errors import Refusal
from scheduling.policy import Policy
from tests.databases import furnish

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)  # Tuesday, 09:00 in Shanghai


class Hospital:
    """One site; a new department for every shift, so that only the rule under test says no."""

    def __init__(self, url: str, policy: Policy | None = None) -> None:
        self.engine = connect(url, pool_size=48)
        furnish(self.engine)
        self.vault = Vault(make_key(), make_key())
        self.policy = policy or Policy()
        self.now = NOW
        self.channels: Setup = {}
        self._numbers = iter(range(1, 1_000_000))
        with self.engine.begin() as conn:
            conn.execute(insert(Site).values(id=1, code="S", name="中心", kind="community"))

    def close(self) -> None:
        self.engine.dispose()

    def department(self, **more: object) -> int:
        number = next(self._numbers)
        row = {"site_id": 1, "code": f"D{number}", "name": f"内科{number}", **more}
        with self.engine.begin() as conn:
            return insert_row(conn, insert(Department).values(**row))

    def slot(  # noqa: PLR0913 - a story names the one that matters to it
        self,
        capacity: int = 1,
        *,
        day: int = 1,
        hour: int = 9,
        chat: int | None = None,
        reserve: int = 0,
        department: int | None = None,
    ) -> int:
        """A slot of half an hour, `day` days from now, at `hour` o'clock in Shanghai."""
        department = department or self.department()
        visit_on = NOW.date() + timedelta(days=day)
        starts_at = datetime(visit_on.year, visit_on.month, visit_on.day, hour, tzinfo=SHANGHAI)
        both = {
            "department_id": department,
            "visit_on": visit_on,
            "starts_at": starts_at,
            "ends_at": starts_at + timedelta(minutes=30),
        }
        shift = insert(Shift).values(
            **both,
            natural_key=f"{next(self._numbers)}",
            site_id=1,
            half_day="am" if hour < 12 else "pm",
            slot_minutes=30,
            service_type="general",
            fee_fen=1000,
        )
        with self.engine.begin() as conn:
            places = {"capacity": capacity, "reserve": reserve}
            places["chat_capacity"] = capacity if chat is None else chat
            row = insert(Slot).values(**both, **places, shift_id=insert_row(conn, shift))
            return insert_row(conn, row)

    def patients(self, count: int) -> list[tuple[str, int]]:
        """New patients, each with a WeChat account of their own: (openid, patient)."""
        with self.engine.begin() as conn:
            return [self._patient(conn) for _ in range(count)]

    def patient(self, **more: object) -> tuple[str, int]:
        with self.engine.begin() as conn:
            return self._patient(conn, **more)

    def _patient(self, conn, **more: object) -> tuple[str, int]:
        number = next(self._numbers)
        row = {
            "public_id": f"p{number}",
            "name_enc": self.vault.seal("李小明"),
            "document_kind": "passport",
            "document_hash": f"{number}",
            "document_enc": self.vault.seal("E12345678"),
            "sex": "f",
            "birth_on": date(1960, 5, 1),
            "created_at": NOW,
            **more,
        }
        patient = insert_row(conn, insert(Patient).values(**row))
        openid = f"openid{number}"
        self._link(conn, openid, patient, "own")
        return openid, patient

    def link(self, openid: str, patient: int, state: str) -> None:
        with self.engine.begin() as conn:
            self._link(conn, openid, patient, state)

    def _link(self, conn, openid: str, patient: int, state: str) -> None:
        known = self.vault.lookup(openid)
        account = conn.scalar(select(WechatUser.id).where(WechatUser.openid_hash == known))
        if account is None:
            row = {"openid_hash": known, "openid_enc": self.vault.seal(openid), "created_at": NOW}
            account = insert_row(conn, insert(WechatUser).values(**row))
        conn.execute(
            insert(PatientLink).values(
                wechat_user_id=account,
                patient_id=patient,
                relation="mother",
                state=state,
                pair=f"{account}:{patient}",
                created_at=NOW,
            )
        )

    @contextmanager
    def bookings(self, openid: str | None = None, at: datetime | None = None):
        """The bookings of an account (or of a job), in one transaction."""
        with self.work(openid, at) as work:
            yield Bookings(work)

    @contextmanager
    def work(self, who: str | Actor | None = None, at: datetime | None = None):
        actor = who if isinstance(who, Actor) else Actor("chat" if who else "job", openid=who)
        with self.engine.begin() as conn:
            now = at or self.now
            yield Work(conn, now, SHANGHAI, self.policy, self.vault, actor, self.channels)

    def book(self, openid: str, slot: int, patient: int) -> int:
        with self.bookings(openid) as desk:
            held = desk.hold(slot, patient)
            return desk.confirm(held.id).id

    def stock(self, slot: int) -> tuple[int, int]:
        """(what the slot says is booked, how many active appointments it really has)."""
        with self.engine.connect() as conn:
            said = conn.scalar(select(Slot.booked).where(Slot.id == slot))
            active = Appointment.status.in_(ACTIVE)
            count = select(func.count()).where(Appointment.slot_id == slot, active)
            return said, conn.scalar(count)


def race(acts: Sequence[Callable[[], object]], threads: int, tries: int = 5) -> Counter[str]:
    """
    Run the acts as fast as threads can; count how they ended.

    `done`, the name of the refusal, or `conflict` for a transaction the database threw out
    `tries` times.
    """
    outcomes: list[str] = []
    waiting = list(reversed(acts))
    start = threading.Barrier(threads)

    def run() -> None:
        start.wait()
        while True:
            try:
                act = waiting.pop()
            except IndexError:
                return
            outcomes.append(outcome(act, tries))

    crew = [threading.Thread(target=run) for _ in range(threads)]
    for thread in crew:
        thread.start()
    for thread in crew:
        thread.join()
    assert len(outcomes) == len(acts)
    return Counter(outcomes)


def outcome(act: Callable[[], object], tries: int) -> str:
    try:
        retrying(act, tries)
    except Refusal as refusal:
        return type(refusal).__name__
    except Exception as error:  # noqa: BLE001 - counted and asserted on
        return "conflict" if is_conflict(error) else f"{type(error).__name__}: {error}"
    return "done"


def without_write_lock(hospital: Hospital) -> None:
    """Take SQLite's guard away: transactions start with a plain BEGIN, behind no lock."""

    @event.listens_for(hospital.engine, "engine_connect")
    def plain(conn) -> None:
        conn.execution_options(read_only=True)
