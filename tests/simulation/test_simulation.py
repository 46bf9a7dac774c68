"""A hundred simulated patients come at one time; and the judge who watches them can say no."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from datetime import time, timedelta

import pytest

from tests.simulation import choosing, goals, report
from tests.simulation.calendar_words import When
from tests.simulation.casting import Cast
from tests.simulation.hands import Character
from tests.simulation.hospital import SCARCE, STARTS, Hospitals
from tests.simulation.judge import (
    DEAD_END,
    HUMAN,
    MISLED,
    NOT_DONE,
    SUCCESS,
    WRONG_BOOKING,
    WRONG_PERSON,
    verdict,
)
from tests.simulation.patient import Patient
from tests.simulation.run import Talk, Ward, conversations
from tests.simulation.screen import read

OPENID = "oSimulatedPatient0000000000x"


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """Where the demo hospital, once built, is copied from."""
    return tmp_path_factory.mktemp("simulation")


@pytest.fixture
def hospitals(home, redis_url):
    return Hospitals(home, redis_url)


@pytest.mark.slow
def test_a_hundred_patients_get_what_they_came_for(hospitals):
    talks = list(conversations(hospitals, 100, seed=2026))

    told = report.text(talks, 0)
    faults = Counter(talk.verdict.kind for talk in talks)
    assert not {WRONG_PERSON, WRONG_BOOKING, DEAD_END} & set(faults), told
    assert report.success(talks) >= 0.97, told
    assert report.turns(talks, first=True) <= report.GOAL_TURNS_FIRST + 1, told
    assert report.turns(talks, first=False) <= report.GOAL_TURNS_RETURNING + 1, told


@pytest.mark.slow
def test_many_who_want_the_last_places_at_once_are_told_the_truth(hospitals):
    """Threads: the places of two doctors go to as many as there are, and nobody is oversold."""
    with hospitals.opened(STARTS[0]) as hospital:
        rng = random.Random(1)
        cast = Cast(rng, hospital, SCARCE)
        everybody = [Talk(*cast.patient(f"oSimulatedRush{n:014d}")) for n in range(40)]
        rush = [talk for talk in everybody if _may_want_them(talk.patient)]
        for talk in rush:
            patient = talk.patient
            matter = goals.doctor(rng, patient.goal.person, STARTS[0].date(), SCARCE)
            patient.goal = patient.goal.changed(matter=matter, when=When())
            patient.character.changed = None
        Ward(hospital, rush).run(threads=6)
        rows = hospital.appointments()
        for talk in rush:
            talk.verdict = verdict(talk.patient, hospital, rows, talk.misled)

        assert hospital.unbalanced() == []
        assert {talk.verdict.kind for talk in rush} <= {SUCCESS, HUMAN}, report.text(rush, 0)
        assert report.success(rush) >= 0.9, report.text(rush, 0)
        assert [row for row in rows if row["doctor"] in SCARCE and row["status"] == "booked"]


def _may_want_them(patient: Patient) -> bool:
    goal = patient.goal
    return goal.task == "book" and goal.person.age(STARTS[0].date()) >= 14


@pytest.fixture
def booked(hospitals):
    """A patient who has booked with a doctor, and the hospital in which that is on the books."""
    with hospitals.opened(STARTS[0]) as hospital:
        cast = Cast(random.Random(3), hospital, ())
        me, wife = cast._people.person("self", (40, 41)), cast._people.person("wife", (38, 39))
        known = hospital.register(OPENID, [me, wife])
        matter = goals.department(random.Random(5), me, STARTS[0].date())
        made = hospital.book(OPENID, known[me.number], min(matter.wards), 0)
        goal = goals.Goal("book", me, replace(matter, wards=frozenset({made.opening.department})))
        character = Character("plain", taps=False, is_attentive=True)
        patient = Patient(OPENID, goal, frozenset(known), character, random.Random(0))
        patient.outcome = "done"
        yield patient, hospital, made, wife


def test_the_judge_says_yes_to_what_was_wanted(booked):
    patient, hospital, _, _ = booked
    assert verdict(patient, hospital, hospital.appointments(), ()).kind == SUCCESS


def test_the_judge_sees_each_kind_of_wrong(booked):
    patient, hospital, made, wife = booked
    right, rows = patient.goal, hospital.appointments()

    def judged(**changes) -> str:
        patient.goal = right.changed(**changes)
        return verdict(patient, hospital, rows, ()).kind

    assert judged(person=wife) == WRONG_PERSON
    assert judged(matter=replace(right.matter, wards=frozenset({"SQ-KQ"}))) == WRONG_BOOKING
    assert judged(matter=replace(right.matter, doctor="SQ-D001")) == WRONG_BOOKING
    day_after = made.opening.starts_at.date() + timedelta(days=1)
    assert judged(when=When("后天", days=frozenset({day_after}))) == WRONG_BOOKING
    assert judged(task="cancel") == WRONG_BOOKING
    patient.goal = right
    assert verdict(patient, hospital, rows, ["told lies"]).kind == MISLED
    assert verdict(patient, hospital, [], ()).kind == NOT_DONE
    patient.outcome = "stuck"
    assert verdict(patient, hospital, [], ()).kind == DEAD_END
    patient.outcome = "left"
    assert verdict(patient, hospital, rows, ()).kind == WRONG_BOOKING


def test_who_is_told_there_is_nothing_is_believed_only_by_the_books(booked):
    patient, hospital, made, _ = booked
    same_day = When("那天", days=frozenset({made.opening.starts_at.date()}))
    assert hospital.has_room(patient.goal.changed(when=same_day), told="")
    sunday = When("周日", days=frozenset({STARTS[0].date() + timedelta(days=5)}))
    assert not hospital.has_room(patient.goal.changed(when=sunday), told="")


def test_she_objects_to_what_stands_there_not_to_what_is_not_told(booked):
    patient, hospital, _, _ = booked
    patient.goal = patient.goal.changed(matter=replace(patient.goal.matter, doctor_name="郭晓岚"))
    people = read("给谁挂号？回复数字：\n1. 李*英（妈妈）\n2. 给别的人挂（先登记）")
    other = read(
        f"请核对：\n就诊人：{patient.goal.person.name}\n医生：梁启明 主任医师\n对吗？\n1. 确认"
    )

    assert patient._wrong_in(people, hospital.clock()) == ""
    assert patient._wrong_in(other, hospital.clock()) == "doctor"


def test_of_each_list_she_leafs_through_some_pages(booked):
    patient, _, _, _ = booked
    offers, kin = (
        read("可以约的号\n1. 普通号，最早8:00，20元\n还有别的，回复“更多”"),
        read("这位就诊人是您的什么人？\n1. 我本人\n还有别的，回复“更多”"),
    )

    assert [patient._next_page(offers) is None for _ in range(4)] == [False, False, False, True]
    assert patient._next_page(kin) is not None


def test_a_line_whose_first_time_is_after_her_hour_is_not_what_she_wants(booked):
    patient, hospital, _, _ = booked
    patient.goal = patient.goal.changed(when=When("下午2点", half="pm", clock=time(14)))
    late = read("可以约的号，回复数字选一个：\n1. 普通号，12月14日 周一 下午16:30，20元")
    early = read("可以约的号，回复数字选一个：\n1. 普通号，12月14日 周一 下午 最早13:30，20元")
    today = hospital.clock().date()

    assert choosing.offer(late, patient.goal, choosing.Relief(), today) is None
    assert choosing.offer(early, patient.goal, choosing.Relief(), today) is not None


def test_whom_she_does_not_find_in_a_list_she_looks_for_on_its_next_page(booked):
    patient, hospital, _, _ = booked
    patient.known = frozenset()
    people = read("给谁挂号？回复数字：\n1. 李*英（妈妈）\n还有别的，回复“更多”")

    assert patient._on_who(people, hospital.clock()).text == patient._more
