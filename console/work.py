"""What waits for a person: patients to ring, and questions to answer."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from console import door
from console.door import OpenDesk, me
from desk import audit, calls, requests
from handlers.texts import console as texts


def add_pages(blueprint: Blueprint, open_desk: OpenDesk) -> None:
    """The call list and the inbox; doctors have neither."""

    @blueprint.get("/calls")
    def call_list() -> ResponseReturnValue:
        _only_desk()
        with open_desk(door.actor(me())) as counter:
            found = calls.waiting(counter.work)
            audit.record(counter.work, "look", "calls", {"calls": [call.id for call in found]})
        return render_template("console/calls.html", waiting=found)

    @blueprint.post("/calls/<int:number>/done")
    def called(number: int) -> ResponseReturnValue:
        _only_desk()
        with open_desk(door.actor(me())) as counter:
            is_done = calls.done(counter.work, number)
            if is_done:
                audit.record(counter.work, "call", f"outbox:{number}")
        flash(texts.DONE if is_done else texts.GONE)
        return redirect(url_for("console.call_list"))

    @blueprint.get("/inbox")
    def inbox() -> ResponseReturnValue:
        _only_desk()
        with open_desk(door.actor(me())) as counter:
            found = requests.waiting(counter.work)
            audit.record(counter.work, "look", "inbox", {"requests": [one.id for one in found]})
        return render_template("console/inbox.html", waiting=found)

    @blueprint.post("/inbox/<int:number>/answer")
    def answer(number: int) -> ResponseReturnValue:
        """Words go to the chat; without words the matter is simply closed."""
        _only_desk()
        words = request.form.get("words", "").strip()
        with open_desk(door.actor(me())) as counter:
            try:
                is_done = (
                    requests.answer(counter.work, number, words)
                    if words
                    else requests.answered(counter.work, number)
                )
            except ValueError:
                abort(400)
            if is_done:
                audit.record(counter.work, "answer", f"request:{number}")
        flash(texts.DONE if is_done else texts.GONE)
        return redirect(url_for("console.inbox"))


def _only_desk() -> None:
    if me().role == "doctor":
        abort(403)
