"""Couriers take what is due side by side, in nobody's way, and what is urgent first."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import and_, insert, or_, select, update
from sqlalchemy.exc import DBAPIError

from desk import dispatch, jobs, outbox
from desk.work import Actor
from models import Job, Outbox
from models.database import is_conflict
from tests.desk.hospital import NOW, Hospital

MINUTE = timedelta(minutes=1)
COURIER = Actor("job", name="courier")
SERVERS = (
    pytest.param("mariadb", marks=pytest.mark.server),
    pytest.param("postgres", marks=pytest.mark.server),
)


@pytest.fixture(params=SERVERS)
def busy(request, ready_database):
    """A hospital with a long evening behind it and another one ahead."""
    hospital = Hospital(ready_database(request.param))
    fill(hospital, 3000, "sent")
    fill(hospital, 2000, "due")
    yield hospital
    hospital.close()


def fill(hospital, count, state, kind="reminder"):
    row = {"kind": kind, "payload_enc": b"", "last_error": "", "state": state}
    times = {"not_before": NOW, "created_at": NOW}
    with hospital.engine.begin() as conn:
        rows = [{"dedupe_key": f"{state}{n}", **row, **times} for n in range(count)]
        conn.execute(insert(Outbox), rows)


def void(hospital, key):
    """An act of the desk that takes one notice back; whether it could, beside a courier."""
    try:
        with hospital.work(COURIER) as work:
            taken = update(Outbox).where(Outbox.dedupe_key == key).values(state="void")
            work.conn.execute(taken)
    except DBAPIError as error:
        return not is_conflict(error)
    return True


def test_a_second_courier_takes_the_next_ones_and_nobody_else_waits(busy):
    with busy.work(COURIER) as first, busy.work(COURIER) as second:
        mine = dispatch.lease(first, 5, MINUTE)
        theirs = dispatch.lease(second, 5, MINUTE)
        assert void(busy, "due1500")
    assert len({one.id for one in (*mine, *theirs)}) == 10


def test_control_one_query_over_all_states_keeps_everybody_else_out(ready_database):
    hospital = Hospital(ready_database("mariadb"))
    fill(hospital, 3000, "sent")
    fill(hospital, 2000, "due")
    forgotten = and_(Outbox.state.in_(("leased", "sending")), Outbox.leased_until <= NOW)
    due = and_(Outbox.state == "due", Outbox.not_before <= NOW)
    everything = (
        select(Outbox.id)
        .where(or_(due, forgotten))
        .order_by(Outbox.not_before, Outbox.id)
        .limit(5)
    )
    with hospital.work(COURIER) as first:
        assert len(first.conn.execute(everything.with_for_update(skip_locked=True)).all()) == 5
        assert not void(hospital, "due1500")
    hospital.close()


def test_two_couriers_take_jobs_side_by_side(busy):
    with busy.work(COURIER) as work:
        rows = [{"kind": "purge", "dedupe_key": f"j{n}", "payload": "{}"} for n in range(50)]
        work.conn.execute(insert(Job), [{**row, "due_at": NOW, "last_error": ""} for row in rows])
    with busy.work(COURIER) as first, busy.work(COURIER) as second:
        found = [*jobs.lease(first, 5, MINUTE), *jobs.lease(second, 5, MINUTE)]
    assert len({job.id for job in found}) == 10


def put(hospital, kind, at=NOW):
    with hospital.work(COURIER, at) as work:
        outbox.put(work, outbox.Notice(kind, kind, {"text": "好", "code": "1"}))


def test_who_waits_in_this_minute_comes_before_who_waits_and_before_the_evening(hospital):
    for minute, kind in enumerate(
        ("reminder", "cancelled", "reply", "answer", "link_code", "alert")
    ):
        put(hospital, kind, NOW + minute * MINUTE)
    with hospital.work(COURIER, NOW + 9 * MINUTE) as work:
        found = [one.kind for one in dispatch.lease(work, 9, MINUTE)]
    assert found == ["link_code", "alert", "reply", "answer", "reminder", "cancelled"]


@pytest.mark.parametrize("state", ["leased", "sending"])
def test_what_a_killed_courier_had_comes_before_what_has_just_become_due(hospital, state):
    put(hospital, "reminder")
    with hospital.work(COURIER) as work:
        assert dispatch.lease(work, 1, MINUTE)
        work.conn.execute(update(Outbox).values(state=state))
    put(hospital, "cancelled")
    with hospital.work(COURIER, NOW + MINUTE) as work:
        found = [(one.kind, one.attempts) for one in dispatch.lease(work, 9, MINUTE)]
    assert found == [("reminder", 2), ("cancelled", 1)]
