"""The pages behind the door, all of them put together; the day's board and shifts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from flask import Blueprint, Flask, render_template, request
from flask.typing import ResponseReturnValue
from limits.storage import Storage

from console import (
    account,
    broadcasts,
    crew,
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
from desk import audit, shifts, tickets
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
    crew.add_pages(blueprint, open_desk)

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
