"""
The console's pages: statements and time, in the demo hospital and in one of a county's size.

Asked in this process, without a network: what a page costs is its statements and its template.
"""

from __future__ import annotations

import itertools
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, insert, select, update

import migrations
from benchmarks import hospital
from benchmarks.measure import Row, interleaved, percentile
from benchmarks.places import Places
from bot.house import House, open_house
from bot.settings import Settings
from bot.turn import open_desk
from bot.wiring import furnish
from desk import demo, staff
from desk.rows import insert_row
from desk.work import Actor, Work
from models import (
    Appointment,
    AuditEvent,
    Broadcast,
    HumanRequest,
    Outbox,
    Patient,
    Shift,
    Slot,
    WaitlistEntry,
    WechatUser,
)

_PAGES = (
    "/", "/?day={tomorrow}", "/shifts/{shift}", "/shifts/{shift}/quotas",
    "/shifts/{shift}/suspend", "/print?day={tomorrow}", "/patients/{patient}",
    "/patients/{patient}/book?department={ward}&day={tomorrow}", "/roster?department={ward}",
    "/waitlists", "/calls", "/inbox", "/inbox/1", "/canned", "/staff", "/audit", "/account",
    "/broadcasts", "/broadcasts/new", "/broadcasts/1", "/broadcasts/1?part=1", "/groups",
    "/moves", "/policy", "/reconcile", "/planning?day={tomorrow}",
)  # fmt: skip
_PHRASE = "a phrase of some length"
_JOB = Actor("job", name="bench")
_MILLI = 1e3
_CHUNK = 2_000
_FULL = 0.75
_FEW = 200
# Of a county's hospital, by patients on file: calls to make, questions, waiting, acts, recipients.
_A_CALL, _A_QUESTION, _A_WAITING, _ACTS, _A_RECIPIENT = 200, 200, 100, 3, 2


def rows(places: Places) -> Iterator[Row]:
    """Yield how the pages grow with the hospital, in statements and in time."""
    engine = places.sizes.turn_engines[0]
    small = _Console(places, engine, _FEW)
    large = _Console(places, engine, places.sizes.on_file)
    stands = {"demo": small, "county": large}
    for stand in stands.values():
        stand.look()  # whatever is read once and kept
    measurements = [partial(stand.measure, name) for name, stand in stands.items()]
    samples = interleaved(measurements, places.sizes.rounds)
    for unit, what, goal in (
        ("statements", "most statements of a page", 1.0),
        ("ms p95", "slowest page", None),
    ):
        keys = {name: f"{name} {what}" for name in stands}
        yield Row(
            work=f"console, {what}",
            where=engine,
            unit=unit,
            samples={name: samples[key] for name, key in keys.items()},
            ours=("county",),
            limit=("demo",),
            goal=goal,
            facts=large.told if unit == "ms p95" else {"patients": large.patients},
        )
    small.close()
    large.close()


