"""What a change of a shift would mean to its patients, before it is made: who hears, and how."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import func, select

from desk.reach import phones_of, reach_of, readers_of
from desk.work import Work
from models import Appointment, Doctor, Shift, Site
from scheduling.channels import CHANNELS, KINDS, Reach, choose, spent
from scheduling.rota import Told

# The notice each change writes to who is booked and has not come yet.
NOTICE_OF = {"substitute": "substituted", "time": "retimed", "room": "room"}
# Who is told also when here already: nobody waits before the wrong door.
TELLS_HERE = frozenset({"room"})


def foresee(work: Work, shift: int, change: str) -> Told:
    """Return who would be told of a change, and how, if it were made now."""
    kind = NOTICE_OF[change]
    rows = work.conn.execute(
        select(Appointment.id, Appointment.status).where(
            Appointment.shift_id == shift, Appointment.status.in_(("booked", "checked_in"))
        )
    ).all()
    here = sum(row.status == "checked_in" for row in rows)
    some = [row.id for row in rows if row.status == "booked" or change in TELLS_HERE]
    ways = ways_of(work, kind, some)
    wechat = sum(bool(way) and CHANNELS[way or ""].in_wechat for way in ways)
    none = ways.count(None)
    return Told(
        total=len(rows),
        here=here,
        wechat=wechat,
        sms=len(ways) - none - wechat,
        to_ring=none if KINDS[kind].rings else 0,
        unheard=0 if KINDS[kind].rings else none,
    )


def ways_of(work: Work, kind: str, some: Sequence[int]) -> list[str | None]:
    """Return the channel by which each of these appointments' readers would hear now, or None."""
    readers = readers_of(work, some) if some else {}
    first = {one: next(iter(readers[one]), None) for one in some}
    people = reach_of(work, {one for one in first.values() if one is not None})
    phones = phones_of(work, some) if some else {}
    ways: list[str | None] = []
    for one in some:
        account = first[one]
        known = people.get(account, Reach()) if account is not None else Reach()
        channel = choose(work.channels, kind, replace(known, phone=phones.get(one)), work.now)
        ways.append(channel)
        if channel and account is not None:
            people[account] = spent(work.channels, kind, known, channel)
    return ways


def usual_fee(work: Work, doctor: str, service_type: str, site: str) -> int | None:
    """
    Return what a visit of this kind with a doctor mostly costs at a site (CNY fen); None: never.

    Counted over the doctor's own shifts of the kind; of as frequent ones the lower.
    """
    query = (
        select(Shift.fee_fen)
        .join(Doctor, Doctor.id == Shift.doctor_id)
        .join(Site, Site.id == Shift.site_id)
        .where(
            Doctor.code == doctor,
            Site.code == site,
            Shift.service_type == service_type,
            Shift.overridden.not_like("%doctor%"),
        )
        .group_by(Shift.fee_fen)
        .order_by(func.count().desc(), Shift.fee_fen)
        .limit(1)
    )
    return work.conn.scalar(query)
