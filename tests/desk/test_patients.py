"""Families register patients: who may see whom, and what is never stored without consent."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from threading import Barrier

import pytest
from sqlalchemy import func, select, text, update

from desk import family, links
from models import Base, Consent, Outbox, Patient, PatientLink, WechatUser
from models.database import retrying
from scheduling.errors import (
    BadBirthDate,
    BadDocument,
    BadName,
    BadPhone,
    BirthDateMissing,
    ConsentMissing,
    LinkCodeWrong,
    NameMismatch,
    NoPhoneKnown,
    NotYourPatient,
    Refusal,
    SexMissing,
    TooManyAccounts,
    TooManyCodes,
    TooManyPatients,
)
from scheduling.types import PatientId, Registration
from tests.desk.clinic import Clinic

MOTHER = Registration("李秀英", "resident_id", "11010519491231002X", "mother", phone="13800000000")
JOHN = Registration(
    "John Smith", "passport", "E12345678", "self", sex="m", birth_on=date(1980, 5, 1)
)
BABY = Registration(
    "李小宝", "birth_certificate", "X320101001", "son", sex="m", birth_on=date(2026, 10, 1)
)
NEWBORN = Registration(
    "李秀英之子", "guardian", "11010519491231002x", "son", sex="m", birth_on=date(2026, 11, 20)
)


@pytest.fixture
def clinic(sqlite_url: str) -> Iterator[Clinic]:
    opened = Clinic(sqlite_url)
    yield opened
    opened.engine.dispose()


@pytest.fixture
def any_clinic(database_url: str) -> Iterator[Clinic]:
    """The same on each database."""
    opened = Clinic(database_url)
    yield opened
    opened.engine.dispose()


def register(clinic: Clinic, openid: str, registration: Registration, *, child: bool = False):
    with clinic.chat(openid) as patients:
        patients.consent("registration")
        patients.consent("relative")
        if child:
            patients.consent("child")
        return patients.register(registration)


def refused(clinic: Clinic, openid: str, registration: Registration) -> Refusal:
    with pytest.raises(Refusal) as refusal:
        register(clinic, openid, registration)
    return refusal.value


def vouch(clinic: Clinic) -> None:
    """The desk has seen the papers: the phones on file are the patients' own."""
    with clinic.work() as work:
        work.conn.execute(update(Patient).values(phone_proof="desk"))


def guess(clinic: Clinic, registration: Registration) -> None:
    """A stranger's turn: the refusal is told and the turn commits."""
    with clinic.chat("thief") as patients:
        patients.consent("registration")
        patients.consent("relative")
        with pytest.raises(NameMismatch):
            patients.register(registration)


def count(clinic: Clinic, table: type[Base]) -> int:
    with clinic.work() as work:
        return work.conn.scalar(select(func.count()).select_from(table)) or 0


def code_sent(clinic: Clinic) -> dict[str, object]:
    """What the courier will send."""
    with clinic.work() as work:
        row = work.conn.execute(
            select(Outbox.kind, Outbox.payload_enc).order_by(Outbox.id.desc()).limit(1)
        ).one()
        assert row.kind == "link_code"
        return json.loads(work.vault.open(row.payload_enc))


def wrong(code: object) -> str:
    return f"{(int(str(code)) + 1) % 1_000_000:06}"


def redeem(clinic: Clinic, openid: str, code: object):
    """One message with a code: a refusal is an answer, so its transaction commits too."""
    with clinic.chat(openid) as patients:
        try:
            return patients.redeem_link_code(str(code))
        except LinkCodeWrong as refusal:
            return refusal


def test_before_consent_nothing_of_the_account_is_kept(clinic):
    with clinic.chat("wang") as patients:
        assert not patients.has_consented("registration")
        assert patients.linked() == []
        with pytest.raises(ConsentMissing) as missing:
            patients.register(MOTHER)
    assert missing.value.facts == {"purpose": "registration"}
    assert count(clinic, WechatUser) == count(clinic, Patient) == 0


