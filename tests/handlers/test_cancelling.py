"""Giving several appointments back at once."""

from __future__ import annotations

from types import SimpleNamespace

from handlers import cancelling
from handlers.texts import refusals
from scheduling.errors import NotInLine


def test_of_two_one_can_no_more_be_given_back_and_both_is_told(monkeypatch):
    """She was called at that very moment; the other visit is cancelled, and must be said so."""
    views = [SimpleNamespace(id=1, status="booked"), SimpleNamespace(id=2, status="checked_in")]
    called = NotInLine(state="called")

    def cancel(number, why):
        if number == 2:
            raise called
        return views[0]

    world = SimpleNamespace(desk=SimpleNamespace(bookings=SimpleNamespace(cancel=cancel)))
    monkeypatch.setattr(cancelling, "_leaving", lambda values, world: views)
    monkeypatch.setattr(cancelling.texts, "cancelled", lambda views, in_line: f"{len(views)} gone")

    told = cancelling.cancelled({"all": True}, world).text
    assert told == f"1 gone\n{refusals.say(called)}"
