"""What is left for a person at the desk."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, delete, insert, select, update

from desk import attachments, ledger, matters, outbox
from desk.reach import reach
from desk.rows import insert_row
from desk.work import Work
from models import HumanRequest, Patient, PatientLink, RequestEvent, Site, Staff, WechatUser
from scheduling.channels import Reach, Window
from scheduling.rota import Member

# Who asked without ever consenting has not agreed to be kept: a month is for answering them.
KEPT = timedelta(days=30)
_ONE_STORY = timedelta(minutes=30)
_HUMAN = "human"
# With what stands around it, this stays below the 2,048 bytes of a customer message.
MOST_CHARACTERS = 600

# A patient the desk may have to ring: name, relation, phone or "".
Person = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Waiting:
    """
    Somebody who waits for a person; `kind` is human or emergency, `since` local.

    `people` are the patients the account has registered, in full; `holder` is the member of staff
    it was left to, by number, None for whoever comes first. `site` is the code of the site whose
    business it is, "" where nobody can tell yet.
    """

    id: int
    kind: str
    since: datetime
    words: str
    people: tuple[Person, ...] = ()
    is_open: bool = True
    holder: int | None = None
    holder_name: str = ""
    site: str = ""
    site_name: str = ""

    @property
    def is_urgent(self) -> bool:
        """Whether it is an emergency that nobody has seen to."""
        return self.is_open and self.kind == matters.EMERGENCY


def waiting(work: Work, holder: int | None = None, seen_by: Member | None = None) -> list[Waiting]:
    """
    Return who waits, emergencies first, then the longest waiting.

    With `holder`, only what was left to that member of staff; with `seen_by`, only what that
    member may see.
    """
    query = REQUESTS.where(HumanRequest.state == "open")
    if holder is not None:
        query = query.where(HumanRequest.staff_id == holder)
    if seen_by is not None:
        query = query.where(matters.seen_by(seen_by))
    rows = work.conn.execute(query).all()
    families = families_of(work, {row.openid_hash for row in rows})
    return [to_waiting(work, row, families[row.openid_hash]) for row in rows]


# Requests with the name of whom they were left to, and their site.
REQUESTS = (
    select(
        *HumanRequest.__table__.c,
        Staff.name.label("holder_name"),
        Site.code.label("site"),
        Site.name.label("site_name"),
    )
    .outerjoin(Staff, Staff.id == HumanRequest.staff_id)
    .outerjoin(Site, Site.id == HumanRequest.site_id)
    .order_by(HumanRequest.kind, HumanRequest.created_at, HumanRequest.id)
)


def to_waiting(work: Work, row: Row[*tuple[Any, ...]], people: Sequence[Person]) -> Waiting:
    """Return a row of `REQUESTS` as the desk sees it."""
    return Waiting(
        id=row.id,
        kind=row.kind,
        since=work.local(row.created_at),
        words=work.vault.open(row.words_enc),
        people=tuple(people),
        is_open=row.state == "open",
        holder=row.staff_id,
        holder_name=row.holder_name or "",
        site=row.site or "",
        site_name=row.site_name or "",
    )


def families_of(work: Work, accounts: set[str]) -> Mapping[str, list[Person]]:
    """Return the patients of accounts, in full, by the account's hash."""
    rows = work.conn.execute(
        select(WechatUser.openid_hash, Patient.name_enc, Patient.phone_enc, PatientLink.relation)
        .join(PatientLink, PatientLink.wechat_user_id == WechatUser.id)
        .join(Patient, Patient.id == PatientLink.patient_id)
        .where(WechatUser.openid_hash.in_(accounts), PatientLink.state != "removed")
        .order_by(PatientLink.id)
    )
    found: dict[str, list[Person]] = defaultdict(list)
    for row in rows:
        phone = work.vault.open(row.phone_enc) if row.phone_enc else ""
        found[row.openid_hash].append((work.vault.open(row.name_enc), row.relation, phone))
    return found


def answer(work: Work, request: int, words: str, *, closes: bool = True) -> bool:
    """
    Write to somebody who waits, in the chat, and take them off the list; False for nobody.

    Unless it `closes`, they wait on: there is more to say.

    Raises:
        ValueError: no words, or more than one message of WeChat's takes.
    """
    if not 0 < len(words.strip()) <= MOST_CHARACTERS:
        raise ValueError(f"an answer has 1 to {MOST_CHARACTERS} characters")
    if not _touch(work, request, state="answered" if closes else "open"):
        return False
    deed = note(work, request, "answer", words.strip())
    payload = {"text": words.strip(), "request": request}
    notice = outbox.Notice("answer", f"answer:{request}:{deed}", payload, _account(work, request))
    outbox.put(work, notice)
    return True


def families(work: Work, requests: Sequence[int]) -> Mapping[int, Sequence[Person]]:
    """Return the patients registered by whoever wrote requests, in full, by request."""
    if not requests:
        return {}
    written = select(HumanRequest.id, HumanRequest.openid_hash)
    rows = work.conn.execute(written.where(HumanRequest.id.in_(requests))).all()
    found = families_of(work, {row.openid_hash for row in rows})
    return {row.id: found[row.openid_hash] for row in rows}


