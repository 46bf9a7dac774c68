"""Other programs: their keys, and one answer for however many tries."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from desk import idempotency, tokens
from desk.idempotency import Answer
from models import ApiToken, Idempotency
from tests.desk.clinic import Clinic

ASKED = {"patientId": "p", "date": "2026-11-25"}


@pytest.fixture
def clinic(sqlite_url: str) -> Iterator[Clinic]:
    opened = Clinic(sqlite_url)
    yield opened
    opened.engine.dispose()


def test_a_token_is_shown_once_and_then_only_recognised(clinic):
    with clinic.work() as work:
        token = tokens.create(work, "kiosk", ["appointments:write"])
    with clinic.work() as work:
        grant = tokens.authenticate(work, token)
        assert grant == tokens.Grant("kiosk", frozenset({"appointments:write"}))
        assert tokens.authenticate(work, token + "x") is None
        assert tokens.authenticate(work, "") is None
        assert token not in str(work.conn.execute(select(ApiToken.__table__)).all())


def test_a_revoked_token_opens_nothing(clinic):
    with clinic.work() as work:
        token = tokens.create(work, "kiosk", [])
        work.conn.execute(update(ApiToken).values(revoked_at=work.now))
        assert tokens.authenticate(work, token) is None


def test_two_programs_cannot_have_one_name(clinic):
    with clinic.work() as work:
        tokens.create(work, "kiosk", [])
        with pytest.raises(tokens.TokenNameTakenError):
            tokens.create(work, "kiosk", [])


def test_a_repeated_request_gets_the_first_answer(clinic):
    answer = Answer(201, {"message": "预约成功"})
    with clinic.work() as work:
        assert idempotency.claim(work, "kiosk", "k1", ASKED) is None
        idempotency.keep(work, "kiosk", "k1", answer)
    with clinic.work() as work:
        same = dict(reversed(ASKED.items()))
        assert idempotency.claim(work, "kiosk", "k1", same) == answer
        with pytest.raises(idempotency.KeyReusedError):
            idempotency.claim(work, "kiosk", "k1", {"patientId": "q"})


def test_keys_of_two_programs_do_not_meet(clinic):
    with clinic.work() as work:
        assert idempotency.claim(work, "kiosk", "k1", ASKED) is None
        assert idempotency.claim(work, "website", "k1", ASKED) is None


def test_work_that_failed_leaves_its_key_free(clinic):
    def fail() -> None:
        with clinic.work() as work:
            idempotency.claim(work, "kiosk", "k1", ASKED)
            raise RuntimeError("the slot was taken")

    with pytest.raises(RuntimeError):
        fail()
    with clinic.work() as work:
        assert idempotency.claim(work, "kiosk", "k1", ASKED) is None


def test_answers_are_forgotten_after_a_day(clinic):
    with clinic.work() as work:
        idempotency.claim(work, "kiosk", "k1", ASKED)
        idempotency.keep(work, "kiosk", "k1", Answer(201, {"name": "李*英"}))
        assert idempotency.purge(work) == 0
    clinic.wait(timedelta(hours=25))
    with clinic.work() as work:
        assert idempotency.purge(work) == 1
        assert work.conn.scalar(select(Idempotency.id)) is None
