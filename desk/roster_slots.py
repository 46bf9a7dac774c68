"""Shifts and slots in the database made to agree with the wanted ones, appointments permitting."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, delete, insert, select, update

from desk.roster_files import RosterError
from desk.roster_places import name_appointments
from desk.roster_report import Count
from desk.roster_wanted import WantedShift
from desk.splitting import PART
from desk.work import Work
from models import Appointment, Shift, Slot
from models.appointments import ACTIVE
from scheduling.limits import common_until
from scheduling.quotas import QUOTAS
from scheduling.slots import Slice

_CHUNK = 400
# What staff change for a day, by the name it has in `Shift.overridden`.
_TIME = "time"
_OVERRIDES = {
    "doctor": {"doctor_id"},
    "room": {"room"},
    _TIME: {"starts_at", "ends_at", "half_day", "slot_minutes"},
    PART: {"ends_at", "slot_minutes"},
}
_PLACES = "places"
_KEPT = {name: f"kept_{name}" for name in QUOTAS}
_CLOSED = {
    "capacity": 0,
    "chat_capacity": 0,
    "reserve": 0,
    "is_open": False,
    **dict.fromkeys(_KEPT.values(), 0),
}
Slots = dict[datetime, Row[Any]]


class Reconciler:
    """
    Writes wanted shifts; what contradicts an active appointment becomes an error instead.

    A slot the roster no longer has is deleted; when an old appointment still points at it, it
    stays, closed and without places.
    """

    def __init__(self, work: Work, errors: list[RosterError], count: Count) -> None:
        self._work = work
        self._errors = errors
        self._count = count
        self._slots: dict[int, Slots] = {}
        self._active: dict[int, list[str]] = {}
        self._used: dict[int, Counter[str]] = {}
        self._pointed_at: set[int] = set()

    def reconcile(
        self, wanted: Mapping[str, WantedShift], existing: Mapping[str, Row[Any]]
    ) -> None:
        """Insert the new shifts in bulk and change the others one by one."""
        self._load([row.id for row in existing.values()])
        for key, row in existing.items():
            if self._change(wanted[key], row):
                self._count.changed += 1
            else:
                self._count.unchanged += 1
        fresh = [shift for key, shift in wanted.items() if key not in existing]
        self._count.added += len(fresh)
        # Shifts that cannot stay would collide in the tables with what they were refused for.
        if fresh and not self._errors:
            self._insert(fresh)

    def _load(self, shifts: Sequence[int]) -> None:
        slots: dict[int, Slots] = defaultdict(dict)
        active: dict[int, list[str]] = defaultdict(list)
        used: dict[int, Counter[str]] = defaultdict(Counter)
        of_shifts = Slot.shift_id.in_
        for row in self._chunks(shifts, lambda ids: select(Slot.__table__).where(of_shifts(ids))):
            slots[row.shift_id][row.starts_at] = row
        of_appointments = Appointment.shift_id.in_
        for row in self._chunks(
            shifts,
            lambda ids: (
                select(
                    Appointment.slot_id, Appointment.code, Appointment.status, Appointment.quota
                )
                .where(of_appointments(ids))
                .order_by(Appointment.id)
            ),
        ):
            self._pointed_at.add(row.slot_id)
            if row.status in ACTIVE:
                active[row.slot_id].append(row.code)
                used[row.slot_id][row.quota] += 1
        self._slots, self._active, self._used = slots, active, used

    def _chunks(
        self, ids: Sequence[int], query: Callable[[Sequence[int]], Select[*tuple[Any, ...]]]
    ) -> Iterable[Row[Any]]:
        for at in range(0, len(ids), _CHUNK):
            yield from self._work.conn.execute(query(ids[at : at + _CHUNK]))

    def _change(self, wanted: WantedShift, row: Row[Any]) -> bool:
        old = row._mapping  # noqa: SLF001 - SQLAlchemy's public name
        overridden = row.overridden.split()
        kept_by_staff = set().union(*(_OVERRIDES.get(name, set()) for name in overridden))
        new = {
            name: value
            for name, value in wanted.values.items()
            if old[name] != value and name not in kept_by_staff
        }
        slots = self._slots.get(row.id, {})
        codes = [code for slot in slots.values() for code in self._active.get(slot.id, ())]
        if "mode" in new and codes:
            self._refuse(wanted, "mode", "不能改变出诊方式", codes)
            return False
        if new:
            self._work.conn.execute(update(Shift).where(Shift.id == row.id).values(**new))
        if _TIME in overridden or PART in overridden:
            return bool(new)  # its slots stand where staff have put them
        is_open = row.state == "published"
        kept = {piece.starts_at: piece for piece in wanted.slices}
        if _PLACES in overridden:
            kept |= {at: _as_is(kept[at], slot) for at, slot in slots.items() if at in kept}
        changed = [
            self._fit(wanted, kept.get(at), slot, is_open=is_open) for at, slot in slots.items()
        ]
        missing = [piece for at, piece in kept.items() if at not in slots]
        if missing:
            self._insert_slots([(row.id, wanted, piece, is_open) for piece in missing])
        return bool(new or missing or any(changed))

    def _fit(
        self, wanted: WantedShift, piece: Slice | None, slot: Row[Any], *, is_open: bool
    ) -> bool:
        """Make one stored slot agree; returns whether it had to change."""
        if piece is None:
            return self._drop(wanted, slot)
        now = self._work.local(self._work.now)
        if slot.visit_on <= common_until(self._work.policy, now):
            # What the window has lost to the chat by now stays the chat's.
            share = min(max(piece.chat_capacity, slot.chat_capacity), piece.capacity)
            piece = replace(piece, chat_capacity=share)
        new = {
            "ends_at": piece.ends_at,
            "capacity": piece.capacity,
            "chat_capacity": piece.chat_capacity,
            "reserve": piece.reserve,
            "is_open": is_open,
            **self._kept(piece, slot),
        }
        old = slot._mapping  # noqa: SLF001 - SQLAlchemy's public name
        new = {name: value for name, value in new.items() if old[name] != value}
        codes = self._active.get(slot.id, [])
        if "ends_at" in new and codes:
            self._refuse(wanted, "slot_minutes", "不能改变时段", codes)
        elif piece.capacity < slot.booked:
            self._refuse(wanted, "capacity_per_slot", f"已约{slot.booked}人，号数不能更少", codes)
        elif piece.chat_capacity < slot.chat_booked:
            message = f"微信已约{slot.chat_booked}人，微信号数不能更少"
            self._refuse(wanted, "wechat_capacity", message, codes)
        elif new:
            self._work.conn.execute(update(Slot).where(Slot.id == slot.id).values(**new))
            return True
        return False

    def _kept(self, piece: Slice, slot: Row[Any]) -> dict[str, int]:
        """Of each quota what its patients have not taken yet."""
        used = self._used.get(slot.id, Counter())
        return {
            column: max(0, piece.kept.get(name, 0) - used[name]) for name, column in _KEPT.items()
        }

    def _drop(self, wanted: WantedShift, slot: Row[Any]) -> bool:
        """Take away a slot the roster no longer has."""
        codes = self._active.get(slot.id, [])
        if codes or slot.booked:  # also a place that has come back and is kept back for a while
            begins = self._work.local(slot.starts_at)
            self._refuse(wanted, "end", f"不能取消 {begins:%H:%M} 的时段", codes)
            return False
        if slot.id not in self._pointed_at:
            self._work.conn.execute(delete(Slot).where(Slot.id == slot.id))
            return True
        old = slot._mapping  # noqa: SLF001 - SQLAlchemy's public name
        if all(old[name] == value for name, value in _CLOSED.items()):
            return False
        self._work.conn.execute(update(Slot).where(Slot.id == slot.id).values(**_CLOSED))
        return True

    def _refuse(
        self, wanted: WantedShift, column: str, message: str, codes: Sequence[str]
    ) -> None:
        day = wanted.values["visit_on"]
        named = f"（{name_appointments(codes)}）" if codes else ""
        self._errors.append(wanted.line.error(column, f"{day} 有未完成的预约{named}，{message}"))

    def _insert(self, fresh: Sequence[WantedShift]) -> None:
        rows = [{"natural_key": shift.key, **shift.values} for shift in fresh]
        self._work.conn.execute(insert(Shift), rows)
        keys = [shift.key for shift in fresh]
        ids: dict[str, int] = {}
        for at in range(0, len(keys), _CHUNK):
            query = select(Shift.natural_key, Shift.id).where(
                Shift.natural_key.in_(keys[at : at + _CHUNK])
            )
            ids.update((row.natural_key, row.id) for row in self._work.conn.execute(query))
        self._insert_slots(
            [(ids[shift.key], shift, piece, True) for shift in fresh for piece in shift.slices]
        )

    def _insert_slots(self, new: Sequence[tuple[int, WantedShift, Slice, bool]]) -> None:
        self._work.conn.execute(
            insert(Slot),
            [
                {
                    "shift_id": shift_id,
                    "department_id": shift.values["department_id"],
                    "doctor_id": shift.values["doctor_id"],
                    "visit_on": shift.values["visit_on"],
                    "starts_at": piece.starts_at,
                    "ends_at": piece.ends_at,
                    "capacity": piece.capacity,
                    "chat_capacity": piece.chat_capacity,
                    "reserve": piece.reserve,
                    "is_open": is_open,
                    **{column: piece.kept.get(name, 0) for name, column in _KEPT.items()},
                }
                for shift_id, shift, piece, is_open in new
            ],
        )


def _as_is(piece: Slice, slot: Row[Any]) -> Slice:
    """Return the slice with the places that staff have given the slot."""
    return replace(
        piece, capacity=slot.capacity, chat_capacity=slot.chat_capacity, reserve=slot.reserve
    )
