"""Patients look for a time: what they are shown can be booked, and is found quickly."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import event, select, update

from desk import demo, stock
from desk.bookings import Bookings
from desk.finder import Finder
from desk.placing import Placing, place
from desk.work import Work
from models import Appointment, Doctor, PatientLink, Shift, Slot
from scheduling.errors import SlotTaken
from scheduling.offers import Offers
from scheduling.types import (
    Need,
    PatientId,
    Registration,
    SlotId,
)
from tests.desk.clinic import SHANGHAI, Clinic

NEURO = Need(departments=(("GH-SJNK", 1.0),))
WANG = Need(doctor="GH-D029")


@pytest.fixture
def clinic(demo_clinic: Clinic) -> Clinic:
    """The demo hospital on a Tuesday at nine in the morning."""
    return demo_clinic


@contextmanager
def finder(clinic: Clinic, openid: str = "openid-li") -> Iterator[Finder]:
    with clinic.work(openid) as work:
        yield Finder(work)


def offers(clinic: Clinic, need: Need) -> Offers:
    with finder(clinic) as find:
        return find.offers(need)


def wish(day: int, start: int, end: int, month: int = 11) -> Need:
    interval = (
        datetime(2026, month, day, start, tzinfo=SHANGHAI),
        datetime(2026, month, day, end, tzinfo=SHANGHAI),
    )
    return replace(NEURO, when=(interval,))


def starts(found: Offers) -> list[datetime]:
    return [o.starts_at for offer in found.exact for o in offer.openings]


def register(clinic: Clinic, openid: str = "openid-li") -> PatientId:
    with clinic.chat(openid) as patients:
        patients.consent("registration")
        return patients.register(
            Registration("李芳", "passport", "E12345678", "self", "f", date(1980, 5, 1))
        ).id


def visit(work: Work, patient: PatientId, doctor: str, account: int | None) -> None:
    """The patient has a booked appointment with the doctor's first free slot."""
    slot = work.conn.scalars(
        select(Slot.id)
        .join(Doctor, Doctor.id == Slot.doctor_id)
        .where(Doctor.code == doctor, Slot.visit_on > date(2026, 11, 24))
        .order_by(Slot.starts_at)
    ).first()
    assert slot is not None
    wanted = stock.wanted(work, slot)
    stock.take(work, wanted)
    place(work, wanted, Placing(patient, account, "booked"))


def test_a_dizzy_patient_on_wednesday_morning_is_offered_who_treats_it(clinic):
    need = replace(wish(25, 8, 12), words=("头晕", "我妈头晕三天了"))
    found = offers(clinic, need).exact
    assert found[0].first.doctor_name == "林楠"
    assert found[0].why.expertise == ("眩晕",)  # the patient said 头晕
    assert {o.first.starts_at.date() for o in found} == {date(2026, 11, 25)}
    assert {o.first.half_day for o in found} == {"am"}
    assert None in {o.first.doctor for o in found}  # the department's own 普通号


def test_today_closes_half_an_hour_before_and_the_past_is_gone(clinic):
    now = clinic.now.astimezone(SHANGHAI)
    today = [at for at in starts(offers(clinic, NEURO)) if at.date() == now.date()]
    assert min(today) == now + timedelta(minutes=30)
    clinic.wait(timedelta(seconds=1))
    today = [at for at in starts(offers(clinic, NEURO)) if at.date() == now.date()]
    assert min(today) == now + timedelta(hours=1)


def test_the_fourteenth_day_opens_at_seven(clinic):
    clinic.now = datetime(2026, 11, 23, 22, 59, 59, tzinfo=UTC)  # 06:59:59 on the 24th
    assert max(starts(offers(clinic, NEURO))).date() == date(2026, 12, 7)
    clinic.wait(timedelta(seconds=1))
    assert max(starts(offers(clinic, NEURO))).date() == date(2026, 12, 8)


def test_a_full_doctor_is_not_offered_but_the_colleagues_are(clinic):
    found = offers(clinic, Need(doctor=demo.FULL))
    assert found.exact == ()
    assert found.full > 0
    assert found.nearby
    assert {o.first.department_name for o in found.nearby[:3]} == {"消化内科"}
    assert demo.FULL not in {o.first.doctor for o in found.nearby}


def test_a_nearly_full_doctor_has_one_place_left_per_half_day(clinic):
    found = offers(clinic, Need(doctor=demo.NEARLY_FULL[0])).exact
    assert {(len(o.openings), o.first.left) for o in found} == {(1, 1)}


def test_a_suspended_shift_is_not_offered(clinic):
    with clinic.work() as work:
        suspended = work.conn.scalar(select(Shift.starts_at).where(Shift.state == "suspended"))
    assert suspended is not None
    found = offers(clinic, Need(doctor=demo.SUSPENDED))
    assert found.exact
    assert suspended not in starts(found)


def test_the_urgent_reserve_opens_on_the_day_itself(clinic):
    with clinic.work() as work:
        kept = work.conn.execute(
            select(Slot.id, Slot.starts_at, Slot.chat_capacity)
            .where(Slot.reserve > 0, Slot.visit_on == date(2026, 11, 25))
            .order_by(Slot.id)
        ).first()
        assert kept is not None
        used = update(Slot).where(Slot.id == kept.id)
        work.conn.execute(
            used.values(booked=kept.chat_capacity - 1, chat_booked=kept.chat_capacity - 1)
        )
    with finder(clinic) as find:
        assert find.opening(SlotId(kept.id)).left == 0
    clinic.now = datetime(2026, 11, 24, 16, 0, tzinfo=UTC)  # midnight: it is the 25th
    with finder(clinic) as find:
        assert find.opening(SlotId(kept.id)).left == 1


