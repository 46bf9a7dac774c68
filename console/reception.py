"""The desk in front of the rooms: who arrives or walks in, goes before, could wait elsewhere."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from console import door
from console.door import OpenDesk, me
from desk import audit, calling, loads, shifts, tickets
from desk.counter import Counter
from desk.work import Work
from handlers.texts import rooms as texts
from scheduling.rota import Member, ShiftView
from scheduling.staff_errors import NotAllowed
from scheduling.types import AppointmentId, PatientId
from scheduling.visit import Proposal, TicketId, TicketView

_Step = Callable[[Work, TicketId], TicketView]


def add_pages(blueprint: Blueprint, open_desk: OpenDesk) -> None:
    """Doctors have none of them: they call."""
    _add_arrivals(blueprint, open_desk)
    _add_walk_in(blueprint, open_desk)
    _add_moves(blueprint, open_desk)


def _add_arrivals(blueprint: Blueprint, open_desk: OpenDesk) -> None:
    @blueprint.post("/shifts/<int:number>/arrived/<int:appointment>")
    def arrived(number: int, appointment: int) -> ResponseReturnValue:
        door.only_desk()

        def come(counter: Counter) -> TicketView:
            site = shifts.one(counter.work, me(), number).site
            one = AppointmentId(appointment)
            return tickets.check_in(counter.work, one, site=site, rank=_rank(), by_desk=True)

        ticket = door.act(open_desk, come)
        flash(texts.checked_in(ticket))
        return redirect(url_for("console.shift", number=number))

    @blueprint.post("/shifts/<int:number>/rank/<int:ticket>")
    def rank(number: int, ticket: int) -> ResponseReturnValue:
        door.only_desk()
        view = door.act(
            open_desk, lambda c: calling.set_rank(c.work, me(), TicketId(ticket), _rank())
        )
        flash(texts.ranked(view))
        return redirect(url_for("console.shift", number=number))

    for name, do in (("back", tickets.come_back), ("leave", tickets.leave)):
        _add_step(blueprint, open_desk, name, do)


def _add_step(blueprint: Blueprint, open_desk: OpenDesk, name: str, do: _Step) -> None:
    """Who has no phone steps out, and is back, by the desk."""

    def step(number: int, ticket: int) -> ResponseReturnValue:
        door.only_desk()

        def act(counter: Counter) -> None:
            site = shifts.one(counter.work, me(), number).site
            if do(counter.work, TicketId(ticket)).site != site:
                raise NotAllowed

        door.act(open_desk, act)
        flash(texts.DONE[name])
        return redirect(url_for("console.shift", number=number))

    rule = f"/shifts/<int:number>/{name}/<int:ticket>"
    blueprint.add_url_rule(rule, name, step, methods=["POST"])


def _add_walk_in(blueprint: Blueprint, open_desk: OpenDesk) -> None:
    @blueprint.get("/patients/<int:number>/walk-in")
    def ask_walk_in(number: int) -> str:
        door.only_desk()
        found, choices = door.act(open_desk, lambda c: _to_walk_in(c.work, me()))
        return render_template(
            "console/walk_in.html", number=number, shifts=found, choices=choices
        )

    @blueprint.post("/patients/<int:number>/walk-in")
    def walk_in(number: int) -> ResponseReturnValue:
        door.only_desk()
        shift = request.form.get("shift", type=int)
        if shift is None:
            abort(400)

        def take(counter: Counter) -> TicketView:
            shifts.check(counter.work, me(), [shift])
            return tickets.walk_in(counter.work, PatientId(number), shift, _rank())

        ticket = door.act(open_desk, take)
        flash(texts.checked_in(ticket))
        return redirect(url_for("console.shift", number=ticket.shift))


def _to_walk_in(work: Work, member: Member) -> tuple[list[ShiftView], list[tuple[str, str]]]:
    """The rooms somebody could still go to, and why she might go before in one of them."""
    found = _open_now(work, member)
    known = (work.policy.discipline(one.site, one.department) for one in found)
    choices = (pair for one in known for pair in texts.choices(one).items())
    return found, list(dict.fromkeys(choices))


def _open_now(work: Work, member: Member) -> list[ShiftView]:
    """Today's shifts that are not over and have places left."""
    found = shifts.of_day(work, member, work.local(work.now).date())
    return [
        one
        for one in found
        if one.state == "published" and one.ends_at > work.now and one.booked < one.places
    ]


def _add_moves(blueprint: Blueprint, open_desk: OpenDesk) -> None:
    @blueprint.get("/moves")
    def moves() -> str:
        """Who could wait elsewhere; each is asked, nobody is moved by this page alone."""
        door.only_desk()

        def look(counter: Counter) -> list[Proposal]:
            audit.record(counter.work, "look", "moves")
            return proposals(counter.work, me())

        found = door.act(open_desk, look)
        return render_template("console/moves.html", proposals=found)

    @blueprint.post("/moves/<int:ticket>")
    def move(ticket: int) -> ResponseReturnValue:
        door.only_desk()
        leaving, to = (request.form.get(name, type=int) for name in ("from", "to"))
        if leaving is None or to is None:
            abort(400)
        view = door.act(
            open_desk, lambda c: calling.transfer(c.work, me(), leaving, to, TicketId(ticket))
        )
        flash(texts.moved(view))
        return redirect(url_for("console.moves"))


def proposals(work: Work, member: Member) -> list[Proposal]:
    """Return who might be called sooner in another room, of the sites of this member."""
    places = work.directory.sites
    return loads.rebalance(
        work, [place.code for place in places if member.site in (None, place.code)]
    )


def _rank() -> str:
    """Why somebody goes before, as the form has it; the desk knows which there are."""
    return request.form.get("rank", "")