def test_a_daughter_registers_her_mother_and_sees_her_masked(clinic):
    mother = register(clinic, "wang", MOTHER)
    assert (mother.masked_name, mother.masked_document) == ("李*英", "110***********002X")
    assert (mother.sex, mother.birth_on) == ("f", date(1949, 12, 31))
    assert (mother.relation, mother.link_state) == ("mother", "own")
    with clinic.chat("wang") as patients:
        assert list(patients.linked()) == [mother]


def test_agreeing_twice_is_one_consent_and_a_new_notice_asks_again(clinic):
    for _ in range(2):
        with clinic.chat("wang") as patients:
            patients.consent("registration")
            assert patients.has_consented("registration")
            assert not patients.has_consented("child")
    assert count(clinic, Consent) == 1
    with clinic.work() as work:
        work.conn.execute(text("UPDATE consent SET version = '2020-01'"))
    with clinic.chat("wang") as patients:
        assert not patients.has_consented("registration")


def test_nothing_personal_lies_open_in_the_database(clinic):
    register(clinic, "wang-openid", MOTHER)
    with clinic.work() as work:
        for table in Base.metadata.sorted_tables:
            for row in work.conn.execute(select(table)):
                for value in row:
                    stored = value if isinstance(value, bytes) else str(value).encode()
                    for secret in ("李秀英", "11010519491231002X", "13800000000", "wang-openid"):
                        assert secret.encode() not in stored


def test_registering_the_same_person_twice_is_one_link(clinic):
    first = register(clinic, "wang", MOTHER)
    again = register(clinic, "wang", replace(MOTHER, document_number="11010519491231002x"))
    assert again == first
    assert count(clinic, PatientLink) == 1


def test_a_second_account_gets_a_pending_link_and_does_not_move_the_phone(clinic):
    register(clinic, "wang", MOTHER)
    vouch(clinic)
    stranger = register(clinic, "zhang", replace(MOTHER, relation="self", phone="13911111111"))
    assert stranger.link_state == "pending"
    assert count(clinic, Patient) == 1
    with clinic.chat("zhang") as patients:
        assert patients.send_link_code(stranger.id).phone == "138****0000"
    assert code_sent(clinic)["phone"] == "13800000000"


def test_the_same_document_under_another_name_is_refused(clinic):
    register(clinic, "wang", MOTHER)
    assert isinstance(refused(clinic, "zhang", replace(MOTHER, name="李秀芳")), NameMismatch)


def test_after_a_few_wrong_names_even_the_right_one_tells_nothing_that_day(any_clinic):
    register(any_clinic, "wang", MOTHER)
    for name in ("李一", "李二", "李三", "李四", "李五"):
        guess(any_clinic, replace(MOTHER, name=name))

    guess(any_clinic, MOTHER)
    any_clinic.wait(timedelta(days=1))
    assert register(any_clinic, "daughter", MOTHER).link_state == "pending"


def test_who_mistyped_the_name_corrects_it_by_registering_again(any_clinic):
    wrong = register(any_clinic, "wang", replace(MOTHER, name="李秀花"))

    right = register(any_clinic, "wang", MOTHER)

    assert (right.id, right.name) == (wrong.id, "李秀英")
    assert register(any_clinic, "daughter", MOTHER).link_state == "pending"


def test_once_somebody_else_speaks_for_her_too_the_name_stands(any_clinic):
    register(any_clinic, "wang", MOTHER)
    register(any_clinic, "daughter", MOTHER)

    for account in ("wang", "daughter"):
        other = replace(MOTHER, name="王小花")
        assert isinstance(refused(any_clinic, account, other), NameMismatch)


