"""What waits for a person: patients to ring."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from console import door
from console.door import OpenDesk, me
from desk import audit, calls
from handlers.texts import console as texts


def add_pages(blueprint: Blueprint, open_desk: OpenDesk) -> None:
    """The call list; doctors have none."""

    @blueprint.get("/calls")
    def call_list() -> ResponseReturnValue:
        door.only_desk()
        with open_desk(door.actor(me())) as counter:
            found = calls.waiting(counter.work, me().site)
            audit.record(counter.work, "look", "calls", {"calls": [call.id for call in found]})
        return render_template("console/calls.html", waiting=found)

    @blueprint.post("/calls/<int:number>/done")
    def called(number: int) -> ResponseReturnValue:
        door.only_desk()
        with open_desk(door.actor(me())) as counter:
            is_done = calls.done(counter.work, number, me().site)
            if is_done:
                audit.record(counter.work, "call", f"outbox:{number}")
        flash(texts.DONE if is_done else texts.GONE)
        return redirect(url_for("console.call_list"))
