"""The pages behind the door: the day's board, shifts, suspensions, staff and what was done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from flask import Blueprint, Flask, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from limits.storage import Storage

from console import (
    account,
    broadcasts,
    door,
    inbox,
    patients,
    planning,
    policy,
    printing,
    reception,
    reconciling,
    rooms,
    roster,
    supply,
    suspensions,
    work,
)
from console.days import asked_day
from console.door import OpenDesk, me
from console.gate import Gate
from console.policy import Rulebook
from desk import audit, second_step, shifts, staff, tickets
from handlers.texts import console as texts
from handlers.texts import notices, ranks, refusals, screen, wording
from handlers.texts import rooms as room_texts
from scheduling.errors import Refusal

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Outside:
    """
    What the pages ask for that is not the desk's.

    `rules` is where the site's rules live; `followers` asks WeChat how many there are, or raises
    a Refusal.
    """

    rules: Rulebook | None = None
    followers: Callable[[], int] | None = None


def create_blueprint(
    app: Flask,
    open_desk: OpenDesk,
    hospital: str,
    tries: Storage,
    outside: Outside,
) -> Blueprint:
    """
    Return the routes under `/console`, guarded; `open_desk` as in `api.create_blueprint`.

    `tries` is where wrong passwords are counted by address.
    """
    blueprint = Blueprint(
        "console",
        __name__,
        url_prefix="/console",
        template_folder="templates",
        static_folder="static",
    )
    door.guard(app, blueprint, open_desk)
    door.add_pages(blueprint, open_desk, Gate(tries))
    account.add_pages(blueprint, open_desk, hospital)
    patients.add_pages(blueprint, open_desk)
    printing.add_pages(blueprint, open_desk)
    roster.add_pages(blueprint, open_desk)
    supply.add_pages(blueprint, open_desk)
    reconciling.add_pages(blueprint, open_desk)
    policy.add_pages(blueprint, open_desk, outside.rules)
    work.add_pages(blueprint, open_desk)
    rooms.add_pages(blueprint, open_desk)
    reception.add_pages(blueprint, open_desk)
    inbox.add_pages(blueprint, open_desk)
    planning.add_pages(blueprint, open_desk)
    broadcasts.add_pages(blueprint, open_desk, outside.followers)
    _add_board(blueprint, open_desk)
    suspensions.add_pages(blueprint, open_desk)
    _add_admin(blueprint, open_desk)

    @blueprint.context_processor
    def words() -> dict[str, object]:
        return {
            "hospital": hospital,
            "texts": texts,
            "rooms": room_texts,
            "ranks": ranks,
            "screen": screen,
            "wording": wording,
            "calls": notices.CALLS,
        }

    @blueprint.errorhandler(Refusal)
    def refused(no: Refusal) -> ResponseReturnValue:
        return render_template("console/refused.html", problem=refusals.at_desk(no)), 409

    return blueprint


def _add_board(blueprint: Blueprint, open_desk: OpenDesk) -> None:
    @blueprint.get("/")
    def board() -> ResponseReturnValue:
        with open_desk(door.actor(me())) as counter:
            day = asked_day(request.args.get("day"), counter.now)
            found = shifts.of_day(counter.work, me(), day)
            asks = day == counter.now.date() and me().role != "doctor"
            moves = len(reception.proposals(counter.work, me())) if asks else 0
        around = {"before": day - _DAY, "after": day + _DAY}
        return render_template("console/board.html", shifts=found, day=day, moves=moves, **around)

    @blueprint.get("/shifts/<int:number>")
    def shift(number: int) -> ResponseReturnValue:
        with open_desk(door.actor(me())) as counter:
            found = shifts.one(counter.work, me(), number)
            people = shifts.patients(counter.work, number)
            here = tickets.of_appointments(counter.work, [one.appointment for one in people])
            discipline = counter.work.policy.discipline(found.site, found.department)
            is_today = found.starts_at.date() == counter.now.date()
            audit.record(counter.work, "look", f"shift:{number}")
        about = {"patients": people, "here": here, "is_today": is_today, "discipline": discipline}
        return render_template("console/shift.html", shift=found, **about)


def _add_admin(blueprint: Blueprint, open_desk: OpenDesk) -> None:
    """What only an admin sees."""

    @blueprint.get("/staff")
    def people() -> ResponseReturnValue:
        door.only_admin()
        with open_desk(door.actor(me())) as counter:
            found = staff.everybody(counter.work)
        return render_template("console/staff.html", staff=found, code="", problem="")

    @blueprint.post("/staff")
    def invite() -> ResponseReturnValue:
        door.only_admin()
        fields = ("name", "role", "doctor", "site")
        asked = {name: request.form.get(name, "").strip() for name in fields}
        code, problem = "", ""
        with open_desk(door.actor(me())) as counter:
            try:
                code = staff.invite(
                    counter.work,
                    asked["name"],
                    asked["role"],
                    asked["doctor"] or None,
                    asked["site"] or me().site,
                )
            except staff.StaffError:
                problem = texts.BAD_INVITATION
            found = staff.everybody(counter.work)
        page = render_template("console/staff.html", staff=found, code=code, problem=problem)
        return page, 400 if problem else 200

    @blueprint.post("/staff/<int:number>/remove")
    def remove(number: int) -> ResponseReturnValue:
        door.only_admin()
        with open_desk(door.actor(me())) as counter:
            gone = number != me().id and staff.remove(counter.work, number)
        flash(texts.DONE if gone else texts.GONE)
        return redirect(url_for("console.people"))

    @blueprint.post("/staff/<int:number>/code")
    def new_password(number: int) -> ResponseReturnValue:
        door.only_admin()
        with open_desk(door.actor(me())) as counter:
            code = staff.new_code(counter.work, number) or ""
            found = staff.everybody(counter.work)
        return render_template("console/staff.html", staff=found, code=code, problem="")

    @blueprint.post("/staff/<int:number>/totp-off")
    def forget_code(number: int) -> ResponseReturnValue:
        """For somebody who has lost the telephone that made the codes."""
        door.only_admin()
        with open_desk(door.actor(me())) as counter:
            gone = second_step.switch_off(counter.work, number)
        flash(texts.DONE if gone else texts.GONE)
        return redirect(url_for("console.people"))

    @blueprint.get("/audit")
    def acts() -> ResponseReturnValue:
        door.only_admin()
        with open_desk(door.actor(me())) as counter:
            found, names = audit.recent(counter.work), staff.names(counter.work)
        return render_template("console/audit.html", acts=found, names=names)