def _account(work: Work, request: int) -> int | None:
    return work.conn.scalar(
        select(WechatUser.id)
        .join(HumanRequest, HumanRequest.openid_hash == WechatUser.openid_hash)
        .where(HumanRequest.id == request)
    )


def writer(work: Work, request: int) -> Reach:
    """
    Return what reaches whoever wrote a request: also somebody who never consented.

    Nothing else is known of such a person than the message itself; it opened their window.
    """
    row = work.conn.execute(
        select(HumanRequest.openid_enc, HumanRequest.created_at).where(HumanRequest.id == request)
    ).one_or_none()
    if row is None:
        return Reach()
    account = _account(work, request)
    if account is not None:
        return reach(work, account, None)
    window = Window(row.created_at + ledger.TYPED, 1)
    return Reach(work.vault.open(row.openid_enc), is_following=True, windows=(window,))


def answered(work: Work, request: int) -> bool:
    """Take somebody off the list; False when nobody of that number waits."""
    is_done = _touch(work, request, state="answered")
    if is_done:
        note(work, request, "close")
    return is_done


def leave_to(work: Work, request: int, holder: int | None) -> bool:
    """
    Leave a request to a member of staff, or to anybody; False when nobody waits.

    Whoever works at one site takes it there: it is that site's from now on.
    """
    values: dict[str, object] = {"staff_id": holder}
    site = work.conn.scalar(select(Staff.site_id).where(Staff.id == holder)) if holder else None
    if site is not None:
        values["site_id"] = site
    is_done = _touch(work, request, **values)
    if is_done:
        note(work, request, "transfer")
    return is_done


def note(work: Work, request: int, kind: str, words: str = "") -> int:
    """Keep what was done with a request; returns its number."""
    row = {
        "request_id": request,
        "actor": work.actor.label,
        "kind": kind,
        "words_enc": work.vault.seal(words) if words else None,
        "at": work.now,
    }
    return insert_row(work.conn, insert(RequestEvent).values(**row))


def _touch(work: Work, request: int, **values: object) -> bool:
    """Change a request that is open; asked by the update itself."""
    here = (HumanRequest.id == request, HumanRequest.state == "open")
    return work.conn.execute(update(HumanRequest).where(*here).values(**values)).rowcount == 1


def purge(work: Work) -> int:
    """Forget requests older than a month; returns how many."""
    old = HumanRequest.created_at < work.now - KEPT
    return work.conn.execute(delete(HumanRequest).where(old)).rowcount


class Requests:
    """The desk's list, as the account that writes adds to it."""

    def __init__(self, work: Work) -> None:
        """Act within this piece of work."""
        self._work = work

    def ask_for_human(self, words: str, site: str = "") -> None:
        """
        Put the words on the desk's list; somebody who waits already adds to the list again.

        `site` is the code of the site that is talked about, "" where there is none: see `matters`.

        Raises:
            ValueError: the actor is no WeChat account, so nobody could answer it.
        """
        self._put(_HUMAN, words, site)

    def hand_in(self, words: str, kind: str, media_id: str) -> bool:
        """
        Put something on the list that WeChat keeps under this number, to be fetched.

        False, and nothing is put, where the account has sent as much as is kept of anybody.
        """
        work = self._work
        if attachments.count(work, work.vault.lookup(work.actor.openid or "")) >= attachments.MOST:
            return False
        attachments.put(work, self._put(_HUMAN, words), kind, media_id)
        return True

    def is_waiting(self) -> bool:
        """Tell whether the account has asked for a person who has not answered yet."""
        mine = select(HumanRequest.id).where(
            HumanRequest.openid_hash == self._work.vault.lookup(self._work.actor.openid or ""),
            HumanRequest.kind == _HUMAN,
            HumanRequest.state == "open",
        )
        return self._work.conn.scalar(mine.limit(1)) is not None

    def report_emergency(self, words: str, duty_phone: str = "") -> None:
        """
        Put words that raised a red flag on the list; see ask_for_human.

        `duty_phone` gets a text with the number on the list, nothing of the words: once while one
        person goes on writing.
        """
        is_known = self._has_reported()
        number = self._put(matters.EMERGENCY, words)
        if duty_phone and not is_known:
            work = self._work
            told = {"time": f"{work.local(work.now):%H:%M}", "code": str(number)}
            notice = outbox.Notice("alert", f"alert:{number}", {"phone": duty_phone, **told})
            outbox.put(work, notice)

    def _has_reported(self) -> bool:
        work = self._work
        recent = select(HumanRequest.id).where(
            HumanRequest.openid_hash == work.vault.lookup(work.actor.openid or ""),
            HumanRequest.kind == matters.EMERGENCY,
            HumanRequest.state == "open",
            HumanRequest.created_at > work.now - _ONE_STORY,
        )
        return work.conn.scalar(recent.limit(1)) is not None

    def _put(self, kind: str, words: str, site: str = "") -> int:
        openid = self._work.actor.openid
        if openid is None:
            raise ValueError("only a WeChat account can be answered")
        vault = self._work.vault
        row = insert(HumanRequest).values(
            openid_hash=vault.lookup(openid),
            openid_enc=vault.seal(openid),
            words_enc=vault.seal(words),
            kind=kind,
            created_at=self._work.now,
            site_id=matters.site_of(self._work, site),
        )
        return insert_row(self._work.conn, row)
