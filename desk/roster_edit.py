"""
One shift written or taken away by hand, through the same checks as a file.

What is written here belongs to staff: the roster's files leave its room and its places alone. A
shift that begins at another time is another shift; `desk.shift_times` moves one with its patients.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import bindparam, delete, func, select, update
from sqlalchemy.exc import IntegrityError

from desk import audit, roster
from desk.roster_fields import FIELDS
from desk.roster_files import Line, RosterError, RosterErrors, RosterTables
from desk.work import Work
from models import Appointment, Shift, Site, Slot
from scheduling.rota import Member
from scheduling.staff_errors import NotAllowed, ShiftNotEmpty

_FORM = "shifts"
_STAFFS = "places room"
_SHIFT = (
    select(Shift.id, Shift.natural_key, Site.code.label("site"))
    .join(Site, Site.id == Shift.site_id)
    .where(Shift.id == bindparam("shift"))
)
_USED = select(func.count()).where(Appointment.shift_id == bindparam("shift"))


def save(work: Work, member: Member, form: Mapping[str, str]) -> None:
    """
    Write the shift of a form, whose fields are the columns of `shifts.csv` with a `date`.

    Raises:
        RosterErrors: what is wrong with it, by column. NotAllowed: another site's.
    """
    if member.site not in (None, form.get("site", "")):
        raise NotAllowed
    values, errors = _parse(form)
    if errors:
        raise RosterErrors(errors)
    headers = {name: spec.headers[0] for name, spec in FIELDS[_FORM].items()}
    tables = RosterTables()
    tables.lines[_FORM].append(Line("", 0, values, headers))
    key = "|".join(
        (
            values["department"], values["doctor"] or "", values["date"].isoformat(),
            f"{values['start']:%H:%M}", values["label"],
        )
    )  # fmt: skip
    mine = update(Shift).where(Shift.natural_key == key)
    work.conn.execute(mine.values(overridden=""))
    roster.write(work, tables)
    work.conn.execute(mine.values(overridden=_STAFFS))
    audit.record(work, "roster", "shifts", {"key": key, **{k: str(v) for k, v in values.items()}})


def remove(work: Work, member: Member, shift: int) -> None:
    """
    Take a shift away that nobody has ever had a place of.

    Raises:
        NotAllowed: another site's, or none. ShiftNotEmpty: it has patients; it can be suspended.
    """
    row = work.conn.execute(_SHIFT, {"shift": shift}).one_or_none()
    if row is None or member.site not in (None, row.site):
        raise NotAllowed
    slots = select(Slot.id).where(Slot.shift_id == shift).order_by(Slot.id)
    work.conn.execute(slots.with_for_update()).all()
    if work.conn.scalar(_USED, {"shift": shift}):
        raise ShiftNotEmpty
    roster.move_version(work)
    try:
        with work.conn.begin_nested():
            work.conn.execute(delete(Slot).where(Slot.shift_id == shift))
            work.conn.execute(delete(Shift).where(Shift.id == shift))
    except IntegrityError as error:  # a ticket of another shift waits here
        raise ShiftNotEmpty from error
    audit.record(work, "roster", f"shift:{shift}", {"removed": row.natural_key})


def _parse(form: Mapping[str, str]) -> tuple[dict[str, Any], list[RosterError]]:
    values: dict[str, Any] = {}
    errors: list[RosterError] = []
    for name, spec in FIELDS[_FORM].items():
        cell = form.get(name, "").strip()
        if not cell and spec.required:
            errors.append(RosterError("", None, spec.headers[0], "不能为空"))
            continue
        try:
            values[name] = spec.parse(cell) if cell else spec.default
        except ValueError as problem:
            errors.append(RosterError("", None, spec.headers[0], str(problem)))
    return values, errors
