"""Ours beside the hospital's own system: our list out as CSV, theirs in, and what differs."""

from __future__ import annotations

import base64
import binascii
import csv
import io
from datetime import date, timedelta

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from console import door
from console.door import OpenDesk, me
from desk import audit, export, reconciling
from desk.reconciling import CsvError
from handlers.texts import console as texts

_MOST_BYTES = 2_000_000
_MOST_DAYS = timedelta(days=31)
_SHOWN = 500


def add_pages(blueprint: Blueprint, open_desk: OpenDesk) -> None:
    """An administrator's: the list out has names in full."""
    _add_out(blueprint, open_desk)
    _add_in(blueprint, open_desk)


def _add_out(blueprint: Blueprint, open_desk: OpenDesk) -> None:
    @blueprint.get("/reconcile")
    def reconcile() -> ResponseReturnValue:
        door.only_admin()
        with open_desk(door.actor(me())) as counter:
            today = counter.now.date()
        return render_template("console/reconcile.html", first=today, last=today, problem="")

    @blueprint.post("/reconcile/out")
    def appointments_out() -> ResponseReturnValue:
        """By POST: a link that is followed by accident shall not take the list out."""
        door.only_admin()
        with open_desk(door.actor(me())) as counter:
            first, last = _days(counter.now.date())
            file = io.StringIO(newline="")
            writer = csv.DictWriter(file, export.COLUMNS, lineterminator="\n")
            writer.writeheader()
            rows = export.appointments(counter.work, first, last, me().site)
            writer.writerows(map(export.cells, rows))
            span = {"first": first.isoformat(), "last": last.isoformat()}
            audit.record(counter.work, "export", "appointments", span)
        name = f"attachment; filename=appointments-{first.isoformat()}.csv"
        # The mark by which table programs know UTF-8.
        body = "\ufeff" + file.getvalue()
        headers = {"Content-Disposition": name}
        return Response(body, mimetype="text/csv; charset=utf-8", headers=headers)


def _add_in(blueprint: Blueprint, open_desk: OpenDesk) -> None:
    @blueprint.post("/reconcile")
    def compare() -> ResponseReturnValue:
        door.only_admin()
        file = request.files.get("file")
        content = file.read(_MOST_BYTES + 1) if file else b""
        if not 0 < len(content) <= _MOST_BYTES:
            return _again(texts.BAD_FILE)
        try:
            theirs = reconciling.read(content)
        except CsvError as wrong:
            return _again(texts.bad_line(wrong.line, wrong.why))
        with open_desk(door.actor(me())) as counter:
            first, last = _days(counter.now.date())
            found = reconciling.compare(counter.work, me(), first, last, theirs)
        return render_template(
            "console/differing.html",
            first=first,
            last=last,
            count=len(theirs),
            found=found,
            shown=found[:_SHOWN],
            takes=sum(one.can_take for one in found),
            content=base64.b64encode(content).decode(),
        )

    @blueprint.post("/reconcile/take")
    def take_over() -> ResponseReturnValue:
        door.only_admin()
        try:
            content = base64.b64decode(request.form.get("content", ""), validate=True)
            theirs = reconciling.read(content)
        except (binascii.Error, CsvError):
            abort(400)
        first, last = _days(date.min)
        count = door.act(
            open_desk, lambda c: reconciling.take_over(c.work, me(), first, last, theirs)
        )
        flash(texts.taken_over(count))
        return redirect(url_for("console.reconcile"))


def _days(today: date) -> tuple[date, date]:
    """The days of the form, in order and not too many."""
    first, last = (_day(request.form.get(name), today) for name in ("first", "last"))
    if not first <= last <= first + _MOST_DAYS:
        abort(400)
    return first, last


def _day(text: str | None, today: date) -> date:
    try:
        return date.fromisoformat(text) if text else today
    except ValueError:
        abort(400)


def _again(problem: str) -> ResponseReturnValue:
    days = {name: request.form.get(name, "") for name in ("first", "last")}
    return render_template("console/reconcile.html", **days, problem=problem), 409
