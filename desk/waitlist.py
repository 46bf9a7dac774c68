"""Standing in line (候补): joining it, what can be told of it, and leaving it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Row, and_, bindparam, func, insert, or_, select

from desk import admission, jobs, line, notices, prospects, stock, waitable
from desk.accounts import account
from desk.bookings import Bookings
from desk.engagements import engagements
from desk.reach import reach
from desk.rows import insert_row
from desk.work import Work
from models import Appointment, Department, Doctor, Patient, WaitlistEntry
from models.waitlist import IN_LINE
from scheduling import limits
from scheduling.channels import choose
from scheduling.errors import (
    AlreadyWaiting,
    NothingToWaitFor,
    NotYourPatient,
    PlacesLeft,
    Unavailable,
    WaitlistClosed,
    WaitlistLimit,
)
from scheduling.fitting import is_right_place, is_wished
from scheduling.masking import mask_name
from scheduling.types import AppointmentId, Need, PatientId
from scheduling.waiting import Line, WaitingId, WaitingView, Wish, closes_at, opens_at

SERVE, CLOSE = stock.SERVE, "close_waitlist"
_HALF_DAYS_SHOWN = 3


class Waitlist:
    """The lines in which one account has put its patients."""

    def __init__(self, work: Work) -> None:
        """Act within this piece of work."""
        self._work = work

    def lines(self, need: Need) -> Sequence[Line]:
        """
        Return what one can wait for instead of what was sought and is full, the nearest first.

        Full half-days that would fit; then any day of the named doctor, then anybody of the
        department, for the days that policy names. A line with places left is none.
        """
        work = self._work
        found = waitable.candidates(work, need)
        wished = [
            o for o in found if is_right_place(o, need) and is_wished(o, o.starts_at, need.when)
        ]
        if not found:
            return []
        half_days = dict.fromkeys(waitable.half_day(opening, need) for opening in wished)
        full = [wish for wish in half_days if waitable.is_full(wish, found)][:_HALF_DAYS_SHOWN]
        first = min((o.starts_at.date() for o in wished), default=found[0].starts_at.date())
        last = first + timedelta(days=work.policy.waitlist_days - 1)
        home = (wished or found)[0].department
        wider = [Wish(home, doctor, first, last) for doctor in dict.fromkeys((need.doctor, None))]
        full += [wish for wish in wider if waitable.is_full(wish, found)]
        return [prospects.line(work, wish) for wish in full]

    def line(self, wish: Wish) -> Line:
        """Return where in line somebody would stand who joined now."""
        return prospects.line(self._work, wish)

    def can_tell(self, line: Line) -> bool:
        """Tell whether a notice would reach this account as long as the line is open."""
        work = self._work
        person = reach(work, account(work), None)
        return choose(work.channels, "offer", person, line.closes_at) is not None

    def join(self, wish: Wish, patient: PatientId, words: str = "") -> WaitingView:
        """
        Put a patient in line; who stands in this line already stays where she is.

        Raises:
            NotYourPatient, WaitlistClosed, NothingToWaitFor, PlacesLeft, WaitlistLimit;
            AlreadyWaiting: by another account's doing; Unavailable where that may not be known;
            AgeOrSexUnfit, PatientBlocked, SameHalfDay, Overlapping, DailyLimit, TotalLimit,
            Unavailable, NotVerified: the patient could take none of these places.
        """
        work = self._work
        me = account(work)
        admission.check_speaks_for(work, me, patient)
        if me is None:
            raise NotYourPatient  # offers are made in the chat
        with admission.discreet(work, me, patient), work.conn.begin_nested():
            person = admission.lock_patient(work, patient)
            known = work.conn.execute(_KNOWN, {"key": _key(wish, patient)}).first()
            if known is not None and known.wechat_user_id != me:
                seen = admission.sees_all(work, me, patient)
                raise AlreadyWaiting if seen else Unavailable
            entry = known.id if known is not None else None
            if entry is None:
                self._check_list(wish)
                self._check_patient(wish, person)
                entry = self._insert(wish, patient, me, words)
        return next(view for view in self.mine() if view.id == entry)

    def mine(self) -> Sequence[WaitingView]:
        """Return where the account's patients stand in line, the eldest first."""
        work = self._work
        rows = work.conn.execute(_MINE, {"me": account(work), "now": work.now})
        return [self._view(row) for row in rows]

    def leave(self, waiting: WaitingId) -> None:
        """Leave a line; what is held for this turn goes to the next. Nothing of others changes."""
        work = self._work
        if (view := self._find(waiting)) is None:
            return
        admission.lock_patient(work, view.patient)  # from here on nobody offers anything
        if (view := self._find(waiting)) is not None and view.offer is not None:
            Bookings(work).release(view.offer, is_leaving=True)
        line.end(work, waiting, "left")

    def serve(self, waiting: int) -> None:
        """Hold what is free for who has just joined; the job of that name."""
        line.serve(self._work, waiting)

    def close(self, waiting: int) -> timedelta | None:
        """Close an entry whose last day's list has closed, and say so; the job of that name."""
        work = self._work
        row = work.conn.execute(_ENTRY, {"entry": waiting, "now": work.now}).one()
        if row.state == "offered":
            return work.policy.offer_lives
        if line.end(work, waiting, "closed", ("waiting",)):
            view = self._view(row)
            notices.waitlist_over(work, waiting, row.wechat_user_id, view)
        return None

    # -- inside ------------------------------------------------------------------------------

    def _find(self, waiting: int) -> WaitingView | None:
        return next((view for view in self.mine() if view.id == waiting), None)

    def _check_list(self, wish: Wish) -> None:
        work = self._work
        closes = closes_at(work.policy, wish.last_on, work.zone)
        if work.local(work.now) >= closes:
            raise WaitlistClosed(closed_at=closes)

    def _check_patient(self, wish: Wish, person: Row[*tuple[Any, ...]]) -> None:
        """Whether she could take any of these places, and none of them now."""
        work = self._work
        admission.check_marks(work, person.id)
        need = Need(
            departments=((wish.department, 1.0),),
            doctor=wish.doctor,
            service_type=wish.service_type or None,
        )
        found = [o for o in waitable.candidates(work, need) if waitable.answers(wish, o)]
        if not found:
            raise NothingToWaitFor
        ward = work.directory.wards[work.directory.ward_ids[found[0].department]]
        admits = limits.Admits(ward.name, ward.min_age_years, ward.max_age_years, ward.sex)
        limits.check_fit(admits, person.birth_on, person.sex, wish.first_on)
        engaged = engagements(work, person.id)
        fitting = waitable.fitting(work, found, engaged)
        if any(opening.left > 0 for opening in fitting):
            raise PlacesLeft
        standing = work.conn.scalar(_STANDING, {"patient": person.id, "now": work.now}) or 0
        if standing >= work.policy.waitlist_limit:
            raise WaitlistLimit(limit=work.policy.waitlist_limit)

    def _insert(self, wish: Wish, patient: int, me: int, words: str) -> int:
        work = self._work
        closes = closes_at(work.policy, wish.last_on, work.zone)
        row = {
            **prospects.ids(work, wish),
            "patient_id": patient,
            "wechat_user_id": me,
            "joined_at": work.now,
            "closes_at": closes,
            "words_enc": work.vault.seal(words) if words else None,
            "wish": _key(wish, patient),
        }
        entry = insert_row(work.conn, _INSERT, row)
        stock.ask_soon(work, entry)
        for at in opens_at(work.policy, wish.first_on, wish.last_on, work.zone):
            jobs.put(work, SERVE, f"{SERVE}:{entry}:{at:%m%d%H%M}", {"entry": entry}, at)
        jobs.put(work, CLOSE, f"{CLOSE}:{entry}", {"entry": entry}, closes)
        return entry

    def _view(self, row: Row[*tuple[Any, ...]]) -> WaitingView:
        work = self._work
        wish = Wish(
            row.department, row.doctor, row.first_on, row.last_on, row.half_day, row.service_type
        )
        return WaitingView(
            id=WaitingId(row.id),
            line=prospects.line(work, wish, row),
            patient=PatientId(row.patient_id),
            patient_name_masked=mask_name(work.vault.open(row.name_enc)),
            skipped=row.skipped_why or "",
            offer=None if row.offer is None else AppointmentId(row.offer),
            offer_until=None if row.held_until is None else work.local(row.held_until),
        )


