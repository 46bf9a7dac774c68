"""
New places for the patients of a suspended shift (改约): planned, held, and offered to each.

The plan is a job: a crash leaves it due, and it goes on with whoever still waits. A place is held
until its patient has answered; silence moves nobody, it puts the patient on the call list.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, select, update

from desk import jobs, outbox, prompts, replanning, sharing, stock
from desk.admission import admit, lock_patient
from desk.placing import Placing, place
from desk.reach import readers
from desk.work import Actor, Work
from models import Appointment, Suspension, SuspensionLine
from scheduling.deadlines import Deadlines, answer_by
from scheduling.errors import Refusal
from scheduling.types import Opening, SlotId

PLAN, SILENT = "plan_suspension", "suspension_silent"
# A place may turn out not to suit its patient; the rest is planned once more without it.
_ROUNDS = 3

_OF_SUSPENSION = (
    replanning.PEOPLE.add_columns(
        SuspensionLine.id.label("line"),
        SuspensionLine.was_checked_in,
        Suspension.created_at.label("acted_at"),
    )
    .join(SuspensionLine, SuspensionLine.appointment_id == Appointment.id)
    .join(Suspension, Suspension.id == SuspensionLine.suspension_id)
    .where(
        Suspension.id == bindparam("suspension"),
        Suspension.undone_at.is_(None),
        Suspension.planned_at.is_(None),
        SuspensionLine.state == "waiting",
    )
)


def carry_out(work: Work, suspension: int) -> None:
    """Hold a new place for everybody who can have one, and write to all; the job of the act."""
    people = list(work.conn.execute(_OF_SUSPENSION, {"suspension": suspension}))
    for patient in sorted({row.patient_id for row in people}):
        lock_patient(work, patient)
    targets = _hold_all(work, people)
    for row in people:
        _tell(work, row, *targets.get(row.id, (None, None, "")))
    work.conn.execute(
        update(Suspension).where(Suspension.id == suspension).values(planned_at=work.now)
    )


def silence(work: Work, line: int) -> None:
    """Somebody has not answered: put her on the call list; the place stays held meanwhile."""
    row = work.conn.execute(
        select(SuspensionLine.appointment_id, Appointment.version)
        .join(Appointment, Appointment.id == SuspensionLine.appointment_id)
        .where(SuspensionLine.id == line, SuspensionLine.state == "waiting")
    ).one_or_none()
    if row is not None:
        _ring(work, line, row.appointment_id, row.version)


def _ring(work: Work, line: int, appointment: int, version: int) -> None:
    """Put a patient on the call list."""
    work.conn.execute(update(SuspensionLine).where(SuspensionLine.id == line).values(state="call"))
    notice = outbox.Notice(
        "suspended_call",
        f"suspended_call:{line}:{version}",
        {},
        appointment_id=appointment,
        appointment_version=version,
    )
    outbox.put(work, notice)


# -- inside


_Target = tuple[int, Opening, str]


def _hold_all(work: Work, people: Sequence[Row[*tuple[Any, ...]]]) -> Mapping[int, _Target]:
    """Hold the planned places; what a rule refuses is planned again without that place."""
    # The hospital moves them: no window of booking, no share of the chat stands against it.
    hospital = replace(work, actor=Actor("window", name="suspension"))
    targets: dict[int, _Target] = {}
    refused: list[tuple[int, int]] = []
    for _ in range(_ROUNDS):
        rest = [row for row in people if row.id not in targets]
        free = {o.slot: o for o in replanning.seats(work, rest)} if rest else {}
        lines = replanning.planned(work, rest, list(free.values()), refused)
        planned = [one for one in lines if one.slot is not None]
        if not planned:
            break
        stock.lock(work, [one.slot for one in planned if one.slot])
        row_of = {row.id: row for row in rest}
        for one in planned:
            row, slot = row_of[one.key], int(one.slot or 0)
            try:
                with work.conn.begin_nested():
                    held = _hold(hospital, row, slot)
            except Refusal:
                refused.append((one.key, slot))
            else:
                targets[one.key] = (held, free[SlotId(slot)], one.change or "")
        if len(targets) == len(people):
            break
    return targets


def _hold(work: Work, row: Row[*tuple[Any, ...]], slot: int) -> int:
    wanted = stock.wanted(work, slot)
    admit(work, wanted, lock_patient(work, row.patient_id), is_replaced=True)
    stock.take(work, wanted)
    until = _deadlines(work, row, work.local(wanted.starts_at)).held_until
    placing = Placing(row.patient_id, row.wechat_user_id, "held", until, moved_from=row)
    return place(work, wanted, placing)


def _deadlines(work: Work, row: Row[*tuple[Any, ...]], new: datetime | None) -> Deadlines:
    told_at = work.local(max(work.now, row.acted_at + work.policy.undo_quiet))
    return answer_by(work.policy, told_at, work.local(row.starts_at), new)


def _tell(
    work: Work,
    row: Row[*tuple[Any, ...]],
    target: int | None,
    opening: Opening | None,
    change: str,
) -> None:
    """One notice for each, not before the act could be taken back; nobody to write to: ring."""
    deadlines = _deadlines(work, row, opening.starts_at if opening else None)
    told_at = row.acted_at + work.policy.undo_quiet
    reader = next(iter(readers(work, row.id)), None)
    prompt = None
    if reader is not None:
        facts = {"line": row.line, "appointment": row.id}
        prompt = prompts.ask(work, reader, "suspended", facts, deadlines.held_until)
    offer: dict[str, str | int] = {}
    if opening is not None:
        offer = {
            "offer_at": opening.starts_at.isoformat(),
            "offer_site": opening.site_name,
            "offer_department": opening.department_name,
            "offer_doctor": opening.doctor_name or "",
            "offer_title": opening.title or "",
            "offer_room": opening.room,
            "offer_fee_fen": opening.fee_fen,
        }
    notice = outbox.Notice(
        "suspended",
        f"suspended:{row.line}",
        offer,
        reader,
        row.id,
        row.version,
        told_at,
        prompt,
    )
    outbox.put(work, notice)
    for other in sharing.copied(work, row.id):
        if other == reader:
            continue
        asked = {"line": row.line, "appointment": row.id}
        copy = replace(
            notice,
            dedupe_key=f"{notice.dedupe_key}:copy:{other}",
            wechat_user_id=other,
            prompt_id=prompts.ask(work, other, "suspended", asked, deadlines.held_until),
            is_copy=True,
        )
        outbox.put(work, copy)
    answers = target is not None and reader is not None
    call_at = deadlines.call_at if answers else told_at
    values = {"target_id": target, "change": change, "call_at": call_at}
    work.conn.execute(update(SuspensionLine).where(SuspensionLine.id == row.line).values(**values))
    jobs.put(work, SILENT, f"{SILENT}:{row.line}", {"line": row.line}, call_at)
