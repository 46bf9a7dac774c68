"""Who waits for a person, as a chat: answered, left to a colleague, closed; and canned answers."""

from __future__ import annotations

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from console import door
from console.door import OpenDesk, me
from desk import attachments, audit, inbox, matters, requests, staff
from desk.counter import Counter
from desk.inbox import Deed, Thread
from desk.journal import Exchange
from handlers.texts import console as texts


def add_pages(blueprint: Blueprint, open_desk: OpenDesk) -> None:
    """The pages; who sees what: `desk.matters`."""
    _add_list(blueprint, open_desk)
    _add_thread(blueprint, open_desk)
    _add_attachments(blueprint, open_desk)
    _add_ends(blueprint, open_desk)
    _add_canned(blueprint, open_desk)


def _add_list(blueprint: Blueprint, open_desk: OpenDesk) -> None:
    @blueprint.get("/inbox")
    def waiting_requests() -> ResponseReturnValue:
        mine = request.args.get("mine") == "1" or me().role == "doctor"
        with open_desk(door.actor(me())) as counter:
            found = requests.waiting(counter.work, me().id if mine else None, me())
            audit.record(counter.work, "look", "inbox", {"requests": [one.id for one in found]})
        return render_template("console/inbox.html", waiting=found, mine=mine)


def _add_thread(blueprint: Blueprint, open_desk: OpenDesk) -> None:
    @blueprint.get("/inbox/<int:number>")
    def thread(number: int) -> ResponseReturnValue:
        with open_desk(door.actor(me())) as counter:
            found = _mine(counter, number)
            colleagues = staff.everybody(counter.work)
            ready, names = inbox.canned(counter.work), staff.names(counter.work)
            audit.record(counter.work, "look", f"request:{number}")
        said: list[Exchange | Deed] = [*found.talk, *found.deeds]
        lines = sorted(said, key=lambda each: each.at)
        return render_template(
            "console/thread.html",
            one=found.request,
            handed=found.handed,
            lines=lines,
            colleagues=colleagues,
            canned=ready,
            names=names,
            most=requests.MOST_CHARACTERS,
        )

    @blueprint.post("/inbox/<int:number>/answer")
    def answer(number: int) -> ResponseReturnValue:
        """Words go to the chat; `then` close ends the matter."""
        words = request.form.get("words", "").strip()
        closes = request.form.get("then") == "close"
        with open_desk(door.actor(me())) as counter:
            _mine(counter, number)
            try:
                done = requests.answer(counter.work, number, words, closes=closes)
            except ValueError:
                abort(400)
            if done:
                audit.record(counter.work, "answer", f"request:{number}")
        return _after(number, done=done, stays=not closes)


def _add_attachments(blueprint: Blueprint, open_desk: OpenDesk) -> None:
    @blueprint.get("/inbox/<int:number>/handed/<int:attachment>")
    def handed(number: int, attachment: int) -> ResponseReturnValue:
        """What somebody sent, to whoever may read the request; that it was looked at is kept."""
        with open_desk(door.actor(me())) as counter:
            one = next((h for h in _mine(counter, number).handed if h.id == attachment), None)
            content = attachments.content(counter.work, attachment) if one else None
            if one is None or content is None:
                abort(404)
            audit.record(counter.work, "look", f"attachment:{attachment}", {"request": number})
        answer = Response(content, mimetype=one.type)
        answer.headers["Cache-Control"] = "no-store"
        answer.headers["X-Content-Type-Options"] = "nosniff"
        if not one.is_picture:
            answer.headers["Content-Disposition"] = "attachment"
        return answer


def _add_ends(blueprint: Blueprint, open_desk: OpenDesk) -> None:
    """Ways for a request to leave one's hands without words."""

    @blueprint.post("/inbox/<int:number>/close")
    def close(number: int) -> ResponseReturnValue:
        with open_desk(door.actor(me())) as counter:
            _mine(counter, number)
            done = requests.answered(counter.work, number)
            if done:
                audit.record(counter.work, "end_request", f"request:{number}")
        return _after(number, done=done, stays=False)

    @blueprint.post("/inbox/<int:number>/transfer")
    def transfer(number: int) -> ResponseReturnValue:
        to = request.form.get("to", type=int)
        with open_desk(door.actor(me())) as counter:
            _mine(counter, number)
            if to is not None and staff.by_number(counter.work, to) is None:
                abort(400)
            done = requests.leave_to(counter.work, number, to)
            if done:
                audit.record(counter.work, "hand_over", f"request:{number}", {"to": to})
        return _after(number, done=done, stays=False)


def _mine(counter: Counter, number: int) -> Thread:
    """The request, if there is one and it is this member's business."""
    found = inbox.thread(counter.work, number)
    if found is None:
        abort(404)
    one = found.request
    if not matters.may_see(me(), one.holder, one.site, is_urgent=one.is_urgent):
        abort(403)
    return found


def _after(number: int, *, done: bool, stays: bool) -> ResponseReturnValue:
    flash(texts.DONE if done else texts.GONE)
    if stays and done:
        return redirect(url_for("console.thread", number=number))
    return redirect(url_for("console.waiting_requests"))


def _add_canned(blueprint: Blueprint, open_desk: OpenDesk) -> None:
    @blueprint.get("/canned")
    def canned_answers() -> ResponseReturnValue:
        door.only_desk()
        with open_desk(door.actor(me())) as counter:
            found = inbox.canned(counter.work)
        return _canned(found)

    @blueprint.post("/canned")
    def keep_canned() -> ResponseReturnValue:
        door.only_desk()
        title, words = request.form.get("title", ""), request.form.get("words", "")
        with open_desk(door.actor(me())) as counter:
            try:
                inbox.keep(counter.work, title, words)
            except ValueError:
                return _canned(inbox.canned(counter.work), texts.BAD_CANNED), 400
        flash(texts.DONE)
        return redirect(url_for("console.canned_answers"))

    @blueprint.post("/canned/<int:number>/drop")
    def drop_canned(number: int) -> ResponseReturnValue:
        door.only_desk()
        with open_desk(door.actor(me())) as counter:
            gone = inbox.drop(counter.work, number)
        flash(texts.DONE if gone else texts.GONE)
        return redirect(url_for("console.canned_answers"))


def _canned(found: object, problem: str = "") -> str:
    most = requests.MOST_CHARACTERS
    return render_template("console/canned.html", canned=found, problem=problem, most=most)
