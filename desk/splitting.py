"""
A clinic in two, for 停诊 from a time on: what begins later is a shift of its own, until joined.

So the rest of a clinic is suspended, planned, counted and taken back like any other shift. The
roster's files know the whole clinic only, and leave both alone while it is in two.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import Row, delete, func, insert, select, update

from desk import rooms
from desk.rows import insert_row
from desk.work import Work
from models import Appointment, Calling, Job, Shift, Slot, Ticket, TicketEvent
from scheduling.errors import ShiftSuspended
from scheduling.staff_errors import BadShiftTime

# How `Shift.overridden` names both, and how the key of the later one goes on.
PART = "part"
MARK = "~from "

# From when on of which shifts; those that are not named are meant as a whole.
Parts = Mapping[int, datetime]
NO_PARTS: Parts = MappingProxyType({})
_SHIFT = Shift.__table__.c


def whole_key(key: str) -> str:
    """Return the key of the clinic that a shift is, or was, a part of."""
    return key.partition(MARK)[0]


def beginnings(work: Work, shift: int) -> list[datetime]:
    """Return from when on (local) a rest of a clinic can be meant: its later slots still ahead."""
    query = select(Slot.starts_at).where(Slot.shift_id == shift).distinct()
    later = work.conn.scalars(query.order_by(Slot.starts_at)).all()[1:]
    return [work.local(at) for at in later if at > work.now]


def split(work: Work, shift: int, since: datetime) -> int:
    """
    Make a shift of what begins at or after `since` (aware); returns its number.

    A shift that begins no earlier is returned as it is. Its slots and, on the day, its line are
    locked.

    Raises:
        BadShiftTime: no slot begins that late. ShiftSuspended: it takes no place anyway.
    """
    row = _row(work, shift)
    if row.state != "published":
        raise ShiftSuspended
    rest = _slots(work, shift, since)
    if not rest:
        raise BadShiftTime(fault="rest")
    if len(rest) == len(_slots(work, shift)):
        return shift
    begins = work.conn.scalars(select(func.min(Slot.starts_at)).where(Slot.id.in_(rest))).one()
    names = _with(row.overridden, PART)
    values = {name: value for name, value in row._mapping.items() if name != "id"}  # noqa: SLF001
    values |= {
        "natural_key": f"{row.natural_key}{MARK}{work.local(begins):%H%M}",
        "starts_at": begins,
        "overridden": names,
        "extra": 0,
    }
    later = insert_row(work.conn, insert(Shift).values(**values))
    _move(work, rest, shift, later)
    kept = {"ends_at": begins, "overridden": names}
    work.conn.execute(update(Shift).where(Shift.id == shift).values(**kept))
    return later


def wholes(work: Work, shifts: Sequence[int]) -> Mapping[int, int]:
    """Return to which shifts these could be joined again, by their own numbers."""
    found: dict[int, int] = {}
    for part in shifts:
        row = _row(work, part)
        if MARK in row.natural_key:
            query = select(Shift.id).where(
                Shift.natural_key == row.natural_key.rpartition(MARK)[0]
            )
            whole: int | None = work.conn.scalar(query)
            found |= {part: whole} if whole is not None else {}
    return found


def join(work: Work, shifts: Sequence[int]) -> None:
    """Let those of these shifts be parts no longer that go on where the first ends; locked."""
    # The latest first: of three parts the last one belongs to the second.
    for part, whole in sorted(wholes(work, shifts).items(), reverse=True):
        first, second = _row(work, whole), _row(work, part)
        if _is_one(first, second) and not _has_called(work, part):
            _join(work, first, second)


# -- inside


def _is_one(first: Row[Any], second: Row[Any]) -> bool:
    """Whether nothing but the time tells them apart."""
    same = ("doctor_id", "room", "state", "fee_fen", "visit_on")
    goes_on = first.ends_at == second.starts_at and first.state == "published"
    return goes_on and all(first._mapping[name] == second._mapping[name] for name in same)  # noqa: SLF001


def _has_called(work: Work, shift: int) -> bool:
    calls = select(Calling.id).where(Calling.shift_id == shift, Calling.calls > 0)
    return work.conn.scalar(calls) is not None


def _join(work: Work, first: Row[Any], second: Row[Any]) -> None:
    _move(work, _slots(work, second.id), second.id, first.id)
    work.conn.execute(
        update(TicketEvent).where(TicketEvent.shift_id == second.id).values(shift_id=first.id)
    )
    work.conn.execute(update(Ticket).where(Ticket.shift_id == second.id).values(shift_id=first.id))
    work.conn.execute(delete(Calling).where(Calling.shift_id == second.id))
    over = update(Job).where(Job.dedupe_key == f"{rooms.CLOSE}:{second.id}")
    work.conn.execute(over.values(state="done"))
    work.conn.execute(delete(Shift).where(Shift.id == second.id))
    others = select(Shift.id).where(Shift.natural_key.startswith(f"{first.natural_key}{MARK}"))
    is_whole = MARK not in first.natural_key and work.conn.scalar(others.limit(1)) is None
    names = _with(f"{first.overridden} {second.overridden}", PART)
    values = {
        "ends_at": second.ends_at,
        "extra": first.extra + second.extra,
        "overridden": _without(names, PART) if is_whole else names,
    }
    work.conn.execute(update(Shift).where(Shift.id == first.id).values(**values))


def _move(work: Work, slots: Sequence[int], source: int, target: int) -> None:
    """Slots, whoever has or had a place in them, and who waits in the line for one."""
    mine = {"shift_id": target}
    theirs = select(Appointment.id).where(Appointment.slot_id.in_(slots))
    here = (Ticket.shift_id == source, Ticket.appointment_id.in_(theirs))
    work.conn.execute(update(Ticket).where(*here).values(**mine))
    work.conn.execute(update(Appointment).where(Appointment.slot_id.in_(slots)).values(**mine))
    work.conn.execute(update(Slot).where(Slot.id.in_(slots)).values(**mine))


def _row(work: Work, shift: int) -> Row[Any]:
    return work.conn.execute(select(*_SHIFT).where(_SHIFT.id == shift)).one()


def _slots(work: Work, shift: int, since: datetime | None = None) -> Sequence[int]:
    query = select(Slot.id).where(Slot.shift_id == shift)
    if since is not None:
        query = query.where(Slot.starts_at >= since)
    return list(work.conn.scalars(query.order_by(Slot.id)))


def _with(overridden: str, name: str) -> str:
    return " ".join(sorted({*overridden.split(), name}))


def _without(overridden: str, name: str) -> str:
    return " ".join(sorted({*overridden.split()} - {name}))
