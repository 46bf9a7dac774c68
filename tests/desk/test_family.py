"""Families: who is told, what is corrected, what is kept, taken along and forgotten."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select, update

from desk import family, links
from desk.bookings import Bookings
from desk.own_data import OwnData
from desk.reach import reach
from models import AuditEvent, Consent, Inbox, Outbox, Patient, PatientLink, Slot, WechatUser
from scheduling.channels import SMS
from scheduling.errors import (
    LinkCodeWrong,
    NoPhoneKnown,
    NotYourPatient,
    OnlyAtDesk,
    Refusal,
    TooManyChanges,
)
from scheduling.types import Registration
from tests.desk.clinic import Clinic

MOTHER = Registration("李秀英", "resident_id", "11010519491231002X", "mother", phone="13800000000")
HER = replace(MOTHER, relation="self")
JOHN = Registration(
    "John Smith", "passport", "E12345678", "other", sex="m", birth_on=date(1980, 5, 1)
)


@pytest.fixture
def clinic(sqlite_url: str) -> Iterator[Clinic]:
    opened = Clinic(sqlite_url)
    opened.add_doctor_day()
    yield opened
    opened.engine.dispose()


def register(clinic: Clinic, openid: str, registration: Registration):
    with clinic.chat(openid) as patients:
        patients.consent("registration")
        patients.consent("relative")
        return patients.register(registration)


def book(clinic: Clinic, openid: str, patient: int) -> int:
    with clinic.work(openid) as work:
        slot = work.conn.scalar(select(func.min(Slot.id)).where(Slot.booked == 0))
        desk = Bookings(work)
        return desk.confirm(desk.hold(slot, patient).id).id


def verify(clinic: Clinic) -> None:
    """The desk has seen everybody's papers."""
    with clinic.work() as work:
        for link in links.pending_links(work):
            links.verify_by_desk(work, link.id)


def told(clinic: Clinic) -> list[tuple[str, str]]:
    """Who was told what of the family, in order."""
    with clinic.work() as work:
        rows = work.conn.execute(
            select(WechatUser.openid_enc, Outbox.payload_enc)
            .join(WechatUser, WechatUser.id == Outbox.wechat_user_id)
            .where(Outbox.kind == "family")
            .order_by(Outbox.id)
        )
        opened = work.vault.open
        return [(opened(r.openid_enc), json.loads(opened(r.payload_enc))["what"]) for r in rows]


def refused(act) -> Refusal:
    with pytest.raises(Refusal) as no:
        act()
    return no.value


def test_who_speaks_for_her_is_told_when_somebody_else_begins_to_and_is_let_in(clinic):
    register(clinic, "daughter", MOTHER)
    assert told(clinic) == []
    register(clinic, "stranger", MOTHER)
    assert told(clinic) == [("daughter", "linked")]

    verify(clinic)

    # Who only claims to belong to her is told nothing.
    assert told(clinic)[1:] == [("daughter", "verified")]


def test_a_stranger_who_registered_her_first_is_sent_no_code_for_a_friend(clinic):
    register(clinic, "thief", replace(MOTHER, phone="13911111111"))
    friend = register(clinic, "friend", MOTHER)
    assert not friend.takes_code
    with clinic.chat("friend") as patients:
        assert isinstance(refused(lambda: patients.send_link_code(friend.id)), NoPhoneKnown)


def test_eight_patients_a_month_and_no_ninth_however_often_they_change(clinic):
    for number in range(8):
        one = register(clinic, "scalper", replace(JOHN, document_number=f"E1234567{number}"))
        with clinic.chat("scalper") as patients:
            patients.unlink(one.id)
    ninth = replace(JOHN, document_number="E99999999")
    assert refused(lambda: register(clinic, "scalper", ninth)).facts == {"limit": 8}
    assert isinstance(refused(lambda: register(clinic, "scalper", ninth)), TooManyChanges)
    clinic.wait(timedelta(days=30))
    assert register(clinic, "scalper", ninth).link_state == "own"


def test_the_agreement_of_a_relative_is_kept_with_the_relative(clinic):
    mother = register(clinic, "daughter", MOTHER)
    with clinic.work() as work:
        row = select(Consent.purpose).where(Consent.patient_id == mother.id)
        assert work.conn.scalars(row).all() == ["relative"]


# -- corrections


