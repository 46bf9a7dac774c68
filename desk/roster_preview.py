"""
What importing a file would change, before anything is: the import itself, done and taken back.

The same code reads, checks and writes as in `desk.roster`, so the preview cannot promise what the
import does not do. Its `mark` tells whether another look would show the same.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import bindparam, func, select

from desk import audit, roster
from desk.roster_fields import FIELDS
from desk.roster_report import ImportReport
from desk.work import Work
from models import Department, Doctor, Shift, Site, Slot, Village

_PLACES: Mapping[str, type[Site | Village | Department | Doctor]] = {
    "sites": Site,
    "villages": Village,
    "departments": Department,
    "doctors": Doctor,
}
_SHIFTS = (
    select(
        Shift.natural_key,
        Shift.visit_on,
        Shift.starts_at,
        Shift.ends_at,
        Shift.label,
        Shift.slot_minutes,
        Shift.room,
        Shift.service_type,
        Shift.mode,
        Shift.fee_fen,
        Department.name.label("department"),
        Doctor.name.label("doctor"),
        func.coalesce(func.sum(Slot.capacity), 0).label("capacity_per_slot"),
        func.coalesce(func.sum(Slot.chat_capacity), 0).label("wechat_capacity"),
    )
    .join(Department, Department.id == Shift.department_id)
    .outerjoin(Doctor, Doctor.id == Shift.doctor_id)
    .outerjoin(Slot, Slot.shift_id == Shift.id)
    .where(Shift.visit_on >= bindparam("today"))
    .group_by(*Shift.__table__.c, Department.name, Doctor.name)
    .order_by(Shift.visit_on, Shift.starts_at, Shift.id)
)
_IDS = ("id", "site_id", "department_id", "zone")
_Rows = dict[tuple[str, str], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Change:
    """
    One row that an import adds or changes; `before` is empty for a new one.

    `kind` is that of the file, `what` names the row, `fields` are (column, before, after); of a
    shift the places are those of all its slots together.
    """

    kind: str
    what: str
    is_new: bool
    fields: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """All that an import would change."""

    changes: tuple[Change, ...]
    report: ImportReport
    mark: str


def preview(work: Work, name: str, content: bytes) -> Difference:
    """
    Return what importing this file would change; nothing is.

    Raises:
        RosterErrors: what is wrong with it.
    """
    savepoint = work.conn.begin_nested()
    try:
        before = _rows(work)
        report = _import(work, name, content)
        after = _rows(work)
    finally:
        savepoint.rollback()
        work.known.directory, work.known.is_roster_moved = None, False
    changes = tuple(_changes(before, after))
    mark = hashlib.sha256(repr(changes).encode()).hexdigest()[:16]
    return Difference(changes, report, mark)


def carry_out(work: Work, name: str, content: bytes, mark: str) -> Difference | None:
    """
    Import the file if it does what the preview with this mark showed.

    Returns what it would do now where that is something else; None when it is done.

    Raises:
        RosterErrors: what is wrong with it.
    """
    now = preview(work, name, content)
    if now.mark != mark:
        return now
    _import(work, name, content)
    audit.record(work, "import", "roster", {"file": name, "changes": len(now.changes)})
    return None


def _import(work: Work, name: str, content: bytes) -> ImportReport:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / Path(name).name
        path.write_bytes(content)
        return roster.import_roster(work, [path])


def _rows(work: Work) -> _Rows:
    """All rows an import may touch, by kind and key, as texts."""
    found: _Rows = {}
    for kind, table in _PLACES.items():
        for row in work.conn.execute(select(*table.__table__.c)):
            values = {key: _text(value) for key, value in row._mapping.items() if key not in _IDS}  # noqa: SLF001 - SQLAlchemy's public name
            found[kind, row.code] = values
    for row in work.conn.execute(_SHIFTS, {"today": work.local(work.now).date()}):
        values = {key: _text(value) for key, value in row._mapping.items()}  # noqa: SLF001
        starts_at, ends_at = work.local(row.starts_at), work.local(row.ends_at)
        values |= {"start": f"{starts_at:%H:%M}", "end": f"{ends_at:%H:%M}"}
        found["shifts", row.natural_key] = values
    return found


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _changes(before: _Rows, after: _Rows) -> Iterator[Change]:
    for key, new in after.items():
        kind, _ = key
        old = before.get(key, {})
        columns = [c for c in FIELDS[kind] if c in new and new[c] != old.get(c, "")]
        if not columns and key in before:
            continue
        yield Change(
            kind=kind,
            what=_what(kind, new),
            is_new=key not in before,
            fields=tuple((FIELDS[kind][c].headers[0], old.get(c, ""), new[c]) for c in columns),
        )


def _what(kind: str, row: Mapping[str, Any]) -> str:
    if kind != "shifts":
        return f"{row['name']} {row['code']}"
    who = row["doctor"] or row["label"]
    return f"{row['visit_on']} {row['start']} {row['department']} {who}".strip()
