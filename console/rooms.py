"""The doctor's room page (叫号): who is inside, who waits, and every act one key away."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from console import door
from console.door import OpenDesk, me
from desk import audit, calling, closing, loads, standing, tickets, visits
from desk.counter import Counter
from desk.work import Work
from handlers.texts import rooms as texts
from scheduling.rota import Member
from scheduling.visit import RoomView, TicketId

_Act = Callable[[Work, Member, int], str]


def add_pages(blueprint: Blueprint, open_desk: OpenDesk) -> None:
    """The page, its part that moves, and what its keys do."""

    @blueprint.get("/rooms/<int:number>")
    def room(number: int) -> str:
        is_part = bool(request.args.get("part"))

        def look(counter: Counter) -> tuple[RoomView, list[tuple[int, str]]]:
            found = standing.room(counter.work, me(), number)
            if not is_part:  # the page asks for itself again every few seconds
                audit.record(counter.work, "look", f"shift:{number}")
            return found, _elsewhere(counter.work, found) if found.inside else []

        found, others = door.act(open_desk, look)
        part = "room_line" if is_part else "room"
        return render_template(f"console/{part}.html", room=found, elsewhere=others)

    @blueprint.post("/rooms/<int:number>/<act>")
    def room_act(number: int, act: str) -> ResponseReturnValue:
        if act not in _ACTS:
            abort(404)
        flash(door.act(open_desk, lambda c: _ACTS[act](c.work, me(), number)))
        return redirect(url_for("console.room", number=number))


def _elsewhere(work: Work, room: RoomView) -> list[tuple[int, str]]:
    """The rooms the one inside can be sent on to: the own department first, the emptiest first."""
    home = room.shift
    open_ = [one for one in loads.of_site(work, home.site) if one.shift != home.id]
    open_.sort(key=lambda one: (one.department != home.department, loads.weight(one)))
    names = {ward.code: ward.name for ward in work.directory.wards.values()}
    return [(one.shift, texts.other(one, names[one.department])) for one in open_]


def _number(name: str) -> int:
    """A number of the form; nonsense is a bad request."""
    try:
        return int(request.form[name])
    except ValueError:
        abort(400)


def _of_inside(act: Callable[[Work, Member, int], object], say: str) -> _Act:
    """An act on the one inside: only on the one the page showed when the key was pressed."""

    def do(work: Work, member: Member, shift: int) -> str:
        if not _is_as_shown(work, member, shift):
            return texts.MOVED_ON
        act(work, member, shift)
        return say

    return do


def _is_as_shown(work: Work, member: Member, shift: int) -> bool:
    return visits.is_still_inside(work, member, shift, _number("inside"))


def _next(work: Work, member: Member, shift: int) -> str:
    if not _is_as_shown(work, member, shift):
        return texts.MOVED_ON
    return texts.called(calling.call_next(work, member, shift))


def _transfer(work: Work, member: Member, shift: int) -> object:
    return calling.transfer(work, member, shift, _number("to"))


def _back(work: Work, member: Member, shift: int) -> str:
    """Somebody of this room, whom the doctor sees at the door."""
    room, ticket = standing.room(work, member, shift), _number("ticket")
    if ticket not in {one.id for one in room.gone}:
        return texts.MOVED_ON
    tickets.come_back(work, TicketId(ticket))
    return texts.DONE["back"]


def _resume(work: Work, member: Member, shift: int) -> str:
    """The visit that the page showed as just ended goes on; no other one."""
    ended = standing.room(work, member, shift).ended
    if ended is None or ended.id != _number("ticket"):
        return texts.MOVED_ON
    return texts.resumed(calling.take_back(work, member, shift))


def _delay(work: Work, member: Member, shift: int) -> str:
    """So late after the beginning, after now once it has begun."""
    minutes = _number("minutes")
    if minutes not in texts.DELAYS:
        abort(400)
    begins = max(work.local(work.now), standing.room(work, member, shift).shift.starts_at)
    return texts.delayed(calling.delay(work, member, shift, begins + timedelta(minutes=minutes)))


def _close(work: Work, member: Member, shift: int) -> str:
    return texts.closed(closing.close(work, member, shift))


_ACTS: Mapping[str, _Act] = {
    "next": _next,
    "again": _of_inside(calling.call_again, texts.DONE["again"]),
    "missed": _of_inside(calling.miss, texts.DONE["missed"]),
    "finish": _of_inside(calling.finish, texts.DONE["finish"]),
    "results": _of_inside(calling.send_for_results, texts.DONE["results"]),
    "transfer": _of_inside(_transfer, texts.DONE["transfer"]),
    "back": _back,
    "resume": _resume,
    "delay": _delay,
    "close": _close,
}
