"""
The stock of a slot: taken and given back by conditional updates, so that it cannot be oversold.

Whoever comes here holds the patient's row; slots are locked in one call, sorted by id; the
appointments of a slot change only under the slot's lock or by a conditional update of their own.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import timedelta
from typing import Any

from sqlalchemy import (
    BindParameter,
    Row,
    and_,
    bindparam,
    case,
    func,
    or_,
    select,
    update,
)

from desk import jobs, outbox
from desk.events import record
from desk.work import Work
from models import Appointment, Department, Shift, Slot, WaitlistEntry, WechatUser
from scheduling import quotas
from scheduling.errors import KeptForOthers, NotBookable, Refusal, ShiftSuspended, SlotTaken
from scheduling.limits import common_until

SERVE = "serve_waitlist"
# Whoever gave back a place at the same moment has ended by then.
_SETTLED = timedelta(seconds=10)
_SHARED_CHANNELS = ("chat", "api")  # both live on the chat's share of a slot


_WANTED = (
    select(
        *Slot.__table__.c,
        Shift.half_day,
        Shift.fee_fen,
        Shift.service_type,
        Shift.state,
        Department.name.label("department_name"),
        Department.location,
        Department.bookable,
        Department.min_age_years,
        Department.max_age_years,
        Department.sex.label("department_sex"),
    )
    .join(Shift, Shift.id == Slot.shift_id)
    .join(Department, Department.id == Slot.department_id)
    .where(Slot.id == bindparam("slot"))
)
_NOW: BindParameter[Any] = bindparam("now")
_SLOT: BindParameter[Any] = bindparam("slot_")  # `slot` would be taken for a column
_MINE = select(WechatUser.id).where(WechatUser.openid_hash == bindparam("me")).scalar_subquery()
_MOVABLE = (
    select(Appointment.id)
    .where(
        Appointment.slot_id == _SLOT,
        Appointment.status == "held",
        or_(Appointment.held_until <= _NOW, Appointment.wechat_user_id == _MINE),
    )
    .limit(1)
)
# Only as it was when the rules looked at it: staff may have moved its hour or its doctor since.
_AS_READ = (
    Slot.starts_at == bindparam("as_read_at"),
    func.coalesce(Slot.doctor_id, 0) == bindparam("as_read_doctor"),
)
_TAKE = (
    update(Slot)
    .where(Slot.id == _SLOT, Slot.is_open, Slot.booked < Slot.capacity, *_AS_READ)
    .values(booked=Slot.booked + 1)
)
# The chat and the API live on their share; its urgent reserve opens on the visit day.
_KEPT = {name: getattr(Slot, f"kept_{name}") for name in quotas.QUOTAS}
_SHARE = Slot.chat_capacity - case((Slot.visit_on <= bindparam("today"), 0), else_=Slot.reserve)
_OPEN: BindParameter[Any] = bindparam("quotas_open")
_TAKE_OF_CHAT = _TAKE.where(
    Slot.chat_booked < _SHARE - case((Slot.visit_on <= _OPEN, 0), else_=sum(_KEPT.values()))
).values(chat_booked=Slot.chat_booked + 1)
# Who may use a quota takes of that first, as long as it is not everybody's.
_TAKE_OF_QUOTA = {
    name: _TAKE.where(kept > 0, Slot.visit_on > _OPEN, Slot.chat_booked < _SHARE).values(
        {Slot.chat_booked: Slot.chat_booked + 1, kept: kept - 1}
    )
    for name, kept in _KEPT.items()
}
_WHY_NOT = select(
    Slot.is_open,
    Slot.visit_on,
    and_(Slot.booked < Slot.capacity, Slot.chat_booked < _SHARE).label("has_room"),
    *_KEPT.values(),
).where(Slot.id == _SLOT)
# What the window has not sold becomes a place of the chat's, for good: one more in its share.
_TAKE_OF_WINDOW = _TAKE.where(
    Slot.visit_on <= bindparam("common"),
    Slot.capacity - Slot.booked > Slot.chat_capacity - Slot.chat_booked,
).values(chat_booked=Slot.chat_booked + 1, chat_capacity=Slot.chat_capacity + 1)
_GIVE = update(Slot).where(Slot.id == _SLOT).values(booked=Slot.booked - 1)
_GIVE_OF_CHAT = _GIVE.values(chat_booked=Slot.chat_booked - 1)
_GIVE_OF_QUOTA = {name: _GIVE_OF_CHAT.values({kept: kept + 1}) for name, kept in _KEPT.items()}
_ENTRY = update(WaitlistEntry).where(WaitlistEntry.id == bindparam("waiting"))
_WAIT_ON = _ENTRY.where(WaitlistEntry.state == "offered").values(
    state="waiting", misses=WaitlistEntry.misses + bindparam("missed")
)
_SILENT = _ENTRY.where(
    WaitlistEntry.state == "waiting", WaitlistEntry.misses >= bindparam("most")
).values(state="closed", words_enc=None)


def wanted(work: Work, slot: int) -> Row[*tuple[Any, ...]]:
    """
    Return what the rules must know of a slot; a plain read, before any lock.

    Raises:
        SlotTaken: there is no such slot (any more).
        ShiftSuspended: it does not take place.
        NotBookable: facts: department, location.
    """
    row = work.conn.execute(_WANTED, {"slot": slot}).one_or_none()
    if row is None:
        raise SlotTaken
    if not row.is_open or row.state == "suspended":
        raise ShiftSuspended
    if not row.bookable:
        raise NotBookable(department=row.department_name, location=row.location)
    return row


def refuse_if_full(work: Work, slot: Row[*tuple[Any, ...]]) -> None:
    """
    Turn away first of all, without a lock, whom a full slot cannot serve: most of a morning rush.

    Raises:
        SlotTaken: full for this channel, and no hold in it is over or this account's own.
    """
    if not _is_full(work, slot):
        return
    openid = work.actor.openid
    me = None if openid is None else work.vault.lookup(openid)
    if work.conn.scalar(_MOVABLE, {"slot_": slot.id, "now": work.now, "me": me}) is None:
        raise SlotTaken


def _is_full(work: Work, slot: Row[*tuple[Any, ...]]) -> bool:
    """Whether a conditional update would find no place now."""
    if work.actor.channel in _SHARED_CHANNELS:
        now = work.local(work.now)
        kept = 0 if slot.visit_on <= now.date() else slot.reserve
        unsold = slot.capacity - slot.booked - (slot.chat_capacity - slot.chat_booked)
        is_common = unsold > 0 and slot.visit_on <= common_until(work.policy, now)
        if slot.chat_booked >= slot.chat_capacity - kept and not is_common:
            return True
    return bool(slot.booked >= slot.capacity)


def lock(work: Work, slots: Iterable[int]) -> None:
    """Lock slots, lowest id first, whoever asks: two who need the same ones cannot deadlock."""
    ids = sorted(set(slots))
    work.conn.execute(
        select(Slot.id).where(Slot.id.in_(ids)).order_by(Slot.id).with_for_update(key_share=True)
    ).all()


def take(work: Work, slot: Row[*tuple[Any, ...]], entitled: Collection[str] = ()) -> str:
    """
    Take one place of a slot that is as `wanted` read it, of the chat's share if the chat asks.

    Returns the quota it was kept for, of those the patient may use; empty for a common place.

    Raises:
        SlotTaken: full, or not at that hour with that doctor any more. ShiftSuspended.
        KeptForOthers: facts: quotas, opens (local).
    """
    if work.actor.channel in _SHARED_CHANNELS:
        quota = _take_of_chat(work, slot, entitled)
    else:
        quota = "" if work.conn.execute(_TAKE, _as_read(slot)).rowcount == 1 else None
    if quota is None:
        raise _why_not(work, slot.id)
    return quota


def _as_read(slot: Row[*tuple[Any, ...]]) -> dict[str, object]:
    at, doctor = slot.starts_at, slot.doctor_id or 0
    return {"slot_": slot.id, "as_read_at": at, "as_read_doctor": doctor}


def _take_of_chat(
    work: Work, slot: Row[*tuple[Any, ...]], entitled: Collection[str]
) -> str | None:
    """
    Take a place the patient's quota keeps, else of the chat's share, else of the window's.

    The window's only from when on it keeps no longer what it has left.
    """
    now = work.local(work.now)
    values = _of_chat(work, slot.id) | _as_read(slot)
    for name in quotas.QUOTAS:
        if name in entitled and work.conn.execute(_TAKE_OF_QUOTA[name], values).rowcount == 1:
            return name
    is_taken = work.conn.execute(_TAKE_OF_CHAT, values).rowcount == 1
    if not is_taken and work.policy.window_share_until is not None:
        until = {**_as_read(slot), "common": common_until(work.policy, now)}
        is_taken = work.conn.execute(_TAKE_OF_WINDOW, until).rowcount == 1
    return "" if is_taken else None


def _of_chat(work: Work, slot: int) -> dict[str, object]:
    now = work.local(work.now)
    opened = quotas.opened_until(work.policy, now)
    return {"slot_": slot, "today": now.date(), "quotas_open": opened}


def _why_not(work: Work, slot: int) -> Refusal:
    """Tell a full slot from one that keeps its last places for some."""
    row = work.conn.execute(_WHY_NOT, _of_chat(work, slot)).one_or_none()
    if row is None:
        return SlotTaken()
    if not row.is_open:
        return ShiftSuspended()
    now = work.local(work.now)
    kept = [name for name in quotas.QUOTAS if getattr(row, f"kept_{name}") > 0]
    is_kept = kept and row.has_room and row.visit_on > quotas.opened_until(work.policy, now)
    if not is_kept or work.actor.channel not in _SHARED_CHANNELS:
        return SlotTaken()
    opens_at = quotas.opens_at(work.policy, row.visit_on, now)
    return KeptForOthers(quotas=tuple(kept), opens=opens_at)


def finish(
    work: Work,
    row: Row[*tuple[Any, ...]],
    status: str,
    reason: str = "",
    **changes: object,
) -> bool:
    """
    End an appointment that is as `row` says and give its place back, once; its slot is locked.

    Returns False and changes nothing when its status has moved on meanwhile. Whose offer of the
    waitlist ends without a yes is back in line.
    """
    ended = work.conn.execute(
        update(Appointment)
        .where(Appointment.id == row.id, Appointment.status == row.status)
        .where(Appointment.version == row.version)
        .values(status=status, ended_at=work.now, version=Appointment.version + 1, **changes)
    )
    if ended.rowcount == 0:
        return False
    give_back(work, row.slot_id, row.channel, row.quota)
    outbox.void(work, row.id)
    record(work, row.id, row.status, status, reason)
    if row.waitlist_id is not None and row.status == "held":
        _back_in_line(work, row.waitlist_id, is_silent=row.held_until <= work.now)
    return True


def take_again(work: Work, row: Row[*tuple[Any, ...]]) -> None:
    """Take the place again of an appointment that `finish` ended; its slot is locked."""
    taken: dict[str, Any] = {"booked": Slot.booked + 1}
    if row.channel in _SHARED_CHANNELS:
        taken["chat_booked"] = Slot.chat_booked + 1
    if kept := _KEPT.get(row.quota):
        taken[kept.key] = case((kept > 0, kept - 1), else_=0)
    work.conn.execute(update(Slot).where(Slot.id == row.slot_id).values(taken))


def give_back(work: Work, slot: int, channel: str, quota: str = "") -> None:
    """Count one place less as taken, of the share it was taken from; the slot is locked."""
    common = _GIVE_OF_CHAT if channel in _SHARED_CHANNELS else _GIVE
    work.conn.execute(_GIVE_OF_QUOTA.get(quota, common), {"slot_": slot})


def _back_in_line(work: Work, waiting: int, *, is_silent: bool) -> None:
    """Who said no waits on where she stood; who said nothing twice is taken off the list."""
    work.conn.execute(_WAIT_ON, {"waiting": waiting, "missed": int(is_silent)})
    if is_silent:
        most = work.policy.waitlist_silences
        work.conn.execute(_SILENT, {"waiting": waiting, "most": most, "ended_at": work.now})
    ask_soon(work, waiting)


def ask_soon(work: Work, waiting: int) -> None:
    """
    See to it that who has just come into line, or back, is not left beside a free place.

    Whoever gave one back at that moment could not see her there: the line is asked once more.
    """
    key = f"{SERVE}:{waiting}:{work.now:%m%d%H%M%S}"
    jobs.put(work, SERVE, key, {"entry": waiting}, work.now + _SETTLED)
