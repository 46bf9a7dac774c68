"""
Mass sends to followers who never registered: one list after the other, and nobody's name kept.

Where a list begins and ends is written down before it is sent, and forgotten behind it; who stands
between is read from WeChat at the moment of the call (`bot.crowd`), by whoever makes it. So a call
that is made again, under our key, is made to the same people (docs/decisions/0022).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, bindparam, select, update

from desk import mass_lists
from desk.work import Work
from models import Broadcast, BroadcastList, BroadcastTarget, WechatUser
from scheduling.strangers import FEWEST, Cut, Place

# Whose turn it is: `Broadcast.stage`.
KNOWN, STRANGERS, ALL = "known", "strangers", "all"
_HASHES = 1_000

_BROADCAST = select(Broadcast.state, Broadcast.stage, Broadcast.place_enc).where(
    Broadcast.id == bindparam("broadcast")
)
_UNDER_WAY = (
    select(BroadcastList.id)
    .where(
        BroadcastList.broadcast_id == bindparam("broadcast"),
        BroadcastList.strangers,
        BroadcastList.state == "waiting",
    )
    .limit(1)
)
_TARGETS = (
    select(WechatUser.openid_hash)
    .join(BroadcastTarget, BroadcastTarget.wechat_user_id == WechatUser.id)
    .where(
        BroadcastTarget.broadcast_id == bindparam("broadcast"),
        WechatUser.openid_hash.in_(bindparam("hashes", expanding=True)),
    )
)


def first(work: Work) -> dict[str, Any]:
    """Return what a broadcast becomes once it is the strangers' turn."""
    return {"stage": STRANGERS, "place_enc": mass_lists.sealed(work, ())}


def place(work: Work, broadcast: int) -> Place | None:
    """Return where WeChat's list is to be read on now; None: not now, or no more."""
    of = {"broadcast": broadcast}
    row = work.conn.execute(_BROADCAST, of).one()
    if row.state != "laying" or row.stage != STRANGERS or work.conn.scalar(_UNDER_WAY, of):
        return None
    return mass_lists.opened(work, row.place_enc)


def lay(work: Work, row: Row[Any], found: Cut) -> None:
    """Hand the next list to the couriers, and write down where the one behind it begins."""
    values: dict[str, Any] = {"laid": row.laid + found.size}
    if found.size:
        _keep(work, row.id, found)
    if found.until is None:
        # By now it is known how many they are; WeChat's own number was a little older.
        values |= {"stage": ALL, "place_enc": None, "expected": values["laid"]}
    else:
        values["place_enc"] = mass_lists.sealed(work, found.until)
    _set(work, row.id, **values)


def _keep(work: Work, broadcast: int, found: Cut) -> None:
    batch = mass_lists.next_batch(work, broadcast)
    if found.size < FEWEST:
        alone = {"strangers": True, "state": "skipped", "why": "alone"}
        mass_lists.keep(work, broadcast, batch, found.size, **alone)
        return
    end = None if found.until is None else mass_lists.sealed(work, found.until)
    places = {"after_enc": mass_lists.sealed(work, found.after), "until_enc": end}
    mass_lists.keep(work, broadcast, batch, found.size, strangers=True, **places)
    mass_lists.hand_over(work, broadcast, batch)


def give_up(work: Work, row: Row[Any], why: str) -> None:
    """WeChat tells no more of its list: whoever is left on it counts as not sent to."""
    left = max(0, row.expected - row.laid)
    if left:
        batch = mass_lists.next_batch(work, row.id)
        about = {"strangers": True, "state": "failed", "why": why}
        mass_lists.keep(work, row.id, batch, left, **about)
    _set(work, row.id, stage=ALL, place_enc=None, laid=row.laid + left)


def targets_among(work: Work, broadcast: int, openids: Sequence[str]) -> set[str]:
    """Return who of these accounts is a target of a broadcast."""
    by_hash = {work.vault.lookup(one): one for one in openids}
    hashes, found = list(by_hash), set[str]()
    for start in range(0, len(hashes), _HASHES):
        of = {"broadcast": broadcast, "hashes": hashes[start : start + _HASHES]}
        found.update(by_hash[one] for one in work.conn.scalars(_TARGETS, of))
    return found


def forget(work: Work, broadcast: int) -> None:
    """Nothing of it leaves any more: no place is needed any longer."""
    _set(work, broadcast, place_enc=None)
    mass_lists.forget(work, broadcast)


def _set(work: Work, broadcast: int, **values: object) -> None:
    work.conn.execute(update(Broadcast).where(Broadcast.id == broadcast).values(**values))
