"""What only an administrator sees: the people who work here, and what they did."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from console import door
from console.days import asked_day
from console.door import OpenDesk, me
from desk import audit, second_step, staff
from desk.counter import Counter
from handlers.texts import console as texts
from scheduling.staff_errors import NotAllowed

_SHOWN = 100


def add_pages(blueprint: Blueprint, open_desk: OpenDesk) -> None:
    """An administrator of one site has its people alone, and what they did."""
    _add_people(blueprint, open_desk)
    _add_rights(blueprint, open_desk)
    _add_audit(blueprint, open_desk)


def _add_people(blueprint: Blueprint, open_desk: OpenDesk) -> None:
    @blueprint.get("/staff")
    def people() -> ResponseReturnValue:
        door.only_admin()
        with open_desk(door.actor(me())) as counter:
            return _page(counter)

    @blueprint.post("/staff")
    def invite() -> ResponseReturnValue:
        door.only_admin()
        fields = ("name", "role", "doctor", "site")
        asked = {name: request.form.get(name, "").strip() for name in fields}
        site = asked["site"] or me().site
        if me().site not in (None, site):
            raise NotAllowed
        with open_desk(door.actor(me())) as counter:
            try:
                code = staff.invite(
                    counter.work, asked["name"], asked["role"], asked["doctor"] or None, site
                )
            except staff.StaffError as no:
                return _page(counter, problem=texts.BAD_INVITATION[no.about]), 400
            return _page(counter, code)


def _add_rights(blueprint: Blueprint, open_desk: OpenDesk) -> None:
    @blueprint.post("/staff/<int:number>/code")
    def new_password(number: int) -> ResponseReturnValue:
        door.only_admin()
        with open_desk(door.actor(me())) as counter:
            staff.check(counter.work, me(), number)
            return _page(counter, staff.new_code(counter.work, number) or "")

    @blueprint.post("/staff/<int:number>/remove")
    def remove(number: int) -> ResponseReturnValue:
        door.only_admin()
        if number == me().id:
            flash(texts.NOT_ONESELF)
            return redirect(url_for("console.people"))
        with open_desk(door.actor(me())) as counter:
            staff.check(counter.work, me(), number)
            name = staff.names(counter.work).get(f"window:staff:{number}", "")
            gone = staff.remove(counter.work, number)
        flash(texts.REMOVED.format(name=name) if gone else texts.GONE)
        return redirect(url_for("console.people"))

    @blueprint.post("/staff/<int:number>/totp-off")
    def forget_code(number: int) -> ResponseReturnValue:
        """For somebody who has lost the telephone that made the codes."""
        door.only_admin()
        with open_desk(door.actor(me())) as counter:
            staff.check(counter.work, me(), number)
            gone = second_step.switch_off(counter.work, number)
        flash(texts.DONE if gone else texts.GONE)
        return redirect(url_for("console.people"))


def _page(counter: Counter, code: str = "", problem: str = "") -> str:
    found = staff.everybody(counter.work, me().site)
    given = request.form if problem else {}
    return render_template(
        "console/staff.html", staff=found, code=code, problem=problem, given=given
    )


def _add_audit(blueprint: Blueprint, open_desk: OpenDesk) -> None:
    @blueprint.get("/audit")
    def acts() -> ResponseReturnValue:
        """The newest acts, or those of somebody, of a day, on a patient, before one."""
        door.only_admin()
        given = {name: request.args.get(name, "") for name in ("who", "day", "subject")}
        with open_desk(door.actor(me())) as counter:
            names = staff.names(counter.work, me().site)
            asked = audit.Asked(
                actors=[given["who"]] if given["who"] in names else _all_of(names),
                subject=given["subject"].strip(),
                day=asked_day(given["day"], counter.now) if given["day"] else None,
                before=request.args.get("before", type=int),
            )
            found = audit.recent(counter.work, asked, _SHOWN)
        older = found[-1].id if len(found) == _SHOWN else None
        return render_template(
            "console/audit.html", acts=found, names=names, given=given, older=older
        )


def _all_of(names: dict[str, str]) -> list[str] | None:
    """Everybody of a site whose administrator asks; no limit for the whole hospital."""
    return None if me().site is None else list(names)
