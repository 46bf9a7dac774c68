"""
A new LOOKUP_KEY: every keyed hash again, made from what is sealed beside it.

Done while nothing else runs, in one transaction. What has no sealed original goes: the messages of
people who never consented, codes on their way, remembered answers to other programs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, delete, select, update

from desk.identity import lookup_text, search_keys
from desk.work import Work
from models import HumanRequest, Idempotency, Inbox, Patient, PatientLink, Prompt, WechatUser
from models.base import Base

_BATCH = 1000


@dataclass(frozen=True, slots=True)
class Rehashed:
    """How many rows have a new hash."""

    accounts: int
    patients: int
    requests: int


def rehash(work: Work) -> Rehashed:
    """
    Make every hash fit the look-up key of `work`; doing it twice changes nothing.

    Raises:
        VaultError: something was sealed under a DATA_KEY that is not known any more.
    """
    accounts = sum(_rehash_account(work, row) for row in _rows(work, WechatUser))
    patients = sum(_rehash_patient(work, row) for row in _rows(work, Patient))
    requests = sum(_rehash_request(work, row) for row in _rows(work, HumanRequest))
    if accounts or patients or requests:
        _forget_the_rest(work)
    return Rehashed(accounts, patients, requests)


def _rows(work: Work, table: type[Base]) -> Iterator[Row[Any]]:
    """All rows of a table, some at a time, by their key."""
    columns = table.__table__.c
    last = 0
    while True:
        query = select(*columns).where(columns.id > last).order_by(columns.id).limit(_BATCH)
        rows = work.conn.execute(query).all()
        if not rows:
            return
        yield from rows
        last = rows[-1].id


def _rehash_account(work: Work, row: Row[Any]) -> bool:
    """The account's hash, and with it those of its messages and its prompts."""
    old, new = row.openid_hash, work.vault.lookup(work.vault.open(row.openid_enc))
    if old == new:
        return False
    for table in (WechatUser, Inbox, Prompt):
        work.conn.execute(update(table).where(table.openid_hash == old).values(openid_hash=new))
    return True


def _rehash_patient(work: Work, row: Row[Any]) -> bool:
    vault = work.vault
    name, number = vault.open(row.name_enc), vault.open(row.document_enc)
    text = lookup_text(row.document_kind, number, name, row.birth_on)
    phone = vault.open(row.phone_enc) if row.phone_enc else None
    hashes = {
        "document_hash": vault.lookup(text),
        "phone_hash": vault.lookup(phone) if phone else None,
        **(search_keys(work, name, number) if name else {}),
    }
    if all(getattr(row, column) == value for column, value in hashes.items()):
        return False
    work.conn.execute(update(Patient).where(Patient.id == row.id).values(**hashes))
    return True


def _rehash_request(work: Work, row: Row[Any]) -> bool:
    new = work.vault.lookup(work.vault.open(row.openid_enc))
    changed = update(HumanRequest).where(
        HumanRequest.id == row.id, HumanRequest.openid_hash != new
    )
    return work.conn.execute(changed.values(openid_hash=new)).rowcount == 1


def _forget_the_rest(work: Work) -> None:
    known = select(WechatUser.openid_hash)
    work.conn.execute(delete(Inbox).where(Inbox.openid_hash.not_in(known)))
    work.conn.execute(delete(Idempotency))
    work.conn.execute(update(PatientLink).values(code_hash=None, code_expires_at=None))
