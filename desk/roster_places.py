"""Sites, villages, departments and doctors of the roster files into their tables."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Row, insert, select, update

from desk.roster_fields import FIELDS
from desk.roster_files import Line, RosterTables
from desk.roster_report import Count, ImportReport
from desk.work import Work
from models import Appointment, Department, Doctor, Site, Village
from models.appointments import ACTIVE

# Single-precision columns (MariaDB's FLOAT) give back seven digits.
_FLOAT_DIGITS = 1e-6
_CODES_SHOWN = 5
_TABLES: dict[str, type[Site | Village | Department | Doctor]] = {
    "sites": Site,
    "villages": Village,
    "departments": Department,
    "doctors": Doctor,
}
Values = dict[str, Any]


def write(work: Work, tables: RosterTables, report: ImportReport) -> None:
    """Insert what is new, update what differs; adds what is wrong to `tables.errors`."""
    _upsert(work, tables, "sites", report.counts["sites"], lambda line, values: values)
    sites = _ids(work, Site)

    def village(line: Line, values: Values) -> Values | None:
        if line.get("site") is None:  # the nearest is theirs
            values.pop("site", None)
            return values | {"site_id": None}
        return _in_site(line, values, sites, tables)

    _upsert(work, tables, "villages", report.counts["villages"], village)
    tables.lines["departments"] = _check_names(work, tables, sites)

    def department(line: Line, values: Values) -> Values | None:
        return _in_site(line, values, sites, tables)

    _upsert(work, tables, "departments", report.counts["departments"], department)
    departments = places_by_code(work, Department)

    def doctor(line: Line, values: Values) -> Values | None:
        code = values.pop("department")
        found = departments.get(code)
        placed = _in_site(line, values, sites, tables)
        if found is None:
            tables.errors.append(line.error("department", f"没有代码为“{code}”的科室"))
            return None
        if placed is not None and placed["site_id"] != found[1]:
            tables.errors.append(line.error("department", f"科室“{code}”不属于该机构"))
            return None
        return None if placed is None else placed | {"department_id": found[0]}

    _upsert(work, tables, "doctors", report.counts["doctors"], doctor)


def places_by_code(work: Work, table: type[Department | Doctor]) -> dict[str, tuple[int, int]]:
    """Return id and site id by code."""
    rows = work.conn.execute(select(table.code, table.id, table.site_id))
    return {row.code: (row.id, row.site_id) for row in rows}


def name_appointments(codes: Sequence[str]) -> str:
    """Return appointment codes for a message, the first few of many."""
    shown = "、".join(codes[:_CODES_SHOWN])
    more = f"等{len(codes)}个" if len(codes) > _CODES_SHOWN else ""
    return f"{shown}{more}"


def _ids(work: Work, table: type[Site]) -> dict[str, int]:
    return {row.code: row.id for row in work.conn.execute(select(table.code, table.id))}


def _in_site(
    line: Line, values: Values, sites: Mapping[str, int], tables: RosterTables
) -> Values | None:
    code = values.pop("site")
    if code not in sites:
        tables.errors.append(line.error("site", f"没有代码为“{code}”的机构"))
        return None
    return values | {"site_id": sites[code]}


def _upsert(
    work: Work,
    tables: RosterTables,
    kind: str,
    count: Count,
    resolve: Callable[[Line, Values], Values | None],
) -> None:
    table = _TABLES[kind]
    existing = {row.code: row for row in work.conn.execute(select(table.__table__))}
    seen: dict[str, Line] = {}
    fresh = []
    for line in tables.lines[kind]:
        values = resolve(line, dict(line.values))
        if values is None:
            continue
        code = values["code"]
        if code in seen:
            first = seen[code]
            message = f"代码“{code}”重复（{first.file} 第{first.row}行已有）"
            tables.errors.append(line.error("code", message))
            continue
        seen[code] = line
        if code not in existing:
            fresh.append(_defaults(kind) | values)
            count.added += 1
        elif _change(work, tables, kind, line, existing[code], values):
            count.changed += 1
        else:
            count.unchanged += 1
    if fresh:
        work.conn.execute(insert(table), fresh)


def _defaults(kind: str) -> Values:
    """Return the values of columns a file may leave out; references are resolved elsewhere."""
    return {
        name: spec.default
        for name, spec in FIELDS[kind].items()
        if not spec.required and name not in ("site", "department", "doctor")
    }


def _change(  # noqa: PLR0913, PLR0917 - one row with all that its errors name
    work: Work,
    tables: RosterTables,
    kind: str,
    line: Line,
    row: Row[Any],
    values: Values,
) -> bool:
    old = row._mapping  # noqa: SLF001 - SQLAlchemy's public name
    new = {name: value for name, value in values.items() if _differs(old[name], value)}
    if not new:
        return False
    problem = _conflict(work, kind, row.id, new)
    if problem is not None:
        tables.errors.append(line.error(*problem))
        return False
    table = _TABLES[kind]
    work.conn.execute(update(table).where(table.id == row.id).values(**new))
    return True


def _differs(old: object, new: object) -> bool:
    if isinstance(old, float) and isinstance(new, float):
        return not math.isclose(old, new, rel_tol=_FLOAT_DIGITS)
    return old != new


def _conflict(work: Work, kind: str, row_id: int, new: Values) -> tuple[str, str] | None:
    """Return column and message when a change would pull the place away under an appointment."""
    if kind == "villages":
        return None
    if "site_id" in new:
        column, message = "site", "不能换到另一机构"
    elif new.get("bookable") is False:
        column, message = "bookable", "不能改为不可预约"
    else:
        return None
    of_row = Appointment.department_id if kind == "departments" else Appointment.doctor_id
    codes = work.conn.scalars(
        select(Appointment.code)
        .where(of_row == row_id, Appointment.status.in_(ACTIVE), Appointment.ends_at > work.now)
        .order_by(Appointment.starts_at, Appointment.id)
    ).all()
    if not codes:
        return None
    return column, f"有未完成的预约（{name_appointments(codes)}），{message}"


def _check_names(work: Work, tables: RosterTables, sites: Mapping[str, int]) -> list[Line]:
    """Return the lines without those that give a site two departments of one name."""
    taken = {
        (row.site_id, row.name): row.code
        for row in work.conn.execute(select(Department.site_id, Department.name, Department.code))
    }
    renamed = {line.values["code"] for line in tables.lines["departments"]}
    taken = {place: code for place, code in taken.items() if code not in renamed}
    kept = []
    for line in tables.lines["departments"]:
        place = (sites.get(line.values["site"], 0), line.values["name"])
        other = taken.setdefault(place, line.values["code"])
        if other == line.values["code"]:
            kept.append(line)
        else:
            tables.errors.append(line.error("name", f"同一机构已有同名科室（{other}）"))
    return kept
