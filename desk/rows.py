"""What rows have in common: who and where, one of some words, a key that is generated."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Connection, Insert, literal_column
from sqlalchemy.orm import InstrumentedAttribute

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


def among(column: InstrumentedAttribute[Any], words: Iterable[str]) -> ColumnElement[bool]:
    """
    Return `column IN (words)` with the words written out, for statements that are ready-made.

    As parameters they are expanded anew at each execution, a tenth of its cost. The words are the
    house's own (states, kinds), never what somebody typed.

    Raises:
        ValueError: a word that is no plain name.
    """
    plain = list(words)
    if not all(word.isidentifier() and word.isascii() for word in plain):
        raise ValueError("only the house's own words are written into a statement")
    return column.in_([literal_column(f"'{word}'") for word in plain])


def insert_row(conn: Connection, row: Insert, values: Mapping[str, object] | None = None) -> int:
    """Insert one row (`values`, or those in it) of a table with a generated key; returns it."""
    key = conn.execute(row, values).inserted_primary_key
    if key is None:
        raise TypeError("this table generates no key")
    return int(key[0])
