"""A real database with the house's tables, and pieces of work in it for whoever asks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import insert, select

from desk.patients import Patients
from desk.rows import insert_row
from desk.work import Actor, Work
from models import Department, Doctor, Shift, Site, Slot
from models.database import connect
from models.vault import Vault, make_key
from scheduling.channels import Setup
from scheduling.policy import Policy
from tests.databases import furnish

SHANGHAI = ZoneInfo("Asia/Shanghai")
WINDOW = Actor("window")
START = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)  # Tuesday, 09:00 in Shanghai


class Clinic:
    """One installation: its database, its keys, its clock."""

    def __init__(self, url: str) -> None:
        """Create the tables, where they are missing."""
        self.engine = connect(url)
        furnish(self.engine)
        self.vault = Vault(make_key(), make_key())
        self.now = START
        self.channels: Setup = {}

    def wait(self, time: timedelta) -> None:
        """Let time pass."""
        self.now += time

    @contextmanager
    def work(self, actor: Actor | str = WINDOW) -> Iterator[Work]:
        """One transaction of an actor, or of the WeChat account of that openid."""
        who = Actor("chat", openid=actor) if isinstance(actor, str) else actor
        with self.engine.begin() as conn:
            yield Work(conn, self.now, SHANGHAI, Policy(), self.vault, who, self.channels)

    @contextmanager
    def chat(self, openid: str) -> Iterator[Patients]:
        """The patients of one WeChat account, in one transaction."""
        with self.work(openid) as work:
            yield Patients(work)

    def add_doctor_day(self, doctor: str = "D001", capacity: int = 4) -> None:
        """
        Tomorrow morning of a doctor of neurology: 08:00, 08:30, … 11:30 local.

        `capacity` places in each half-hour, all of them open to the chat; 25 yuan.
        """
        with self.work() as work:
            site, department = self._places(work)
            known = insert(Doctor).values(
                site_id=site, department_id=department, code=doctor, name="王建国",
                title="主任医师", expertise="眩晕;头痛",
            )  # fmt: skip
            who = insert_row(work.conn, known)
            opens = datetime(2026, 11, 25, 8, 0, tzinfo=SHANGHAI)
            shift = insert_row(
                work.conn,
                insert(Shift).values(
                    natural_key=f"{doctor}:{opens.date()}", site_id=site,
                    department_id=department, doctor_id=who, label="", visit_on=opens.date(),
                    half_day="am", starts_at=opens, ends_at=opens + timedelta(hours=4),
                    slot_minutes=30, room="301", service_type="expert", mode="clinic",
                    fee_fen=2500, state="published",
                ),
            )  # fmt: skip
            for number in range(8):
                begins = opens + timedelta(minutes=30 * number)
                work.conn.execute(
                    insert(Slot).values(
                        shift_id=shift, department_id=department, doctor_id=who,
                        visit_on=opens.date(), starts_at=begins,
                        ends_at=begins + timedelta(minutes=30), capacity=capacity,
                        chat_capacity=capacity, reserve=0, booked=0, chat_booked=0, is_open=True,
                    )
                )  # fmt: skip

    def _places(self, work: Work) -> tuple[int, int]:
        found = work.conn.execute(select(Department.site_id, Department.id)).first()
        if found is not None:
            return found.site_id, found.id
        site = insert(Site).values(
            code="GH", name="市第一医院", kind="general", address="", hours="", phone="",
            emergency_phone="", zone="Asia/Shanghai",
        )  # fmt: skip
        site_id = insert_row(work.conn, site)
        department = insert(Department).values(
            site_id=site_id, code="GH-SJNK", name="神经内科", national_code="03.03", aliases="",
            location="门诊楼三楼", sex="", bookable=True,
        )  # fmt: skip
        return site_id, insert_row(work.conn, department)
