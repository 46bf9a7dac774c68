"""What there is and who waits for it: how a shift's places are shared, and all the lines."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from console import door
from console.door import OpenDesk, me
from desk import shift_quotas, shifts, waiting_room
from handlers.texts import console as texts

_MOST = 999


def add_pages(blueprint: Blueprint, open_desk: OpenDesk) -> None:
    """The desk's pages; doctors have neither."""

    @blueprint.get("/waitlists")
    def waitlists() -> ResponseReturnValue:
        door.only_desk()
        found = door.act(open_desk, lambda c: waiting_room.lines(c.work, me()))
        return render_template("console/waitlists.html", waiting=found)

    @blueprint.get("/shifts/<int:number>/quotas")
    def quotas(number: int) -> ResponseReturnValue:
        door.only_desk()
        with open_desk(door.actor(me())) as counter:
            view = shifts.one(counter.work, me(), number)
            found = shift_quotas.shares(counter.work, me(), number)
        return render_template("console/quotas.html", shift=view, shares=found)

    @blueprint.post("/shifts/<int:number>/quotas")
    def share_out(number: int) -> ResponseReturnValue:
        door.only_desk()
        wanted = {
            slot: (_number("capacity", slot), _number("chat", slot), _number("reserve", slot))
            for slot in request.form.getlist("slot", type=int)
        }
        door.act(open_desk, lambda c: shift_quotas.change(c.work, me(), number, wanted))
        flash(texts.DONE)
        return redirect(url_for("console.quotas", number=number))


def _number(name: str, slot: int) -> int:
    value = request.form.get(f"{name}-{slot}", type=int)
    if value is None or not 0 <= value <= _MOST:
        abort(400)
    return value
