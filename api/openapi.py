"""The OpenAPI 3.1 document of the interface; a test checks that real answers obey it."""

from __future__ import annotations

from typing import Any

from desk.programs import DOCUMENT_KINDS

_TEXT = {"type": "string"}
_NAME = {"type": "string", "minLength": 1, "maxLength": 64}


def _object(properties: dict[str, Any], optional: tuple[str, ...] = ()) -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": [name for name in properties if name not in optional],
        "properties": properties,
    }


def _problem(description: str) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"description": description, "content": {"application/json": {"schema": schema}}}


_REQUEST = _object(
    {
        "patientId": _NAME | {"description": "see /api/v1/patients/find"},
        "doctorId": _NAME | {"description": "code of the doctor in the roster"},
        "date": _NAME | {"format": "date", "description": "local day of the visit"},
        "timeSlot": {
            "type": "string",
            "pattern": "^[0-2][0-9]:[0-5][0-9](-[0-2][0-9]:[0-5][0-9])?$",
            "description": "local start of the slot, with or without its end",
            "examples": ["09:00", "09:00-09:30"],
        },
    }
) | {"additionalProperties": True}
_APPOINTMENT = _object(
    {
        "id": {"type": "integer"},
        "code": _TEXT | {"description": "what the patient says at the window"},
        "status": _TEXT,
        "patientId": _TEXT,
        "patientName": _TEXT | {"description": "masked"},
        "doctorId": {"type": ["string", "null"]},
        "doctorName": {"type": ["string", "null"]},
        "site": _TEXT,
        "siteName": _TEXT,
        "department": _TEXT,
        "departmentName": _TEXT,
        "room": _TEXT,
        "date": _TEXT | {"format": "date"},
        "timeSlot": _TEXT,
        "startsAt": _TEXT | {"format": "date-time"},
        "endsAt": _TEXT | {"format": "date-time"},
        "serviceType": _TEXT,
        "mode": {"enum": ["clinic", "remote"]},
        "feeFen": {"type": "integer", "minimum": 0, "description": "CNY fen, paid on the day"},
    }
)
_BOOKED = _object(
    {
        "success": {"const": True},
        "message": _TEXT | {"description": "Chinese, for the patient"},
        "appointment": {"$ref": "#/components/schemas/Appointment"},
    }
)
_DOCUMENT = _object(
    {
        "documentKind": {"enum": [*DOCUMENT_KINDS]},
        "documentNumber": _NAME,
    }
) | {"additionalProperties": True}
_FOUND = _object({"patientId": _TEXT | {"description": "public id of the patient"}})
_PROBLEM = _object(
    {
        "success": {"const": False},
        "code": _TEXT | {"description": "a name to branch on, e.g. SlotTaken"},
        "message": _TEXT | {"description": "Chinese where a rule of the hospital said no"},
        "field": _TEXT | {"description": "the field of the request that has to change"},
    },
    optional=("field",),
)
_BOOK = {
    "operationId": "bookAppointment",
    "summary": "Book a slot of a doctor for a patient; fees are paid on the day",
    "security": [{"token": ["appointments:write"]}],
    "parameters": [
        {
            "name": "Idempotency-Key",
            "in": "header",
            "required": False,
            "description": "The same key with the same body is answered once and replayed for"
            " 24 hours; with another body it is refused. Refused requests are not kept.",
            "schema": {"type": "string", "pattern": "^[!-~]{1,255}$"},
        }
    ],
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Request"}}},
    },
    "responses": {
        "201": {
            "description": "Booked",
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Booked"}}},
        },
        "400": _problem("Not JSON that can be read, or a malformed Idempotency-Key"),
        "401": _problem("No valid token"),
        "403": _problem("The token lacks the scope appointments:write"),
        "404": _problem("No such patient, doctor, or slot at that time"),
        "409": _problem("A rule said no; `code` names it: SlotTaken, DailyLimit, TooLate, …"),
        "413": _problem("More than 16 kB"),
        "415": _problem("Not application/json"),
        "422": _problem("A field is wrong, or the Idempotency-Key belongs to another request"),
        "503": _problem("Too busy; nothing was done, try again after `Retry-After` seconds"),
    },
}
_FIND = {
    "operationId": "findPatient",
    "summary": "The public id of the patient with a document",
    "security": [{"token": ["patients:read"]}],
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Document"}}},
    },
    "responses": {
        "200": {
            "description": "Found",
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Found"}}},
        },
        "400": _problem("Not JSON that can be read"),
        "401": _problem("No valid token"),
        "403": _problem("The token lacks the scope patients:read"),
        "404": _problem("Nobody is registered with this document"),
        "413": _problem("More than 16 kB"),
        "415": _problem("Not application/json"),
        "422": _problem("There can be no such document"),
        "503": _problem("Too busy; try again after `Retry-After` seconds"),
    },
}
DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {
        "title": "Hospital desk",
        "version": "1",
        "description": "Appointments of the hospital desk. Times are local with their offset.",
        "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
    },
    "servers": [{"url": "/"}],
    "paths": {
        "/api/appointment": {"post": _BOOK},
        "/api/v1/patients/find": {"post": _FIND},
    },
    "components": {
        "securitySchemes": {
            "token": {
                "type": "http",
                "scheme": "bearer",
                "description": "made by `flask --app wsgi token create NAME --scope S`",
            }
        },
        "schemas": {
            "Request": _REQUEST,
            "Booked": _BOOKED,
            "Appointment": _APPOINTMENT,
            "Document": _DOCUMENT,
            "Found": _FOUND,
            "Problem": _PROBLEM,
        },
    },
}
