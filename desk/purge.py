"""Forgetting what is over: nothing that is written every day may grow for ever."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, delete, select, update

from desk.work import Work
from models import Inbox, Job, Outbox, Prompt

# A purge holds its locks only as long as this many rows take; the rest is for the next one.
MOST = 500
# What has left the house or never will.
_OVER = ("sent", "void", "called", "dead")


def purge(work: Work) -> bool:
    """
    Delete what is older than the policy keeps; returns whether there is more.

    Notices first: they name the questions they asked. A call that nobody made in all that time is
    about a visit long past.
    """
    old = work.now - work.policy.kept
    asked = select(Outbox.prompt_id).where(Outbox.prompt_id.is_not(None))
    done = [
        _empty(work),
        _delete(work, Outbox, Outbox.state.in_((*_OVER, "call")), Outbox.not_before < old),
        _delete(work, Prompt, Prompt.deadline_at < old, Prompt.id.not_in(asked)),
        _delete(work, Job, Job.state.in_(("done", "dead")), Job.due_at < old),
        _delete(work, Inbox, Inbox.received_at < old),
    ]
    return MOST in done


def _empty(work: Work) -> int:
    """Forget the words of notices that are over."""
    over = Outbox.state.in_(_OVER), Outbox.not_before < work.now - work.policy.words_kept
    ids = _some(work, Outbox, *over, Outbox.payload_enc != b"")
    work.conn.execute(update(Outbox).where(Outbox.id.in_(ids)).values(payload_enc=b""))
    return len(ids)


def _delete(work: Work, table: Any, *old: ColumnElement[bool]) -> int:  # noqa: ANN401 - a model
    ids = _some(work, table, *old)
    work.conn.execute(delete(table).where(table.id.in_(ids)))
    return len(ids)


def _some(work: Work, table: Any, *old: ColumnElement[bool]) -> list[int]:  # noqa: ANN401
    return list(work.conn.scalars(select(table.id).where(*old).limit(MOST)))
