"""What is left for a person at the desk."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select, update

from desk.work import Work
from models import HumanRequest

# Who asked without ever consenting has not agreed to be kept: a month is for answering them.
KEPT = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Waiting:
    """Somebody who waits for a person; `kind` is human or emergency, `since` local."""

    id: int
    kind: str
    since: datetime
    words: str


def waiting(work: Work) -> list[Waiting]:
    """Return who waits, emergencies first, then the longest waiting."""
    rows = work.conn.execute(
        select(HumanRequest.id, HumanRequest.kind, HumanRequest.created_at, HumanRequest.words_enc)
        .where(HumanRequest.state == "open")
        .order_by(HumanRequest.kind, HumanRequest.created_at, HumanRequest.id)
    )
    return [
        Waiting(row.id, row.kind, work.local(row.created_at), work.vault.open(row.words_enc))
        for row in rows
    ]


def answered(work: Work, request: int) -> bool:
    """Take somebody off the list; False when nobody of that number waits."""
    done = work.conn.execute(
        update(HumanRequest)
        .where(HumanRequest.id == request, HumanRequest.state == "open")
        .values(state="answered")
    )
    return done.rowcount == 1


def purge(work: Work) -> int:
    """Forget requests older than a month; returns how many."""
    old = HumanRequest.created_at < work.now - KEPT
    return work.conn.execute(delete(HumanRequest).where(old)).rowcount


class Requests:
    """The desk's list, as the account that writes adds to it."""

    def __init__(self, work: Work) -> None:
        """Act within this piece of work."""
        self._work = work

    def ask_for_human(self, words: str) -> None:
        """
        Put the words on the desk's list; somebody who waits already adds to the list again.

        Raises:
            ValueError: the actor is no WeChat account, so nobody could answer it.
        """
        self._put("human", words)

    def report_emergency(self, words: str) -> None:
        """Put words that raised a red flag on the list of the staff on duty; see ask_for_human."""
        self._put("emergency", words)

    def _put(self, kind: str, words: str) -> None:
        openid = self._work.actor.openid
        if openid is None:
            raise ValueError("only a WeChat account can be answered")
        vault = self._work.vault
        self._work.conn.execute(
            insert(HumanRequest).values(
                openid_hash=vault.lookup(openid),
                openid_enc=vault.seal(openid),
                words_enc=vault.seal(words),
                kind=kind,
                created_at=self._work.now,
            )
        )
