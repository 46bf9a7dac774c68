"""
Arriving (签到): a ticket for who is here, going out and coming back; for the desk, walk-ins.

No ticket without an appointment: who walks in gets one of what is left. A ticket that cannot stay
in its room goes to the lightest one like it, else on the desk's call list: nobody is lost.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Row, bindparam, insert, select, update

from desk import (
    appointments,
    audit,
    loads,
    numbers,
    outbox,
    rehousing,
    rooms,
    ticket_notices,
    ticket_rows,
)
from desk.bookings import Bookings
from desk.events import record
from desk.rows import insert_row
from desk.work import Work
from models import Appointment, Patient, Shift, Site, Slot, Ticket
from scheduling.arriving import Arrival, check_arrival, due_at
from scheduling.disciplines import FIRST, Discipline
from scheduling.errors import AppointmentOver, NoSuchTicket, NotInLine, ShiftSuspended, SlotTaken
from scheduling.queueing import OVER
from scheduling.staff_errors import NoSuchRank
from scheduling.types import AppointmentId, PatientId, SlotId
from scheduling.visit import TicketId, TicketView, VisitToday, near
from scheduling.waits import WaitRange

_AWAY = ("left", "missed", "results", "unseen")

_ABOUT = (
    select(
        *Shift.__table__.c,
        Site.code.label("site"),
        Site.name.label("site_name"),
        Site.address,
    )
    .join(Site, Site.id == Shift.site_id)
    .where(Shift.id == bindparam("shift"))
)
_BORN = select(Patient.birth_on).where(Patient.id == bindparam("patient"))
_ARRIVE = (
    update(Appointment)
    .where(Appointment.id == bindparam("appointment"), Appointment.status == "booked")
    .values(status="checked_in", version=Appointment.version + 1)
)
_INSERT = insert(Ticket)
_TOLD = update(Ticket).where(Ticket.id == bindparam("ticket"))
_SAID = _TOLD.where(Ticket.told_low.is_(None))
_LEFT_OVER = (
    select(Slot.id)
    .where(
        Slot.shift_id == bindparam("shift"),
        Slot.is_open,
        Slot.booked < Slot.capacity,
        Slot.ends_at > bindparam("now"),
    )
    .order_by(Slot.starts_at)
)

_Row = Row[*tuple[Any, ...]]


def check_in(
    work: Work,
    appointment: AppointmentId,
    *,
    site: str | None = None,
    rank: str = "",
    by_desk: bool = False,
) -> TicketView:
    """
    Give a ticket to a patient who is here; who has one keeps it, who was away is in line again.

    `site` is where she is, None where nobody knows; `rank` why she goes before, as the desk has
    seen her papers: nobody else can say so.

    Raises:
        NotYourAppointment, NotConfirmed, ShiftSuspended, AppointmentOver, WrongDay, WrongSite,
        CheckInNotOpen, ShiftOver; NoSuchRank: the department knows none of that name.
    """
    row = appointments.find(work, appointment)
    discipline = rooms.discipline(work, row)
    if rank and rank not in discipline.ranks:
        raise NoSuchRank
    if (known := ticket_rows.of_appointments(work, [row.id]).get(row.id)) is not None:
        return _again(work, known)
    about = work.conn.execute(_ABOUT, {"shift": row.shift_id}).one()
    check_arrival(work.policy, work.local(work.now), _arrival(work, row, about, site, by_desk))
    room = _room(work, about, row.id)
    if (known := ticket_rows.of_appointments(work, [row.id]).get(row.id)) is not None:
        return _again(work, known)  # twice at once: the other one was first
    if work.conn.execute(_ARRIVE, {"appointment": row.id}).rowcount == 0:
        raise AppointmentOver
    record(work, row.id, "booked", "checked_in")
    outbox.rung_for_nothing(work, row.id)
    if by_desk:
        audit.record(work, "arrive", f"appointment:{row.id}", {"rank": rank})
    ranked = (by_desk and rank) or _rank_by_age(work, discipline, row.patient_id)
    ticket = _insert(work, row, about, room, ranked)
    return ticket_rows.view(work, ticket_rows.one(work, ticket))


def keep_told(work: Work, ticket: TicketId, wait: WaitRange) -> None:
    """Keep what is said of the wait to who has just checked in; what was said before stays."""
    said = {"told_low": wait.low, "told_high": wait.high, "told_mean": wait.mean}
    work.conn.execute(_SAID, {"ticket": ticket, **said})


def walk_in(work: Work, patient: PatientId, shift: int, rank: str = "") -> TicketView:
    """
    Give a patient without an appointment one of today's places that are left, and a ticket.

    Raises:
        SlotTaken: nothing is left of that shift. What `Bookings.hold` and `check_in` raise.
    """
    slot = work.conn.scalar(_LEFT_OVER.limit(1), {"shift": shift, "now": work.now})
    if slot is None:
        raise SlotTaken
    bookings = Bookings(work)
    booked = bookings.confirm(bookings.hold(SlotId(slot), patient).id)
    return check_in(work, booked.id, rank=rank, by_desk=True)


def todays(work: Work) -> Sequence[VisitToday]:
    """Return the visits of today that the account may see, each with its ticket, soonest first."""
    views = appointments.todays(work)
    known = ticket_rows.of_appointments(work, [view.id for view in views])
    return [
        VisitToday(view, ticket_rows.view(work, known[view.id]) if view.id in known else None)
        for view in views
    ]


def of_appointments(
    work: Work, some: Collection[AppointmentId]
) -> dict[AppointmentId, TicketView]:
    """Return the tickets of these appointments, of those that have one."""
    found = ticket_rows.of_appointments(work, some)
    return {AppointmentId(one): ticket_rows.view(work, row) for one, row in found.items()}


def leave(work: Work, ticket: TicketId) -> TicketView:
    """
    Keep a ticket whose holder goes out for a while, and do not call it.

    Raises:
        NoSuchTicket; NotInLine: it is not waiting.
    """
    row = _mine(work, ticket)
    if row.state not in ("waiting", "left"):
        raise NotInLine(state=row.state)
    if row.state == "waiting":
        ticket_rows.change(work, row, "left")
    return ticket_rows.view(work, ticket_rows.one(work, ticket))


def come_back(work: Work, ticket: TicketId) -> TicketView:
    """
    Put who was out, was missed or has her results in line again; who waits there stays.

    Where the room has closed she is sent to another one, else somebody of the desk sees to her.

    Raises:
        NoSuchTicket, ShiftSuspended, AppointmentOver.
    """
    row = _mine(work, ticket)
    return _again(work, row, is_locked=True)


# -- inside


def _mine(work: Work, ticket: int) -> _Row:
    """A ticket that the actor may see, its line locked."""
    row = ticket_rows.one(work, ticket)
    if appointments.is_chat(work) and not appointments.visible(work, [row.appointment_id]):
        raise NoSuchTicket
    return ticket_rows.locked(work, ticket)


def _again(work: Work, row: _Row, *, is_locked: bool = False) -> TicketView:
    """Somebody with a ticket is here, again or still."""
    if row.state in OVER:
        raise AppointmentOver
    if row.state == "suspended":
        raise ShiftSuspended
    if row.state not in _AWAY:
        return ticket_rows.view(work, row)
    if not is_locked:
        return _again(work, ticket_rows.locked(work, row.id), is_locked=True)
    _back(work, row)
    return ticket_rows.view(work, ticket_rows.one(work, row.id))


def _back(work: Work, row: _Row) -> None:
    room = rooms.read(work, [row.shift_id])[row.shift_id]
    if room.state == "closed" or room.shift_state != "published":
        to = rehousing.open_rooms(work, loads.beside(work, room))
        rehousing.rehouse(work, [row], row.shift_id, to, "the room has closed")
        return
    values = {"lane": rehousing.LANE_AFTER.get(row.state, row.lane), "ready_at": work.now}
    if row.state == "missed":
        values["calls_to_pass"] = work.policy.missed_passes
    ticket_rows.change(work, row, "waiting", **values, told=0)


def _arrival(work: Work, row: _Row, about: _Row, site: str | None, by_desk: bool) -> Arrival:  # noqa: FBT001 - as it came
    return Arrival(
        status=row.status,
        starts_at=work.local(row.starts_at),
        shift_ends_at=work.local(about.ends_at),
        site=about.site,
        site_name=about.site_name,
        address=about.address,
        at_site=site,
        is_by_desk=by_desk,
    )


def _room(work: Work, about: _Row, arriving: int) -> int | None:
    """
    Lock the line that somebody joins, and tell which it is; None where no room is open.

    It is the room of the shift that was booked. Who came for nobody by name is sent to the
    lightest one like it, not for nothing, and so is who finds her own closed.
    """
    is_anybodys = about.doctor_id is None and about.service_type == loads.GENERAL
    to = loads.beside(work, about, arriving) if is_anybodys else []
    locked = rooms.lock(work, {about.id, *(load.shift for load in to)})
    if locked[about.id].shift_state != "published":
        raise ShiftSuspended
    if not is_anybodys and locked[about.id].state != "closed":
        return int(about.id)
    to = rehousing.open_rooms(work, to or loads.beside(work, about))
    lightest = min(
        to, key=lambda load: (load.minutes, load.shift != about.id, load.shift), default=None
    )
    return None if lightest is None else lightest.shift


def _rank_by_age(work: Work, discipline: Discipline, patient: int) -> str:
    born = work.conn.execute(_BORN, {"patient": patient}).scalar_one()
    return discipline.rank_by_age(born, work.local(work.now).date())


def _insert(work: Work, row: _Row, about: _Row, room: int | None, rank: str) -> int:
    today = work.local(work.now).date()
    number, label = numbers.draw(work, row.department_id, today)
    due = due_at(work.policy, work.local(work.now), work.local(row.starts_at))
    state = "waiting" if room is not None else "unseen"
    values = {
        "appointment_id": row.id,
        "site_id": about.site_id,
        "department_id": row.department_id,
        "shift_id": room or about.id,
        "visit_on": today,
        "number": number,
        "label": label,
        "lane": FIRST,
        "rank": rank,
        "state": state,
        "due_at": due,
        "ready_at": work.now,
    }
    ticket = insert_row(work.conn, _INSERT, values)
    ticket_rows.event(work, ticket, (None, state), values["shift_id"])
    if room is None:
        ticket_notices.unseen(work, ticket_rows.one(work, ticket))
    elif appointments.is_chat(work):
        _reads_herself(work, ticket, room)
    return ticket


def _reads_herself(work: Work, ticket: int, room: int) -> None:
    """Who checks in by chat is answered how many are before her: no notice repeats that."""
    waits = ticket_rows.lines(work, [room])[room]
    order = ticket_rows.in_order(work, rooms.read(work, [room])[room], waits)
    ahead = [row.id for row in order].index(ticket)
    work.conn.execute(_TOLD, {"ticket": ticket, "told": near(ahead)})