def test_a_name_is_corrected_until_others_rely_on_it(clinic):
    mother = register(clinic, "daughter", replace(MOTHER, name="李秀花"))
    with clinic.chat("daughter") as patients:
        assert patients.correct_name(mother.id, "李秀英").name == "李秀英"
    register(clinic, "son", MOTHER)
    for account in ("daughter", "son"):
        with clinic.chat(account) as patients:
            again = refused(lambda patients=patients: patients.correct_name(mother.id, "李秀美"))
            assert isinstance(again, OnlyAtDesk)
    with clinic.chat("nobody") as patients:
        assert isinstance(
            refused(lambda: patients.correct_name(mother.id, "李秀美")), NotYourPatient
        )


def test_a_newborns_name_is_corrected_and_found_under_the_new_one(clinic):
    baby = Registration(
        "李秀英之子", "guardian", "11010519491231002X", "son", "m", date(2026, 11, 20)
    )
    with clinic.chat("mother") as patients:
        patients.consent("registration")
        patients.consent("child")
        born = patients.register(baby)
        patients.correct_name(born.id, "李小宝")
    again = register(clinic, "mother", replace(baby, name="李小宝"))
    assert again.id == born.id


def test_a_new_phone_counts_when_the_code_sent_to_it_came_back(clinic):
    clinic.channels = {SMS: {"link_code": "1"}}
    mother = register(clinic, "daughter", MOTHER)
    with clinic.chat("daughter") as patients:
        assert patients.send_phone_code(mother.id, "139 0000 0000").phone == "139****0000"
    code = sms_code(clinic)
    with clinic.chat("daughter") as patients:
        wrong = f"{(int(code) + 1) % 1_000_000:06}"
        no = refused(lambda: patients.change_phone(mother.id, "13900000000", wrong))
        assert isinstance(no, LinkCodeWrong)
        # The code is for that phone alone.
        no = refused(lambda: patients.change_phone(mother.id, "13911111111", code))
        assert isinstance(no, LinkCodeWrong)
        changed = patients.change_phone(mother.id, "13900000000", f" {code}")
        assert changed.masked_phone == "139****0000"
        no = refused(lambda: patients.change_phone(mother.id, "13900000000", code))
        assert isinstance(no, LinkCodeWrong)  # used up
    with clinic.work() as work:
        # Typed by an account nobody has verified: good for texts, not for letting others in.
        assert work.conn.scalar(select(Patient.phone_proof)) == "code"


def sms_code(clinic: Clinic) -> str:
    with clinic.work() as work:
        sealed = work.conn.scalar(select(Outbox.payload_enc).order_by(Outbox.id.desc()).limit(1))
        return json.loads(work.vault.open(sealed))["code"]


def test_who_only_claims_to_belong_to_her_cannot_turn_her_phone(clinic):
    mother = register(clinic, "daughter", MOTHER)
    register(clinic, "stranger", MOTHER)
    with clinic.chat("stranger") as patients:
        no = refused(lambda: patients.change_phone(mother.id, "13911111111"))
    assert isinstance(no, OnlyAtDesk)
    with clinic.work() as work:
        work.conn.execute(update(Patient).values(phone_proof="desk"))
    with clinic.chat("daughter") as patients:  # what the desk knows, the desk changes
        no = refused(lambda: patients.change_phone(mother.id, "13911111111"))
    assert isinstance(no, OnlyAtDesk)


def test_the_family_is_told_of_a_new_phone(clinic):
    mother = register(clinic, "daughter", MOTHER)
    register(clinic, "son", MOTHER)
    verify(clinic)
    with clinic.chat("son") as patients:
        patients.change_phone(mother.id, "13911111111")
    assert told(clinic)[-1] == ("daughter", "phone")


def test_one_patient_is_booked_for_by_default(clinic):
    mother, john = (register(clinic, "daughter", who) for who in (MOTHER, JOHN))
    for chosen in (mother, john):
        with clinic.chat("daughter") as patients:
            patients.make_default(chosen.id)
            assert [p.id for p in patients.linked() if p.is_default] == [chosen.id]
    with clinic.chat("stranger") as patients:
        assert isinstance(refused(lambda: patients.make_default(mother.id)), NotYourPatient)


# -- removal by the patient


