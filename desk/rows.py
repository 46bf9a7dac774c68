"""Inserting a row and learning its key, alike on all back-ends."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, Insert


def insert_row(conn: Connection, row: Insert, values: Mapping[str, object] | None = None) -> int:
    """Insert one row (`values`, or those in it) of a table with a generated key; returns it."""
    key = conn.execute(row, values).inserted_primary_key
    if key is None:
        raise TypeError("this table generates no key")
    return int(key[0])
