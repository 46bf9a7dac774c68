"""Days as they stand in addresses and forms: ISO dates, today where none is asked for."""

from __future__ import annotations

from datetime import date, datetime

from flask import abort


def asked_day(text: str | None, now: datetime) -> date:
    """Return the day that is asked for; 404 for what is no day."""
    if not text:
        return now.date()
    if not is_day(text):
        abort(404)
    return date.fromisoformat(text)


def is_day(text: str | None) -> bool:
    """Tell whether a text is an ISO date."""
    try:
        return bool(text) and bool(date.fromisoformat(str(text)))
    except ValueError:
        return False
