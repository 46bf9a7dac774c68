"""The demo hospital is what a newcomer tries first: it must be believable and stay alive."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from desk import demo
from desk.catalogue import Catalogue
from desk.directory import roster_version
from desk.work import Actor
from models import Appointment, Doctor, Shift, Slot
from models.appointments import ACTIVE
from tests.desk.clinic import Clinic

WINDOW = Actor("window")


@pytest.fixture
def clinic(demo_clinic: Clinic) -> Clinic:
    return demo_clinic


def test_three_sites_thirty_departments_seventy_doctors(clinic):
    with clinic.work() as work:
        catalogue = Catalogue(work)
        assert [site.kind for site in catalogue.sites()] == ["community", "township", "general"]
        wards = catalogue.departments()
        doctors = catalogue.doctors()
    assert 30 <= len(wards) <= 40
    assert len(doctors) == 70
    assert {ward.name for ward in wards if not ward.bookable} == {"急诊科", "发热门诊", "犬伤门诊"}
    assert all(ward.national_code for ward in wards if ward.bookable)
    assert all(doctor.expertise and doctor.title for doctor in doctors)


def test_names_that_are_hard_to_tell_apart_are_there(clinic):
    with clinic.work() as work:
        doctors = Catalogue(work).doctors()
    names = Counter(doctor.name for doctor in doctors)
    assert {name for name, times in names.items() if times > 1} == {"张伟"}
    assert len({d.department for d in doctors if d.name == "张伟"}) == 2
    assert {"王建国", "王建果", "李静", "李婧"} <= names.keys()
    assert sum(len(name) == 2 for name in names) >= 3


def test_a_slot_counts_exactly_its_appointments(clinic):
    with clinic.work() as work:
        active = (
            select(Appointment.slot_id, func.count().label("people"))
            .where(Appointment.status.in_(ACTIVE))
            .group_by(Appointment.slot_id)
            .subquery()
        )
        wrong = work.conn.execute(
            select(Slot.id)
            .outerjoin(active, active.c.slot_id == Slot.id)
            .where(Slot.booked != func.coalesce(active.c.people, 0))
        ).all()
        assert wrong == []
        assert work.conn.scalar(select(func.max(Slot.booked))) == 3


def test_one_doctor_is_full_some_nearly_one_shift_suspended_one_remote(clinic):
    tomorrow = date(2026, 11, 25)
    with clinic.work() as work:
        free = work.conn.execute(
            select(Doctor.code, Slot.shift_id, func.sum(Slot.capacity - Slot.booked))
            .join(Doctor, Doctor.id == Slot.doctor_id)
            .where(Slot.visit_on >= tomorrow, Doctor.code.in_([demo.FULL, *demo.NEARLY_FULL]))
            .group_by(Doctor.code, Slot.shift_id)
        ).all()
        states = work.conn.scalars(select(Shift.state)).all()
        remote = work.conn.scalars(select(Shift.id).where(Shift.mode == "remote")).all()
    assert {left for code, _, left in free if code == demo.FULL} == {0}
    assert {left for code, _, left in free if code in demo.NEARLY_FULL} == {1}
    assert states.count("suspended") == 1
    assert remote


def test_shifts_roll_on_with_the_days_and_twice_a_day_changes_nothing(clinic):
    with clinic.work(WINDOW) as work:
        last = work.conn.scalar(select(func.max(Shift.visit_on)))
        assert last == date(2026, 12, 10)
        assert not demo.roll(work).is_changed
    clinic.wait(timedelta(days=7))
    with clinic.work(WINDOW) as work:
        assert demo.roll(work).counts["shifts"].added > 0
        assert work.conn.scalar(select(func.max(Shift.visit_on))) == date(2026, 12, 17)
        assert roster_version(work.conn) == 2


def test_the_demo_does_not_mix_with_a_hospital_that_is_there(clinic):
    with clinic.work(WINDOW) as work, pytest.raises(demo.NotEmptyError):
        demo.load(work)


def test_what_a_visit_costs_is_read_from_the_roster(clinic):
    with clinic.work() as work:
        catalogue = Catalogue(work)
        bones = catalogue.fees(["GH-GK"])
        wang = catalogue.fees(doctor="GH-D029")
        everywhere = {fee.site_name for fee in catalogue.fees()}
        nowhere = catalogue.fees(doctor="nobody")

    prices = {fee.service_type: (fee.least_fen, fee.most_fen) for fee in bones}
    assert prices["general"] == (2000, 2000)
    assert prices["expert"] == (3000, 5000)
    assert [(fee.service_type, fee.most_fen) for fee in wang] == [("expert", 5000)]
    assert len(everywhere) == 3
    assert nowhere == []
