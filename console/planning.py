"""Planning: rooms for a day, templates of a shift, and next week across the sites."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue

from console import charts, door
from console.days import asked_day
from console.door import OpenDesk, me
from desk import advice, advice_sites, advice_templates, shifts
from handlers.texts import planning as texts

_DAY = timedelta(days=1)


def add_pages(blueprint: Blueprint, open_desk: OpenDesk) -> None:
    """The three pages; a doctor sees the templates of the own shifts only."""

    @blueprint.get("/planning")
    def planning() -> ResponseReturnValue:
        _only_desk()
        with open_desk(door.actor(me())) as counter:
            # Tomorrow's rooms are what one can still do something about.
            day = asked_day(request.args.get("day"), counter.now + _DAY)
            sites = advice.sites(counter.work, me())
            site = request.args.get("site") or (sites[0][0] if sites else "")
            found = advice.staffing(counter.work, me(), site, day)
            policy = counter.work.policy
        shown = request.args.get("line", "0")
        line = found.lines[int(shown)] if _is_line(shown, len(found.lines)) else None
        return render_template(
            "console/planning.html",
            found=found,
            sites=sites,
            line=line,
            chart=charts.waits(line) if line else None,
            planning=texts,
            policy=policy,
            is_admin=me().role == "admin",
            before=day - _DAY,
            after=day + _DAY,
        )

    @blueprint.get("/planning/sites")
    def planning_sites() -> ResponseReturnValue:
        _only_desk()
        with open_desk(door.actor(me())) as counter:
            found, policy = advice_sites.next_week(counter.work), counter.work.policy
        return render_template(
            "console/planning_sites.html", found=found, planning=texts, policy=policy
        )

    @blueprint.get("/shifts/<int:number>/template")
    def template(number: int) -> ResponseReturnValue:
        with open_desk(door.actor(me())) as counter:
            shift = shifts.one(counter.work, me(), number)
            found = advice_templates.template(counter.work, me(), number)
            policy = counter.work.policy
        chart = charts.trade_off(found) if found else None
        return render_template(
            "console/template.html",
            shift=shift,
            found=found,
            chart=chart,
            planning=texts,
            policy=policy,
        )


def _is_line(text: str, count: int) -> bool:
    return text.isascii() and text.isdigit() and int(text) < count


def _only_desk() -> None:
    if me().role == "doctor":
        abort(403)
