"""
The line (候补): a place that comes back goes to who waits first, in the act that frees it.

It is never released first: while the slot's row is still locked, an appointment is held for the
next in line, who takes it, declines it, or lets its time pass; then the line is asked again.
The patients who are next are locked before the slots, as everywhere. Whoever comes further down
is locked without waiting, or passed over: somebody is serving that patient at this moment. Where
a place is left then, the line is asked once more a moment later.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, bindparam, or_, select, update

from desk import entitlements, jobs, notices, stock
from desk.admission import admit, discreet, lock_patient_if_free, lock_patients, speaks_for
from desk.openings import LEFT, days
from desk.placing import Placing, place
from desk.work import Actor, Work
from models import Appointment, Shift, Slot, WaitlistEntry, WechatUser
from models.waitlist import IN_LINE
from scheduling.errors import NotOpenYet, Refusal, ShiftSuspended, SlotTaken, TooLate, Unavailable
from scheduling.types import AppointmentId
from scheduling.waiting import closes_at, offer_until, returns_at

RETURN, AGAIN = "return_place", "ask_line_again"
_NEXT = 3
# Long enough for the act that held a patient to end, too short for anybody to wonder.
_MOMENT = timedelta(seconds=2)


@dataclass(frozen=True, slots=True)
class Offered:
    """A place that is held for somebody in line."""

    appointment: AppointmentId
    slot: int
    patient: int
    account: int


class _SomebodyElse(Exception):
    """A patient in line whom another act holds."""


def lock(work: Work, slots: Collection[int]) -> None:
    """Lock what giving back places of these slots needs: who is next in line, then the slots."""
    if patients := heads(work, slots):
        lock_patients(work, patients)
    stock.lock(work, slots)


def heads(work: Work, slots: Collection[int]) -> list[int]:
    """Return the patients who are next for places of these slots; no locks taken."""
    if not slots:
        return []
    rows = work.conn.execute(_HEADS, {"slots": sorted(set(slots)), "now": work.now})
    return [row.patient_id for row in rows]


def coming_back(work: Work, ending: Collection[Row[Any]], but_for: int | None = None) -> list[int]:
    """
    Return the slots of which the line is asked when these appointments end; no locks taken.

    Their own; and where an offer ends, what came back while it stood: that was not offered to the
    same turn. Not so to the patient `but_for`, who asks for a place herself now, or leaves.
    """
    slots = [row.slot_id for row in ending]
    turns = [row.waitlist_id for row in ending if row.waitlist_id and row.patient_id != but_for]
    if turns:
        values = {**days(work), "now": work.now, "turns": turns}
        slots += work.conn.scalars(_FREE_MEANWHILE, values)
    return slots


def hand_over(work: Work, slots: Iterable[int]) -> list[Offered]:
    """Hold what is free in these slots for those who wait for it; the slots are locked."""
    line: dict[int, list[Row[Any]]] = defaultdict(list)
    if ids := sorted(set(slots)):
        rows: Iterable[Row[Any]] = work.conn.execute(_LINE, {"slots": ids, "now": work.now})
        for row in rows:
            line[row.slot].append(row)
    return [offered for slot in sorted(line) for offered in _serve(work, slot, line[slot])]


def pass_on(work: Work, row: Row[Any]) -> list[Offered]:
    """
    Give on a booked place that has come back: to who waits for it, else to everybody.

    To everybody at a random time later, where the site wants that.
    """
    served = hand_over(work, [row.slot_id])
    starts_at = work.local(row.starts_at)
    at = returns_at(work.policy, work.local(work.now), starts_at, work.dice)
    if not served and at is not None and work.actor.channel != "window":
        _withhold(work, row, at)
    return served


def returned(work: Work, slot: int, channel: str, quota: str = "") -> None:
    """The time of a place that was kept back has come; the job of that name."""
    lock(work, [slot])
    stock.give_back(work, slot, channel, quota)
    hand_over(work, [slot])


def ask_again(work: Work, slot: int) -> None:
    """Offer what is left of a slot to those whose turn others held; the job of that name."""
    lock(work, [slot])
    hand_over(work, [slot])


def serve(work: Work, entry: int | None = None) -> None:
    """Hold what is free for who waits for it: one entry of the list, or all of them."""
    values = {**days(work), "now": work.now, "entry": entry}
    slots = list(work.conn.scalars(_FREE if entry is None else _FREE_FOR_ONE, values))
    if slots:
        lock(work, slots)
        hand_over(work, slots)


def accepted(work: Work, entry: int) -> None:
    """An offer was taken: its turn in line is over."""
    end(work, entry, "done")


def fulfilled(work: Work, patient: int, row: Row[Any]) -> None:
    """A patient has the place `row` is about: lines that it answers need not be stood in."""
    work.conn.execute(
        _FULFILLED,
        {
            "patient": patient,
            "doctor": row.doctor_id,
            "department": row.department_id,
            "on": row.visit_on,
            "half": row.half_day,
            "ended_at": work.now,
        },
    )


def _withhold(work: Work, row: Row[Any], at: datetime) -> None:
    stock.take_again(work, row)
    payload = {"slot": row.slot_id, "channel": row.channel, "quota": row.quota}
    jobs.put(work, RETURN, f"{RETURN}:{row.id}", payload, at)


def _serve(work: Work, slot: int, waiting: Sequence[Row[Any]]) -> list[Offered]:
    """Offer what is free in a slot, in the order of the line, until nothing or nobody is left."""
    served: list[Offered] = []
    passed_over = False
    if (wanted := _open(work, slot)) is None:
        return served
    for entry in waiting:
        try:
            with work.conn.begin_nested():
                offered = _offer(_on_behalf(work, entry), wanted, entry)
        except (SlotTaken, ShiftSuspended, NotOpenYet, TooLate):
            return served  # nothing is left, for nobody
        except Refusal as no:
            _skip(work, entry.id, no)
            continue
        except _SomebodyElse:
            passed_over = True
            continue
        if offered is not None:
            served.append(offered)
    if passed_over:
        key = f"{AGAIN}:{slot}:{work.now:%m%d%H%M%S}"
        jobs.put(work, AGAIN, key, {"slot": slot}, work.now + _MOMENT)
    return served


def _open(work: Work, slot: int) -> Row[Any] | None:
    """Return a slot whose list is open; None when nobody can have its places."""
    try:
        wanted = stock.wanted(work, slot)
    except Refusal:
        return None
    closes = closes_at(work.policy, wanted.visit_on, work.zone)
    return wanted if work.local(work.now) < closes else None


def _on_behalf(work: Work, entry: Row[Any]) -> Work:
    """The work as the account that waits would do it: its channel, and what it may know."""
    actor = Actor("chat", work.vault.open(entry.openid_enc), "waitlist")
    return replace(work, actor=actor, known=replace(work.known, account=None))


def _offer(work: Work, wanted: Row[Any], entry: Row[Any]) -> Offered | None:
    """
    Hold a place for somebody in line; None when it is no longer their turn.

    Raises:
        _SomebodyElse: is serving that patient now.
    """
    patient, account = entry.patient_id, entry.wechat_user_id
    person = lock_patient_if_free(work, patient)
    if person is None:
        raise _SomebodyElse
    if not work.conn.execute(_CLAIM, {"entry": entry.id}).rowcount:
        return None
    if not speaks_for(work, account, patient):
        end(work, entry.id, "left")
        return None
    quota = stock.take(work, wanted, entitlements.of(work, patient, wanted.visit_on))
    with discreet(work, account, patient):
        admit(work, wanted, person)
    until = offer_until(work.policy, work.local(work.now), work.local(wanted.starts_at))
    words = work.vault.open(entry.words_enc) if entry.words_enc else ""
    placing = Placing(patient, account, "held", until, words, waiting=entry.id, quota=quota)
    appointment = place(work, wanted, placing)
    notices.offered(work, appointment, account, until)
    return Offered(appointment, wanted.id, patient, account)


def _skip(work: Work, entry: int, why: Refusal) -> None:
    """Who cannot take a place keeps the turn, and can read why it went to the next, if she may."""
    if isinstance(why, Unavailable):
        return
    values = {"skipped_why": type(why).__name__, "skipped_at": work.now}
    work.conn.execute(_ENTRY.values(**values), {"entry": entry})


def end(work: Work, entry: int, state: str, before: Sequence[str] = IN_LINE) -> bool:
    """End somebody's turn that is in one of the states `before`; False when it is in none."""
    over = _ENTRY.where(WaitlistEntry.state.in_(before))
    values = {"state": state, "ended_at": work.now, "words_enc": None}
    return work.conn.execute(over.values(**values), {"entry": entry}).rowcount == 1


