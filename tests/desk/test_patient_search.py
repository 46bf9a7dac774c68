"""A clerk looks for a patient by what the patient says or shows."""

from __future__ import annotations

import json
from datetime import date

import pytest
from sqlalchemy import select, update

from desk import filing, patient_search, window
from desk.identity import search_keys
from desk.rehash import rehash
from desk.work import Actor
from models import AuditEvent, Patient
from scheduling.errors import NameMismatch, NotYourPatient
from scheduling.rota import Member
from scheduling.types import Registration

CLERK = Actor("window", name="staff:1")
NURSE = Member(1, "刘护士", "desk", None, None)
LI = Registration(
    "李秀英", "resident_id", "110101195003070021", "self", phone="13800138000"
)  # fmt: skip


@pytest.fixture
def li(small):
    with small.work(CLERK) as work:
        return window.register(work, LI)


@pytest.fixture
def john(small):
    passport = Registration(
        "John Smith", "passport", "E1234567", "self", sex="m", birth_on=date(1980, 2, 3)
    )
    with small.work(CLERK) as work:
        return window.register(work, passport)


@pytest.mark.parametrize(
    "words",
    [
        "李秀英",
        " 李 秀英 ",
        "13800138000",
        "138-0013-8000",
        "0021",
        "110101195003070021",
        "李秀英 0021",
        "0021 13800138000",
    ],
)
def test_she_is_found_by_whatever_she_says(small, li, john, words):
    with small.work(CLERK) as work:
        assert [one.id for one in patient_search.search(work, words)] == [li]


@pytest.mark.parametrize("words", ["john smith", "John  Smith", "e1234567", "4567"])
def test_a_foreigner_is_found_too(small, li, john, words):
    with small.work(CLERK) as work:
        assert [one.id for one in patient_search.search(work, words)] == [john]


@pytest.mark.parametrize("words", ["", "   ", "李", "秀英", "李秀英 4567", "13800138001", "00211"])
def test_half_a_name_or_what_does_not_go_together_finds_nobody(small, li, john, words):
    with small.work(CLERK) as work:
        assert patient_search.search(work, words) == []


def test_the_code_of_an_appointment_leads_to_its_patient(small, li):
    slot = small.slot()
    with small.work(CLERK) as work:
        code = window.book(work, NURSE, li, slot).code
        assert [one.id for one in patient_search.search(work, code)] == [li]


def test_what_is_found_is_masked_and_the_whole_of_it_needs_a_reason(small, li):
    with small.work(CLERK) as work:
        (one,) = patient_search.search(work, "李秀英")
        assert (one.name_masked, one.phone_masked) == ("李*英", "138****8000")
        assert one.document_masked == "110***********0021"
        with pytest.raises(ValueError, match="reason"):
            patient_search.reveal(work, li, "  ")
        seen = patient_search.reveal(work, li, "来电核对")
        assert (seen.name, seen.document, seen.phone) == (
            "李秀英", "110101195003070021", "13800138000",
        )  # fmt: skip
        row = work.conn.execute(
            select(AuditEvent.actor, AuditEvent.subject, AuditEvent.details_enc).where(
                AuditEvent.act == "reveal"
            )
        ).one()
        assert (row.actor, row.subject) == ("window:staff:1", f"patient:{li}")
        assert json.loads(work.vault.open(row.details_enc)) == {"reason": "来电核对"}
        assert "李秀英".encode() not in row.details_enc


def test_nobody_of_that_number_has_no_card(small):
    with small.work(CLERK) as work, pytest.raises(NotYourPatient):
        patient_search.card(work, 999)


def test_who_is_on_file_is_found_not_registered_twice(small, li):
    with small.work(CLERK) as work:
        assert window.register(work, LI) == li
        other = Registration("王芳", "resident_id", "110101195003070021", "self")
        with pytest.raises(NameMismatch):
            window.register(work, other)


def test_a_new_name_is_what_she_is_found_by(small, li):
    with small.work(CLERK) as work:
        row = work.conn.execute(select(Patient.__table__).where(Patient.id == li)).one()
        filing.rename(work, row, "李秀芳")
        assert patient_search.search(work, "李秀英") == []
        assert [one.id for one in patient_search.search(work, "李秀芳")] == [li]


def test_who_was_registered_before_there_was_a_search_is_made_findable_once(small, li):
    with small.work(CLERK) as work:
        work.conn.execute(update(Patient).values(name_hash=None, tail_hash=None))
        assert patient_search.search(work, "李秀英") == []
        assert patient_search.index(work) == 1
        assert patient_search.index(work) == 0
        assert [one.id for one in patient_search.search(work, "李秀英 0021")] == [li]


def test_a_new_look_up_key_finds_her_again(small, li):
    with small.work(CLERK) as work:
        work.conn.execute(update(Patient).values(name_hash="x" * 64, tail_hash="y" * 64))
        assert rehash(work).patients == 1
        row = work.conn.execute(
            select(Patient.name_hash, Patient.tail_hash).where(Patient.id == li)
        ).one()
        assert row._asdict() == search_keys(work, "李秀英", "110101195003070021")
