"""
Pictures and the like of somebody who waits for a person: fetched, sealed, shown, forgotten.

WeChat keeps what is sent for three days under a number; a job of the courier fetches it. Here it
hangs on the request it came with, and goes with it: after a month, or when the account is erased.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, delete, func, insert, select, update

from desk import jobs
from desk.rows import insert_row
from desk.work import Work
from models import Attachment, HumanRequest

FETCH = "fetch"  # the kind of job
# What WeChat takes for a picture, its largest kind of file.
MOST_BYTES = 10 << 20
# Of one account at a time: more than a desk looks at, less than fills a disk.
MOST = 20
# So long WeChat keeps what is sent.
WECHAT_KEEPS = timedelta(days=3)
# What a file begins with → its type; of anything else nobody knows what it does when opened.
_TYPES: Mapping[bytes, str] = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF87a": "image/gif",
    b"GIF89a": "image/gif",
    b"#!AMR": "audio/amr",
    b"%PDF-": "application/pdf",
}


@dataclass(frozen=True, slots=True)
class Handed:
    """
    Something somebody sent; `at` local, `type` and `size` once it is here.

    `state`: wanted (the courier is to fetch it), kept, lost (gone at WeChat's, or nothing of the
    kinds and sizes we keep).
    """

    id: int
    kind: str
    at: datetime
    state: str
    type: str
    size: int

    @property
    def is_picture(self) -> bool:
        """Whether a page can show it."""
        return self.type.startswith("image/")


def put(work: Work, request: int, kind: str, media_id: str) -> None:
    """Have something fetched that came with a request."""
    row = insert(Attachment).values(
        request_id=request,
        kind=kind,
        state="wanted",
        media_enc=work.vault.seal(media_id),
        type="",
        size=0,
        created_at=work.now,
    )
    number = insert_row(work.conn, row)
    jobs.put(work, FETCH, f"{FETCH}:{number}", {"attachment": number}, work.now)


def wanted(work: Work, number: int) -> str | None:
    """Return WeChat's number of something that is still to be fetched; None for nothing."""
    row = _row(work, number)
    if row is None or row.state != "wanted" or row.media_enc is None:
        return None
    return work.vault.open(row.media_enc)


def is_gone(work: Work, number: int) -> bool:
    """Tell whether WeChat has forgotten by now what is still to be fetched."""
    row = _row(work, number)
    return row is None or work.now - row.created_at > WECHAT_KEEPS


def keep(work: Work, number: int, content: bytes) -> None:
    """Keep what was fetched, sealed, if it is of a kind and size we keep."""
    found = next((name for head, name in _TYPES.items() if content.startswith(head)), None)
    if found is None or len(content) > MOST_BYTES:
        lost(work, number)
        return
    sealed = work.vault.seal_bytes(content)
    _settle(work, number, state="kept", type=found, size=len(content), content_enc=sealed)


def lost(work: Work, number: int) -> None:
    """It cannot be had, or is not kept."""
    _settle(work, number, state="lost")


def _settle(work: Work, number: int, **values: object) -> None:
    here = Attachment.id == number, Attachment.state == "wanted"
    work.conn.execute(update(Attachment).where(*here).values(media_enc=None, **values))


def of_account(work: Work, account_hash: str, since: datetime, until: datetime) -> list[Handed]:
    """Return what an account has sent in this time, the oldest first."""
    query = (
        select(
            Attachment.id,
            Attachment.kind,
            Attachment.created_at,
            Attachment.state,
            Attachment.type,
            Attachment.size,
        )
        .join(HumanRequest, HumanRequest.id == Attachment.request_id)
        .where(
            HumanRequest.openid_hash == account_hash, Attachment.created_at.between(since, until)
        )
        .order_by(Attachment.id)
    )
    return [
        Handed(row.id, row.kind, work.local(row.created_at), row.state, row.type, row.size)
        for row in work.conn.execute(query)
    ]


def content(work: Work, number: int) -> bytes | None:
    """Return what something holds, unsealed; None where it is not here."""
    row = _row(work, number)
    if row is None or row.content_enc is None:
        return None
    return work.vault.open_bytes(row.content_enc)


def count(work: Work, account_hash: str) -> int:
    """Return how much of an account's is kept."""
    return (
        work.conn.scalar(
            select(func.count())
            .select_from(Attachment)
            .join(HumanRequest, HumanRequest.id == Attachment.request_id)
            .where(HumanRequest.openid_hash == account_hash, Attachment.state != "lost")
        )
        or 0
    )


def forget(work: Work, account_hash: str) -> None:
    """Delete all that an account has sent, also what hangs on a request that stays."""
    theirs = select(HumanRequest.id).where(HumanRequest.openid_hash == account_hash)
    work.conn.execute(delete(Attachment).where(Attachment.request_id.in_(theirs)))


def _row(work: Work, number: int) -> Row[*tuple[Any, ...]] | None:
    query = select(*Attachment.__table__.c).where(Attachment.id == number)
    return work.conn.execute(query).one_or_none()
