"""
`POST /api/appointment`: another program books for a patient.

Checks in this order: token (401), scope (403), body (400, 413, 415), fields (422), idempotency key
(422 when it belongs to another request), names (404), rules of the desk (409). A request that
failed left nothing behind and may be sent again under the same key.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, time

from flask import Request

from api import requests
from api.problems import Problem
from desk import idempotency, programs
from desk.conflicts import retrying
from desk.counter import Counter
from desk.idempotency import Answer
from desk.programs import Wish
from desk.work import Actor
from handlers.texts.booking import BOOKED
from handlers.texts.refusals import say
from scheduling.errors import Refusal
from scheduling.types import AppointmentView

SCOPE = "appointments:write"
_FIELDS = ("patientId", "doctorId", "date", "timeSlot")
_CLOCK = r"([01][0-9]|2[0-3]):([0-5][0-9])"
_TIME_SLOT = re.compile(rf"{_CLOCK}(?:-{_CLOCK})?")
_KEY = re.compile(r"[\x21-\x7e]{1,255}")
_FIELD_OF = {"patient": "patientId", "doctor": "doctorId", "slot": "timeSlot"}


@dataclass(frozen=True, slots=True)
class _Asked:
    """A request that has passed every check that needs no database."""

    wish: Wish
    key: str | None
    fields: dict[str, str]


def post(request: Request, open_desk: requests.OpenDesk) -> Answer:
    """
    Book; returns the answer, a replayed one when the key was answered before.

    Raises:
        Problem: every other answer.
        StillLosingError: the database was too busy; nothing was done.
    """
    actor = requests.authenticate(request, open_desk, SCOPE)
    asked = _read(request)
    try:
        return retrying(lambda: open_desk(actor), lambda counter: _answer(counter, asked, actor))
    except Refusal as refusal:
        raise Problem(409, type(refusal).__name__, say(refusal)) from refusal
    except programs.UnknownError as unknown:
        field = _FIELD_OF[unknown.field]
        message = f"no such {unknown.field}"
        raise Problem(404, f"Unknown{unknown.field.title()}", message, field) from unknown
    except idempotency.KeyReusedError as reused:
        message = "this Idempotency-Key belongs to another request"
        raise Problem(422, "IdempotencyKeyReused", message) from reused


def _answer(counter: Counter, asked: _Asked, actor: Actor) -> Answer:
    """Book once per key, inside one transaction."""
    if asked.key is not None:
        before = idempotency.claim(counter.work, actor.name, asked.key, asked.fields)
        if before is not None:
            return before
    view = programs.book(counter.work, asked.wish)
    body = {"success": True, "message": BOOKED, "appointment": _shown(view, asked)}
    answer = Answer(201, body)
    if asked.key is not None:
        idempotency.keep(counter.work, actor.name, asked.key, answer)
    return answer


def _read(request: Request) -> _Asked:
    """The request as a wish; says 400, 415 and 422."""
    fields = requests.texts(request, _FIELDS)
    key = request.headers.get("Idempotency-Key")
    if key is not None and not _KEY.fullmatch(key):
        raise Problem(400, "BadIdempotencyKey", "1 to 255 visible ASCII characters")
    begins, ends = _times(fields["timeSlot"])
    wish = Wish(fields["patientId"], fields["doctorId"], _day(fields["date"]), begins, ends)
    return _Asked(wish, key, fields)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Problem(422, "BadField", "date must look like 2026-12-02", "date") from error


def _times(text: str) -> tuple[time, time | None]:
    match = _TIME_SLOT.fullmatch(text)
    if match is None:
        raise Problem(422, "BadField", "timeSlot must look like 09:00 or 09:00-09:30", "timeSlot")
    hour, minute, end_hour, end_minute = match.groups()
    ends = time(int(end_hour), int(end_minute)) if end_hour else None
    return time(int(hour), int(minute)), ends


def _shown(view: AppointmentView, asked: _Asked) -> dict[str, object]:
    """The appointment as other programs see it; local times carry their offset."""
    at = view.opening
    return {
        "id": view.id,
        "code": view.code,
        "status": view.status,
        "patientId": asked.wish.patient,
        "patientName": view.patient_name_masked,
        "doctorId": at.doctor,
        "doctorName": at.doctor_name,
        "site": at.site,
        "siteName": at.site_name,
        "department": at.department,
        "departmentName": at.department_name,
        "room": at.room,
        "date": at.starts_at.date().isoformat(),
        "timeSlot": f"{at.starts_at:%H:%M}-{at.ends_at:%H:%M}",
        "startsAt": at.starts_at.isoformat(),
        "endsAt": at.ends_at.isoformat(),
        "serviceType": at.service_type,
        "mode": at.mode,
        "feeFen": at.fee_fen,
    }
