"""
Where everybody stands: an account's tickets, a room, the call screen of a site, rooms by load.

Each is a constant number of indexed queries, however many tickets there are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, func, select

from desk import appointments, estimates, rooms, shifts, ticket_rows, visits
from desk.work import Work
from models import Calling, Department, Doctor, Shift, Site, Ticket
from scheduling.errors import NoSuchTicket
from scheduling.rota import Member
from scheduling.visit import BoardRoom, BoardView, RoomView, Standing, TicketId, TicketView
from scheduling.waits import WaitRange

_SHOWN = 3  # of each line on the call screen
_ALIVE = ("waiting", "called", "missed", "results", "left", "unseen")
_IN_ROOM = ("waiting", "called", "missed", "results", "left")
_BOARD = (
    select(
        Calling.shift_id,
        Calling.state,
        Calling.opened_at,
        Calling.calls,
        Calling.lanes,
        Calling.delayed_until,
        Site.code.label("site"),
        Site.name.label("site_name"),
        Department.code.label("department"),
        Department.name.label("department_name"),
        Doctor.name.label("doctor_name"),
        Shift.department_id,
        Shift.room,
    )
    .join(Shift, Shift.id == Calling.shift_id)
    .join(Site, Site.id == Calling.site_id)
    .join(Department, Department.id == Shift.department_id)
    .outerjoin(Doctor, Doctor.id == Shift.doctor_id)
    .where(
        Site.code == bindparam("site"),
        Calling.visit_on == bindparam("today"),
        Shift.state == "published",
    )
    .order_by(Department.id, Shift.starts_at, Shift.id)
)
# Versions only grow, and what joins adds its own.
_VERSION = (
    select(func.sum(Calling.version))
    .join(Site, Site.id == Calling.site_id)
    .where(Site.code == bindparam("site"), Calling.visit_on == bindparam("today"))
)

_COUNTS = select(
    select(func.count())
    .where(Ticket.shift_id == bindparam("shift"), Ticket.state == "done")
    .scalar_subquery()
    .label("seen"),
    select(func.count()).select_from(visits.TO_COME.subquery()).scalar_subquery().label("coming"),
)
# Fewer visits are no average.
_TIMED = 3

_Row = Row[*tuple[Any, ...]]


def of_account(work: Work) -> list[Standing]:
    """Return where the patients stand whom the account may see and who are here, soonest first."""
    mine = appointments.numbers_of_today(work)
    found = ticket_rows.of_appointments(work, mine).values()
    return _standings(work, [row for row in found if row.state in _ALIVE])


def of_ticket(work: Work, ticket: TicketId) -> Standing:
    """
    Return where one ticket stands.

    Raises:
        NoSuchTicket: none, or not one the actor may see.
    """
    row = ticket_rows.one(work, ticket)
    if appointments.is_chat(work) and not appointments.visible(work, [row.appointment_id]):
        raise NoSuchTicket
    return _standings(work, [row])[0]


def room(work: Work, member: Member, shift: int) -> RoomView:
    """
    Return a room as its doctor sees it.

    Raises:
        NotAllowed: no such shift, or not this member's business.
    """
    about = shifts.one_to_call(work, member, shift)
    known = rooms.read(work, [shift]).get(shift)
    tickets = ticket_rows.of_shifts(work, [shift], _IN_ROOM)
    discipline = work.policy.discipline(about.site, about.department)
    seen = {row.id: ticket_rows.view(work, row) for row in tickets}
    by_state = {
        state: tuple(seen[row.id] for row in tickets if row.state == state) for state in _IN_ROOM
    }
    order = ticket_rows.in_order(work, known, [r for r in tickets if r.state == "waiting"])
    since = work.now - work.policy.late_after
    counts = work.conn.execute(_COUNTS, {"shift": shift, "since": since}).one()
    return RoomView(
        shift=about,
        state=_state(known),
        inside=next(iter(by_state["called"]), None),
        line=tuple(seen[row.id] for row in order),
        missed=by_state["missed"],
        results=by_state["results"],
        away=by_state["left"],
        delayed_until=_local(work, known),
        discipline=discipline,
        ended=_ended(work, shift, known),
        has_begun=known is not None and known.opened_at is not None,
        seen=counts.seen,
        each=_each(known),
        coming=counts.coming,
    )


def board(work: Work, site: str) -> BoardView | None:
    """Return what the call screen of a site shows; None: there is no such site."""
    name = next((place.name for place in work.directory.sites if place.code == site), None)
    if name is None:
        return None
    today = work.local(work.now).date()
    found = work.conn.execute(_BOARD, {"site": site, "today": today}).all()
    live = [row for row in found if row.state != "closed"]
    tickets = ticket_rows.of_shifts(
        work, [row.shift_id for row in live], ("waiting", "called", "missed")
    )
    here: dict[int, list[_Row]] = defaultdict(list)
    for row in tickets:
        here[row.shift_id].append(row)
    return BoardView(
        site=site,
        site_name=name,
        rooms=tuple(_board_room(work, row, here[row.shift_id]) for row in live),
        missed=tuple(ticket_rows.view(work, row) for row in tickets if row.state == "missed"),
    )


def board_version(work: Work, site: str) -> int:
    """Return a number that moves whenever the call screen of a site does."""
    today = work.local(work.now).date()
    return int(work.conn.scalar(_VERSION, {"site": site, "today": today}) or 0)


# -- inside


def _standings(work: Work, tickets: Sequence[_Row]) -> list[Standing]:
    shifts_ = {row.shift_id for row in tickets}
    if not shifts_:
        return []
    known = rooms.read(work, shifts_)
    lines = ticket_rows.lines(work, shifts_)
    told = estimates.of_tickets(work, tickets, known, lines)
    found = [
        _standing(work, row, known[row.shift_id], lines[row.shift_id], told.get(row.id))
        for row in tickets
    ]
    return sorted(found, key=lambda one: (one.ticket.due_at, one.ticket.id))


def _standing(
    work: Work, row: _Row, room: _Row, waits: Sequence[_Row], told: WaitRange | None
) -> Standing:
    ahead = 0 if row.state == "called" else None
    if row.state == "waiting":
        order = ticket_rows.in_order(work, room, waits)
        ahead = next(n for n, one in enumerate(order) if one.id == row.id)
    return Standing(
        ticket=ticket_rows.view(work, row),
        ahead=ahead,
        wait=told if row.state == "waiting" else None,
        back_at=estimates.back_at(work, told),
        delayed_until=_local(work, room),
        discipline=rooms.discipline(work, room),
        has_begun=room.opened_at is not None,
        ends_at=work.local(room.ends_at),
    )


def _board_room(work: Work, row: _Row, tickets: Sequence[_Row]) -> BoardRoom:
    order = ticket_rows.in_order(work, row, [one for one in tickets if one.state == "waiting"])
    called = next((one for one in tickets if one.state == "called"), None)
    return BoardRoom(
        shift=row.shift_id,
        department_name=row.department_name,
        doctor_name=row.doctor_name,
        room=row.room,
        state=_state(row),
        called=None if called is None else ticket_rows.view(work, called),
        calls=row.calls,
        ahead=tuple(ticket_rows.view(work, one) for one in order[:_SHOWN]),
        waiting=len(order),
        delayed_until=_local(work, row),
        discipline=work.policy.discipline(row.site, row.department),
    )


def _each(room: _Row | None) -> float | None:
    return None if room is None or room.visits < _TIMED else float(room.minutes / room.visits)


def _ended(work: Work, shift: int, room: _Row | None) -> TicketView | None:
    """Whose visit ended a moment ago, while it may still go on."""
    if room is None or room.state == "closed":
        return None
    row = visits.just_over(work, shift)
    return None if row is None else ticket_rows.view(work, row)


def _state(room: _Row | None) -> str:
    if room is None or (room.state == "open" and room.opened_at is None):
        return "waiting"
    return str(room.state)


def _local(work: Work, room: _Row | None) -> datetime | None:
    if room is None or room.delayed_until is None:
        return None
    return work.local(room.delayed_until)
