"""The desk in front of the rooms: who arrives or walks in, goes before, could wait elsewhere."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from console import door
from console.door import OpenDesk, me
from desk import calling, loads, shifts, standing, tickets
from desk.work import Work
from handlers.texts import rooms as texts
from scheduling.rota import Member, ShiftView
from scheduling.types import AppointmentId, PatientId
from scheduling.visit import Proposal, TicketId


def add_pages(blueprint: Blueprint, open_desk: OpenDesk) -> None:
    """Doctors have none of them: they call."""
    _add_arrivals(blueprint, open_desk)
    _add_walk_in(blueprint, open_desk)
    _add_moves(blueprint, open_desk)


def _add_arrivals(blueprint: Blueprint, open_desk: OpenDesk) -> None:
    @blueprint.post("/shifts/<int:number>/arrived/<int:appointment>")
    def arrived(number: int, appointment: int) -> ResponseReturnValue:
        _only_desk()
        with open_desk(door.actor(me())) as counter:
            about = shifts.one(counter.work, me(), number)
            ticket = tickets.check_in(
                counter.work,
                AppointmentId(appointment),
                site=about.site,
                rank=_rank(),
                by_desk=True,
            )
        flash(texts.checked_in(ticket))
        return redirect(url_for("console.shift", number=number))

    @blueprint.post("/shifts/<int:number>/rank/<int:ticket>")
    def rank(number: int, ticket: int) -> ResponseReturnValue:
        _only_desk()
        with open_desk(door.actor(me())) as counter:
            view = calling.set_rank(counter.work, me(), TicketId(ticket), _rank())
        flash(texts.ranked(view))
        return redirect(url_for("console.shift", number=number))

    @blueprint.post("/shifts/<int:number>/back/<int:ticket>")
    def back(number: int, ticket: int) -> ResponseReturnValue:
        with open_desk(door.actor(me())) as counter:
            standing.room(counter.work, me(), number)
            tickets.come_back(counter.work, TicketId(ticket))
        flash(texts.DONE["back"])
        return redirect(url_for("console.shift", number=number))


def _add_walk_in(blueprint: Blueprint, open_desk: OpenDesk) -> None:
    @blueprint.get("/patients/<int:number>/walk-in")
    def ask_walk_in(number: int) -> str:
        _only_desk()
        with open_desk(door.actor(me())) as counter:
            found = _open_now(counter.work, me())
        return render_template("console/walk_in.html", number=number, shifts=found)

    @blueprint.post("/patients/<int:number>/walk-in")
    def walk_in(number: int) -> ResponseReturnValue:
        _only_desk()
        shift = request.form.get("shift", type=int)
        if shift is None:
            abort(400)
        with open_desk(door.actor(me())) as counter:
            shifts.check(counter.work, me(), [shift])
            ticket = tickets.walk_in(counter.work, PatientId(number), shift, _rank())
        flash(texts.checked_in(ticket))
        return redirect(url_for("console.shift", number=ticket.shift))


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
        _only_desk()
        with open_desk(door.actor(me())) as counter:
            found = _proposals(counter.work, me())
        return render_template("console/moves.html", proposals=found)

    @blueprint.post("/moves/<int:ticket>")
    def move(ticket: int) -> ResponseReturnValue:
        _only_desk()
        leaving, to = (request.form.get(name, type=int) for name in ("from", "to"))
        if leaving is None or to is None:
            abort(400)
        with open_desk(door.actor(me())) as counter:
            view = calling.transfer(counter.work, me(), leaving, to, TicketId(ticket))
        flash(texts.moved(view))
        return redirect(url_for("console.moves"))


def _proposals(work: Work, member: Member) -> list[Proposal]:
    sites = [place.code for place in work.directory.sites if member.site in (None, place.code)]
    return [one for site in sites for one in loads.rebalance(work, site)]


def _rank() -> str:
    """Why somebody goes before, as the form has it; nonsense is a bad request."""
    rank = request.form.get("rank", "")
    if rank and rank not in texts.RANKS:
        abort(400)
    return rank


def _only_desk() -> None:
    if me().role == "doctor":
        abort(403)
