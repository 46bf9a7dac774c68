"""Broadcasts as the staff see them: whom one would reach, how far it is, and each recipient."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Row, bindparam, func, select

from desk import audiences, laying, mass_lists
from desk.audiences import Recipient
from desk.reach import reach_of
from desk.work import Work
from models import Appointment, BroadcastTarget, Outbox, Patient, Staff, WechatUser
from scheduling.broadcasting import Audience, BroadcastView, Forecast, Line, ListView, Progress
from scheduling.channels import MASS, Reach, choose, spent, why_not
from scheduling.masking import mask_name

# A forecast looks at so many people; of the rest only the number is told.
_LOOKED_AT = 2_000
_STATES = {"due": "waiting", "leased": "waiting", "sending": "waiting"}
_LINES = 1_000


def views(work: Work, rows: Sequence[Row[Any]]) -> list[BroadcastView]:
    """Return broadcasts as people see them, without their counts."""
    people = {row.staff_id for row in rows} | {row.approved_by_id for row in rows}
    known = select(Staff.id, Staff.name).where(Staff.id.in_(people))
    names = {row.id: row.name for row in work.conn.execute(known)} if rows else {}
    return [
        BroadcastView(
            id=row.id,
            way=row.way,
            words=work.vault.open(row.words_enc) if row.words_enc else "",
            audience=audiences.opened(row.audience),
            state=row.state,
            author=row.staff_id,
            author_name=names.get(row.staff_id, ""),
            approver_name=names.get(row.approved_by_id, ""),
            expected=row.expected,
            laid=row.laid,
            not_before=work.local(row.not_before),
            created_at=work.local(row.created_at),
        )
        for row in rows
    ]


_BY_STATE = (
    select(
        Outbox.state,
        func.count().label("number"),
        func.count(Outbox.delivered_at).label("delivered"),
    )
    .where(Outbox.broadcast_id == bindparam("broadcast"))
    .group_by(Outbox.state)
)
_IN_DOUBT = select(func.count()).where(
    Outbox.uncertain_at.is_not(None), Outbox.broadcast_id == bindparam("broadcast")
)
_TARGETS_BY_STATE = (
    select(BroadcastTarget.state, func.count().label("number"))
    .where(BroadcastTarget.broadcast_id == bindparam("broadcast"))
    .group_by(BroadcastTarget.state)
)


def progress(work: Work, row: Row[Any]) -> Progress:
    """Return how many recipients of a broadcast are how far: all of them are counted."""
    of = {"broadcast": row.id}
    lists: Sequence[ListView] = ()
    if row.way == "mass":
        lists = mass_lists.views(work, row.id)
        counted = Counter({r.state: r.number for r in work.conn.execute(_TARGETS_BY_STATE, of)})
        for one in lists:
            counted += _strangers(one)
    else:
        counted = _notices(work, of)
    if row.state == "cancelled":
        void = counted.pop("waiting", 0) + counted.pop("paused", 0)
        counted["void"] = counted.get("void", 0) + void
    doubt = work.conn.scalar(_IN_DOUBT, of) or 0
    return Progress({state: n for state, n in counted.items() if n}, doubt, lists)


def _strangers(one: ListView) -> Counter[str]:
    """The recipients of a list of strangers by state: of them nothing else is known."""
    if not one.strangers:
        return Counter()
    if one.state != "sent" or one.filtered is None:
        return Counter({one.state: one.size})
    rest = Counter({"filtered": one.filtered, "failed": one.lost or 0})
    return rest + Counter({"sent": max(0, one.size - rest.total())})


def _notices(work: Work, of: Mapping[str, int]) -> Counter[str]:
    """A delivered one is not counted as sent."""
    found = Counter[str]()
    for row in work.conn.execute(_BY_STATE, of):
        if row.state == "sent":
            found["delivered"] = row.delivered
            found["sent"] = row.number - row.delivered
        else:
            found[_STATES.get(row.state, row.state)] += row.number
    return found


def forecast(work: Work, of: BroadcastView, most: int = _LOOKED_AT) -> Forecast:
    """Return whom a broadcast would reach, and how, if it left now."""
    if of.way == "mass":
        known = audiences.count(work, of.audience) if of.audience.kind == "everyone" else None
        return Forecast(of.expected, of.expected, {MASS: of.expected}, known=known)
    return forecast_of(work, of.audience, of.expected, most)


def forecast_of(work: Work, audience: Audience, total: int, most: int = _LOOKED_AT) -> Forecast:
    """Return whom notices to an audience would reach; of very many some are looked at."""
    by_channel, unreached = Counter[str](), Counter[str]()
    sample: Mapping[str, Any] = {}
    people: dict[int, Reach] = {}
    looked_at, after = 0, 0
    while looked_at < most:
        found, further = audiences.page(work, audience, after)
        found = found[: most - looked_at]
        if found and not sample:
            sample = audiences.sample(work, found[0])
        for channel, why in _ways(work, laying.kind_of(audience), found, people):
            by_channel[channel] += bool(channel)
            unreached[why] += bool(why)
        looked_at += len(found)
        if further is None:
            break
        after = further
    return Forecast(total, looked_at, +by_channel, +unreached, sample)


def _ways(
    work: Work, kind: str, found: Sequence[Recipient], people: dict[int, Reach]
) -> Iterator[tuple[str, str]]:
    """Each recipient's channel, or why there is none; what one uses up the next has not."""
    phones = audiences.phones(work, found)
    accounts = {one.account for one in found if one.account is not None}
    people |= reach_of(work, accounts - people.keys())
    for one in found:
        known = people.get(one.account, Reach()) if one.account is not None else Reach()
        channel = choose(work.channels, kind, replace(known, phone=phones[one.key]), work.now)
        yield channel or "", "" if channel else why_not(known)
        if channel and one.account is not None:
            people[one.account] = spent(work.channels, kind, known, channel)


