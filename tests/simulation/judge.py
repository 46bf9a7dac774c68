"""What a conversation came to, by the books of the hospital: success, or what went wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tests.simulation.goals import alike
from tests.simulation.hospital import Hospital
from tests.simulation.patient import Patient

_ACTIVE = ("booked", "checked_in")
# Faults, the gravest first; a conversation has at most one verdict.
WRONG_PERSON, WRONG_BOOKING, DEAD_END = "wrong person", "wrong booking", "dead end"
KEY, MISLED = "key without effect", "misled"
HUMAN, ALARM, NOT_DONE = "human", "false alarm", "not done"
FAULTS = (WRONG_PERSON, WRONG_BOOKING, DEAD_END, KEY, MISLED, HUMAN, ALARM, NOT_DONE)
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
    before = {patient.goal.appointment.get("id"), patient.character.visit}
    new = [row for row in mine if row["status"] in _ACTIVE and row["id"] not in before]
    faults = (
        (WRONG_PERSON, _wrong_person(patient, hospital, new)),
        (WRONG_BOOKING, _visit_gone(patient, mine) or _wrong_booking(patient, new, mine)),
        (KEY, "; ".join(patient.broken)),
        (MISLED, "; ".join(misled)),
    )
    found = next((Verdict(kind, why) for kind, why in faults if why), None)
    if found is not None:
        return found
    if patient.outcome in ("human", "alarm", "stuck"):
        kinds = {"human": HUMAN, "alarm": ALARM, "stuck": DEAD_END}
        return Verdict(kinds[patient.outcome], f"after {patient.sent} messages")
    return _is_done(patient, new, mine)


def _wrong_person(patient: Patient, hospital: Hospital, new: Sequence[dict[str, Any]]) -> str:
    wanted = patient.goal.person
    other = next((row for row in new if row["patient_name"] != wanted.name), None)
    if other is not None:
        return f"for {other['patient_name']}, not {wanted.name}"
    named = [n for name, n in hospital.family_of(patient.openid) if name == wanted.name]
    return "another's number was kept" if new and wanted.number not in named else ""


def _wrong_booking(
    patient: Patient, new: Sequence[dict[str, Any]], mine: Sequence[dict[str, Any]]
) -> str:
    goal = patient.goal
    if len(new) > 1:
        return f"{len(new)} appointments instead of one"
    if new and (goal.task == "cancel" or patient.outcome == "left"):
        return "an appointment nobody wanted"
    wrong = next(filter(None, (_wrong_place(patient, row) for row in new)), "")
    if wrong:
        return wrong
    others = [
        row for row in mine
        if row["id"] not in (goal.appointment.get("id"), patient.character.visit)
        and row["status"] == "cancelled"
    ]  # fmt: skip
    return "another appointment was cancelled" if others and goal.task != "book" else ""


def _wrong_place(patient: Patient, row: dict[str, Any]) -> str:
    goal, relief = patient.goal, patient.relief
    # Who takes another doctor may find her in a department of the same kind elsewhere.
    allowed = alike(goal.matter.wards) if relief.doctor else goal.matter.wards
    if row["department"] not in allowed:
        return f"in {row['department']}, which is none of {sorted(goal.matter.wards)}"
    if goal.matter.doctor and not relief.doctor and row["doctor"] != goal.matter.doctor:
        return f"with {row['doctor']}, not {goal.matter.doctor}"
    if not relief.when and not goal.when.admits(row["starts_at"]):
        return f"at {row['starts_at']:%m-%d %H:%M}, not {goal.when.plain}"
    return ""


def _visit_gone(patient: Patient, mine: Sequence[dict[str, Any]]) -> str:
    """A reminder that came in between changes nothing of the visit it is about."""
    visit = next((row for row in mine if row["id"] == patient.character.visit), None)
    is_gone = visit is not None and visit["status"] not in _ACTIVE
    return "the visit she was reminded of is gone" if is_gone else ""


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