_WAITING = WaitlistEntry.state == "waiting"
# Each slot is offered to an entry once: what was declined does not come back.
_HAD_IT = (
    select(Appointment.id)
    .where(Appointment.waitlist_id == WaitlistEntry.id, Appointment.slot_id == Slot.id)
    .exists()
)
_IS_WISHED: ColumnElement[bool] = and_(
    or_(
        WaitlistEntry.doctor_id == Slot.doctor_id,
        and_(WaitlistEntry.doctor_id.is_(None), WaitlistEntry.department_id == Slot.department_id),
    ),
    WaitlistEntry.first_on <= Slot.visit_on,
    WaitlistEntry.last_on >= Slot.visit_on,
    or_(WaitlistEntry.half_day == "", WaitlistEntry.half_day == Shift.half_day),
    or_(WaitlistEntry.service_type == "", WaitlistEntry.service_type == Shift.service_type),
)
_TURNS = (
    select(
        Slot.id.label("slot"),
        WaitlistEntry.id,
        WaitlistEntry.patient_id,
        WaitlistEntry.wechat_user_id,
        WaitlistEntry.words_enc,
        WechatUser.openid_enc,
    )
    .select_from(Slot)
    .join(Shift, Shift.id == Slot.shift_id)
    .join(WaitlistEntry, _IS_WISHED)
    .join(WechatUser, WechatUser.id == WaitlistEntry.wechat_user_id)
    .where(WaitlistEntry.closes_at > bindparam("now"), ~_HAD_IT)
    .order_by(WaitlistEntry.joined_at, WaitlistEntry.id)
)
_LINE = _TURNS.where(_WAITING, Slot.id.in_(bindparam("slots", expanding=True)))
_HEADS = _LINE.with_only_columns(WaitlistEntry.patient_id).limit(_NEXT)
_FREE_FOR_ANY = (
    _TURNS.with_only_columns(Slot.id)
    .where(Slot.is_open, Slot.visit_on > bindparam("today"), LEFT.element > 0)
    .order_by(None)
    .distinct()
)
_FREE = _FREE_FOR_ANY.where(_WAITING)
_FREE_FOR_ONE = _FREE.where(WaitlistEntry.id == bindparam("entry"))
_FREE_MEANWHILE = _FREE_FOR_ANY.where(
    WaitlistEntry.state == "offered", WaitlistEntry.id.in_(bindparam("turns", expanding=True))
)
_ENTRY = update(WaitlistEntry).where(WaitlistEntry.id == bindparam("entry"))
_CLAIM = _ENTRY.where(WaitlistEntry.state == "waiting").values(state="offered")
_FULFILLED = (
    update(WaitlistEntry)
    .where(
        WaitlistEntry.patient_id == bindparam("patient"),
        WaitlistEntry.state == "waiting",
        or_(
            WaitlistEntry.doctor_id == bindparam("doctor"),
            and_(
                WaitlistEntry.doctor_id.is_(None),
                WaitlistEntry.department_id == bindparam("department"),
            ),
        ),
        WaitlistEntry.first_on <= bindparam("on"),
        WaitlistEntry.last_on >= bindparam("on"),
        or_(WaitlistEntry.half_day == "", WaitlistEntry.half_day == bindparam("half")),
    )
    .values(state="done", words_enc=None)
)
