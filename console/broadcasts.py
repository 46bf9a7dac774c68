"""Broadcasts: written, looked at as on a phone, approved by a second one, watched, stopped."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from console import door
from console.door import OpenDesk, me
from console.glances import Glances
from desk import export, groups, shifts
from desk.broadcasts import Broadcasts
from desk.counter import Counter
from handlers.texts import broadcasts as texts
from handlers.texts import console as words
from handlers.texts import notices, refusals
from scheduling.broadcasting import OF_ALL, Audience, Line, Progress, Way
from scheduling.errors import Refusal
from scheduling.rota import Member
from scheduling.staff_errors import NotAllowed

_DAYS = 14
_MOST_LINES = 2_000
_ALL = {"followers": Audience(kind="followers"), "everyone": Audience(kind="everyone")}
_AHEAD = ("draft", "waiting", "scheduled")
Lines = tuple[list[Line], int | None]


def add_pages(
    blueprint: Blueprint, open_desk: OpenDesk, followers: Callable[[], int] | None = None
) -> None:
    """
    The pages under `/console/broadcasts` and `/console/groups`.

    `followers` asks WeChat how many there are; without it only those we know can be written to.
    """
    _add_list(blueprint, open_desk)
    _add_composer(blueprint, open_desk, followers)
    _add_one(blueprint, open_desk)
    _add_acts(blueprint, open_desk)
    _add_groups(blueprint, open_desk)


def _add_list(blueprint: Blueprint, open_desk: OpenDesk) -> None:
    @blueprint.get("/broadcasts")
    def broadcasts() -> ResponseReturnValue:
        with open_desk(door.actor(me())) as counter:
            found = counter.broadcasts.listed(me())
        return render_template("console/broadcasts.html", broadcasts=found, said=texts)


def _add_composer(
    blueprint: Blueprint, open_desk: OpenDesk, followers: Callable[[], int] | None
) -> None:
    @blueprint.get("/broadcasts/new")
    def broadcast_compose() -> ResponseReturnValue:
        return _composer(open_desk, "")

    @blueprint.post("/broadcasts/new")
    def broadcast_draft() -> ResponseReturnValue:
        told = texts.to_facts(request.form.get("words", ""))
        try:
            # Asked before the transaction begins: WeChat may take its time.
            crowd = _counted(followers) if request.form.get("audience") == "everyone" else 0
            with open_desk(door.actor(me())) as counter:
                audience = _audience(counter.now)
                way: Way = "mass" if audience.kind in OF_ALL else "personal"
                made = counter.broadcasts.draft(me(), audience, told, way, crowd=crowd)
        except (Refusal, ValueError) as no:
            problem = refusals.say(no) if isinstance(no, Refusal) else words.BAD_AUDIENCE
            return _composer(open_desk, problem)
        return redirect(url_for("console.broadcast", number=made.id))


def _counted(followers: Callable[[], int] | None) -> int:
    """
    Return how many followers WeChat counts, where the member may write to them at all.

    Raises:
        NotAllowed, NoFollowerList, WechatAway.
    """
    if followers is None or me().role == "doctor" or me().site is not None:
        raise NotAllowed
    return followers()


def _composer(open_desk: OpenDesk, problem: str) -> ResponseReturnValue:
    with open_desk(door.actor(me())) as counter:
        today = counter.now.date()
        ahead = shifts.ahead(counter.work, me(), (), (), ())
        mine = groups.of(counter.work, me())
        wards = sorted(counter.catalogue.departments(), key=lambda ward: (ward.site, ward.code))
        sites = counter.catalogue.sites()
    last = today + timedelta(days=_DAYS)
    page = render_template(
        "console/compose.html",
        shifts=[one for one in ahead if one.booked and one.starts_at.date() <= last],
        wards=[ward for ward in wards if ward.bookable],
        sites=sites,
        groups=mine,
        today=today,
        problem=problem,
        given=request.form,
        said=texts,
    )
    return page, 400 if problem else 200


def _audience(now: datetime) -> Audience:
    """
    Return whom the form means.

    Raises:
        ValueError: it says nobody, or no day.
    """
    form = request.form
    kind = form.get("audience", "")
    if kind in _ALL:
        return _ALL[kind]
    if kind == "group":
        return Audience(kind="group", group=int(form["group"]))
    if kind == "shift":
        return Audience(shifts=tuple(int(one) for one in form.getlist("shift")))
    if kind != "day":
        raise ValueError("nobody is meant")
    first = date.fromisoformat(form["first"])
    last = date.fromisoformat(form.get("last") or form["first"])
    if last < first:
        raise ValueError("no day is meant")
    start = datetime.combine(first, time(), tzinfo=now.tzinfo)
    end = datetime.combine(last, time(), tzinfo=now.tzinfo) + timedelta(days=1)
    named = {name: form.get(name, "").strip() for name in ("doctor", "ward", "site")}
    doctors, wards, sites = (tuple(filter(None, [code])) for code in named.values())
    return Audience(doctors=doctors, departments=wards, sites=sites, start=start, end=end)


def _whom(counter: Counter, audience: Audience) -> Sequence[str]:
    """Return whom a broadcast is for, in words: whoever approves it reads that first."""
    if audience.shifts:
        return texts.of_shifts(shifts.some(counter.work, audience.shifts))
    if audience.kind == "group":
        named = {one.id: one.name for one in groups.of(counter.work, me())}
        return [texts.of_group(named.get(audience.group or 0, ""))]
    catalogue = counter.catalogue
    places = [one.name for one in catalogue.sites() if one.code in audience.sites]
    wards = [one.site_name + one.name for one in catalogue.departments(audience.departments)]
    doctors = [one.name for one in catalogue.doctors(audience.doctors)]
    return [texts.of_visits(audience, [*places, *wards, *doctors])]


def _add_one(blueprint: Blueprint, open_desk: OpenDesk) -> None:
    glances: Glances[int, Progress] = Glances()

    @blueprint.get("/broadcasts/<int:number>")
    def broadcast(number: int) -> ResponseReturnValue:
        with open_desk(door.actor(me())) as counter:
            desk = counter.broadcasts
            view = desk.view(me(), number)
            is_ahead = view.state in _AHEAD
            far = None if is_ahead else glances.at(number, lambda: desk.progress(me(), number))
            if request.args.get("part"):
                page = {"broadcast": view, "progress": far or Progress(), "said": texts}
                return render_template("console/delivery.html", **page)
            cast = desk.forecast(me(), number) if is_ahead else None
            whom = _whom(counter, view.audience)
        sample = {**cast.sample, "words": view.words} if cast else {}
        kind = "news" if "starts_at" not in sample else "visit_news"
        bubble = notices.render(kind, sample) if cast else texts.shown(view.words)
        return render_template(
            "console/broadcast.html",
            broadcast=view,
            cast=cast,
            bubble=bubble,
            whom=whom,
            progress=far,
            said=texts,
            is_author=view.author == me().id,
        )

    @blueprint.get("/broadcasts/<int:number>.csv")
    def broadcast_export(number: int) -> ResponseReturnValue:
        member = me()

        def page(after: int) -> Lines:
            with open_desk(door.actor(member)) as counter:
                return counter.broadcasts.exported(member, number, after)

        name = f"broadcast-{number}.csv"
        return Response(
            _lines(page, page(0)),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f"attachment; filename={name}"},
        )


def _lines(page: Callable[[int], Lines], first: Lines) -> Iterator[str]:
    """Page by page, no transaction open while the reader takes them: a million need no more."""
    yield "\ufeff" + _row(words.EXPORT)
    found, after = first
    while True:
        yield "".join(_line(one) for one in found)
        if after is None:
            return
        found, after = page(after)


def _line(one: Line) -> str:
    state, channel = texts.RECIPIENTS.get(one.state, one.state), texts.CHANNELS
    at = f"{one.at:%Y-%m-%d %H:%M:%S}" if one.at else ""
    name = one.name or one.account
    return _row((name, state, channel.get(one.channel, one.channel), at, texts.why(one.why)))


def _row(cells: tuple[str, ...]) -> str:
    """One line; what a spreadsheet would take for a formula is text."""
    line = io.StringIO()
    csv.writer(line).writerow(map(export.cell, cells))
    return line.getvalue()


def _confirm(desk: Broadcasts, member: Member, number: int) -> object:
    at = request.form.get("at", "")
    return desk.confirm(member, number, datetime.fromisoformat(at) if at else None)


_ACTS: Mapping[str, Callable[[Broadcasts, Member, int], object]] = {
    "confirm": _confirm,
    "approve": Broadcasts.approve,
    "pause": Broadcasts.pause,
    "go_on": Broadcasts.resume,
    "cancel": Broadcasts.cancel,
    "try_out": Broadcasts.test,
}


def _add_acts(blueprint: Blueprint, open_desk: OpenDesk) -> None:
    """One button each."""

    def act(number: int) -> ResponseReturnValue:
        do = _ACTS[(request.endpoint or "").rpartition("_to_")[2]]
        try:
            with open_desk(door.actor(me())) as counter:
                do(counter.broadcasts, me(), number)
        except ValueError:
            abort(400)
        flash(words.DONE)
        return redirect(url_for("console.broadcast", number=number))

    for name in _ACTS:
        rule = f"/broadcasts/<int:number>/{name}"
        blueprint.add_url_rule(rule, f"broadcast_to_{name}", act, methods=["POST"])


def _add_groups(blueprint: Blueprint, open_desk: OpenDesk) -> None:
    @blueprint.get("/groups")
    def group_list() -> ResponseReturnValue:
        with open_desk(door.actor(me())) as counter:
            found = groups.of(counter.work, me())
        return render_template("console/groups.html", groups=found)

    @blueprint.post("/groups")
    def new_group() -> ResponseReturnValue:
        name = request.form.get("name", "").strip()
        if name:
            with open_desk(door.actor(me())) as counter:
                groups.create(counter.work, me(), name[:60])
        flash(words.DONE if name else words.NO_NAME)
        return redirect(url_for("console.group_list"))

    @blueprint.post("/groups/<int:number>/add")
    def add_to_group(number: int) -> ResponseReturnValue:
        lines = request.form.get("people", "").split()[:_MOST_LINES]
        with open_desk(door.actor(me())) as counter:
            added, unknown = groups.add(counter.work, me(), number, lines)
        flash(words.added(added, unknown))
        return redirect(url_for("console.group_list"))

    @blueprint.post("/groups/<int:number>/remove")
    def remove_group(number: int) -> ResponseReturnValue:
        with open_desk(door.actor(me())) as counter:
            groups.remove(counter.work, me(), number)
        flash(words.DONE)
        return redirect(url_for("console.group_list"))
