"""What rows have in common: who and where, and inserting one and learning its key."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, Insert

from models import Department, Doctor, Site

# Where and with whom, of anything that takes place.
WHERE = (
    Site.code.label("site"),
    Site.name.label("site_name"),
    Department.code.label("department"),
    Department.name.label("department_name"),
    Doctor.code.label("doctor"),
    Doctor.name.label("doctor_name"),
)


def insert_row(conn: Connection, row: Insert, values: Mapping[str, object] | None = None) -> int:
    """Insert one row (`values`, or those in it) of a table with a generated key; returns it."""
    key = conn.execute(row, values).inserted_primary_key
    if key is None:
        raise TypeError("this table generates no key")
    return int(key[0])