def test_a_day_without_clinic_brings_the_nearest_days(clinic):
    found = offers(clinic, wish(28, 0, 23))  # a Saturday
    assert found.exact == ()
    assert found.nearby[0].first.starts_at.date() in (date(2026, 11, 27), date(2026, 11, 30))


def test_when_a_department_has_no_place_left_other_sites_are_named(clinic):
    with clinic.work() as work:
        work.conn.execute(update(Slot).where(Slot.department_id == 5).values(is_open=False))
    need = Need(departments=(("SQ-ZY", 1.0),))
    found = offers(clinic, need)
    assert found.exact == ()
    assert {o.first.department for o in found.nearby} == {"XZ-ZY", "GH-ZY"}


def test_who_names_neither_department_nor_doctor_is_asked_first(clinic):
    assert offers(clinic, Need(site="GH")) == Offers(exact=())


def test_the_emergency_room_is_never_offered(clinic):
    assert offers(clinic, Need(departments=(("GH-JZ", 1.0),))) == Offers(exact=())


def test_two_doctors_of_one_name_are_two_doctors(clinic):
    with finder(clinic) as find:
        bone = find.offers(Need(doctor="GH-D048")).exact
        general = find.offers(Need(doctor="SQ-D003")).exact
    assert {o.first.doctor_name for o in (*bone, *general)} == {"张伟"}
    assert {o.first.department_name for o in bone} == {"骨科"}
    assert {o.first.department_name for o in general} == {"全科医学科"}


def test_a_slot_that_is_no_more_is_taken(clinic):
    with finder(clinic) as find, pytest.raises(SlotTaken):
        find.opening(SlotId(999_999))


def test_the_doctor_seen_last_comes_first_next_time(clinic):
    patient = register(clinic)
    with clinic.work("openid-li") as work:
        account = work.conn.scalar(select(PatientLink.wechat_user_id))
        visit(work, patient, "GH-D031", account)
    with finder(clinic) as find:
        assert find.usual_doctor(patient) == "GH-D031"
        assert find.usual_doctor() == "GH-D031"
        first = find.offers(NEURO, patient).exact[0]
        assert first.first.doctor == "GH-D031"
        assert first.why.usual


def test_a_cancelled_visit_makes_no_usual_doctor(clinic):
    patient = register(clinic)
    with clinic.work("openid-li") as work:
        visit(work, patient, "GH-D031", work.conn.scalar(select(PatientLink.wechat_user_id)))
        work.conn.execute(
            update(Appointment).where(Appointment.patient_id == patient).values(status="cancelled")
        )
    with finder(clinic) as find:
        assert find.usual_doctor(patient) is None


def test_a_stranger_learns_nothing_of_whom_a_patient_sees(clinic):
    patient = register(clinic)
    with clinic.work("openid-li") as work:
        visit(work, patient, "GH-D031", work.conn.scalar(select(PatientLink.wechat_user_id)))
    register(clinic, "openid-other")  # the patient exists: the link is only pending
    with finder(clinic, "openid-other") as find:
        assert find.usual_doctor(patient) is None
    with finder(clinic, "openid-nobody") as find:
        assert find.usual_doctor(patient) is None


def test_a_department_is_searched_through_its_index_with_few_statements(clinic):
    statements: list[tuple[str, object]] = []

    def note(_conn, _cursor, statement, parameters, _context, _many) -> None:
        statements.append((statement, parameters))

    with clinic.work("openid-li") as work:
        assert work.directory.wards  # known to a server since its first message
        event.listen(clinic.engine, "before_cursor_execute", note)
        try:
            assert Finder(work).offers(NEURO).exact
        finally:
            event.remove(clinic.engine, "before_cursor_execute", note)
    selects = [entry for entry in statements if entry[0].startswith("SELECT")]
    assert len(selects) == 2, "the slots, and the shifts they belong to"
    search, parameters = selects[0]
    with clinic.engine.connect() as conn:
        plan = [
            row[-1] for row in conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {search}", parameters)
        ]
    assert any("slot USING INDEX ix_slot_department_id_visit_on" in step for step in plan), plan
    assert not any(step.startswith("SCAN slot") for step in plan), plan


def test_what_collides_with_an_appointment_is_left_out_and_said(clinic: Clinic) -> None:
    patient = register(clinic)
    need = wish(25, 8, 12)
    with clinic.work("openid-li") as work:
        first = Finder(work).offers(need).exact[0].first
        taken = Bookings(work).hold(first.slot, patient)
        Bookings(work).confirm(taken.id)

    with finder(clinic) as find:
        others = find.offers(need)
        hers = find.offers(need, patient)
        moving = find.offers(replace(need, leaving=taken.id), patient)

    assert others.exact
    assert not hers.exact, "the same department on the same half-day"
    assert hers.miss is not None
    assert hers.miss.reason == "busy"
    assert moving.exact, "the appointment that is moved is not in its own way"
