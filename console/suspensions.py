"""Suspending a shift from the console: the plan, patient by patient, and what each answered."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from console import door
from console.door import OpenDesk, me
from desk import audit, by_phone, shifts, splitting
from desk.counter import Counter
from handlers.texts import console as texts
from handlers.texts import staff as staff_texts
from handlers.texts import suspensions as words
from handlers.texts import wording


def add_pages(blueprint: Blueprint, open_desk: OpenDesk) -> None:
    """Preview, act, progress, taking back, and answers that came by telephone."""
    _add_act(blueprint, open_desk)
    _add_progress(blueprint, open_desk)
    _add_taking_back(blueprint, open_desk)


def _add_act(blueprint: Blueprint, open_desk: OpenDesk) -> None:
    @blueprint.get("/shifts/<int:number>/suspend")
    def ask_suspend(number: int) -> ResponseReturnValue:
        """All of it, or with `since` what begins then or later (10:00)."""

        def look(counter: Counter) -> dict[str, Any]:
            found = shifts.one(counter.work, me(), number)
            times = splitting.beginnings(counter.work, number)
            since = _asked(request.args.get("since", ""), times)
            impact, lines = counter.suspensions.plan([number], {number: since} if since else {})
            audit.record(counter.work, "look", f"shift:{number}")
            return {
                "shift": found, "times": times, "since": since, "impact": impact, "lines": lines,
            }  # fmt: skip

        return render_template("console/suspend.html", **door.act(open_desk, look), words=words)

    @blueprint.post("/shifts/<int:number>/suspend")
    def suspend(number: int) -> ResponseReturnValue:
        def do(counter: Counter) -> int:
            said = request.form.get("since", "")
            since = _asked(said, splitting.beginnings(counter.work, number) if said else ())
            parts = {number: since} if since else {}
            return counter.suspensions.suspend(me(), [number], parts)

        return redirect(url_for("console.suspension", number=door.act(open_desk, do)))


def _asked(said: str, times: Sequence[datetime]) -> datetime | None:
    """The time of these that a page names, None for the whole; a bad request for any other."""
    known = {"": None, **{wording.clock(at): at for at in times}}
    return known[said] if said in known else abort(400)


def _add_progress(blueprint: Blueprint, open_desk: OpenDesk) -> None:
    @blueprint.get("/suspensions/<int:number>")
    def suspension(number: int) -> ResponseReturnValue:
        """All of it, or with `part` the numbers that move."""
        part = "progress" if request.args.get("part") else "suspension"

        def look(counter: Counter) -> dict[str, Any]:
            progress = _standing(counter, number)
            lines = counter.suspensions.lines(number) if part == "suspension" else ()
            if lines:
                audit.record(counter.work, "look", f"suspension:{number}")
            return {"progress": progress, "lines": lines}

        about = door.act(open_desk, look)
        about |= {"words": words, "confirmed": staff_texts.confirmed(about["progress"])}
        return render_template(f"console/{part}.html", **about)

    @blueprint.post("/suspensions/<int:number>/lines/<int:line>")
    def answered(number: int, line: int) -> ResponseReturnValue:
        """A patient has decided on the telephone."""
        door.only_desk()
        answer = request.form.get("answer")
        if answer == "take":
            view = door.act(open_desk, lambda c: by_phone.take(c.work, me(), line))
            flash(texts.booked(view))
        elif answer == "return":
            view = door.act(open_desk, lambda c: by_phone.give_back(c.work, me(), line))
            flash(words.given_back(view))
        else:
            abort(400)
        return redirect(url_for("console.suspension", number=number))


def _add_taking_back(blueprint: Blueprint, open_desk: OpenDesk) -> None:
    @blueprint.get("/suspensions/<int:number>/resume")
    def ask_resume(number: int) -> ResponseReturnValue:
        """How many get their old places back, before anything happens."""
        some = request.args.getlist("shift", type=int)
        progress = door.act(open_desk, lambda c: _standing(c, number, some))
        return render_template("console/resume.html", progress=progress, some=some)

    @blueprint.post("/suspensions/<int:number>/resume")
    def resume(number: int) -> ResponseReturnValue:
        some = request.form.getlist("shift", type=int)
        door.act(open_desk, lambda c: c.suspensions.resume(me(), number, some))
        flash(texts.DONE)
        return redirect(url_for("console.board"))


def _standing(counter: Counter, number: int, some: list[int] | None = None) -> Any:  # noqa: ANN401
    """The progress of a suspension that stands and is this member's business."""
    progress = counter.suspensions.progress(number, some or ())
    if not progress.shifts:
        abort(404)
    shifts.check(counter.work, me(), [shift.id for shift in progress.shifts])
    return progress
