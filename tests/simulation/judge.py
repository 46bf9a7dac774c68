"""What a conversation came to, by the books of the hospital: success, or what went wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tests.simulation.hospital import Hospital
from tests.simulation.patient import Patient

_ACTIVE = ("booked", "checked_in")
# Faults, the gravest first; a conversation has at most one verdict.
WRONG_PERSON, WRONG_BOOKING, DEAD_END = "wrong person", "wrong booking", "dead end"
MISLED, HUMAN, ALARM, NOT_DONE = "misled", "human", "false alarm", "not done"
FAULTS = (WRONG_PERSON, WRONG_BOOKING, DEAD_END, MISLED, HUMAN, ALARM, NOT_DONE)
SUCCESS = "success"


@dataclass(frozen=True)
class Verdict:
    """`kind` is success or one of `FAULTS`; `why` in words."""

    kind: str
    why: str = ""


def verdict(
    patient: Patient, hospital: Hospital, rows: Sequence[dict[str, Any]], misled: Sequence[str]
) -> Verdict:
    """Judge one conversation; `rows` are all chat appointments, `misled` what was not true."""
    mine = [row for row in rows if row["booked_by_openid"] == patient.openid]
    before = patient.goal.appointment.get("id")
    new = [row for row in mine if row["status"] in _ACTIVE and row["id"] != before]
    goal = patient.goal
    for row in new:
        if row["patient_name"] != goal.person.name:
            return Verdict(WRONG_PERSON, f"for {row['patient_name']}, not {goal.person.name}")
    named = [
        number for name, number in hospital.family_of(patient.openid) if name == goal.person.name
    ]
    if new and goal.person.number not in named:
        return Verdict(WRONG_PERSON, "another's number was kept")
    wrong = _wrong_booking(patient, new, mine)
    if wrong:
        return Verdict(WRONG_BOOKING, wrong)
    if misled:
        return Verdict(MISLED, "; ".join(misled))
    if patient.outcome in ("human", "alarm", "stuck"):
        kinds = {"human": HUMAN, "alarm": ALARM, "stuck": DEAD_END}
        return Verdict(kinds[patient.outcome], f"after {patient.sent} messages")
    return _is_done(patient, new, mine)


def _wrong_booking(
    patient: Patient, new: Sequence[dict[str, Any]], mine: Sequence[dict[str, Any]]
) -> str:
    goal, relief = patient.goal, patient.relief
    if len(new) > 1:
        return f"{len(new)} appointments instead of one"
    if new and (goal.task == "cancel" or patient.outcome == "left"):
        return "an appointment nobody wanted"
    for row in new:
        if row["department"] not in goal.matter.wards:
            return f"in {row['department']}, which is none of {sorted(goal.matter.wards)}"
        if goal.matter.doctor and not relief.doctor and row["doctor"] != goal.matter.doctor:
            return f"with {row['doctor']}, not {goal.matter.doctor}"
        if not relief.when and not goal.when.admits(row["starts_at"]):
            return f"at {row['starts_at']:%m-%d %H:%M}, not {goal.when.plain}"
    others = [
        row for row in mine
        if row["id"] != goal.appointment.get("id") and row["status"] == "cancelled"
    ]  # fmt: skip
    return "another appointment was cancelled" if others and goal.task != "book" else ""


def _is_done(
    patient: Patient, new: Sequence[dict[str, Any]], mine: Sequence[dict[str, Any]]
) -> Verdict:
    task = patient.goal.task
    old = next((r for r in mine if r["id"] == patient.goal.appointment.get("id")), None)
    if patient.outcome == "left":
        return Verdict(SUCCESS, "there was nothing, and she was told so")
    done = {
        "book": bool(new),
        "cancel": old is not None and old["status"] == "cancelled",
        "move": bool(new) and old is not None and old["status"] == "rescheduled",
    }[task]
    return Verdict(SUCCESS) if done else Verdict(NOT_DONE, "the books know nothing of it")
