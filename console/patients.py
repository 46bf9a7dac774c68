"""Patients at the window or on the phone: found, registered, booked, moved, cancelled, paid."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from console import door
from console.days import asked_day, is_day
from console.door import OpenDesk, me
from desk import by_phone, links, merging, patient_search, vouching, window
from desk.counter import Counter
from handlers.texts import console as texts
from handlers.texts import refusals
from scheduling.errors import Refusal
from scheduling.types import (
    CANCEL_REASONS,
    AppointmentId,
    AppointmentView,
    PatientId,
    Registration,
    SlotId,
)


def add_pages(blueprint: Blueprint, open_desk: OpenDesk) -> None:
    """The pages; doctors have none of them."""
    _add_search(blueprint, open_desk)
    _add_card(blueprint, open_desk)
    _add_ties(blueprint, open_desk)
    _add_booking(blueprint, open_desk)
    _add_appointment(blueprint, open_desk)


def _add_search(blueprint: Blueprint, open_desk: OpenDesk) -> None:
    @blueprint.get("/patients")
    def patients() -> ResponseReturnValue:
        door.only_desk()
        return render_template("console/patients.html", found=None, most=patient_search.MOST)

    @blueprint.post("/patients")
    def find_patients() -> ResponseReturnValue:
        """By POST, for names and numbers belong into no address and no log."""
        door.only_desk()
        words = request.form.get("words", "")[:200]
        found = door.act(open_desk, lambda c: patient_search.search(c.work, words))
        return render_template(
            "console/patients.html", found=found, words=words, most=patient_search.MOST
        )

    @blueprint.get("/patients/new")
    def new_patient() -> ResponseReturnValue:
        door.only_desk()
        return render_template("console/patient_new.html", given=MultiDict(), problem="")

    @blueprint.post("/patients/new")
    def register_patient() -> ResponseReturnValue:
        door.only_desk()
        try:
            registration = _registration(request.form)
            number, is_known = door.act(open_desk, lambda c: _on_file(c, registration))
        except Refusal as no:
            return _new_again(refusals.at_desk(no))
        except ValueError:
            return _new_again(texts.NOT_FILLED_IN)
        flash(texts.ON_FILE if is_known else texts.REGISTERED)
        return redirect(url_for("console.patient", number=number))


def _on_file(counter: Counter, who: Registration) -> tuple[PatientId, bool]:
    """Return the patient's number, and whether the record was there before."""
    is_known = window.is_on_file(counter.work, who)
    return window.register(counter.work, who), is_known


def _new_again(problem: str) -> ResponseReturnValue:
    page = render_template("console/patient_new.html", given=request.form, problem=problem)
    return page, 409


def _registration(form: MultiDict[str, str]) -> Registration:
    """Raise ValueError where a field is missing or no date."""
    given = {name: form.get(name, "").strip() for name in form}
    if given.get("kind") not in texts.DOCUMENTS or not given.get("told"):
        raise ValueError("the form is not filled in")
    born = given.get("birth_on")
    return Registration(
        name=given.get("name", ""),
        document_kind=given["kind"],
        document_number=given.get("number", ""),
        relation="self",
        sex=given.get("sex") or None,
        birth_on=date.fromisoformat(born) if born else None,
        phone=given.get("phone") or None,
    )


def _add_card(blueprint: Blueprint, open_desk: OpenDesk) -> None:
    @blueprint.get("/patients/<int:number>")
    def patient(number: int) -> ResponseReturnValue:
        door.only_desk()
        card = door.act(open_desk, lambda c: patient_search.card(c.work, number, me().site))
        return render_template("console/patient.html", card=card, revealed=None)

    @blueprint.post("/patients/<int:number>/reveal")
    def reveal(number: int) -> ResponseReturnValue:
        door.only_desk()
        reason = request.form.get("reason", "")[:200]

        def look(counter: Counter) -> tuple[Any, Any]:
            seen = patient_search.reveal(counter.work, number, reason)
            return patient_search.card(counter.work, number, me().site), seen

        try:
            card, revealed = door.act(open_desk, look)
        except ValueError:
            flash(texts.SAY_WHY)
            return redirect(url_for("console.patient", number=number))
        return render_template("console/patient.html", card=card, revealed=revealed)