class _Console:
    """A hospital of some size, and an administrator who looks at its pages."""

    def __init__(self, places: Places, engine: str, patients: int) -> None:
        environment = hospital.environment(places.database(engine), places.redis_url)
        self._house = open_house(Settings.read(environment))
        migrations.upgrade(self._house.engine)
        self._looks = places.sizes.looks
        with open_desk(self._house, _JOB) as counter:
            demo.load(counter.work)
        self.patients = patients
        _grow(self._house, patients)
        with open_desk(self._house, _JOB) as counter:
            self._about = _about(counter.work)
            code = staff.invite(counter.work, "王管理", "admin")
        self._client = _entered(self._house, code)
        self._sent = itertools.count()
        self.told: dict[str, str] = {}
        event.listen(self._house.engine, "before_cursor_execute", self._count)

    def close(self) -> None:
        self._house.close()

    def look(self) -> dict[str, tuple[int, float]]:
        """Look at every page once; statements and seconds of each."""
        found = {}
        for page in _PAGES:
            before, began = next(self._sent), time.perf_counter()
            answer = self._client.get(f"/console{page.format(**self._about)}")
            seconds = time.perf_counter() - began
            if answer.status_code != 200:
                raise RuntimeError(f"{page}: {answer.status}")
            found[page] = next(self._sent) - before - 1, seconds
        return found

    def measure(self, name: str) -> Mapping[str, float]:
        """Look some times; the page with most statements, and the one with the slowest p95."""
        looks = [self.look() for _ in range(self._looks)]
        slow = {p: percentile([one[p][1] for one in looks], 95) * _MILLI for p in _PAGES}
        many = {page: max(one[page][0] for one in looks) for page in _PAGES}
        self.told = {p: f"{slow[p]:.0f} ms {many[p]} statements" for p in _PAGES}
        return {
            f"{name} most statements of a page": float(max(many.values())),
            f"{name} slowest page": max(slow.values()),
        }

    def _count(self, *_: object) -> None:
        next(self._sent)


def _entered(house: House, code: str) -> FlaskClient:
    client = furnish(Flask("console"), house).test_client()
    page = client.get("/console/join").get_data(as_text=True)
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    if found is None:
        raise RuntimeError("no form to join by")
    fields = {"csrf_token": found.group(1), "code": code, "password": _PHRASE}
    client.post("/console/join", data=fields, follow_redirects=True)
    return client


def _about(work: Work) -> dict[str, object]:
    """What the pages are about: the next day with clinics, one of its shifts, a patient."""
    slot = work.conn.execute(
        select(Slot.shift_id, Slot.department_id, Slot.visit_on)
        .where(Slot.visit_on > work.local(work.now).date(), Slot.is_open)
        .order_by(Slot.visit_on, Slot.booked.desc())
    ).first()
    if slot is None:
        raise RuntimeError("no clinic ahead")
    patient = work.conn.scalar(select(Patient.id).order_by(Patient.id))
    ward = next(w.code for key, w in work.directory.wards.items() if key == slot.department_id)
    about = {"tomorrow": slot.visit_on.isoformat(), "shift": slot.shift_id, "ward": ward}
    return {**about, "patient": patient}


# -- a hospital grows


@dataclass(frozen=True, slots=True)
class _Place:
    slot: Any
    number: int


