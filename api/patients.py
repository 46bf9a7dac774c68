"""`POST /api/v1/patients/find`: the public id under which another program books for a patient."""

from __future__ import annotations

from flask import Request

from api import requests
from api.problems import Problem
from desk import programs
from desk.conflicts import retrying
from handlers.texts.refusals import say
from scheduling.errors import BadDocument

SCOPE = "patients:read"
_FIELDS = ("documentKind", "documentNumber")


def find(request: Request, open_desk: requests.OpenDesk) -> dict[str, str]:
    """
    Return `{"patientId"}` of the patient with this document; in the body, never in a log.

    Raises:
        Problem: 404 for nobody, 422 for a document that cannot be; see `requests` for the rest.
    """
    actor = requests.authenticate(request, open_desk, SCOPE)
    asked = requests.texts(request, _FIELDS)
    kind, number = (asked[name] for name in _FIELDS)
    try:
        patient = retrying(
            lambda: open_desk(actor),
            lambda counter: programs.find_patient(counter.work, kind, number),
        )
    except BadDocument as refusal:
        raise Problem(422, "BadDocument", say(refusal), "documentNumber") from refusal
    except programs.UnknownError as unknown:
        raise Problem(404, "UnknownPatient", "nobody is registered with it") from unknown
    return {"patientId": patient}
