"""A simulated clinic day at the real desk: small, but with everything in it."""

from __future__ import annotations

from datetime import date, datetime, time
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from bot import demo, demo_day
from bot.chores import TASKS
from bot.courier import Courier
from bot.turn import open_desk
from bot.wiring import furnish
from desk import standing
from desk.roster import import_roster
from desk.work import Actor
from models import Appointment, SuspensionLine, Ticket, TicketEvent
from scheduling.queueing import TRANSITIONS
from tests.bot.conftest import poster
from tests.bot.hospital import Patient

CHANNELS = Path(__file__).parents[2] / "demo" / "channels.toml"
DAY = date(2026, 11, 27)
ROSTER = (
    "site,department,doctor,label,date,start,end,slot_minutes,capacity_per_slot,"
    "wechat_capacity,room,service_type,mode,fee_fen\n"
    "S,SJ,D1,,2026-11-27,08:00,10:00,30,3,3,1诊室,expert,clinic,3000\n"
    "S,SJ,D2,,2026-11-27,14:00,15:30,30,3,3,2诊室,expert,clinic,3000\n"
    "S,SJ,D2,,2026-11-30,14:00,16:00,30,3,3,2诊室,expert,clinic,3000\n"
)
DOCTORS = "site,code,name,title,department,expertise\nS,D2,李静,主治医师,SJ,头痛\n"


class Post:
    """A way out of the house that takes everything."""

    def __init__(self) -> None:
        self.kinds = []

    def send(self, sending) -> str:
        self.kinds.append(sending.lease.kind)
        return ""


@pytest.fixture
def stage(make_hospital, sqlite_url, redis_url, tmp_path):
    """The house under a clock of ours, two doctors at work; WeChat is at hand."""
    house, _ = make_hospital(sqlite_url, redis_url, CHANNELS_FILE=str(CHANNELS))
    folder = tmp_path / "roster"
    folder.mkdir()
    (folder / "doctors.csv").write_text(DOCTORS)
    (folder / "shifts.csv").write_text(ROSTER)
    with open_desk(house, Actor("window", name="test")) as counter:
        import_roster(counter.work, [folder])
    house, clock = demo.under_one_clock(house)
    client = furnish(Flask("day"), house).test_client()
    post = Post()
    troupe = demo_day.Troupe(
        house=house,
        clock=clock,
        courier=Courier(house, post, TASKS),
        follow=lambda openids: None,
        say=lambda openid, text: Patient(poster(client), openid).say(text),
        note=lambda text: None,
    )
    return troupe, post


def _rows(house, query):
    with house.engine.connect() as conn:
        return conn.execute(query).all()


def test_a_whole_day_with_a_suspension_and_every_step_allowed(stage):
    troupe, post = stage

    summary = demo_day.run(troupe, demo_day.Plan(DAY, seed=2))

    visits = sum(call.answered for call in summary.calls)
    assert summary.booked >= 15
    assert summary.suspended > 0
    assert summary.answered == summary.suspended
    assert visits + summary.no_shows > 0
    states = dict(_rows(troupe.house, select(Ticket.state, func.count()).group_by(Ticket.state)))
    assert set(states) <= {"done", "no_show", "results"}
    steps = _rows(troupe.house, select(TicketEvent.from_state, TicketEvent.to_state))
    assert all(before is None or after in TRANSITIONS[before] for before, after in steps)
    answers = [row.state for row in _rows(troupe.house, select(SuspensionLine.state))]
    assert set(answers) <= {"accepted", "returned"}
    came = _rows(troupe.house, select(Appointment.id).where(Appointment.status == "completed"))
    assert len(came) == states["done"]
    assert {"suspended", "called"} <= set(post.kinds)
    told = list(summary.lines())
    assert str(DAY) in told[0]
    assert any(line.startswith("wait, new") for line in told)


def test_the_day_stopped_midway_leaves_open_rooms_and_people_to_come(stage):
    troupe, _ = stage

    demo_day.run(troupe, demo_day.Plan(DAY, until=time(9, 0), seed=2))

    with open_desk(troupe.house, Actor("window", name="test")) as counter:
        assert counter.now == datetime.combine(DAY, time(9), counter.now.tzinfo)
        board = standing.board(counter.work, "S")
        assert board is not None
        (room,) = board.rooms
    assert (room.state, room.calls > 2) == ("open", True)
    open_ones = Appointment.status.in_(("booked", "checked_in")), Appointment.visit_on == DAY
    assert _rows(troupe.house, select(Appointment.id).where(*open_ones))


def test_a_day_on_which_nobody_works_is_refused(stage):
    troupe, _ = stage
    assert demo_day.next_day(troupe.house) == DAY
    with pytest.raises(LookupError):
        demo_day.run(troupe, demo_day.Plan(date(2026, 11, 28)))
