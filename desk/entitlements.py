"""Who may use the places that are kept for some: by the document, or because the desk says so."""

from __future__ import annotations

from datetime import date

from sqlalchemy import bindparam, insert, select, update

from desk import audit, family
from desk.work import Work
from models import Entitlement, Patient
from scheduling import quotas


def grant(work: Work, patient: int, kind: str, given_by: str, until: date) -> None:
    """
    Put down that a patient is signed or referred, by whom and until when; the older one ends.

    Raises:
        NotYourPatient: there is no such patient.
        ValueError: nothing of that kind is granted.
    """
    if kind not in quotas.GRANTED:
        raise ValueError(kind)
    family.lock(work, patient)
    end(work, patient, kind)
    row = {
        "patient_id": patient,
        "kind": kind,
        "given_by": given_by,
        "until": until,
        "created_at": work.now,
    }
    work.conn.execute(insert(Entitlement).values(row))
    audit.record(
        work, f"{kind} granted", f"patient:{patient}", {"by": given_by, "until": str(until)}
    )


def end(work: Work, patient: int, kind: str) -> bool:
    """Take it back; False where the patient has none."""
    mine = Entitlement.patient_id == patient, Entitlement.kind == kind
    alive = (*mine, Entitlement.ended_at.is_(None))
    ended = work.conn.execute(update(Entitlement).where(*alive).values(ended_at=work.now))
    if ended.rowcount:
        audit.record(work, f"{kind} ended", f"patient:{patient}")
    return bool(ended.rowcount)


def of(work: Work, patient: int, on: date) -> frozenset[str]:
    """Return which quotas a patient may use for a visit on that day; nothing is read for none."""
    if not quotas.is_kept(work.policy):
        return frozenset()
    born = work.conn.scalar(_BORN, {"patient": patient})
    if born is None:
        return frozenset()
    granted = work.conn.scalars(_GRANTED, {"patient": patient, "on": on}).all()
    return quotas.of_patient(work.policy, born, granted, on)


_BORN = select(Patient.birth_on).where(Patient.id == bindparam("patient"))
_GRANTED = select(Entitlement.kind).where(
    Entitlement.patient_id == bindparam("patient"),
    Entitlement.until >= bindparam("on"),
    Entitlement.ended_at.is_(None),
)