def _add_ties(blueprint: Blueprint, open_desk: OpenDesk) -> None:
    """What ties a record to other records and to accounts."""

    @blueprint.post("/patients/<int:number>/merge")
    def merge(number: int) -> ResponseReturnValue:
        """Two records of one person: shown side by side first, then made one for good."""
        door.only_desk()
        gone = request.form.get("gone", type=int)
        if gone is None:
            abort(400)
        if request.form.get("sure") == "1":
            door.act(open_desk, lambda c: merging.merge(c.work, number, gone))
            flash(texts.DONE)
            return redirect(url_for("console.patient", number=number))
        both = door.act(
            open_desk,
            lambda c: [patient_search.card(c.work, one, me().site) for one in (number, gone)],
        )
        return render_template("console/merge.html", keep=both[0], gone=both[1])

    @blueprint.post("/patients/<int:number>/phone")
    def new_phone(number: int) -> ResponseReturnValue:
        """The person is here, or was rung back: a code may be sent to this number."""
        door.only_desk()
        phone = request.form.get("phone", "")
        door.act(open_desk, lambda c: vouching.vouch(c.work, number, phone))
        flash(texts.PHONE_CHANGED)
        return redirect(url_for("console.patient", number=number))

    @blueprint.post("/patients/<int:number>/links/<int:link>/end")
    def end_link(number: int, link: int) -> ResponseReturnValue:
        """A telephone is lost, or somebody speaks for the patient who should not."""
        door.only_desk()
        ended = door.act(open_desk, lambda c: links.end_by_desk(c.work, number, link))
        flash(texts.LINK_ENDED if ended else texts.GONE)
        return redirect(url_for("console.patient", number=number))

    @blueprint.post("/patients/<int:number>/links/<int:link>")
    def verify_link(number: int, link: int) -> ResponseReturnValue:
        """The papers of whoever speaks for the patient have been seen."""
        door.only_desk()
        door.act(open_desk, lambda c: links.verify_by_desk(c.work, link))
        flash(texts.DONE)
        return redirect(url_for("console.patient", number=number))


def _add_booking(blueprint: Blueprint, open_desk: OpenDesk) -> None:
    @blueprint.get("/patients/<int:number>/book")
    def choose_slot(number: int) -> ResponseReturnValue:
        """Choose a department and a day, then a slot; with `moving`, for an appointment."""
        door.only_desk()
        ward, moving = request.args.get("department", ""), request.args.get("moving", type=int)
        line = request.args.get("line", type=int)

        def look(counter: Counter) -> dict[str, Any]:
            work, member = counter.work, me()
            day = asked_day(request.args.get("day"), counter.now)
            old = window.find(work, member, AppointmentId(moving)) if moving else None
            lost = by_phone.lost(work, member, line) if line else None
            known = old or lost
            chosen = ward or (known.opening.department if known else "")
            return {
                "patient": patient_search.card(work, number).patient,
                "departments": window.departments(work, member),
                "department": chosen,
                "day": day,
                "moving": old,
                "line": line,
                "lost": lost,
                "openings": window.openings(work, member, chosen, day) if chosen else [],
            }

        return render_template("console/book.html", **door.act(open_desk, look))

    @blueprint.post("/patients/<int:number>/book")
    def book(number: int) -> ResponseReturnValue:
        door.only_desk()
        slot = request.form.get("slot", type=int)
        moving = request.form.get("moving", type=int)
        line = request.form.get("line", type=int)
        if slot is None:
            abort(400)

        place = SlotId(slot)
        try:
            view = door.act(open_desk, lambda c: _taken(c, PatientId(number), place, moving, line))
        except Refusal as no:
            return render_template(
                "console/refused.html",
                problem=refusals.at_desk(no),
                back=_slots_again(number, moving, line),
            ), 409
        flash(texts.booked(view))
        return redirect(url_for("console.patient", number=number))


def _taken(
    counter: Counter, patient: PatientId, slot: SlotId, moving: int | None, line: int | None
) -> AppointmentView:
    """Book a slot: in place of one that was suspended (`line`), of one that is moved, or anew."""
    if line:
        return by_phone.book(counter.work, me(), line, slot)
    if moving:
        return window.move(counter.work, me(), AppointmentId(moving), slot)
    return window.book(counter.work, me(), patient, slot)


def _slots_again(number: int, moving: int | None, line: int | None) -> str:
    """The page the clerk came from, as its own form tells."""
    day = request.form.get("day")
    return url_for(
        "console.choose_slot",
        number=number,
        department=request.form.get("department") or None,
        day=day if is_day(day) else None,
        moving=moving,
        line=line,
    )


def _add_appointment(blueprint: Blueprint, open_desk: OpenDesk) -> None:
    @blueprint.get("/patients/<int:number>/appointments/<int:appointment>/cancel")
    def ask_cancel(number: int, appointment: int) -> ResponseReturnValue:
        door.only_desk()

        def look(counter: Counter) -> tuple[Any, bool]:
            view = window.find(counter.work, me(), AppointmentId(appointment))
            return view, counter.bookings.cancel_is_free(view.id)

        view, is_free = door.act(open_desk, look)
        return render_template("console/cancel.html", view=view, is_free=is_free, number=number)

    @blueprint.post("/patients/<int:number>/appointments/<int:appointment>/cancel")
    def cancel(number: int, appointment: int) -> ResponseReturnValue:
        door.only_desk()
        said = request.form.get("reason")
        reason = next((why for why in CANCEL_REASONS if why == said), None)
        which = AppointmentId(appointment)
        view = door.act(open_desk, lambda c: window.cancel(c.work, me(), which, reason))
        flash(texts.cancelled(view))
        return redirect(url_for("console.patient", number=number))

    @blueprint.post("/patients/<int:number>/appointments/<int:appointment>/paid")
    def paid(number: int, appointment: int) -> ResponseReturnValue:
        door.only_desk()
        is_paid = request.form.get("paid") == "1"
        which = AppointmentId(appointment)
        door.act(open_desk, lambda c: window.pay(c.work, me(), which, is_paid=is_paid))
        flash(texts.PAID if is_paid else texts.NOT_PAID)
        return redirect(url_for("console.patient", number=number))
