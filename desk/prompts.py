"""
Questions that a notice asks (通知提问): written with the notice, answered in the chat later.

A prompt counts once its notice has been delivered, until it is answered or its deadline passes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import bindparam, insert, select, update

from desk.appointments import visible
from desk.rows import insert_row
from desk.work import Work
from models import Prompt, WechatUser
from scheduling.types import PromptId, PromptView

# What a question is about, in its facts.
_ABOUT = "appointment"
_OWNER = select(WechatUser.openid_hash).where(WechatUser.id == bindparam("account"))
_ASK = insert(Prompt).values(openid_hash=_OWNER.scalar_subquery())


def ask(
    work: Work, account: int, kind: str, facts: Mapping[str, int | str], deadline_at: datetime
) -> PromptId:
    """Write a question to an account; `facts` is what its conversation needs, and gets sealed."""
    row = {
        "account": account,
        "kind": kind,
        "payload_enc": work.vault.seal(json.dumps(dict(facts), ensure_ascii=False)),
        "state": "open",
        "deadline_at": deadline_at,
        "created_at": work.now,
    }
    return PromptId(insert_row(work.conn, _ASK, row))


_WAITING = (
    select(Prompt.id, Prompt.kind, Prompt.payload_enc, Prompt.delivered_at)
    .where(
        Prompt.openid_hash == bindparam("openid"),
        Prompt.state == "open",
        Prompt.delivered_at <= bindparam("now"),
        Prompt.deadline_at > bindparam("now"),
    )
    .order_by(Prompt.delivered_at.desc(), Prompt.id.desc())
)


def hand_over(work: Work, prompt: int, account: int | None) -> None:
    """Ask another account instead, or nobody (None)."""
    owner = select(WechatUser.openid_hash).where(WechatUser.id == account).scalar_subquery()
    values = {"state": "void"} if account is None else {"openid_hash": owner}
    work.conn.execute(update(Prompt).where(Prompt.id == prompt).values(**values))


class Prompts:
    """The questions that wait for the account that writes."""

    def __init__(self, work: Work) -> None:
        """Act within this piece of work."""
        self._work = work

    def waiting(self) -> Sequence[PromptView]:
        """
        Return the questions the account has seen and not answered, the newest first.

        One about an appointment that it may not see any more is not its question any more.
        """
        work = self._work
        if work.actor.openid is None:
            return ()
        openid = work.vault.lookup(work.actor.openid)
        rows = work.conn.execute(_WAITING, {"openid": openid, "now": work.now})
        views = [
            PromptView(
                id=PromptId(row.id),
                kind=row.kind,
                facts=json.loads(work.vault.open(row.payload_enc)),
                delivered_at=work.local(row.delivered_at),
            )
            for row in rows
        ]
        about = {view.id: view.facts[_ABOUT] for view in views if _ABOUT in view.facts}
        seen = visible(work, [int(one) for one in about.values()])
        return [view for view in views if view.id not in about or about[view.id] in seen]

    def shown(self, prompt: PromptId) -> None:
        """The question was put to the account in the chat: a bare answer now belongs to it."""
        self._set(prompt, delivered_at=self._work.now)

    def answered(self, prompt: PromptId) -> None:
        """Take a question off the list; one that is not the account's own stays as it is."""
        self._set(prompt, state="answered")

    def _set(self, prompt: PromptId, **values: object) -> None:
        work = self._work
        if work.actor.openid is not None:
            mine = Prompt.openid_hash == work.vault.lookup(work.actor.openid)
            open_one = (Prompt.id == prompt, Prompt.state == "open", mine)
            work.conn.execute(update(Prompt).where(*open_one).values(**values))
