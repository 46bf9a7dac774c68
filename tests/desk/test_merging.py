"""One person on file twice becomes one patient; nobody is let in further, and nothing is lost."""

from __future__ import annotations

import json
import time
from datetime import date

import pytest
from sqlalchemy import func, select

from desk import admission, erasing, links, merging, programs
from desk.bookings import Bookings
from desk.patients import Patients
from models import Appointment, Consent, Outbox, Patient, PatientLink, WaitlistEntry, WechatUser
from scheduling.errors import NotYourAppointment, NotYourPatient, Unavailable
from scheduling.staff_errors import CannotMerge
from scheduling.types import Registration
from tests.desk.hospital import race, without_write_lock
from tests.desk.test_races import PAUSE, in_one_of_ten_rounds, on_sqlite

SISTER = "openid-of-the-sister"
PASSPORT = Registration("李小明", "passport", "E12345678", "mother", "f", date(1960, 5, 1))
PERMIT = Registration("李晓明", "hm_permit", "H12345678", "self", "f", date(1960, 5, 1))


@pytest.fixture
def hospital(busy):
    return busy


@pytest.fixture
def small(small_busy):
    return small_busy


def register(clinic, openid, registration):
    with clinic.work(openid) as work:
        patients = Patients(work)
        patients.consent("registration")
        patients.consent("relative")
        return patients.register(registration).id


def merge(clinic, keep, gone):
    with clinic.work() as work:
        merging.merge(work, keep, gone)


def link_of(clinic, openid, patient):
    with clinic.work() as work:
        return work.conn.scalar(
            select(PatientLink.state)
            .join(WechatUser, WechatUser.id == PatientLink.wechat_user_id)
            .where(
                WechatUser.openid_hash == work.vault.lookup(openid),
                PatientLink.patient_id == patient,
                PatientLink.state != "removed",
            )
        )


def twice(clinic):
    """A mother whom her daughter registered by passport, and who came herself with a permit."""
    return register(clinic, "女儿", PASSPORT), register(clinic, "妈妈", PERMIT)


def test_all_of_the_second_record_becomes_the_firsts(small):
    keep, gone = twice(small)
    booked = small.book("妈妈", small.slot(), gone)
    department = small.department()
    full = small.slot(department=department, day=2)
    owner, other = small.patient()
    small.book(owner, full, other)
    small.join("妈妈", gone, small.wish(department, day=2))

    merge(small, keep, gone)

    assert set(small.rows(Appointment.patient_id, Appointment.id == booked)) == {keep}
    assert small.rows(WaitlistEntry.patient_id) == [keep]
    assert small.rows(Consent.id, Consent.patient_id == gone) == []
    assert register(small, "妈妈", PERMIT) == keep, "the second document finds the first record"
    small.cancel(owner, small.rows(Appointment.id, Appointment.patient_id == other)[0])
    (view,) = small.waits("妈妈")
    assert view.offer is not None, "she keeps her turn in line"
    with small.bookings("妈妈") as desk:
        assert {a.patient for a in desk.mine()} == {keep}


def test_two_in_one_half_day_is_seen_after_the_merging_too(small):
    """What makes an appointment unique names the patient it has now."""
    keep, gone = twice(small)
    department = small.department()
    small.book("妈妈", small.slot(department=department, hour=9), gone)
    merge(small, keep, gone)
    with pytest.raises(Unavailable):
        small.book("女儿", small.slot(department=department, hour=11), keep)


def test_nobody_is_let_in_further_than_before(small):
    keep, gone = twice(small)
    hers = small.book("女儿", small.slot(), keep)
    merge(small, keep, gone)
    assert link_of(small, "妈妈", keep) == "pending"
    with small.bookings("妈妈") as desk:
        assert desk.mine() == []
        with pytest.raises(NotYourAppointment):
            desk.cancel(hers)


def test_whom_the_desk_has_verified_stays_verified(small):
    keep, gone = twice(small)
    hers = small.book("女儿", small.slot(), keep)
    with small.work() as work:
        (mother,) = (one for one in links.pending_links(work) if one.relation == "self")
        links.verify_by_desk(work, mother.id)
    merge(small, keep, gone)
    assert link_of(small, "妈妈", keep) == "verified"
    with small.bookings("妈妈") as desk:
        assert [a.id for a in desk.mine()] == [hers]


def test_whom_she_has_put_out_does_not_come_back_in_by_the_other_document(small):
    keep, gone = twice(small)
    register(small, "妈妈", PASSPORT)
    register(small, "女儿", PERMIT)
    with small.work() as work:
        for one in links.pending_links(work):
            links.verify_by_desk(work, one.id)
    with small.work("女儿") as work:
        Patients(work).unlink(keep)
    merge(small, keep, gone)
    assert link_of(small, "女儿", keep) == "pending"


def test_an_account_that_had_both_has_one_and_the_better_of_the_two(small):
    keep, gone = twice(small)
    register(small, "妈妈", PASSPORT)
    with small.work() as work:
        for one in links.pending_links(work):
            if one.relation == "self":
                links.verify_by_desk(work, one.id)
    merge(small, keep, gone)
    assert link_of(small, "妈妈", keep) == "verified"
    assert link_of(small, "妈妈", gone) is None
    with small.work("妈妈") as work:
        assert len(Patients(work).linked()) == 1