def test_other_dots_case_and_width_are_the_same_name(clinic):
    register(clinic, "wang", replace(MOTHER, name="阿依古丽·买买提"))
    for other in ("阿依古丽•买买提", "阿依古丽．买买提", "阿依古丽 · 买买提"):
        assert register(clinic, "wang", replace(MOTHER, name=other)).link_state == "own"
    register(clinic, "smith", JOHN)
    spelt = replace(JOHN, name="ＪＯＨＮ smith", document_number="e1234 5678")
    assert register(clinic, "jones", spelt).link_state == "pending"
    assert count(clinic, Patient) == 2


def test_a_passport_with_another_birth_date_shows_nothing_of_its_owner(clinic):
    register(clinic, "smith", JOHN)
    refusal = refused(clinic, "jones", replace(JOHN, birth_on=date(1981, 5, 1)))
    assert isinstance(refusal, BadBirthDate)
    assert refusal.facts == {"reason": "mismatch"}


@pytest.mark.parametrize(
    ("registration", "no", "slot"),
    [
        (replace(MOTHER, name="王1"), BadName, "name"),
        (replace(MOTHER, document_number="110105194912310021"), BadDocument, "document"),
        (replace(MOTHER, phone="12345"), BadPhone, "phone"),
        (replace(JOHN, sex=None), SexMissing, "sex"),
        (replace(JOHN, sex="x"), SexMissing, "sex"),
        (replace(JOHN, birth_on=None), BirthDateMissing, "birth_on"),
        (replace(JOHN, birth_on=date(2026, 11, 25)), BadBirthDate, "birth_on"),
        (replace(JOHN, birth_on=date(1890, 1, 1)), BadBirthDate, "birth_on"),
        (replace(NEWBORN, birth_on=date(2025, 11, 1)), BadBirthDate, "birth_on"),
        (replace(NEWBORN, document_number="没有"), BadDocument, "document"),
    ],
)
def test_what_is_missing_or_wrong_is_asked_again(clinic, registration, no, slot):
    refusal = refused(clinic, "wang", registration)
    assert type(refusal) is no
    assert refusal.slot == slot
    assert count(clinic, Patient) == 0


def test_what_the_card_says_outweighs_what_was_said(clinic):
    said = replace(MOTHER, sex="m", birth_on=date(1950, 1, 1))
    patient = register(clinic, "wang", said)
    assert (patient.sex, patient.birth_on) == ("f", date(1949, 12, 31))


def test_the_guardian_agrees_for_each_child_anew(clinic):
    refusal = refused(clinic, "wang", BABY)
    assert isinstance(refusal, ConsentMissing)
    assert refusal.facts == {"purpose": "child"}
    assert count(clinic, Patient) == 0
    baby = register(clinic, "wang", BABY, child=True)
    assert baby.link_state == "own"
    with clinic.chat("wang") as patients:
        assert not patients.has_consented("child")
        assert patients.has_consented("registration")
    sister = replace(BABY, name="李小妹", document_number="X320101002", sex="f")
    assert isinstance(refused(clinic, "wang", sister), ConsentMissing)
    with clinic.work() as work:
        bound = select(Consent.patient_id).where(Consent.purpose == "child")
        assert work.conn.scalar(bound) == baby.id


def test_at_fourteen_nobody_else_has_to_agree(clinic):
    fourteen = replace(JOHN, birth_on=date(2012, 11, 24))
    assert register(clinic, "wang", fourteen).link_state == "own"
    thirteen = replace(JOHN, document_number="E22345678", birth_on=date(2012, 11, 25))
    assert isinstance(refused(clinic, "wang", thirteen), ConsentMissing)


def test_twins_without_papers_stand_under_their_mothers_document(clinic):
    mother = register(clinic, "wang", MOTHER)
    first = register(clinic, "wang", NEWBORN, child=True)
    second = register(clinic, "wang", replace(NEWBORN, name="李秀英之次子"), child=True)
    assert first.id != second.id
    with clinic.work() as work:
        guardians = select(Patient.guardian_id).where(Patient.document_kind == "guardian")
        assert set(work.conn.scalars(guardians)) == {mother.id}
    assert register(clinic, "wang", NEWBORN).id == first.id


