"""
Taking a change of a shift back (替诊, 改诊室, 改时间, 加号, 减号), within some minutes of it.

The journal of acts says what was before. Whoever has been told of the change is told of this one,
too; who has not, hears of neither.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from desk import audit, shifts
from desk.shift_changes import ShiftChanges
from desk.shift_impact import NOTICE_OF
from desk.work import Actor, Work
from models import Appointment, AuditEvent, Outbox
from scheduling.rota import Member, PastChange, ShiftView
from scheduling.staff_errors import NothingToUndo

_ACTS = ("substitute", "room", "time", "extra", "fewer")
_UNDO = "undo_change"
_WAITING = ("due", "leased", "paused", "call")
_REACHED = ("sending", "sent", "called")


@dataclass(frozen=True, slots=True)
class _Act:
    id: int
    act: str
    shift: int
    at: datetime
    details: Mapping[str, Any]


class PastChanges:
    """What a member of staff has changed and may take back, in one piece of work."""

    def __init__(self, work: Work) -> None:
        """Act within this piece of work."""
        self._work = work

    def newest(self, member: Member) -> PastChange | None:
        """Return this member's newest change that can still be taken back, None for none."""
        work = self._work
        act = _newest(work, member)
        if act is None:
            return None
        view = shifts.one(work, _everywhere(member), act.shift)
        told = len(_told(work, act)) if act.act in NOTICE_OF else 0
        return PastChange(act.act, view, told, work.local(act.at))

    def undo(self, member: Member) -> ShiftView:
        """Take it back: `undo`."""
        return undo(self._work, member)


def undo(work: Work, member: Member) -> ShiftView:
    """
    Take the newest change back.

    Raises:
        NothingToUndo: there is none, or it is too long ago. What the change back is refused for:
        DoctorBusy, BadShiftTime, TooFewPlaces.
    """
    work = replace(work, actor=Actor("window", name=f"staff:{member.id}"))
    act = _newest(work, member)
    if act is None:
        raise NothingToUndo
    changes, of = ShiftChanges(work), _everywhere(member)
    told = frozenset(_told(work, act)) if act.act in NOTICE_OF else frozenset[int]()
    if act.act in NOTICE_OF:
        _withdraw(work, act)
    with work.conn.begin_nested():
        if act.act == "substitute":
            view = changes.substitute(of, act.shift, act.details["before"], told)
        elif act.act == "room":
            view = changes.move_room(of, act.shift, act.details["before"], told)
        elif act.act == "time":
            before, after = (
                datetime.fromisoformat(act.details[name]) for name in ("before", "after")
            )
            minutes = int((before - after).total_seconds()) // 60
            view = changes.move_times(of, act.shift, minutes, told)
        else:
            given = {int(slot): count for slot, count in act.details["slots"].items()}
            view = changes.give_back(of, act.shift, given)
    audit.record(work, _UNDO, f"audit_event:{act.id}", {"shift": act.shift})
    return view


# -- inside


def _everywhere(member: Member) -> Member:
    """Who made a change may take it back, also a doctor who has given the clinic away."""
    return replace(member, role="desk", doctor=None)


def _newest(work: Work, member: Member) -> _Act | None:
    """The newest change since the last one that was taken back; places for somebody are booked."""
    label = Actor("window", name=f"staff:{member.id}").label
    rows = work.conn.execute(
        select(*AuditEvent.__table__.c)
        .where(
            AuditEvent.actor == label,
            AuditEvent.at > work.now - work.policy.undo,
            AuditEvent.act.in_((*_ACTS, _UNDO)),
        )
        .order_by(AuditEvent.id.desc())
    ).all()
    undone = {row.subject for row in rows if row.act == _UNDO}
    for row in rows:
        details = json.loads(work.vault.open(row.details_enc)) if row.details_enc else {}
        is_change = row.act in _ACTS and ("before" in details or "slots" in details)
        is_own_undo = any(name.partition(":")[2] == str(row.id) for name in undone)
        if is_change and not is_own_undo and not details.get("is_undo"):
            shift = int(row.subject.partition(":")[2])
            return _Act(row.id, row.act, shift, row.at, details)
    return None


def _notices(act: _Act) -> tuple[Any, ...]:
    return (
        Outbox.kind == NOTICE_OF[act.act],
        Outbox.created_at >= act.at,
        Outbox.appointment_id.in_(select(Appointment.id).where(Appointment.shift_id == act.shift)),
    )


def _told(work: Work, act: _Act) -> list[int]:
    """The appointments somebody has been told of the change about."""
    query = select(Outbox.appointment_id).where(*_notices(act), Outbox.state.in_(_REACHED))
    return sorted({one for one in work.conn.scalars(query) if one is not None})


def _withdraw(work: Work, act: _Act) -> None:
    """What has not left the house is not told."""
    waits = update(Outbox).where(*_notices(act), Outbox.state.in_(_WAITING))
    work.conn.execute(waits.values(state="void"))