def test_appointments_that_overlap_are_named_and_nothing_is_changed(small):
    keep, gone = twice(small)
    one = small.book("女儿", small.slot(hour=9), keep)
    two = small.book("妈妈", small.slot(hour=9), gone)
    codes = set(small.rows(Appointment.code))
    with pytest.raises(CannotMerge) as no:
        merge(small, keep, gone)
    assert no.value.facts["reason"] == "overlap"
    assert set(no.value.facts["appointments"]) == codes
    assert small.rows(Appointment.patient_id, Appointment.id == two) == [gone]
    small.cancel("女儿", one)
    merge(small, keep, gone)
    assert small.rows(Appointment.patient_id, Appointment.id == two) == [keep]


@pytest.mark.parametrize(
    ("more", "reason"), [({"sex": "m"}, "sex"), ({"birth_on": date(1961, 5, 1)}, "birth_on")]
)
def test_two_people_are_not_made_one(small, more, reason):
    (_, keep), (_, gone) = small.patient(), small.patient(**more)
    with pytest.raises(CannotMerge) as no:
        merge(small, keep, gone)
    assert no.value.facts["reason"] == reason
    with pytest.raises(CannotMerge):
        merge(small, keep, keep)


def test_one_turn_in_one_line(small):
    keep, gone = twice(small)
    department = small.department()
    owner, other = small.patient()
    small.book(owner, small.slot(department=department), other)
    small.join("妈妈", gone, small.wish(department))
    small.join("女儿", keep, small.wish(department))
    merge(small, keep, gone)
    assert small.states() == ["waiting", "left"], "the turn that came first"
    assert small.rows(WaitlistEntry.wish)[0].startswith(f"{keep}:")


def test_who_speaks_for_her_is_told_who_else_does_now(small):
    keep, gone = twice(small)
    merge(small, keep, gone)
    with small.work() as work:
        told = work.conn.execute(
            select(WechatUser.openid_enc, Outbox.payload_enc)
            .join(WechatUser, WechatUser.id == Outbox.wechat_user_id)
            .where(Outbox.kind == "family")
        ).all()
        opened = [(work.vault.open(a), json.loads(work.vault.open(b))["what"]) for a, b in told]
    assert opened == [("女儿", "linked")]


def test_who_is_forgotten_is_forgotten_under_both_documents(small):
    keep, gone = twice(small)
    merge(small, keep, gone)
    for openid in ("女儿", "妈妈"):
        with small.work(openid) as work:
            Patients(work).unlink(keep)
    with small.work() as work:
        erasing.forget_patient(work, keep)
        assert {work.vault.open(name) for name in work.conn.scalars(select(Patient.name_enc))} == {
            ""
        }


# -- at the same moment


@pytest.mark.race
def test_merging_both_ways_while_both_book_keeps_the_books(hospital):
    for _ in range(3):
        people, ends, (one, two) = _rush(hospital)
        assert ends["done"] >= 1
        assert set(ends) <= {"done", "NotYourPatient", "CannotMerge", "Unavailable", "SameHalfDay"}
        assert _strays(hospital) == 0
        leads = hospital.rows(func.count(Patient.merged_into_id), Patient.id.in_([one, two]))
        assert leads == [1], "one of the two, and only one, leads to the other"
        assert people


def _rush(hospital, tries=5):
    (first, one), (second, two) = hospital.patient(), hospital.patient()
    acts = [lambda: merge(hospital, one, two), lambda: merge(hospital, two, one)]
    for hour in (9, 11, 14):
        for openid, patient in ((first, one), (second, two)):
            slot = hospital.slot(hour=hour + (openid == second))
            acts.append(lambda o=openid, s=slot, p=patient: hospital.book(o, s, p))
    mixed = [acts[2], acts[3], acts[0], acts[4], acts[1], *acts[5:]]
    return (first, second), race(mixed, 8, tries), (one, two)


def _strays(hospital):
    """Appointments of a record that only leads to another."""
    with hospital.work() as work:
        query = select(func.count(Appointment.id)).join(
            Patient, Patient.id == Appointment.patient_id
        )
        return work.conn.scalar(query.where(Patient.merged_into_id.is_not(None)))


@pytest.mark.race
def test_control_who_does_not_look_under_the_lock_books_for_a_record_that_is_gone(
    hospital, monkeypatch
):
    merge_links = merging._move_links

    def slowly(work, keep, gone):
        time.sleep(PAUSE)
        return merge_links(work, keep, gone)

    columns = (Patient.id, Patient.sex, Patient.birth_on)
    plain = (
        select(*columns)
        .where(Patient.id.in_(admission.bindparam("patients", expanding=True)))
        .order_by(Patient.id)
    )
    monkeypatch.setattr(merging, "_move_links", slowly)
    monkeypatch.setattr(admission, "_PATIENTS", plain)
    if on_sqlite(hospital):
        without_write_lock(hospital)

    def shows() -> bool:
        _, ends, people = _rush(hospital, tries=1 if on_sqlite(hospital) else 5)
        leads = hospital.rows(func.count(Patient.merged_into_id), Patient.id.in_(people))
        return ends["conflict"] > 0 or _strays(hospital) > 0 or leads != [1]

    assert in_one_of_ten_rounds(shows)


# -- whoever knows the second record only


def test_the_second_record_itself_takes_no_places_any_more(small):
    keep, gone = twice(small)
    merge(small, keep, gone)
    slot = small.slot()
    with small.work() as work, pytest.raises(NotYourPatient):
        Bookings(work).hold(slot, gone)


def test_a_program_finds_and_books_for_the_first(small):
    keep, gone = twice(small)
    merge(small, keep, gone)
    with small.work() as work:
        public = work.conn.scalar(select(Patient.public_id).where(Patient.id == keep))
        assert programs.find_patient(work, "hm_permit", "H12345678") == public
