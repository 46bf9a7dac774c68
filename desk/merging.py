"""
One person on file under two documents: the desk, papers in hand, makes them one patient.

Everything the second record had to do with moves to the first; the second stays as a signpost, so
that its document still finds the person. Nobody is let in further than before: whoever was not
verified for the second is not verified for the first.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, bindparam, select, update

from desk import audit, family, holds, line, stock
from desk.admission import lock_patients
from desk.engagements import visit_of
from desk.work import Work
from models import Appointment, Consent, Entitlement, Patient, PatientLink, WaitlistEntry
from models.appointments import ACTIVE
from models.waitlist import IN_LINE
from scheduling.errors import NotYourPatient
from scheduling.limits import Visit, collisions
from scheduling.staff_errors import CannotMerge

_VERIFIED, _PENDING, _REMOVED = "verified", "pending", "removed"


def merge(work: Work, keep: int, gone: int) -> None:
    """
    Make the patient `gone` one with `keep`, for good.

    Raises:
        NotYourPatient: there is no such patient, or it has been merged already.
        CannotMerge: facts: reason (same | sex | birth_on | overlap) and, for an overlap,
            appointments: the codes of those of which one has to be cancelled or moved first.
    """
    if keep == gone:
        raise CannotMerge(reason="same")
    over = [hold for one in (keep, gone) for hold in holds.expired(work, [], one)]
    freed = [hold.slot_id for hold in over]
    locked = lock_patients(work, {keep, gone, *line.heads(work, freed)})
    if not {keep, gone} <= set(locked):
        raise NotYourPatient
    _refuse_strangers(locked[keep], locked[gone])
    stock.lock(work, freed)
    for hold in over:
        stock.finish(work, hold, "expired", "time is over")
    line.hand_over(work, freed)
    _refuse_overlaps(work, keep, gone)
    newcomers = _move_links(work, keep, gone)
    _move_appointments(work, keep, gone)
    _move_turns(work, keep, gone)
    for table, column in (
        (Consent, "patient_id"),
        (Entitlement, "patient_id"),
        (Patient, "guardian_id"),
    ):
        moved = update(table).where(getattr(table, column) == gone)
        work.conn.execute(moved.values({column: keep}))
    leads_here = (Patient.id == gone) | (Patient.merged_into_id == gone)
    work.conn.execute(update(Patient).where(leads_here).values(merged_into_id=keep))
    audit.record(work, "family merged", f"patient:{keep}", {"gone": gone})
    for account, state in newcomers:
        family.tell(work, _VERIFIED if state == _VERIFIED else "linked", keep, but=account)


def _refuse_strangers(keep: Row[Any], gone: Row[Any]) -> None:
    """Two documents of one person tell the same sex and day of birth."""
    for name in ("sex", "birth_on"):
        if getattr(keep, name) != getattr(gone, name):
            raise CannotMerge(reason=name)


def _refuse_overlaps(work: Work, keep: int, gone: int) -> None:
    """Nobody is in two places at one time, nor twice in one department in one half-day."""
    ours, theirs = (_visits(work, one) for one in (keep, gone))
    codes = [code for other in theirs for code in collisions(other, ours)]
    if codes:
        raise CannotMerge(reason="overlap", appointments=tuple(dict.fromkeys(codes)))


def _visits(work: Work, patient: int) -> list[Visit]:
    return [visit_of(work, row) for row in work.conn.execute(_ACTIVE, {"patient": patient})]


def _move_links(work: Work, keep: int, gone: int) -> list[tuple[int, str]]:
    """
    Let the accounts that spoke for the second speak for the first; returns who is new, and how.

    An account that was put out before is not let in again by this.
    """
    ours: dict[int, list[Row[*tuple[Any, ...]]]] = {}
    for row in _links(work, keep):
        ours.setdefault(row.wechat_user_id, []).append(row)
    newcomers = []
    for row in _links(work, gone):
        known = ours.get(row.wechat_user_id, [])
        active = next((one for one in known if one.state != _REMOVED), None)
        state = _state(row.state, was_known=bool(known))
        if active is None:
            pair = f"{row.wechat_user_id}:{keep}"
            _change_link(work, row.id, patient_id=keep, pair=pair, state=state)
            if state != _REMOVED:
                newcomers.append((row.wechat_user_id, state))
        else:
            if _VERIFIED in (row.state, active.state):
                _change_link(work, active.id, state=_VERIFIED)
            if row.is_default:
                _change_link(work, active.id, is_default=True)
            _change_link(work, row.id, state=_REMOVED, is_default=False)
    return newcomers


def _state(state: str, *, was_known: bool) -> str:
    """Who typed the second document alone has shown nothing for the first."""
    is_shown = state == _VERIFIED and not was_known
    return state if is_shown or state == _REMOVED else _PENDING


def _links(work: Work, patient: int) -> Sequence[Row[*tuple[Any, ...]]]:
    return work.conn.execute(_LINKS, {"patient": patient}).all()


def _change_link(work: Work, link: int, **values: object) -> None:
    """A code that is on its way to the phone of the second record is good for nothing now."""
    dead = {"code_hash": None, "code_expires_at": None}
    work.conn.execute(update(PatientLink).where(PatientLink.id == link).values(**values, **dead))


def _move_appointments(work: Work, keep: int, gone: int) -> None:
    for row in work.conn.execute(_EVER, {"patient": gone}).all():
        occupies = f"{keep}:{row.occupies.partition(':')[2]}"
        moved = update(Appointment).where(Appointment.id == row.id)
        work.conn.execute(moved.values(patient_id=keep, occupies=occupies))


def _move_turns(work: Work, keep: int, gone: int) -> None:
    """Where both stand in one line, the turn that came first, or is being offered, stays."""
    standing = {row.wish: row for row in work.conn.execute(_TURNS, {"patient": keep})}
    for row in work.conn.execute(_TURNS, {"patient": gone}).all():
        wish = f"{keep}:{row.wish.partition(':')[2]}"
        if (other := standing.get(wish)) is not None:
            last = max((other, row), key=lambda one: (one.state != "offered", one.joined_at))
            line.end(work, last.id, "left")
        moved = update(WaitlistEntry).where(WaitlistEntry.id == row.id)
        work.conn.execute(moved.values(patient_id=keep, wish=wish))
    ended = update(WaitlistEntry).where(WaitlistEntry.patient_id == gone)
    work.conn.execute(ended.values(patient_id=keep))


_PATIENT: Any = bindparam("patient")
_ACTIVE = select(
    Appointment.code,
    Appointment.department_id.label("department"),
    Appointment.visit_on,
    Appointment.half_day,
    Appointment.starts_at,
    Appointment.ends_at,
).where(Appointment.patient_id == _PATIENT, Appointment.status.in_(ACTIVE))
_EVER = select(Appointment.id, Appointment.occupies).where(Appointment.patient_id == _PATIENT)
_LINKS = select(
    PatientLink.id, PatientLink.wechat_user_id, PatientLink.state, PatientLink.is_default
).where(PatientLink.patient_id == _PATIENT)
_TURNS = select(
    WaitlistEntry.id, WaitlistEntry.wish, WaitlistEntry.state, WaitlistEntry.joined_at
).where(WaitlistEntry.patient_id == _PATIENT, WaitlistEntry.state.in_(IN_LINE))
