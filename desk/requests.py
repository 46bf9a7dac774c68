"""What is left for a person at the desk."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select, update

from desk import journal, ledger, outbox
from desk.reach import reach
from desk.rows import insert_row
from desk.work import Work
from models import HumanRequest, Patient, PatientLink, WechatUser
from scheduling.channels import Reach, Window

# Who asked without ever consenting has not agreed to be kept: a month is for answering them.
KEPT = timedelta(days=30)
_ONE_STORY = timedelta(minutes=30)
# How long before somebody asked for a person what was said belongs to the matter.
_BEFORE = timedelta(hours=2)
# With what stands around it, this stays below the 2,048 bytes of a customer message.
_MOST_CHARACTERS = 600

# A patient the desk may have to ring: name, relation, phone or "".
Person = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Waiting:
    """
    Somebody who waits for a person; `kind` is human or emergency, `since` local.

    `people` are the patients the account has registered, in full; `talk` what was said before and
    since, as far as it may be kept.
    """

    id: int
    kind: str
    since: datetime
    words: str
    people: tuple[Person, ...] = ()
    talk: tuple[journal.Exchange, ...] = ()


def waiting(work: Work) -> list[Waiting]:
    """Return who waits, emergencies first, then the longest waiting."""
    rows = work.conn.execute(
        select(*HumanRequest.__table__.c)
        .where(HumanRequest.state == "open")
        .order_by(HumanRequest.kind, HumanRequest.created_at, HumanRequest.id)
    ).all()
    families = _families(work, {row.openid_hash for row in rows})
    return [
        Waiting(
            id=row.id,
            kind=row.kind,
            since=work.local(row.created_at),
            words=work.vault.open(row.words_enc),
            people=tuple(families[row.openid_hash]),
            talk=tuple(journal.talk(work, row.openid_hash, row.created_at - _BEFORE)),
        )
        for row in rows
    ]


def _families(work: Work, accounts: set[str]) -> Mapping[str, list[Person]]:
    """The patients of accounts, by the account's hash."""
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


def answer(work: Work, request: int, words: str) -> bool:
    """
    Write to somebody who waits, in the chat, and take them off the list; False for nobody.

    Raises:
        ValueError: no words, or more than one message of WeChat's takes.
    """
    if not 0 < len(words.strip()) <= _MOST_CHARACTERS:
        raise ValueError(f"an answer has 1 to {_MOST_CHARACTERS} characters")
    if not answered(work, request):
        return False
    payload = {"text": words.strip(), "request": request}
    notice = outbox.Notice("answer", f"answer:{request}", payload, _account(work, request))
    outbox.put(work, notice)
    return True


def family(work: Work, request: int) -> Sequence[Person]:
    """Return the patients registered by whoever wrote a request, in full."""
    written = select(HumanRequest.openid_hash).where(HumanRequest.id == request)
    account = work.conn.scalar(written)
    return _families(work, {account})[account] if account else ()


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

    def is_waiting(self) -> bool:
        """Tell whether the account has asked for a person who has not answered yet."""
        mine = select(HumanRequest.id).where(
            HumanRequest.openid_hash == self._work.vault.lookup(self._work.actor.openid or ""),
            HumanRequest.kind == "human",
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
        number = self._put("emergency", words)
        if duty_phone and not is_known:
            work = self._work
            told = {"time": f"{work.local(work.now):%H:%M}", "code": str(number)}
            notice = outbox.Notice("alert", f"alert:{number}", {"phone": duty_phone, **told})
            outbox.put(work, notice)

    def _has_reported(self) -> bool:
        work = self._work
        recent = select(HumanRequest.id).where(
            HumanRequest.openid_hash == work.vault.lookup(work.actor.openid or ""),
            HumanRequest.kind == "emergency",
            HumanRequest.state == "open",
            HumanRequest.created_at > work.now - _ONE_STORY,
        )
        return work.conn.scalar(recent.limit(1)) is not None

    def _put(self, kind: str, words: str) -> int:
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
        )
        return insert_row(self._work.conn, row)
