"""One request as a conversation: what was said, what the desk did, and answers it gives often."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, insert, select
from sqlalchemy.exc import IntegrityError

from desk import attachments, audit, journal
from desk.attachments import Handed
from desk.requests import MOST_CHARACTERS, REQUESTS, Waiting, families_of, to_waiting
from desk.work import Work
from models import CannedAnswer, HumanRequest, RequestEvent

# How long before somebody asked for a person what was said belongs to the matter.
_BEFORE = timedelta(hours=2)
_LONGEST_TITLE = 40
_ONE = REQUESTS.where(HumanRequest.id == bindparam("request"))
_DEEDS = (
    select(*RequestEvent.__table__.c)
    .where(RequestEvent.request_id == bindparam("request"))
    .order_by(RequestEvent.id)
)
_CANNED = select(CannedAnswer.id, CannedAnswer.title, CannedAnswer.words).order_by(
    CannedAnswer.title
)


@dataclass(frozen=True, slots=True)
class Deed:
    """What the desk did with a request: `kind` answer, transfer or close; `at` local."""

    at: datetime
    actor: str
    kind: str
    words: str


@dataclass(frozen=True, slots=True)
class Thread:
    """
    One request with all that was said.

    `talk` is what the patient and the bot said before and since, as far as it may be kept;
    `handed` are the pictures and the like sent meanwhile.
    """

    request: Waiting
    talk: tuple[journal.Exchange, ...]
    deeds: tuple[Deed, ...]
    handed: tuple[Handed, ...] = ()


@dataclass(frozen=True, slots=True)
class Canned:
    """An answer the desk gives often."""

    id: int
    title: str
    words: str


def thread(work: Work, request: int) -> Thread | None:
    """Return a request, open or closed, with all that was said; None for nobody's number."""
    row = work.conn.execute(_ONE, {"request": request}).one_or_none()
    if row is None:
        return None
    people = families_of(work, {row.openid_hash})[row.openid_hash]
    opened = work.vault.open
    deeds = [
        Deed(work.local(d.at), d.actor, d.kind, opened(d.words_enc) if d.words_enc else "")
        for d in work.conn.execute(_DEEDS, {"request": request})
    ]
    since = row.created_at - _BEFORE
    # What comes when a matter is closed is another one, of whoever takes that.
    until = work.now if row.state == "open" or not deeds else max(deed.at for deed in deeds)
    talk = journal.talk(work, row.openid_hash, since, until)
    handed = attachments.of_account(work, row.openid_hash, since, until)
    return Thread(to_waiting(work, row, people), tuple(talk), tuple(deeds), tuple(handed))


def canned(work: Work) -> Sequence[Canned]:
    """Return the answers given often, by title."""
    return [Canned(*row) for row in work.conn.execute(_CANNED)]


def keep(work: Work, title: str, words: str) -> None:
    """
    Keep an answer for the next time.

    Raises:
        ValueError: no title or words, too long, or the title is taken.
    """
    short, text = title.strip(), words.strip()
    if not 0 < len(short) <= _LONGEST_TITLE or not 0 < len(text) <= MOST_CHARACTERS:
        raise ValueError("a canned answer has a short title and the words of one message")
    try:
        with work.conn.begin_nested():
            work.conn.execute(insert(CannedAnswer).values(title=short, words=text))
    except IntegrityError as error:
        raise ValueError("that title is taken") from error
    audit.record(work, "canned", "canned_answers", {"title": short})


def drop(work: Work, number: int) -> bool:
    """Forget an answer; False for none of that number."""
    gone = work.conn.execute(delete(CannedAnswer).where(CannedAnswer.id == number))
    return gone.rowcount == 1
