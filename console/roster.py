"""The roster: a week at a glance, one shift by hand, and files with what they would change."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from flask import (
    Blueprint,
    Response,
    abort,
    flash,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue

from console import door
from console.days import asked_day
from console.door import OpenDesk, me
from desk import roster_edit, roster_preview, roster_week, window
from desk.counter import Counter
from desk.roster_files import RosterErrors
from desk.roster_preview import Difference
from handlers.texts import console as texts

MOST_BYTES = 2_000_000
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_MOST_DAYS = 62
_SHOWN = 300
_SUFFIXES = (".csv", ".xlsx")


def add_pages(blueprint: Blueprint, open_desk: OpenDesk) -> None:
    """Everybody at the desk reads it; an administrator writes it, files one of all sites."""
    _add_week(blueprint, open_desk)
    _add_edit(blueprint, open_desk)
    _add_files(blueprint, open_desk)
    _add_apply(blueprint, open_desk)


def _add_week(blueprint: Blueprint, open_desk: OpenDesk) -> None:
    @blueprint.get("/roster")
    def roster() -> ResponseReturnValue:
        door.only_desk()

        def look(counter: Counter) -> dict[str, Any]:
            asked = asked_day(request.args.get("day"), counter.now)
            first = asked - timedelta(days=asked.weekday())
            wards = window.departments(counter.work, me())
            ward = request.args.get("department") or (wards[0].code if wards else "")
            return {
                "first": first,
                "days": [first + timedelta(days=n) for n in range(roster_week.DAYS)],
                "departments": wards,
                "department": ward,
                "lines": roster_week.week(counter.work, me(), first, ward),
                "doctors": [one for one in counter.catalogue.doctors() if one.department == ward],
            }

        return render_template("console/roster.html", **door.act(open_desk, look), week=_WEEK)

    @blueprint.get("/roster.xlsx")
    def export_roster() -> ResponseReturnValue:
        door.only_desk()
        days = min(max(request.args.get("days", 14, type=int), 1), _MOST_DAYS)

        def write(counter: Counter) -> tuple[date, bytes]:
            first = asked_day(request.args.get("day"), counter.now)
            return first, roster_week.workbook(counter.work, me(), first, days)

        first, book = door.act(open_desk, write)
        name = f"attachment; filename=shifts-{first.isoformat()}.xlsx"
        return Response(book, mimetype=_XLSX, headers={"Content-Disposition": name})


_WEEK = timedelta(days=roster_week.DAYS)


def _add_edit(blueprint: Blueprint, open_desk: OpenDesk) -> None:
    @blueprint.get("/roster/shift")
    def edit_shift() -> ResponseReturnValue:
        """A new shift for a department, doctor and day, or one that is there."""
        door.only_admin()
        shift = request.args.get("shift", type=int)
        found = door.act(open_desk, lambda c: roster_week.one(c.work, me(), shift or 0))
        if shift and found is None:
            abort(404)
        given: Mapping[str, str] = (
            {name: str(value) for name, value in roster_week.columns(found).items()}
            if found
            else request.args
        )
        return _form(open_desk, given, shift)

    @blueprint.post("/roster/shift")
    def save_shift() -> ResponseReturnValue:
        door.only_admin()
        form = request.form.to_dict()
        try:
            door.act(open_desk, lambda c: roster_edit.save(c.work, me(), form))
        except RosterErrors as wrong:
            return _form(open_desk, form, request.form.get("shift", type=int), wrong), 409
        flash(texts.DONE)
        day, ward = form.get("date"), form.get("department")
        return redirect(url_for("console.roster", day=day, department=ward))

    @blueprint.post("/roster/shift/<int:number>/remove")
    def remove_shift(number: int) -> ResponseReturnValue:
        door.only_admin()
        door.act(open_desk, lambda c: roster_edit.remove(c.work, me(), number))
        flash(texts.DONE)
        return redirect(url_for("console.roster"))


def _form(
    open_desk: OpenDesk,
    given: Mapping[str, str],
    shift: int | None,
    wrong: RosterErrors | None = None,
) -> str:
    with open_desk(door.actor(me())) as counter:
        wards = window.departments(counter.work, me())
        doctors = counter.catalogue.doctors()
    ward = next((one for one in wards if one.code == given.get("department")), None)
    if ward is None:
        abort(404)
    return render_template(
        "console/roster_shift.html",
        given=given,
        shift=shift,
        ward=ward,
        doctors=[one for one in doctors if one.site == ward.site],
        errors=wrong.errors if wrong else (),
    )


def _add_files(blueprint: Blueprint, open_desk: OpenDesk) -> None:
    @blueprint.get("/roster/import")
    def ask_file() -> ResponseReturnValue:
        door.only_head()
        return render_template("console/roster_import.html", problem="", errors=())

    @blueprint.post("/roster/import")
    def preview_file() -> ResponseReturnValue:
        door.only_head()
        file = request.files.get("file")
        name = file.filename or "" if file else ""
        content = file.read(MOST_BYTES + 1) if file else b""
        if not name.lower().endswith(_SUFFIXES) or not 0 < len(content) <= MOST_BYTES:
            page = render_template("console/roster_import.html", problem=texts.BAD_FILE, errors=())
            return page, 400
        try:
            found = door.act(open_desk, lambda c: roster_preview.preview(c.work, name, content))
        except RosterErrors as wrong:
            return _wrong(wrong)
        return _preview(name, content, found)


def _add_apply(blueprint: Blueprint, open_desk: OpenDesk) -> None:
    @blueprint.post("/roster/apply")
    def apply_file() -> ResponseReturnValue:
        door.only_head()
        name, mark = request.form.get("name", ""), request.form.get("mark", "")
        try:
            content = base64.b64decode(request.form.get("content", ""), validate=True)
        except binascii.Error:
            abort(400)
        if not name.lower().endswith(_SUFFIXES):
            abort(400)
        try:
            now = door.act(
                open_desk, lambda c: roster_preview.carry_out(c.work, name, content, mark)
            )
        except RosterErrors as wrong:
            return _wrong(wrong)
        if now is not None:
            flash(texts.MOVED_ON)
            return _preview(name, content, now), 409
        flash(texts.DONE)
        return redirect(url_for("console.roster"))


def _wrong(errors: RosterErrors) -> ResponseReturnValue:
    about = {"problem": texts.FILE_ERRORS, "errors": errors.errors}
    return render_template("console/roster_import.html", **about), 409


def _preview(name: str, content: bytes, found: Difference) -> str:
    return render_template(
        "console/roster_preview.html",
        name=name,
        content=base64.b64encode(content).decode(),
        found=found,
        shown=found.changes[:_SHOWN],
    )
