"""
Nurses change a shift at the same moment, while patients book it, on all three databases.

Each story has a control, as in `test_races`.
"""

from __future__ import annotations

import time

import pytest
from sqlalchemy import func, select, update

from desk import shift_places, stock
from desk.shift_changes import ShiftChanges
from desk.work import Actor
from models import Appointment, Shift, Slot
from models.appointments import ACTIVE
from scheduling.rota import Member
from scheduling.staff_errors import TooManyPlaces
from tests.desk.hospital import race, without_write_lock
from tests.desk.test_races import in_one_of_ten_rounds, on_sqlite

pytestmark = pytest.mark.race
PAUSE = 0.02
LIU = Member(1, "刘护士", "desk", None, None)
LIMIT = 10


def shift_of(hospital, slot: int) -> int:
    with hospital.engine.connect() as conn:
        return conn.scalar(select(Slot.shift_id).where(Slot.id == slot))


def tries(hospital) -> int:
    return 1 if on_sqlite(hospital) else 5


# -- 加号 for a named patient: sixteen at once, ten of which are allowed


def squeezed_in(hospital, attempts: int = 16):
    slot = hospital.slot(capacity=2, day=2)
    shift = shift_of(hospital, slot)

    def add(patient: int):
        with hospital.work(Actor("window", name="desk")) as work:
            ShiftChanges(work).extra_for(LIU, shift, patient)

    acts = [lambda p=p: add(p) for _, p in hospital.patients(attempts)]
    return race(acts, 8, tries(hospital)), slot


def room(hospital, slot: int) -> tuple[int, tuple[int, int]]:
    with hospital.engine.connect() as conn:
        capacity = conn.scalar(select(Slot.capacity).where(Slot.id == slot))
    return capacity, hospital.stock(slot)


def test_nurses_together_give_no_more_extra_places_than_a_shift_may_have(hospital):
    ends, slot = squeezed_in(hospital)
    assert ends == {"done": LIMIT, "TooManyPlaces": 16 - LIMIT}
    assert room(hospital, slot) == (2 + LIMIT, (LIMIT, LIMIT))


def test_control_who_counts_first_and_adds_later_passes_the_limit(hospital, monkeypatch):
    def look_then_add(self, work, shift, count):
        found = work.conn.scalar(select(Shift.extra).where(Shift.id == shift))
        if found + count > LIMIT:
            raise TooManyPlaces(limit=LIMIT)
        time.sleep(PAUSE)
        more = update(Shift).where(Shift.id == shift).values(extra=Shift.extra + count)
        work.conn.execute(more)

    monkeypatch.setattr(ShiftChanges, "_count_extra", look_then_add)
    monkeypatch.setattr(shift_places.stock, "lock", lambda work, slots: None)
    if on_sqlite(hospital):
        without_write_lock(hospital)

    def shows() -> bool:
        ends, slot = squeezed_in(hospital)
        return ends["conflict"] > 0 if on_sqlite(hospital) else hospital.stock(slot)[1] > LIMIT

    assert in_one_of_ten_rounds(shows)


def test_one_patient_is_squeezed_in_once_however_many_nurses_try(hospital):
    slot = hospital.slot(capacity=1, day=2)
    shift, (_, patient) = shift_of(hospital, slot), hospital.patient()

    def add():
        with hospital.work(Actor("window", name="desk")) as work:
            ShiftChanges(work).extra_for(LIU, shift, patient)

    ends = race([add] * 6, 6)

    assert ends == {"done": 1, "SameHalfDay": 5}
    assert room(hospital, slot) == (2, (1, 1))


# -- 改时间: the shift moves while patients book it and another nurse moves it, too


def moved(hospital, patients: int = 12, moves: int = 2):
    """The hours an active appointment says, those of the slot, and those of the shift."""
    slot = hospital.slot(capacity=patients, day=2)
    shift = shift_of(hospital, slot)

    def move():
        with hospital.work(Actor("window", name="desk")) as work:
            ShiftChanges(work).move_times(LIU, shift, 15)

    people = hospital.patients(patients)
    acts = [lambda o=o, p=p: hospital.book(o, slot, p) for o, p in people]
    half = len(acts) // 2
    ends = race([*acts[:half], *[move] * moves, *acts[half:]], 6, tries(hospital))
    with hospital.engine.connect() as conn:
        active = Appointment.slot_id == slot, Appointment.status.in_(ACTIVE)
        said = set(conn.scalars(select(Appointment.starts_at).where(*active)))
        count = conn.scalar(select(func.count()).select_from(Appointment).where(*active))
        at = conn.scalar(select(Slot.starts_at).where(Slot.id == slot))
        begins = conn.scalar(select(Shift.starts_at).where(Shift.id == shift))
    return ends, said, at, begins, count


def test_a_shift_its_slots_and_its_patients_always_say_the_same_hour(hospital):
    ends, said, at, begins, count = moved(hospital)
    assert at == begins
    assert said <= {at}
    # Who looked before and took after is asked again, and told of no hour that is not.
    assert ends["done"] == 2 + count
    assert set(ends) <= {"done", "SlotTaken"}
    assert sum(ends.values()) == 14


def test_control_who_looked_before_is_booked_for_the_old_hour(hospital, monkeypatch):
    look = stock.wanted

    def slowly(work, slot):
        found = look(work, slot)
        time.sleep(PAUSE)
        return found

    monkeypatch.setattr(stock, "wanted", slowly)
    anyhow = update(Slot).where(Slot.id == stock._SLOT).values(booked=Slot.booked + 1)
    anyhow = anyhow.values(chat_booked=Slot.chat_booked + 1)
    monkeypatch.setattr(stock, "_TAKE_OF_CHAT", anyhow)
    monkeypatch.setattr(stock, "_of_chat", lambda work, slot: {})
    monkeypatch.setattr(stock, "_as_read", lambda slot: {"slot_": slot.id})
    if on_sqlite(hospital):
        without_write_lock(hospital)

    def shows() -> bool:
        ends, said, at, _, _ = moved(hospital)
        return ends["conflict"] > 0 if on_sqlite(hospital) else not said <= {at}

    assert in_one_of_ten_rounds(shows)


def test_control_read_before_the_lock_two_moves_part_shift_and_slots(hospital, monkeypatch):
    lock, read = ShiftChanges._lock, ShiftChanges._row
    rows = {}

    def late(self, work, shift):
        rows[id(work)] = read(self, work, shift)
        time.sleep(PAUSE)
        return lock(self, work, shift)

    monkeypatch.setattr(ShiftChanges, "_lock", late)
    monkeypatch.setattr(ShiftChanges, "_row", lambda self, work, shift: rows.pop(id(work)))
    if on_sqlite(hospital):
        without_write_lock(hospital)

    def shows() -> bool:
        ends, _, at, begins, _ = moved(hospital, patients=2, moves=4)
        return ends["conflict"] > 0 if on_sqlite(hospital) else at != begins

    assert in_one_of_ten_rounds(shows)