def test_an_account_speaks_for_five_patients_at_most(clinic):
    for number in range(5):
        register(clinic, "wang", replace(JOHN, document_number=f"E1234567{number}"))
    refusal = refused(clinic, "wang", MOTHER)
    assert isinstance(refusal, TooManyPatients)
    assert refusal.facts == {"limit": 5}
    assert count(clinic, Patient) == 5


def code_for_zhang(clinic) -> str:
    """Wang has registered her, the desk has seen her phone, and Zhang asks for a code to it."""
    register(clinic, "wang", MOTHER)
    vouch(clinic)
    pending = register(clinic, "zhang", MOTHER)
    with clinic.chat("zhang") as patients:
        patients.send_link_code(pending.id)
    return code_sent(clinic)["code"]


def test_the_code_sent_to_her_phone_verifies_the_link(clinic):
    code = code_for_zhang(clinic)
    verified = redeem(clinic, "zhang", f" {code} ")
    assert verified.link_state == "verified"
    assert isinstance(redeem(clinic, "zhang", code), LinkCodeWrong)  # used up


def test_somebody_elses_code_is_worth_nothing(clinic):
    code = code_for_zhang(clinic)
    register(clinic, "zhao", MOTHER)
    assert isinstance(redeem(clinic, "zhao", code), LinkCodeWrong)
    assert isinstance(redeem(clinic, "nobody", code), LinkCodeWrong)
    assert redeem(clinic, "zhang", code).link_state == "verified"


def test_after_five_wrong_tries_the_right_code_comes_too_late(clinic):
    code = code_for_zhang(clinic)
    for _ in range(5):
        assert isinstance(redeem(clinic, "zhang", wrong(code)), LinkCodeWrong)
    assert isinstance(redeem(clinic, "zhang", code), LinkCodeWrong)


def test_a_code_lives_ten_minutes(clinic):
    code = code_for_zhang(clinic)
    clinic.wait(timedelta(minutes=10))
    assert isinstance(redeem(clinic, "zhang", code), LinkCodeWrong)


def test_nobodys_phone_is_filled_with_codes(clinic):
    register(clinic, "wang", MOTHER)
    vouch(clinic)
    for openid in ("zhang", "zhang", "zhang", "zhao", "zhao"):
        pending = register(clinic, openid, MOTHER)
        with clinic.chat(openid) as patients:
            patients.send_link_code(pending.id)
    with clinic.chat("zhao") as patients, pytest.raises(TooManyCodes):
        patients.send_link_code(pending.id)
    clinic.wait(timedelta(hours=24))
    with clinic.chat("zhao") as patients:
        assert patients.send_link_code(pending.id).phone == "138****0000"


@pytest.mark.parametrize("phone", [None, "01065123456"])
def test_without_a_mobile_on_file_only_the_desk_can_verify(clinic, phone):
    register(clinic, "wang", replace(MOTHER, phone=phone))
    pending = register(clinic, "zhang", MOTHER)
    with clinic.chat("zhang") as patients, pytest.raises(NoPhoneKnown):
        patients.send_link_code(pending.id)
    with clinic.work() as work:
        own, waiting = links.pending_links(work)
        assert (own.state, waiting.state) == ("own", "pending")
        assert (waiting.masked_name, waiting.relation) == ("李*英", "mother")
        links.verify_by_desk(work, waiting.id)
        with pytest.raises(NotYourPatient):
            links.verify_by_desk(work, waiting.id)
    with clinic.chat("zhang") as patients:
        assert [p.link_state for p in patients.linked()] == ["verified"]