def _grow(house: House, patients: int) -> None:
    """Three of four coming places are taken as far as people go; calls and acts have piled up."""
    with open_desk(house, _JOB) as counter:
        work = counter.work
        people = _people(work, patients)
        _visits(work, people)
        _piles(work, people)
        _told(work, people[: patients // _A_RECIPIENT])


def _insert(work: Work, table: type[Any], found: Sequence[dict[str, Any]]) -> None:
    for start in range(0, len(found), _CHUNK):
        work.conn.execute(insert(table), found[start : start + _CHUNK])


def _people(work: Work, count: int) -> list[int]:
    """People on file, each with an account; their numbers."""
    sealed, now = work.vault.seal("李秀英"), work.now
    row = {
        "name_enc": sealed, "document_kind": "passport", "document_enc": sealed, "sex": "f",
        "birth_on": date(1960, 5, 1), "phone_enc": sealed, "created_at": now,
        "name_hash": work.vault.lookup("name"),
    }  # fmt: skip
    keys = [f"county{n}" for n in range(count)]
    _insert(work, Patient, [{"public_id": k, "document_hash": k, **row} for k in keys])
    account = {"openid_enc": sealed, "followed": True, "created_at": now}
    _insert(work, WechatUser, [{"openid_hash": k, **account} for k in keys])
    known = select(Patient.id).where(Patient.public_id.like("county%")).order_by(Patient.id)
    return list(work.conn.scalars(known))


def _visits(work: Work, people: Sequence[int]) -> None:
    slots = work.conn.execute(
        select(*Slot.__table__.c, Shift.half_day, Shift.fee_fen, Shift.service_type)
        .join(Shift, Shift.id == Slot.shift_id)
        .where(Slot.starts_at > work.now)
        .order_by(Slot.id)
    ).all()
    free = [
        _Place(slot, number)
        for slot in slots
        for number in range(slot.booked, int(slot.capacity * _FULL))
    ]
    rows = [_visit(one, patient, work) for one, patient in zip(free, people, strict=False)]
    _insert(work, Appointment, rows)
    taken = {row["slot_id"] for row in rows}
    more = update(Slot).where(Slot.id.in_(taken))
    work.conn.execute(more.values(booked=Slot.capacity))


def _visit(place: _Place, patient: int, work: Work) -> dict[str, Any]:
    slot = place.slot
    return {
        "code": f"B{patient}", "status": "booked", "patient_id": patient, "slot_id": slot.id,
        "shift_id": slot.shift_id, "department_id": slot.department_id,
        "doctor_id": slot.doctor_id, "visit_on": slot.visit_on, "half_day": slot.half_day,
        "starts_at": slot.starts_at, "ends_at": slot.ends_at, "fee_fen": slot.fee_fen,
        "service_type": slot.service_type, "channel": "window", "created_at": work.now,
        "occupies": f"county:{patient}",
    }  # fmt: skip


def _piles(work: Work, people: Sequence[int]) -> None:
    """What waits for somebody at the desk, and what was done there."""
    sealed, now, today = work.vault.seal("{}"), work.now, work.local(work.now).date()
    call = {
        "kind": "reminder", "state": "call", "payload_enc": sealed, "last_error": "",
        "not_before": now, "created_at": now,
    }  # fmt: skip
    count = len(people)
    calls = work.conn.scalars(select(Appointment.id).limit(count // _A_CALL)).all()
    _insert(work, Outbox, [{"dedupe_key": f"c{n}", "appointment_id": n, **call} for n in calls])
    asked = {"words_enc": sealed, "openid_enc": sealed, "kind": "human", "created_at": now}
    questions = max(1, count // _A_QUESTION)
    _insert(work, HumanRequest, [{"openid_hash": f"q{n}", **asked} for n in range(questions)])
    ward = next(iter(work.directory.wards))
    account = work.conn.scalar(select(WechatUser.id).limit(1))
    waits = {
        "department_id": ward, "first_on": today, "last_on": today + timedelta(days=7),
        "joined_at": now, "closes_at": now + timedelta(days=7), "wechat_user_id": account,
    }  # fmt: skip
    waiting = [{"patient_id": p, "wish": f"w{p}", **waits} for p in people[: count // _A_WAITING]]
    _insert(work, WaitlistEntry, waiting)
    act = {"at": now, "actor": "window:staff:1", "act": "look", "details_enc": None}
    _insert(work, AuditEvent, [{"subject": f"p:{n}", **act} for n in range(count * _ACTS)])


def _told(work: Work, people: Sequence[int]) -> None:
    """A broadcast to many of them has just left."""
    staff.invite(work, "刘护士", "desk")
    now, words = work.now, work.vault.seal("周一停水")
    audience = '{"kind": "group", "shifts": [], "doctors": [], "departments": [], "sites": [], '
    row = {
        "way": "personal", "audience": audience + '"start": null, "end": null, "group": 1}',
        "words_enc": words, "state": "sending", "staff_id": 1, "expected": len(people),
        "laid": len(people), "laid_after": 0, "not_before": now, "created_at": now,
    }  # fmt: skip
    number = insert_row(work.conn, insert(Broadcast), row)
    notice = {
        "kind": "news", "payload_enc": words, "last_error": "", "created_at": now,
        "not_before": now, "state": "sent", "broadcast_id": number, "sent_at": now,
    }  # fmt: skip
    _insert(work, Outbox, [{"dedupe_key": f"t{one}", **notice} for one in people])
