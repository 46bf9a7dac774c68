"""A hospital's kiosk books through the JSON interface, and is told plainly when it may not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from api import create_blueprint
from api.openapi import DOCUMENT
from desk import tokens
from desk.counter import Counter
from desk.patients import Patients
from desk.work import Actor
from models import Appointment, AppointmentEvent, Idempotency, Slot
from scheduling.types import Registration
from tests.desk.clinic import Clinic

MOTHER = Registration("李秀英", "resident_id", "11010519491231002X", "mother")


class Kiosk:
    """A program with a token, and a clinic it books at."""

    def __init__(self, url: str, capacity: int = 4) -> None:
        self.clinic = Clinic(url)
        self.clinic.add_doctor_day(capacity=capacity)
        self.patient = self.add_patient("wang", MOTHER)
        with self.clinic.work() as work:
            self.token = tokens.create(work, "kiosk", ["appointments:write"])
        app = Flask("kiosk")
        app.register_blueprint(create_blueprint(self.open_desk))
        self.app = app

    @contextmanager
    def open_desk(self, actor: Actor) -> Iterator[Counter]:
        with self.clinic.work(actor) as work:
            yield Counter(work)

    def add_patient(self, openid: str, registration: Registration) -> str:
        with self.clinic.work(openid) as work:
            patients = Patients(work)
            patients.consent("registration")
            patients.consent("relative")
            return patients.register(registration).public_id

    def wish(self, **changes: object) -> dict[str, object]:
        asked = {
            "patientId": self.patient,
            "doctorId": "D001",
            "date": "2026-11-25",
            "timeSlot": "09:00-09:30",
        }
        return {**asked, **changes}

    def client(self) -> FlaskClient:
        return self.app.test_client()

    def book(self, key: str | None = None, **changes: object) -> TestResponse:
        headers = {"Authorization": f"Bearer {self.token}"}
        if key is not None:
            headers["Idempotency-Key"] = key
        return self.client().post("/api/appointment", json=self.wish(**changes), headers=headers)

    def count(self, table: type[Appointment | Idempotency]) -> int:
        with self.clinic.work() as work:
            return work.conn.scalar(select(func.count()).select_from(table)) or 0


@pytest.fixture
def kiosk(sqlite_url: str) -> Iterator[Kiosk]:
    opened = Kiosk(sqlite_url)
    yield opened
    opened.clinic.engine.dispose()


def check(response: TestResponse) -> dict[str, object]:
    """The answer, which must be as the OpenAPI document says."""
    declared = DOCUMENT["paths"]["/api/appointment"]["post"]["responses"]
    schema = declared[str(response.status_code)]["content"]["application/json"]["schema"]
    whole = {**schema, "components": DOCUMENT["components"]}
    Draft202012Validator(whole).validate(response.get_json())
    return response.get_json()


def test_a_kiosk_books_a_confirmed_appointment(kiosk):
    response = kiosk.book()
    body = check(response)
    assert response.status_code == 201
    assert body["success"] is True
    shown = body["appointment"]
    assert shown["patientName"] == "李*英"
    assert shown["status"] == "booked"
    assert (shown["date"], shown["timeSlot"]) == ("2026-11-25", "09:00-09:30")
    assert shown["startsAt"] == "2026-11-25T09:00:00+08:00"
    assert (shown["doctorName"], shown["feeFen"]) == ("王建国", 2500)
    with kiosk.clinic.work() as work:
        (row,) = work.conn.execute(select(Appointment.__table__))
        assert (row.status, row.channel, row.code) == ("booked", "api", shown["code"])
        actors = set(work.conn.scalars(select(AppointmentEvent.actor)))
        assert actors == {"api:kiosk"}
        assert work.conn.scalar(select(func.sum(Slot.booked))) == 1


def test_the_start_of_the_slot_is_enough(kiosk):
    assert kiosk.book(timeSlot="09:00").status_code == 201


@pytest.mark.parametrize("header", [None, "Bearer", "Bearer wrong", "Basic d2hvOm1l", "wrong"])
def test_without_a_valid_token_nothing_is_told(kiosk, header):
    headers = {} if header is None else {"Authorization": header}
    response = kiosk.client().post("/api/appointment", json=kiosk.wish(), headers=headers)
    assert (response.status_code, check(response)["code"]) == (401, "Unauthorized")
    assert response.headers["WWW-Authenticate"] == "Bearer"


def test_a_token_for_something_else_may_not_book(kiosk):
    with kiosk.clinic.work() as work:
        kiosk.token = tokens.create(work, "reader", ["appointments:read"])
    response = kiosk.book()
    assert (response.status_code, check(response)["code"]) == (403, "Forbidden")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"patientId": ""}, "patientId"),
        ({"patientId": 7}, "patientId"),
        ({"patientId": None}, "patientId"),
        ({"patientId": "\ud800"}, "patientId"),
        ({"doctorId": "D\x00"}, "doctorId"),
        ({"doctorId": "D" * 65}, "doctorId"),
        ({"date": "明天"}, "date"),
        ({"date": "2026-02-30"}, "date"),
        ({"timeSlot": "9点"}, "timeSlot"),
        ({"timeSlot": "24:00"}, "timeSlot"),
        ({"timeSlot": "09:00-"}, "timeSlot"),
    ],
)
def test_a_wrong_field_is_named(kiosk, changes, field):
    response = kiosk.book(**changes)
    assert response.status_code == 422
    assert check(response)["field"] == field


@pytest.mark.parametrize(
    ("data", "content_type", "status"),
    [
        (b"{", "application/json", 400),
        (b"\xff\xfe", "application/json", 400),
        (b"[]", "application/json", 400),
        (b"null", "application/json", 400),
        (b"a=b", "application/x-www-form-urlencoded", 415),
        (b'"' + b"a" * 20_000 + b'"', "application/json", 413),
        (b"[" * 7_000, "application/json", 400),
    ],
)
def test_a_body_that_cannot_be_read_is_refused(kiosk, data, content_type, status):
    response = kiosk.client().post(
        "/api/appointment",
        data=data,
        content_type=content_type,
        headers={"Authorization": f"Bearer {kiosk.token}"},
    )
    assert response.status_code == status
    check(response)


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"patientId": "0" * 24}, "UnknownPatient", "patientId"),
        ({"doctorId": "D999"}, "UnknownDoctor", "doctorId"),
        ({"date": "2026-11-28"}, "UnknownSlot", "timeSlot"),
        ({"timeSlot": "09:10"}, "UnknownSlot", "timeSlot"),
        ({"timeSlot": "09:00-10:00"}, "UnknownSlot", "timeSlot"),
    ],
)
def test_what_does_not_exist_is_named(kiosk, changes, code, field):
    response = kiosk.book(**changes)
    body = check(response)
    assert (response.status_code, body["code"], body["field"]) == (404, code, field)


def test_a_rule_of_the_hospital_says_no_in_chinese(kiosk):
    assert kiosk.book(timeSlot="09:00").status_code == 201
    response = kiosk.book(timeSlot="10:00")
    body = check(response)
    assert (response.status_code, body["code"]) == (409, "SameHalfDay")
    assert "半天" in str(body["message"])
    assert kiosk.count(Appointment) == 1


def test_the_last_place_is_sold_once(sqlite_url):
    kiosk = Kiosk(sqlite_url, capacity=1)
    assert kiosk.book().status_code == 201
    other = replace(MOTHER, name="赵大山", document_number="110105194912310011")
    response = kiosk.book(patientId=kiosk.add_patient("zhao", other))
    assert (response.status_code, check(response)["code"]) == (409, "SlotTaken")
    kiosk.clinic.engine.dispose()


def test_the_same_key_gets_the_same_answer_and_one_appointment(kiosk):
    first = kiosk.book(key="order-17")
    again = kiosk.book(key="order-17")
    assert first.status_code == again.status_code == 201
    assert first.get_json() == again.get_json()
    assert kiosk.count(Appointment) == 1


def test_the_same_key_for_another_wish_is_refused(kiosk):
    kiosk.book(key="order-17")
    response = kiosk.book(key="order-17", timeSlot="10:00")
    assert (response.status_code, check(response)["code"]) == (422, "IdempotencyKeyReused")


def test_a_refused_wish_may_be_tried_again_under_its_key(kiosk):
    assert kiosk.book(timeSlot="09:00").status_code == 201
    assert kiosk.book(key="order-18", timeSlot="10:00").status_code == 409
    assert kiosk.count(Idempotency) == 0


@pytest.mark.parametrize("key", ["", "中文", "a b", "x" * 256])
def test_a_malformed_key_is_refused(kiosk, key):
    client = kiosk.client()
    environ = {"HTTP_IDEMPOTENCY_KEY": key.encode().decode("latin-1")}
    headers = {"Authorization": f"Bearer {kiosk.token}"}
    response = client.post(
        "/api/appointment", json=kiosk.wish(), headers=headers, environ_overrides=environ
    )
    assert (response.status_code, check(response)["code"]) == (400, "BadIdempotencyKey")


@pytest.mark.race
def test_eight_copies_of_one_request_at_once_are_one_appointment(database_url):
    kiosk = Kiosk(database_url)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: kiosk.book(key="order-17"), range(8)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({json.dumps(answer.get_json(), sort_keys=True) for answer in answers}) == 1
    assert kiosk.count(Appointment) == 1
    kiosk.clinic.engine.dispose()


@pytest.mark.race
def test_control_eight_copies_without_a_key_get_different_answers(sqlite_url):
    kiosk = Kiosk(sqlite_url)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: kiosk.book(), range(8)))
    assert sorted(answer.status_code for answer in answers) == [201, *[409] * 7]
    kiosk.clinic.engine.dispose()


def test_a_wrong_method_is_told_as_json_and_other_pages_keep_their_own_errors(kiosk):
    client = kiosk.client()

    assert client.get("/api/appointment").json["code"] == "MethodNotAllowed"
    assert client.get("/nowhere").content_type.startswith("text/html")


def find(kiosk, scopes=("patients:read",), **document):
    with kiosk.clinic.work() as work:
        token = tokens.create(work, "registry", scopes)
    return kiosk.client().post(
        "/api/v1/patients/find",
        json={"documentKind": "resident_id", **document},
        headers={"Authorization": f"Bearer {token}"},
    )


def test_a_program_finds_the_patient_it_books_for(kiosk):
    found = find(kiosk, documentNumber="11010519491231002x")

    assert (found.status_code, found.json) == (200, {"patientId": kiosk.patient})
    Draft202012Validator({**DOCUMENT["components"]["schemas"]["Found"]}).validate(found.json)


@pytest.mark.parametrize(
    ("document", "status", "code"),
    [
        ({"documentNumber": "110101195803070011"}, 404, "UnknownPatient"),
        ({"documentNumber": "110101195003070023"}, 422, "BadDocument"),
        ({"documentNumber": "E123", "documentKind": "guardian"}, 422, "BadDocument"),
        ({"documentKind": "passport"}, 422, "BadField"),
    ],
)
def test_whom_it_cannot_find_is_told(kiosk, document, status, code):
    found = find(kiosk, **document)

    assert (found.status_code, check(found)["code"]) == (status, code)


def test_who_may_only_book_finds_nobody(kiosk):
    found = find(kiosk, ("appointments:write",), documentNumber="11010519491231002X")

    assert (found.status_code, check(found)["code"]) == (403, "Forbidden")


def test_the_document_is_valid_openapi_and_public(kiosk):
    response = kiosk.client().get("/api/openapi.json")
    assert response.status_code == 200
    OpenAPIV31SpecValidator(response.get_json()).validate()
