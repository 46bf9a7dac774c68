"""A morning rush: who comes too late is told at once; who has a claim is not sent away."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import event

from scheduling.errors import SlotTaken


@pytest.mark.parametrize("chat", [1, 2], ids=["the chat's share is full", "the slot is full"])
def test_a_refusal_costs_two_reads_and_no_lock(hospital, chat):
    people = hospital.patients(chat + 1)
    slot = hospital.slot(2, chat=chat)
    for openid, patient in people[:-1]:
        hospital.book(openid, slot, patient)
    statements: list[str] = []

    def note(_conn, _cursor, statement, *_more) -> None:
        statements.append(statement)

    openid, patient = people[-1]
    with hospital.bookings(openid) as desk:
        event.listen(hospital.engine, "before_cursor_execute", note)
        try:
            with pytest.raises(SlotTaken):
                desk.hold(slot, patient)
        finally:
            event.remove(hospital.engine, "before_cursor_execute", note)

    assert len(statements) == 2, statements
    assert not any("FOR UPDATE" in statement for statement in statements)


def test_a_full_slot_still_serves_its_own_holder_and_whoever_comes_after_an_expired_hold(hospital):
    (openid, patient), (other, him) = hospital.patients(2)
    slot = hospital.slot(1)
    with hospital.bookings(openid) as desk:
        held = desk.hold(slot, patient)
    with hospital.bookings(openid) as desk:
        assert desk.hold(slot, patient).id == held.id
    with hospital.bookings(other) as desk, pytest.raises(SlotTaken):
        desk.hold(slot, him)

    hospital.now += timedelta(minutes=20)

    with hospital.bookings(other) as desk:
        assert desk.hold(slot, him).status == "held"
