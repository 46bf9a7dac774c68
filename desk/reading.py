"""What a page of notices needs to know before it leaves, read for all of them together."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, select, update

from desk import appointments, notices, prompts, requests
from desk.reach import phones_of, reach_of, readers_of
from desk.work import Work
from models import Broadcast, Outbox, Prompt
from scheduling.channels import Reach, may_leave_at
from scheduling.types import AppointmentView

_PROMPTS = select(Prompt.id, Prompt.state, Prompt.deadline_at).where(
    Prompt.id.in_(bindparam("ids", expanding=True))
)
_BROADCASTS = select(Broadcast.id, Broadcast.state, Broadcast.words_enc).where(
    Broadcast.id.in_(bindparam("ids", expanding=True))
)


@dataclass(slots=True)
class Page:
    """
    The notices of a page and what they point to.

    `people` is what is left of everybody's windows and credits; `spent` are those of whom this
    page has used some up.
    """

    work: Work
    payloads: Mapping[int, dict[str, Any]]
    asked: Mapping[int, Row[Any]]
    visits: Mapping[int, AppointmentView]
    readers: Mapping[int, dict[int, bool]]
    phones: Mapping[int, str]
    broadcasts: Mapping[int, tuple[str, str]]
    people: dict[int, Reach]
    spent: set[int] = field(default_factory=set)

    def leaves_at(self, row: Row[Any]) -> datetime | None:
        """Return when a notice may leave; None for never: it is not true any more, or useless."""
        work, until = self.work, self.payloads[row.id].get("until")
        if until is not None and work.now >= datetime.fromisoformat(until):
            return None
        if row.prompt_id is not None:
            asked = self.asked[row.prompt_id]
            if asked.state == "void" or asked.deadline_at <= work.now:
                return None
        visit = self.visits[row.appointment_id] if row.appointment_id is not None else None
        if visit is not None and row.appointment_version not in (None, visit.version):
            return None
        visit_at = visit.opening.starts_at if visit is not None else None
        return may_leave_at(work.policy, row.kind, work.local(work.now), visit_at)

    def state_of(self, row: Row[Any]) -> str:
        """Return the state of the broadcast a notice belongs to; empty for none."""
        return self.broadcasts[row.broadcast_id][0] if row.broadcast_id is not None else ""

    def payload(self, row: Row[Any]) -> dict[str, Any]:
        """Return what a notice says, with the facts of its visit as they are now."""
        payload = self.payloads[row.id]
        if row.appointment_id is not None:
            payload = {**notices.facts(self.visits[row.appointment_id]), **payload}
        if row.broadcast_id is not None:
            payload["words"] = self.broadcasts[row.broadcast_id][1]
        return payload

    def reader(self, row: Row[Any]) -> int | None:
        """
        Return the account it goes to; the next one where the former may not read of the visit now.

        The question it asks goes along.
        """
        account: int | None = row.wechat_user_id
        if row.appointment_id is None or account is None:
            return account
        may_read = self.readers[row.appointment_id]
        if account in may_read:
            return account
        reader = None if row.is_copy else next(iter(may_read), None)
        moved = update(Outbox).where(Outbox.id == row.id).values(wechat_user_id=reader)
        self.work.conn.execute(moved)
        if row.prompt_id is not None:
            prompts.hand_over(self.work, row.prompt_id, reader)
        return reader

    def reach(self, row: Row[Any], reader: int | None) -> Reach:
        """Return what could reach the person a notice is for."""
        payload = self.payloads[row.id]
        if "request" in payload:
            return requests.writer(self.work, payload["request"])
        phone = payload.get("phone")
        if phone is None and row.appointment_id is not None and not row.is_copy:
            phone = self.phones.get(row.appointment_id)
        known = Reach() if reader is None else self.people.get(reader, Reach())
        return replace(known, phone=phone)


def read(work: Work, rows: Sequence[Row[Any]]) -> Page:
    """Read what these notices need to know: a constant number of statements."""
    visits = {row.appointment_id for row in rows if row.appointment_id is not None}
    readers = readers_of(work, visits) if visits else {}
    accounts = {row.wechat_user_id for row in rows if row.wechat_user_id is not None}
    accounts |= {account for family in readers.values() for account in family}
    return Page(
        work=work,
        payloads={row.id: json.loads(work.vault.open(row.payload_enc)) for row in rows},
        asked=_by_id(work, _PROMPTS, {row.prompt_id for row in rows}),
        visits=appointments.views(work, visits),
        readers=readers,
        phones=phones_of(work, visits) if visits else {},
        broadcasts={
            number: (row.state, work.vault.open(row.words_enc))
            for number, row in _by_id(
                work, _BROADCASTS, {row.broadcast_id for row in rows}
            ).items()
        },
        people=reach_of(work, accounts),
    )


def _by_id(work: Work, statement: Any, ids: set[int | None]) -> dict[int, Row[Any]]:  # noqa: ANN401
    wanted = [one for one in ids if one is not None]
    return {r.id: r for r in work.conn.execute(statement, {"ids": wanted})} if wanted else {}
