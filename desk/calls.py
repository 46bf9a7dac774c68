"""The call list: notices that found no way to the patient, for somebody to ring about."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, func, or_, select, update

from desk import audiences, matters, requests
from desk.work import Work
from models import Appointment, Broadcast, Department, Outbox, Patient, Site
from scheduling.broadcasting import filled
from scheduling.channels import KINDS

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Call:
    """
    One call to make, in full: the desk needs name and phone. Times are local.

    What is not about an appointment has no visit, and perhaps no name; `words` is what an answer
    of the desk was to say.
    """

    id: int
    kind: str
    visit_at: datetime | None
    name: str
    phone: str
    department: str
    why: str
    words: str = ""


def waiting(work: Work, site: str | None = None) -> list[Call]:
    """
    Return the calls to make, the next visit first.

    With `site` those about visits, questions and broadcasts there, and those of no site.
    """
    query = (
        select(
            Outbox.id,
            Outbox.kind,
            Outbox.payload_enc,
            Outbox.last_error,
            Appointment.starts_at,
            Patient.name_enc,
            Patient.phone_enc,
            Department.name.label("department"),
            Broadcast.words_enc,
        )
        .outerjoin(Appointment, Appointment.id == Outbox.appointment_id)
        .outerjoin(Patient, Patient.id == Appointment.patient_id)
        .outerjoin(Department, Department.id == Appointment.department_id)
        .outerjoin(Broadcast, Broadcast.id == Outbox.broadcast_id)
        .where(Outbox.state == "call")
        .order_by(Appointment.starts_at.is_(None), Appointment.starts_at, Outbox.id)
    )
    if site is not None:
        query = query.where(_of_site(work, site))
    rows = work.conn.execute(query)
    payloads = [(row, json.loads(work.vault.open(row.payload_enc))) for row in rows]
    asked = [int(payload["request"]) for _, payload in payloads if "request" in payload]
    families = requests.families(work, asked)
    if site is not None:
        others = _others(work, asked, site)
        payloads = [
            (row, payload) for row, payload in payloads if payload.get("request") not in others
        ]
    calls = [_call(work, row, payload, families) for row, payload in payloads]
    return [call for call in calls if not _is_too_late(call, work.local(work.now))]


def _of_site(work: Work, site: str) -> ColumnElement[bool]:
    """About a visit there; about none, unless it is of a broadcast of another site."""
    of_site = (
        select(Appointment.id)
        .join(Department, Department.id == Appointment.department_id)
        .join(Site, Site.id == Department.site_id)
        .where(Site.code == site)
    )
    others = [number for number, home in _homes(work).items() if home != site]
    is_ours = or_(Outbox.broadcast_id.is_(None), Outbox.broadcast_id.not_in(others))
    return or_(Outbox.appointment_id.in_(of_site), and_(Outbox.appointment_id.is_(None), is_ours))


def _homes(work: Work) -> Mapping[int, str]:
    """The sites of the broadcasts about which somebody has to ring, of no visit."""
    rung = select(Outbox.broadcast_id).where(
        Outbox.state == "call", Outbox.broadcast_id.is_not(None), Outbox.appointment_id.is_(None)
    )
    rows = work.conn.execute(select(*Broadcast.__table__.c).where(Broadcast.id.in_(rung))).all()
    return audiences.homes(work, rows) if rows else {}


def _others(work: Work, asked: Sequence[int], site: str) -> frozenset[int]:
    """The questions of these that are another site's."""
    placed = matters.sites(work, asked)
    return frozenset(number for number, code in placed.items() if code != site)


def _is_of_another(work: Work, number: int, site: str) -> bool:
    """Whether a call is about a question of another site's."""
    sealed = work.conn.scalar(select(Outbox.payload_enc).where(Outbox.id == number))
    payload = json.loads(work.vault.open(sealed)) if sealed else {}
    asked = payload.get("request")
    return asked is not None and bool(_others(work, [int(asked)], site))


def _is_too_late(call: Call, now: datetime) -> bool:
    """Nobody is reminded of a visit that has begun."""
    return call.visit_at is not None and call.visit_at <= now and KINDS[call.kind].until_visit


def _call(
    work: Work,
    row: Row[*tuple[Any, ...]],
    payload: Mapping[str, Any],
    families: Mapping[int, Sequence[requests.Person]],
) -> Call:
    name = work.vault.open(row.name_enc) if row.name_enc else str(payload.get("name", ""))
    phone = work.vault.open(row.phone_enc) if row.phone_enc else str(payload.get("phone", ""))
    if "request" in payload:
        people = families.get(int(payload["request"]), ())
        name = "、".join(person for person, _, _ in people)
        phone = next((number for _, _, number in people if number), "")
    said = work.vault.open(row.words_enc) if row.words_enc else ""
    about = {"patient": name, "department": row.department or ""}
    return Call(
        id=row.id,
        kind=row.kind,
        visit_at=work.local(row.starts_at) if row.starts_at else None,
        name=name,
        phone=phone,
        department=row.department or "",
        why=row.last_error,
        words=filled(said, about) if said else str(payload.get("text", "")),
    )


def done(work: Work, number: int, site: str | None = None) -> bool:
    """Take a call off the list; False if there is none of that number (of that site)."""
    called = update(Outbox).where(Outbox.id == number, Outbox.state == "call")
    if site is not None:
        if _is_of_another(work, number, site):
            return False
        called = called.where(_of_site(work, site))
    return work.conn.execute(called.values(state="called", sent_at=work.now)).rowcount == 1


def census(work: Work) -> dict[str, int]:
    """Return how much waits, by state, and what was `uncertain` in the last day."""
    waits = ("due", "leased", "sending", "call")
    rows = work.conn.execute(
        select(Outbox.state, func.count().label("number"))
        .where(Outbox.state.in_(waits))
        .group_by(Outbox.state)
    )
    found = {row.state: row.number for row in rows}
    uncertain = select(func.count()).where(Outbox.uncertain_at > work.now - _DAY)
    return {
        **{state: found.get(state, 0) for state in waits},
        "uncertain": work.conn.scalar(uncertain) or 0,
    }
