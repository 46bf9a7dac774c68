"""
Broadcasts (群发): written, looked at, confirmed by one or two people, stopped, taken back.

Nothing is written for anybody before it is confirmed and its time has come; then `desk.laying`
writes the notices and the couriers deliver them like all others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, Select, insert, select, update

from desk import audiences, audit, broadcast_views, jobs, laying, outbox, strangers
from desk.rows import insert_row
from desk.work import Actor, Work
from models import Broadcast, Outbox, Staff, WechatUser
from scheduling.broadcasting import (
    OF_ALL,
    Audience,
    BroadcastView,
    Forecast,
    Line,
    Progress,
    Way,
    check,
)
from scheduling.rota import Member
from scheduling.staff_errors import (
    AlreadyPast,
    BroadcastMoved,
    NeedsAnother,
    NobodyThere,
    NotAllowed,
    NothingToUndo,
    NotYourAccount,
)

_OPEN = ("draft", "waiting", "scheduled", "laying", "sending", "paused")
_RUNNING = ("laying", "sending")
# A clock without seconds: the minute that runs is meant as now.
_THIS_MINUTE = timedelta(minutes=1)


class Broadcasts:
    """The broadcasts of one house, in one piece of work."""

    def __init__(self, work: Work) -> None:
        """Act within this piece of work."""
        self._work = work

    @property
    def alone(self) -> int:
        """How many recipients one member of staff may reach without another one."""
        return self._work.policy.broadcast_alone

    def foresee(self, member: Member, audience: Audience, words: str) -> Forecast:
        """
        Return whom these words would reach, without keeping anything.

        Raises:
            NotAllowed, BadWords, NobodyThere: as `draft`.
        """
        work = self._of_staff(member)
        audience = audiences.scoped(work, member, audience)
        check(words, "personal", audience.kind)
        total = audiences.count(work, audience)
        if total == 0:
            raise NobodyThere
        return broadcast_views.forecast_of(work, audience, total)

    def draft(
        self,
        member: Member,
        audience: Audience,
        words: str,
        way: Way = "personal",
        *,
        crowd: int = 0,
    ) -> BroadcastView:
        """
        Keep a broadcast that nobody has confirmed yet.

        `crowd`: so many followers WeChat counts; of everyone only WeChat knows that.

        Raises:
            NotAllowed: the audience is not this member's business.
            BadWords: the words cannot be sent like this.
            NobodyMeant, NobodyThere: it says not whom, or nobody would get it.
        """
        work = self._of_staff(member)
        if (way == "mass") != (audience.kind in OF_ALL):
            raise NotAllowed  # what is for some people is never shown to all, nor the other way
        audience = audiences.scoped(work, member, audience)
        words = check(words, way, audience.kind)
        expected = audiences.count(work, audience)
        if audience.kind == "everyone":
            expected = max(expected, crowd)
        if expected == 0:
            raise NobodyThere
        row = {
            "way": way,
            "audience": audiences.kept(audience),
            "words_enc": work.vault.seal(words),
            "state": "draft",
            "staff_id": member.id,
            "expected": expected,
            "laid": 0,
            "laid_after": 0,
            "not_before": work.now,
            "created_at": work.now,
        }
        number = insert_row(work.conn, insert(Broadcast), row)
        audit.record(work, "draft", f"broadcast:{number}", {"recipients": expected})
        return self.view(member, number)

    def forecast(self, member: Member, broadcast: int) -> Forecast:
        """Return whom it would reach, and how, if it left now."""
        return broadcast_views.forecast(self._work, self.view(member, broadcast))

    def confirm(self, member: Member, broadcast: int, at: datetime | None = None) -> BroadcastView:
        """
        Let a draft leave `at` that time (local without a zone), but not before it could be undone.

        With more recipients than one member may reach alone it waits for another one's approval.

        Raises:
            NotAllowed; BroadcastMoved: it is no draft any more; AlreadyPast: the time is over.
        """
        work = self._of_staff(member)
        self._row(member, broadcast)
        earliest = work.now + work.policy.undo_quiet
        if at is not None and at.tzinfo is None:
            at = at.replace(tzinfo=work.zone)
        if at is not None and at < work.now - _THIS_MINUTE:
            raise AlreadyPast(at=work.local(at))
        values = {"not_before": max(earliest, at) if at else earliest}
        view = self.view(member, broadcast)
        if view.expected > work.policy.broadcast_alone:
            self._move(broadcast, ("draft",), "waiting", **values)
        else:
            self._move(broadcast, ("draft",), "scheduled", **values)
            self._lay_at(broadcast, values["not_before"])
        audit.record(work, "broadcast", f"broadcast:{broadcast}", {"recipients": view.expected})
        return self.view(member, broadcast)

    def approve(self, member: Member, broadcast: int) -> BroadcastView:
        """
        Let a large broadcast leave; somebody else than its author has to say so.

        Raises:
            NotAllowed; NeedsAnother: it is the author; BroadcastMoved: it does not wait for that.
        """
        work = self._of_staff(member)
        row = self._row(member, broadcast)
        if member.role == "doctor":
            raise NotAllowed
        if row.staff_id == member.id:
            raise NeedsAnother(limit=work.policy.broadcast_alone)
        at = max(row.not_before, work.now + work.policy.undo_quiet)
        self._move(broadcast, ("waiting",), "scheduled", approved_by_id=member.id, not_before=at)
        self._lay_at(broadcast, at)
        audit.record(work, "approve", f"broadcast:{broadcast}")
        return self.view(member, broadcast)

    def pause(self, member: Member, broadcast: int) -> BroadcastView:
        """Stop a broadcast for a while: what is on its way arrives, nothing more leaves."""
        self._row(member, broadcast)
        self._move(broadcast, _RUNNING, "paused")
        audit.record(self._of_staff(member), "pause", f"broadcast:{broadcast}")
        return self.view(member, broadcast)

    def resume(self, member: Member, broadcast: int) -> BroadcastView:
        """Go on where it was stopped."""
        self._row(member, broadcast)
        self._move(broadcast, ("paused",), "laying")
        self._lay_at(broadcast, self._work.now)
        audit.record(self._of_staff(member), "go_on", f"broadcast:{broadcast}")
        return self.view(member, broadcast)

    def cancel(self, member: Member, broadcast: int) -> BroadcastView:
        """
        End a broadcast: who has it keeps it, nobody else gets it, nobody is rung about it.

        Raises:
            NotAllowed; BroadcastMoved: it is over.
        """
        work = self._of_staff(member)
        self._row(member, broadcast)
        self._move(broadcast, _OPEN, "cancelled", ended_at=work.now)
        calls = (Outbox.broadcast_id == broadcast, Outbox.state == "call")
        work.conn.execute(update(Outbox).where(*calls).values(state="void"))
        strangers.forget(work, broadcast)
        audit.record(work, "call_off", f"broadcast:{broadcast}")
        return self.view(member, broadcast)

    def take_back(self, member: Member) -> BroadcastView:
        """
        Take back this member's newest broadcast that has not begun to leave.

        Raises:
            NothingToUndo: there is none, or it has begun.
        """
        mine = (Broadcast.staff_id == member.id, Broadcast.state.in_(("waiting", "scheduled")))
        newest = self._work.conn.scalar(
            select(Broadcast.id).where(*mine).order_by(Broadcast.id.desc()).limit(1)
        )
        if newest is None:
            raise NothingToUndo
        return self.cancel(member, newest)

    def test(self, member: Member, broadcast: int) -> None:
        """
        Send the words to this member's own account, filled as for the first recipient.

        Raises:
            NotAllowed; NotYourAccount: none is bound, or it has not consented in the chat.
        """
        work = self._of_staff(member)
        view = self.view(member, broadcast)
        account = work.conn.scalar(
            select(WechatUser.id)
            .join(Staff, Staff.openid_hash == WechatUser.openid_hash)
            .where(Staff.id == member.id)
        )
        if account is None:
            raise NotYourAccount
        payload = {**broadcast_views.forecast(work, view, 1).sample, "words": view.words}
        key = f"test:{broadcast}:{member.id}:{work.now.isoformat()}"
        outbox.put(work, outbox.Notice("trial", key, payload, account))

    def view(self, member: Member, broadcast: int) -> BroadcastView:
        """
        Return one broadcast.

        Raises:
            NotAllowed: there is none, or it is not this member's business.
        """
        return broadcast_views.views(self._work, [self._row(member, broadcast)])[0]

    def progress(self, member: Member, broadcast: int) -> Progress:
        """
        Count how far its recipients are.

        Raises:
            NotAllowed.
        """
        return broadcast_views.progress(self._work, self._row(member, broadcast))

    def exported(
        self, member: Member, broadcast: int, after: int = 0
    ) -> tuple[list[Line], int | None]:
        """
        Return the next recipients, masked, and where to go on behind them; None: the last.

        That they are looked at is written down with the first.

        Raises:
            NotAllowed.
        """
        row = self._row(member, broadcast)
        if after == 0:
            audit.record(self._of_staff(member), "look", f"broadcast:{broadcast}")
        return broadcast_views.lines(self._work, row, after)

    def listed(self, member: Member, most: int = 50) -> Sequence[BroadcastView]:
        """Return the newest broadcasts that are this member's business."""
        query = select(*Broadcast.__table__.c).order_by(Broadcast.id.desc()).limit(most)
        if member.role == "doctor":
            query = query.where(Broadcast.staff_id == member.id)
        return broadcast_views.views(self._work, self._own(member, query))

    # -- inside

    def _row(self, member: Member, broadcast: int) -> Row[Any]:
        query = select(*Broadcast.__table__.c).where(Broadcast.id == broadcast)
        found = self._own(member, query)
        if not found:
            raise NotAllowed
        return found[0]

    def _own(self, member: Member, query: Select[*tuple[Any, ...]]) -> list[Row[Any]]:
        """One's own, and to the desk and admins what is their site's."""
        rows = list(self._work.conn.execute(query))
        if member.role == "doctor":
            return [row for row in rows if row.staff_id == member.id]
        if member.site is None or not rows:
            return rows
        homes = audiences.homes(self._work, rows)
        return [r for r in rows if member.id == r.staff_id or member.site == homes.get(r.id)]

    def _move(self, broadcast: int, before: Sequence[str], state: str, **values: object) -> None:
        moved = update(Broadcast).where(Broadcast.id == broadcast, Broadcast.state.in_(before))
        if self._work.conn.execute(moved.values(state=state, **values)).rowcount == 0:
            raise BroadcastMoved

    def _lay_at(self, broadcast: int, at: datetime) -> None:
        todo = {"broadcast": broadcast}
        jobs.put(self._work, laying.JOB, f"{laying.JOB}:{broadcast}", todo, at)

    def _of_staff(self, member: Member) -> Work:
        return replace(self._work, actor=Actor("window", name=f"staff:{member.id}"))
