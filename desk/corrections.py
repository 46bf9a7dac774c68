"""
What a family corrects by itself: a mistyped name, another telephone.

A name stands once others rely on it. A phone is changed by whoever registered the patient alone,
or by an account that was verified; a code sent to the new one shows that it takes messages.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, select, update

from desk import family, filing, links
from desk.work import Work
from models import Patient
from scheduling.channels import Reach, choose
from scheduling.errors import BadName, BadPhone, OnlyAtDesk
from scheduling.names import clean_name
from scheduling.phones import clean_phone, takes_messages
from scheduling.types import CodeSent, PatientView

# A code that was sent to the phone has come back.
PROVED = "code"


def rename(work: Work, account: int, who: PatientView, name: str) -> PatientView:
    """
    Correct a mistyped name.

    Raises:
        BadName. OnlyAtDesk: somebody else, or a doctor, has had to do with the patient.
    """
    right = clean_name(name)
    if right is None:
        raise BadName
    row = _locked(work, who)
    if not filing.is_its_only_owner(work, row, account):
        raise OnlyAtDesk
    filing.rename(work, row, right)
    family.record(work, "renamed", account, who.id)
    return family.view(work, account, who.id)


def known_phone(work: Work, who: PatientView) -> tuple[str | None, str | None]:
    """
    Return the phone on file of somebody whose phone this account may see, and its proof.

    That a code came back from it is true of whoever else is reached there.
    """
    if not who.masked_phone:
        return None, None
    row = work.conn.execute(
        select(Patient.phone_enc, Patient.phone_proof).where(Patient.id == who.id)
    ).one()
    return work.vault.open(row.phone_enc), PROVED if row.phone_proof else None


def send_code(work: Work, account: int, who: PatientView, phone: str) -> CodeSent | None:
    """
    Send a code to a new phone; None where no SMS can be sent, or to a landline.

    Raises:
        BadPhone, OnlyAtDesk, TooManyCodes.
    """
    number = _allowed(work, account, who, phone)
    if not _can_text(work, number):
        return None
    return links.send_phone_code(work, family.link_id(work, account, who.id), who.id, number)


def change_phone(work: Work, account: int, who: PatientView, phone: str, code: str) -> PatientView:
    """
    Put another phone on file.

    Raises:
        BadPhone, OnlyAtDesk. LinkCodeWrong: facts: see `links`; the try is counted.
    """
    number = _allowed(work, account, who, phone)
    proof = None
    if _can_text(work, number):
        links.redeem_phone_code(work, family.link_id(work, account, who.id), number, code)
        proof = family.VOUCHED if who.link_state == "verified" else PROVED
    work.conn.execute(
        update(Patient)
        .where(Patient.id == who.id)
        .values(
            phone_enc=work.vault.seal(number),
            phone_hash=work.vault.lookup(number),
            phone_proof=proof,
        )
    )
    family.record(work, "phone", account, who.id)
    family.tell(work, "phone", who.id, but=account)
    return family.view(work, account, who.id)


def _allowed(work: Work, account: int, who: PatientView, phone: str) -> str:
    """The number as it is kept, if this account may change it."""
    number = clean_phone(phone)
    if number is None:
        raise BadPhone
    row = _locked(work, who)
    is_vouched = row.phone_proof == family.VOUCHED
    alone = who.link_state == "own" and not is_vouched
    if who.link_state != "verified" and not alone:
        raise OnlyAtDesk
    return number


def _can_text(work: Work, phone: str) -> bool:
    way = choose(work.channels, "link_code", Reach(phone=phone), work.now)
    return takes_messages(phone) and way is not None


def _locked(work: Work, who: PatientView) -> Row[Any]:
    return work.conn.execute(
        select(*Patient.__table__.c).where(Patient.id == who.id).with_for_update()
    ).one()
