"""What is over is forgotten, what is not stays, on every engine."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from desk import jobs, outbox, prompts
from desk.accounts import account
from desk.purge import purge
from desk.work import Actor
from models import Job, Outbox, Prompt
from tests.desk.hospital import NOW, Hospital

JOB = Actor("job")
DAY = timedelta(days=1)


@pytest.fixture
def hospital(database_url):
    hospital = Hospital(database_url)
    openid, _ = hospital.patient()
    with hospital.work(openid) as work:
        prompt = prompts.ask(work, account(work), "offer", {}, NOW)
        outbox.put(work, outbox.Notice("reply", "a", {"text": "好"}, prompt_id=prompt))
        outbox.put(work, outbox.Notice("reply", "b", {"text": "好"}))
        jobs.put(work, "purge", "j", {}, NOW)
    yield hospital
    hospital.close()


def counts(hospital):
    with hospital.engine.connect() as conn:
        tables = (Outbox, Prompt, Job)
        return [conn.scalar(select(func.count()).select_from(table)) for table in tables]


def at(hospital, days):
    with hospital.work(JOB, NOW + days * DAY) as work:
        assert not purge(work)


def test_notices_questions_and_jobs_end_after_ninety_days_and_words_after_thirty(hospital):
    with hospital.work(JOB) as work:
        work.conn.execute(update(Outbox).where(Outbox.dedupe_key == "a").values(state="sent"))
        work.conn.execute(update(Job).values(state="done"))
    at(hospital, 31)
    with hospital.engine.connect() as conn:
        words = conn.scalars(select(Outbox.payload_enc).order_by(Outbox.id)).all()
    assert [bool(word) for word in words] == [False, True]
    at(hospital, 89)
    assert counts(hospital) == [2, 1, 1]
    at(hospital, 91)
    assert counts(hospital) == [1, 0, 0]


def test_what_waits_is_never_forgotten(hospital):
    at(hospital, 400)
    assert counts(hospital) == [2, 1, 1]
