"""Inserting a row and learning its key, alike on all back-ends."""

from __future__ import annotations

from sqlalchemy import Connection, Insert


def insert_row(conn: Connection, row: Insert) -> int:
    """Insert one row of a table with a generated key; returns that key."""
    key = conn.execute(row).inserted_primary_key
    if key is None:
        raise TypeError("this table generates no key")
    return int(key[0])
