"""The desk vouches for a phone; then, and only then, link codes reach it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select

from desk import corrections, links, vouching
from desk.patients import Patients
from desk.waitlist import Waitlist
from models import Outbox, Patient, PatientLink, WaitlistEntry
from scheduling.channels import SMS
from scheduling.errors import BadPhone, NoPhoneKnown, NotYourPatient
from scheduling.types import Registration
from tests.desk.busy import BusyHospital, full_morning
from tests.desk.test_merging import merge, register, twice

MOTHER = Registration("李秀英", "resident_id", "11010519491231002X", "mother", phone="13800000000")


@pytest.fixture
def small(sqlite_url):
    clinic = BusyHospital(sqlite_url)
    clinic.channels = {SMS: {"link_code": "T"}}
    yield clinic
    clinic.close()


def code_to(clinic, openid, patient):
    with clinic.work(openid) as work:
        return Patients(work).send_link_code(patient).phone


def test_a_code_goes_to_the_phone_the_desk_has_been_told_and_to_no_other(small):
    patient = register(small, "女儿", MOTHER)
    assert register(small, "妈妈", replace(MOTHER, relation="self")) == patient
    with pytest.raises(NoPhoneKnown):
        code_to(small, "妈妈", patient)
    with small.work() as work:
        vouching.vouch(work, patient, "139 0000 1234")
    assert code_to(small, "妈妈", patient).endswith("1234")


def test_the_desk_finds_her_by_document_or_phone_and_says_what_is_proved(small):
    patient = register(small, "女儿", MOTHER)
    with small.work() as work:
        for number in ("11010519491231002x", "13800000000"):
            (found,) = vouching.find(work, number)
            assert (found.id, found.masked_name, found.phone_proof) == (patient, "李*英", "")
        assert vouching.find(work, "13911112222") == []
        vouching.vouch(work, patient, "13911112222")
        (found,) = vouching.find(work, "13911112222")
        assert found.phone_proof == "desk"


def test_of_a_merged_record_the_other_is_found(small):
    keep, gone = twice(small)
    merge(small, keep, gone)
    with small.work() as work:
        (found,) = vouching.find(work, "H12345678")
        assert found.id == keep
        with pytest.raises(NotYourPatient):
            vouching.vouch(work, gone, "13911112222")
        with pytest.raises(BadPhone):
            vouching.vouch(work, keep, "12")


def test_a_phone_a_code_came_back_from_proves_it_for_the_next_of_the_family(small):
    patient = register(small, "女儿", replace(MOTHER, phone=None))
    with small.work("女儿") as work:
        Patients(work).send_phone_code(patient, "13900001111")
        sealed = work.conn.scalar(select(Outbox.payload_enc).where(Outbox.kind == "link_code"))
        code = json.loads(work.vault.open(sealed))["code"]
        assert Patients(work).change_phone(patient, "13900001111", code).is_phone_proved
    child = Registration(
        "李小小", "passport", "E7654321", "other", "f", date(1980, 1, 1), phone_of=patient
    )
    second = register(small, "女儿", child)
    proof = select(Patient.phone_proof).where(Patient.id == second)
    with small.work() as work:
        assert work.conn.scalar(proof) == corrections.PROVED


def test_what_was_about_to_be_told_dies_with_the_link(small):
    _, _, ((_, patient), _) = full_morning(small)
    with small.work() as work:
        (entry,) = work.conn.scalars(
            select(WaitlistEntry.id).where(WaitlistEntry.patient_id == patient)
        )
    small.now += small.policy.offer_lives * 40
    with small.work() as work:
        Waitlist(work).close(entry)
        (link,) = (one.id for one in links.pending_links(work) if _is_of(work, one.id, patient))
        links.remove(work, link)
    assert small.rows(Outbox.state, Outbox.kind == "waitlist_over") == ["void"]


def _is_of(work, link, patient):
    return (
        work.conn.scalar(select(PatientLink.patient_id).where(PatientLink.id == link)) == patient
    )
