"""
The balance after a bad day: what the database holds against what the patients were told.

Each check returns what is wrong, in words; nothing is empty.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from sqlalchemy import func, select

from bot.house import House
from models import Appointment, Inbox, Outbox, Slot, WechatUser
from models.appointments import ACTIVE
from scheduling.reminders import reminder_times
from tests.broken.patients import Patient
from tests.broken.phones import Mailroom

_PENDING = ("due", "leased", "sending")


def wrong(house: House, patients: Iterable[Patient], mailroom: Mailroom) -> list[str]:
    """Everything that does not balance."""
    everyone = list(patients)
    return [
        *(line for patient in everyone for line in patient.memory.wrong),
        *_as_told(house, everyone),
        *_places(house),
        *_notices(house),
        *arrivals(house, mailroom),
        *_journal(house, everyone),
    ]


def _as_told(house: House, patients: list[Patient]) -> list[str]:
    """Each patient has exactly what her last confirmed reply says."""
    found = []
    for patient in patients:
        have = {
            a.code
            for a in _rows(house, Appointment)
            if a.wechat_user_id == _id(house, patient) and a.status == "booked"
        }
        if have != patient.memory.codes:
            found.append(f"{patient.openid} was told {patient.memory.codes}, has {have}")
    return found


def _id(house: House, patient: Patient) -> int | None:
    known = WechatUser.openid_hash == house.vault.lookup(patient.openid)
    with house.engine.connect() as conn:
        return conn.scalar(select(WechatUser.id).where(known))


def _places(house: House) -> list[str]:
    """The counter of a slot is the number of appointments that occupy it."""
    occupied = Counter(a.slot_id for a in _rows(house, Appointment) if a.status in ACTIVE)
    return [
        f"slot {slot.id} counts {slot.booked}, has {occupied[slot.id]}"
        for slot in _rows(house, Slot)
        if not slot.booked == slot.chat_booked == occupied[slot.id]
    ]


def _notices(house: House) -> list[str]:
    """
    Every notice stands as its appointment does.

    A booked one has all its reminders, those of its version; of any other nothing waits, and
    nothing was sent after its end.
    """
    rows: dict[int, list[Any]] = {}
    for row in _rows(house, Outbox):
        if row.kind == "reminder":
            rows.setdefault(row.appointment_id, []).append(row)
    found = []
    for about in _rows(house, Appointment):
        mine = rows.get(about.id, [])
        if about.status != "booked":
            found += [
                f"appointment {about.id} is {about.status}, notice {row.id} {row.state}"
                for row in mine
                if row.state in _PENDING or (row.sent_at and row.sent_at > about.ended_at)
            ]
            continue
        kept = [r for r in mine if r.state != "void" and r.appointment_version == about.version]
        zone = house.settings.zone
        times = reminder_times(
            house.settings.policy,
            about.confirmed_at.astimezone(zone),
            about.starts_at.astimezone(zone),
        )
        if len(kept) != len(times):
            found.append(f"appointment {about.id} has {len(kept)} reminders of {len(times)}")
    return found


def arrivals(house: House, mailroom: Mailroom, kind: str = "reminder") -> list[str]:
    """
    What was sent has arrived, and no more than that.

    Once each, and once more at most where the row says that nobody can know.
    """
    arrived: Counter[str] = Counter()
    for (openid, _), number in mailroom.reminders().items():
        arrived[openid] += number
    least, most = Counter[str](), Counter[str]()
    names = {row.id: house.vault.open(row.openid_enc) for row in _rows(house, WechatUser)}
    for row in _rows(house, Outbox):
        if row.kind == kind and row.wechat_user_id is not None:
            openid = names[row.wechat_user_id]
            least[openid] += row.state == "sent"
            most[openid] += (row.sending_at is not None) + (row.uncertain_at is not None)
    return [
        f"{openid}: {arrived[openid]} {kind}s arrived of {least[openid]} to {most[openid]}"
        for openid in arrived.keys() | least.keys()
        if not least[openid] <= arrived[openid] <= most[openid]
    ]


def _journal(house: House, patients: list[Patient]) -> list[str]:
    """Every answered message is journalled once, in one unbroken sequence a patient."""
    found = []
    with house.engine.connect() as conn:
        for patient in patients:
            mine = Inbox.openid_hash == house.vault.lookup(patient.openid)
            count, last = conn.execute(select(func.count(), func.max(Inbox.seq)).where(mine)).one()
            sent, lost = patient.memory.sent, patient.memory.unanswered
            if count != last or not sent - lost <= count <= sent:
                found.append(
                    f"{patient.openid}: {count} journalled up to {last}, {sent} sent, {lost} lost"
                )
    return found


def _rows(house: House, table: type[Any]) -> list[Any]:
    with house.engine.connect() as conn:
        return list(conn.execute(select(*table.__table__.c)))