# -- each recipient


_RECIPIENTS = (
    select(
        Outbox.id,
        Outbox.state,
        Outbox.channel,
        Outbox.sent_at,
        Outbox.delivered_at,
        Outbox.uncertain_at,
        Outbox.last_error,
        Patient.name_enc,
        WechatUser.openid_hash,
    )
    .outerjoin(Appointment, Appointment.id == Outbox.appointment_id)
    .outerjoin(Patient, Patient.id == Appointment.patient_id)
    .outerjoin(WechatUser, WechatUser.id == Outbox.wechat_user_id)
    .where(
        Outbox.broadcast_id == bindparam("broadcast"),
        Outbox.kind != MASS,
        Outbox.id > bindparam("after"),
    )
    .order_by(Outbox.id)
    .limit(_LINES)
)
_TARGETS = (
    select(
        BroadcastTarget.id,
        BroadcastTarget.state,
        BroadcastTarget.why,
        WechatUser.openid_hash,
    )
    .join(WechatUser, WechatUser.id == BroadcastTarget.wechat_user_id)
    .where(
        BroadcastTarget.broadcast_id == bindparam("broadcast"),
        BroadcastTarget.id > bindparam("after"),
    )
    .order_by(BroadcastTarget.id)
    .limit(_LINES)
)
# Enough to tell accounts apart in a list, nothing to look them up by.
_SHOWN = 8


def lines(work: Work, row: Row[Any], after: int) -> tuple[list[Line], int | None]:
    """Return the next recipients, masked, and where to go on behind them; None: the last."""
    statement = _TARGETS if row.way == "mass" else _RECIPIENTS
    found = work.conn.execute(statement, {"broadcast": row.id, "after": after}).all()
    some = [_target_line(one) if row.way == "mass" else _line(work, one) for one in found]
    return some, found[-1].id if len(found) == _LINES else None


def _line(work: Work, row: Row[Any]) -> Line:
    state = "delivered" if row.delivered_at else _STATES.get(row.state, row.state)
    return Line(
        name=mask_name(work.vault.open(row.name_enc)) if row.name_enc else "",
        account=(row.openid_hash or "")[:_SHOWN],
        state="uncertain" if row.uncertain_at and row.state == "sent" else state,
        channel=row.channel or "",
        at=work.local(row.sent_at) if row.sent_at else None,
        why=row.last_error,
    )


def _target_line(row: Row[Any]) -> Line:
    return Line("", row.openid_hash[:_SHOWN], row.state, MASS, None, row.why)