def test_she_herself_ends_the_links_of_others_once_she_is_known(clinic):
    register(clinic, "stranger", MOTHER)
    her = register(clinic, "herself", HER)
    with clinic.chat("herself") as patients:
        assert patients.others(her.id) == 0  # nobody knows yet that it is she
        assert isinstance(refused(lambda: patients.unlink_others(her.id)), OnlyAtDesk)
    with clinic.work() as work:
        (hers,) = (row.id for row in links.pending_links(work) if row.relation == "self")
        links.verify_by_desk(work, hers)
    with clinic.chat("herself") as patients:
        assert patients.others(her.id) == 1
        assert patients.unlink_others(her.id) == 1
        assert patients.others(her.id) == 0
    with clinic.chat("stranger") as patients:
        assert patients.linked() == []


# -- what is kept, and forgetting it


def test_what_is_kept_is_shown_to_nobody_else(clinic):
    mother = register(clinic, "daughter", MOTHER)
    register(clinic, "stranger", MOTHER)
    booked = book(clinic, "daughter", mother.id)
    with clinic.work("daughter") as work:
        kept = OwnData(work).export()
        assert [p.name for p in kept.patients] == ["李秀英"]
        assert [a.id for a in kept.appointments] == [booked]
        assert {a.purpose for a in kept.agreements} == {"registration", "relative"}
    with clinic.work("stranger") as work:
        kept = OwnData(work).kept()
        assert kept.appointments == ()
        assert [p.masked_phone for p in kept.patients] == [""]
    with clinic.work("nobody") as work:
        assert OwnData(work).kept() is None
    with clinic.work() as work:
        acts = work.conn.scalars(select(AuditEvent.act)).all()
        assert "family exported" in acts


def everything(clinic: Clinic) -> str:
    """All that anybody with the keys could read in the tables of people and messages."""
    found = []
    with clinic.work() as work:
        for table in (WechatUser, Patient, Inbox, Outbox, PatientLink):
            for row in work.conn.execute(select(table.__table__)):
                for value in row:
                    is_sealed = isinstance(value, bytes) and value
                    found.append(work.vault.open(value) if is_sealed else str(value))
    return "\n".join(found)


def test_who_never_saw_a_doctor_is_forgotten_altogether(clinic):
    mother = register(clinic, "daughter-openid", MOTHER)
    book(clinic, "daughter-openid", mother.id)
    for secret in ("daughter-openid", "李秀英", "11010519491231002X", "13800000000"):
        assert secret in everything(clinic)

    with clinic.work("daughter-openid") as work:
        data = OwnData(work)
        assert len(data.leaving()) == 1
        data.erase()

    for secret in ("daughter-openid", "李秀英", "11010519491231002X", "13800000000"):
        assert secret not in everything(clinic)
    with clinic.work("daughter-openid") as work:
        assert Bookings(work).mine() == []
        assert reach(work, 1, None).openid is None
        assert work.conn.scalar(select(Slot.booked).where(Slot.booked > 0)) is None
        standing = select(func.count()).where(Consent.withdrawn_at.is_(None))
        assert work.conn.scalar(standing) == 0
    # She may come back as somebody new.
    assert register(clinic, "daughter-openid", MOTHER).link_state == "own"


def test_a_visit_that_took_place_keeps_the_patient_on_file(clinic):
    mother = register(clinic, "daughter", MOTHER)
    book(clinic, "daughter", mother.id)
    clinic.wait(timedelta(days=2))
    with clinic.work("daughter") as work:
        assert OwnData(work).leaving() == []
        OwnData(work).erase()
    with clinic.chat("daughter") as patients:
        assert patients.linked() == []
    with clinic.work() as work:
        assert work.vault.open(work.conn.scalar(select(Patient.name_enc))) == "李秀英"
    assert register(clinic, "daughter", MOTHER).link_state == "pending"


def test_what_a_verified_brother_sees_too_is_not_given_back(clinic):
    mother = register(clinic, "daughter", MOTHER)
    register(clinic, "son", MOTHER)
    verify(clinic)
    booked = book(clinic, "daughter", mother.id)
    with clinic.work("daughter") as work:
        assert OwnData(work).leaving() == []
        OwnData(work).erase()
    with clinic.work("son") as work:
        assert [(v.id, v.status) for v in Bookings(work).mine()] == [(booked, "booked")]


def test_erasing_one_account_touches_nothing_of_another(clinic):
    register(clinic, "daughter", MOTHER)
    john = register(clinic, "smith", JOHN)
    booked = book(clinic, "smith", john.id)
    with clinic.work("daughter") as work:
        OwnData(work).erase()
    with clinic.work("smith") as work:
        assert [v.id for v in Bookings(work).mine()] == [booked]
        assert OwnData(work).kept().patients == tuple(family.views(work, 2))