def test_who_stops_speaking_for_a_patient_starts_again_as_a_stranger(clinic):
    mother = register(clinic, "wang", MOTHER)
    register(clinic, "zhang", MOTHER)
    with clinic.chat("wang") as patients:
        patients.unlink(mother.id)
        assert patients.linked() == []
        with pytest.raises(NotYourPatient):
            patients.unlink(mother.id)
        with pytest.raises(NotYourPatient):
            patients.send_link_code(PatientId(4711))
    assert register(clinic, "wang", MOTHER).link_state == "pending"


def test_whom_nobody_speaks_for_and_no_doctor_saw_is_forgotten(clinic):
    mother = register(clinic, "wang", MOTHER)
    with clinic.chat("wang") as patients:
        patients.unlink(mother.id)
    again = register(clinic, "zhang", MOTHER)
    assert (again.link_state, again.id == mother.id) == ("own", False)


def race(clinic: Clinic, accounts: int, registration: Registration) -> list[str]:
    """So many accounts register one document at the same moment; a refusal is its name."""
    for number in range(accounts):
        with clinic.chat(f"account-{number}") as patients:
            patients.consent("registration")
            patients.consent("relative")
    start = Barrier(accounts)

    def register_once(number: int) -> str:
        with clinic.chat(f"account-{number}") as patients:
            try:
                return patients.register(registration).link_state
            except TooManyAccounts as refusal:
                return type(refusal).__name__

    def one(number: int) -> str:
        if clinic.engine.dialect.name != "sqlite":  # there the transactions already queue
            start.wait()
        # Without the guard MariaDB may choose a victim of a deadlock; a turn tries again, too.
        return retrying(lambda: register_once(number))

    with ThreadPoolExecutor(accounts) as pool:
        return list(pool.map(one, range(accounts)))


@pytest.mark.race
def test_eight_accounts_at_once_create_one_patient_and_three_may_speak_for_her(database_url):
    clinic = Clinic(database_url)
    states = race(clinic, 8, MOTHER)
    assert sorted(states) == [*["TooManyAccounts"] * 5, "own", *["pending"] * 2]
    assert count(clinic, Patient) == 1
    assert count(clinic, PatientLink) == 3
    clinic.engine.dispose()


@pytest.mark.race
@pytest.mark.server
@pytest.mark.parametrize("backend", ["mariadb", "postgres"])
def test_control_counted_without_the_patients_lock_more_than_three_get_in(
    ready_database, backend, monkeypatch
):
    clinic = Clinic(ready_database(backend))
    register(clinic, "wang", MOTHER)
    monkeypatch.setattr(family, "lock", lambda work, patient: None)
    most = max(race_on(clinic, 8, MOTHER) for _ in range(5))
    assert most > 3
    clinic.engine.dispose()


def race_on(clinic: Clinic, accounts: int, registration: Registration) -> int:
    """How many speak for her after the race; then all but one are ended."""
    race(clinic, accounts, registration)
    speaking = count_active(clinic)
    with clinic.work() as work:
        ended = PatientLink.state == "pending"
        work.conn.execute(update(PatientLink).where(ended).values(state="removed"))
    return speaking


def count_active(clinic: Clinic) -> int:
    with clinic.work() as work:
        active = select(func.count()).where(PatientLink.state != "removed")
        return work.conn.scalar(active) or 0


@pytest.mark.race
@pytest.mark.server
@pytest.mark.parametrize("backend", ["mariadb", "postgres"])
def test_control_without_the_unique_document_two_accounts_create_two(fresh_database, backend):
    clinic = Clinic(fresh_database(backend))
    with clinic.work() as work:
        kind = "INDEX" if backend == "mariadb" else "CONSTRAINT"
        name = "uq_patient_document_kind_document_hash"
        work.conn.execute(text(f"ALTER TABLE patient DROP {kind} {name}"))
    rounds = 5  # of the patients an account may have
    for number in range(rounds):
        race(clinic, 2, replace(JOHN, document_number=f"E1234567{number}"))
    assert count(clinic, Patient) > rounds
    clinic.engine.dispose()