def _key(wish: Wish, patient: int) -> str:
    """What makes two turns the same one."""
    days = f"{wish.first_on}:{wish.last_on}:{wish.half_day}:{wish.service_type}"
    return f"{patient}:{wish.department}:{wish.doctor or ''}:{days}"


_KNOWN = select(WaitlistEntry.id, WaitlistEntry.wechat_user_id).where(
    WaitlistEntry.active_key == bindparam("key")
)
_STANDING = select(func.count()).where(
    WaitlistEntry.patient_id == bindparam("patient"),
    WaitlistEntry.state.in_(IN_LINE),
    WaitlistEntry.closes_at > bindparam("now"),
)
_INSERT = insert(WaitlistEntry)
# The place that is held for somebody in line, as long as the offer stands.
OFFERED = and_(
    Appointment.waitlist_id == WaitlistEntry.id,
    Appointment.status == "held",
    Appointment.held_until > bindparam("now"),
)
_VIEWS = (
    select(
        *WaitlistEntry.__table__.c,
        Department.code.label("department"),
        Doctor.code.label("doctor"),
        Patient.name_enc,
        Appointment.id.label("offer"),
        Appointment.held_until,
    )
    .select_from(WaitlistEntry)
    .join(Department, Department.id == WaitlistEntry.department_id)
    .join(Patient, Patient.id == WaitlistEntry.patient_id)
    .outerjoin(Doctor, Doctor.id == WaitlistEntry.doctor_id)
    .outerjoin(Appointment, OFFERED)
)
_ENTRY = _VIEWS.where(WaitlistEntry.id == bindparam("entry"))
_MINE = _VIEWS.where(
    WaitlistEntry.wechat_user_id == bindparam("me"),
    WaitlistEntry.state.in_(IN_LINE),
    # An offer outlives the list it came from.
    or_(WaitlistEntry.closes_at > bindparam("now"), Appointment.id.is_not(None)),
).order_by(WaitlistEntry.joined_at, WaitlistEntry.id)
