"""The day list of every room, to be printed: one sheet a room."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue

from console import door
from console.days import asked_day
from console.door import OpenDesk, me
from desk import day_list


def add_pages(blueprint: Blueprint, open_desk: OpenDesk) -> None:
    """Masked by GET; in full by POST, with the reason."""

    @blueprint.get("/print")
    def sheets() -> ResponseReturnValue:
        with open_desk(door.actor(me())) as counter:
            day = asked_day(request.args.get("day"), counter.now)
            found = day_list.of_day(counter.work, me(), day)
        return _page(day, found, is_full=False)

    @blueprint.post("/print")
    def sheets_in_full() -> ResponseReturnValue:
        reason = request.form.get("reason", "").strip()[:200]
        if not reason:
            abort(400)
        with open_desk(door.actor(me())) as counter:
            day = asked_day(request.form.get("day"), counter.now)
            found = day_list.of_day(counter.work, me(), day, reason)
        return _page(day, found, is_full=True)


def _page(day: date, sheets: list[day_list.Sheet], *, is_full: bool) -> str:
    return render_template("console/day_list.html", day=day, sheets=sheets, is_full=is_full)
