"""
Importing the roster: all or nothing, and the same file twice changes nothing.

The files say what is; rows they do not name stay as they are. Everything is checked before
anything is written, and whatever contradicts an active appointment is refused, naming it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path

from sqlalchemy import insert, update

from desk import line, roster_places, roster_shifts
from desk.roster_files import RosterErrors, RosterTables, read_tables
from desk.roster_report import ImportReport
from desk.work import Work
from models import RosterVersion

_ROSTER_ROW = 1


def import_roster(work: Work, paths: Iterable[Path], until: date | None = None) -> ImportReport:
    """
    Read roster files (or directories of them) and make the database agree with them.

    `until` cuts weekly shifts only up to that local date; without it a line may reach a year
    ahead. The caller commits; after an error nothing of the import is left.

    Raises:
        RosterErrors: everything that is wrong with the files, or conflicts with appointments.
    """
    return write(work, read_tables(paths), until)


def write(work: Work, tables: RosterTables, until: date | None = None) -> ImportReport:
    """
    Make the database agree with lines that were read already; see `import_roster`.

    Raises:
        RosterErrors: everything that is wrong with the lines, or conflicts with appointments.
    """
    report = ImportReport()
    with work.conn.begin_nested():
        roster_places.write(work, tables, report)
        roster_shifts.write(work, tables, report, until)
        if tables.errors:
            raise RosterErrors(tables.errors)
        if report.is_changed:
            move_version(work)
            line.serve(work)  # new places go to who waits for them first
    return report


def move_version(work: Work) -> None:
    """See to it that everybody reads the roster again once this is committed."""
    work.known.directory, work.known.is_roster_moved = None, True
    moved = work.conn.execute(
        update(RosterVersion)
        .where(RosterVersion.id == _ROSTER_ROW)
        .values(version=RosterVersion.version + 1, changed_at=work.now)
    )
    if not moved.rowcount:
        work.conn.execute(
            insert(RosterVersion).values(id=_ROSTER_ROW, version=1, changed_at=work.now)
        )
