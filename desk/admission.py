"""Whether a patient may have a place: reads the facts under the patient's lock, asks the rules."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Row, and_, bindparam, exists, func, or_, select, update

from desk.appointments import SEES_ALL, VISIBLE, is_chat, me
from desk.engagements import visit_of
from desk.rows import among
from desk.work import Work
from models import Appointment, Patient, PatientLink, Ticket
from models.appointments import ACTIVE
from scheduling import limits
from scheduling.errors import AccountLimit, NotVerified, NotYourPatient, Refusal, Unavailable

_WINDOW = "window"
_LINK = select(PatientLink.id).where(PatientLink.active_key == bindparam("pair"))
# Asked under the lock: whoever waited for it while the desk made two records one finds nobody.
_PATIENT = select(Patient.id, Patient.sex, Patient.birth_on).where(
    Patient.merged_into_id.is_(None)
)
_PATIENTS = (
    _PATIENT.where(Patient.id.in_(bindparam("patients", expanding=True)))
    .order_by(Patient.id)
    .with_for_update(key_share=True)
)
_PATIENT_IF_FREE = _PATIENT.where(Patient.id == bindparam("patient")).with_for_update(
    key_share=True, skip_locked=True
)
_VISITS = select(
    VISIBLE.label("is_visible"),
    Appointment.code,
    Appointment.department_id.label("department"),
    Appointment.visit_on,
    Appointment.half_day,
    Appointment.starts_at,
    Appointment.ends_at,
).where(
    Appointment.patient_id == bindparam("patient"),
    Appointment.visit_on >= bindparam("today"),
    among(Appointment.status, ACTIVE),
)
_MARKS = select(
    VISIBLE.label("is_visible"),
    Appointment.status,
    Appointment.starts_at,
    Appointment.ended_at,
).where(
    Appointment.patient_id == bindparam("patient"),
    or_(
        # Who was here and missed her call did come.
        and_(
            Appointment.status == "no_show",
            ~exists().where(Ticket.appointment_id == Appointment.id),
        ),
        and_(Appointment.status == "cancelled", Appointment.late_cancel),
    ),
)
_MADE = select(func.count()).where(
    Appointment.wechat_user_id == bindparam("account"),
    Appointment.visit_on >= bindparam("today"),
    among(Appointment.status, ("booked", "checked_in")),
)
_NEWEST = (
    select(
        PatientLink.id,
        PatientLink.state,
        PatientLink.wechat_user_id,
        PatientLink.patient_id,
        PatientLink.probes,
        PatientLink.probed_on,
    )
    .where(PatientLink.pair == bindparam("pair"))
    .order_by(PatientLink.id.desc())
    .limit(1)
)
_BOOKED = select(func.count()).where(
    Appointment.wechat_user_id == bindparam("account"),
    Appointment.patient_id == bindparam("patient"),
    Appointment.visit_on >= bindparam("today"),
    among(Appointment.status, ("booked", "checked_in")),
)


def check_speaks_for(work: Work, account: int | None, patient: int) -> None:
    """
    Refuse a WeChat account that has not registered the patient; a pending link is enough to book.

    Raises:
        NotYourPatient.
    """
    if work.actor.channel == "chat" and not speaks_for(work, account, patient):
        raise NotYourPatient


def speaks_for(work: Work, account: int | None, patient: int) -> bool:
    """Tell whether an account has registered a patient and not taken leave of them since."""
    return work.conn.scalar(_LINK, {"pair": f"{account}:{patient}"}) is not None


def lock_patient(work: Work, patient: int, others: Collection[int] = ()) -> Row[*tuple[Any, ...]]:
    """
    Lock the patient's row, so that limits are counted by one booking at a time; returns it.

    `others` are locked along with it: who may be given what this act frees.

    Raises:
        NotYourPatient: there is no such patient (any more: the desk has merged the record).
    """
    locked = lock_patients(work, {patient, *others})
    if patient not in locked:
        raise NotYourPatient
    return locked[patient]


def lock_patients(work: Work, patients: Collection[int]) -> dict[int, Row[*tuple[Any, ...]]]:
    """Lock patients, lowest id first, in one call, before any slot; returns their rows by id."""
    rows = work.conn.execute(_PATIENTS, {"patients": sorted(patients)})
    return {row.id: row for row in rows}


def lock_patient_if_free(work: Work, patient: int) -> Row[*tuple[Any, ...]] | None:
    """Lock one more patient with slots locked already: without waiting, or not at all (None)."""
    return work.conn.execute(_PATIENT_IF_FREE, {"patient": patient}).one_or_none()


@contextmanager
def discreet(work: Work, account: int | None, patient: int) -> Iterator[None]:
    """
    Count the refusals whose reason an account may not know: it shall not map a stranger's days.

    The count is kept when the turn commits; whoever answers a refusal must.

    Raises:
        NotVerified: after a few a day all is refused; so is one booking more than an account may
            have for a patient whom others registered.
    """
    link = _link(work, account, patient)
    if link is not None:
        _refuse_unverified(work, link)
    try:
        yield
    except Unavailable:
        if link is not None:
            tries = link.probes + 1 if link.probed_on == work.local(work.now).date() else 1
            work.conn.execute(
                update(PatientLink)
                .where(PatientLink.id == link.id)
                .values(probes=tries, probed_on=work.local(work.now).date())
            )
        raise


def sees_all(work: Work, account: int | None, patient: int) -> bool:
    """Tell whether an account may know of everything that others have done for a patient."""
    return _link(work, account, patient) is None


def _link(work: Work, account: int | None, patient: int) -> Row[*tuple[Any, ...]] | None:
    """The newest link of the account, ended or not, unless it sees everything."""
    if not is_chat(work) or account is None:
        return None
    row = work.conn.execute(_NEWEST, {"pair": f"{account}:{patient}"}).first()
    return None if row is None or row.state in SEES_ALL else row


def _refuse_unverified(work: Work, link: Row[*tuple[Any, ...]]) -> None:
    today = work.local(work.now).date()
    if link.probed_on == today and link.probes >= work.policy.hidden_refusals:
        raise NotVerified
    if link.state != "pending":
        return
    mine = {"account": link.wechat_user_id, "patient": link.patient_id, "today": today}
    if (work.conn.scalar(_BOOKED, mine) or 0) >= work.policy.unverified_bookings:
        raise NotVerified


def admit(
    work: Work,
    wanted: Row[*tuple[Any, ...]],
    patient: Row[*tuple[Any, ...]],
    *,
    is_replaced: bool = False,
) -> None:
    """
    Ask all rules whether the patient may have this slot now; both rows are locked.

    The window sees the patient face to face: its bookings skip windows of time and no-shows. How
    many visits somebody may have does not count where the hospital itself gives another place
    for one it has taken (`is_replaced`).

    Raises:
        NotOpenYet, TooLate, AgeOrSexUnfit, PatientBlocked, SameHalfDay, Overlapping, DailyLimit,
        TotalLimit. Unavailable: for a reason the account may not know.
    """
    now = work.local(work.now)
    starts_at = work.local(wanted.starts_at)
    if work.actor.channel != _WINDOW:
        limits.check_window(work.policy, now, starts_at)
    admits = limits.Admits(
        department=wanted.department_name,
        min_age_years=wanted.min_age_years,
        max_age_years=wanted.max_age_years,
        sex=wanted.department_sex,
    )
    limits.check_fit(admits, patient.birth_on, patient.sex, wanted.visit_on)
    visit = limits.Visit(
        code="",
        department=wanted.department_id,
        visit_on=wanted.visit_on,
        half_day=wanted.half_day,
        starts_at=starts_at,
        ends_at=work.local(wanted.ends_at),
    )
    if is_replaced:
        limits.check_times(visit, [known for known, _ in _active(work, patient.id)])
        return
    _check_record(work, visit, patient.id)


def _check_record(work: Work, visit: limits.Visit, patient: int) -> None:
    """
    Ask the rules about a patient's other visits.

    What an account may know of them refuses with its reason, the rest without one.
    """
    active, marks = _active(work, patient), _marks(work, patient)
    _ask(work, visit, [v for v, seen in active if seen], [m for m, seen in marks if seen])
    try:
        _ask(work, visit, [v for v, _ in active], [m for m, _ in marks])
    except Refusal as hidden:
        raise Unavailable from hidden


def _ask(
    work: Work, visit: limits.Visit, active: Sequence[limits.Visit], marks: Sequence[limits.Mark]
) -> None:
    if work.actor.channel != _WINDOW:
        limits.check_record(work.policy, work.local(work.now), marks)
    limits.check_patient(work.policy, visit, active)


def check_marks(work: Work, patient: int) -> None:
    """
    Ask whether online booking is open to a patient after visits missed or given back too late.

    Raises:
        PatientBlocked. Unavailable: for a reason the account may not know.
    """
    marks, now = _marks(work, patient), work.local(work.now)
    limits.check_record(work.policy, now, [mark for mark, seen in marks if seen])
    try:
        limits.check_record(work.policy, now, [mark for mark, _ in marks])
    except Refusal as hidden:
        raise Unavailable from hidden


def check_account(work: Work, account: int | None) -> None:
    """
    Ask whether an account may make one more appointment, whoever it is for.

    Raises:
        AccountLimit.
    """
    if not is_chat(work) or account is None:
        return
    made = work.conn.scalar(_MADE, {"account": account, "today": work.local(work.now).date()})
    if (made or 0) >= work.policy.account_limit:
        raise AccountLimit(limit=work.policy.account_limit)


def _active(work: Work, patient: int) -> list[tuple[limits.Visit, bool]]:
    """What the patient has from today on (held, booked, checked in), and may the actor know it."""
    today = work.local(work.now).date()
    rows = work.conn.execute(_VISITS, {"patient": patient, "today": today, "me": me(work)})
    return [(visit_of(work, row), row.is_visible or not is_chat(work)) for row in rows]


def _marks(work: Work, patient: int) -> list[tuple[limits.Mark, bool]]:
    """What counts against the patient, and may the actor know it; not read where nothing does."""
    policy = work.policy
    if policy.no_shows_allowed is None and policy.late_cancels_allowed is None:
        return []
    rows = work.conn.execute(_MARKS, {"patient": patient, "me": me(work)})
    return [(_mark(work, row), row.is_visible or not is_chat(work)) for row in rows]


def _mark(work: Work, row: Row[*tuple[Any, ...]]) -> limits.Mark:
    if row.status == "no_show":
        return limits.Mark("no_show", work.local(row.starts_at))
    return limits.Mark("late_cancel", work.local(row.ended_at))
