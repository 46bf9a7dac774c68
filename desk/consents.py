"""
What an account has agreed to: to be kept at all, and for each child and each grown-up relative.

Source: 个人信息保护法 art. 14 (informed, and anew when the notice changes), 15 (withdrawal),
29 (separate consent for sensitive data), 31 (guardians of children under 14).
"""

from __future__ import annotations

from sqlalchemy import func, insert, select, update

from desk.work import Work
from models import Consent
from scheduling.policy import CONSENT_VERSION


def standing(work: Work, account: int, purpose: str) -> int | None:
    """Return the consent to the notice in force, None for none or one spent on a patient."""
    return work.conn.scalar(
        select(func.min(Consent.id)).where(
            Consent.wechat_user_id == account,
            Consent.purpose == purpose,
            Consent.version == CONSENT_VERSION,
            Consent.withdrawn_at.is_(None),
            Consent.patient_id.is_(None),
        )
    )


def give(work: Work, account: int, purpose: str) -> None:
    """Record a consent, unless it stands."""
    if standing(work, account, purpose) is None:
        work.conn.execute(
            insert(Consent).values(
                wechat_user_id=account,
                purpose=purpose,
                version=CONSENT_VERSION,
                given_at=work.now,
            )
        )


def spend(work: Work, consent: int, patient: int) -> None:
    """Bind a consent to the patient it was given for: the next patient needs one anew."""
    work.conn.execute(update(Consent).where(Consent.id == consent).values(patient_id=patient))


def withdraw(work: Work, account: int, patient: int | None = None) -> None:
    """Withdraw what an account has agreed to: for one patient, or all of it."""
    whose = Consent.patient_id == patient if patient is not None else Consent.id.is_not(None)
    work.conn.execute(
        update(Consent)
        .where(Consent.wechat_user_id == account, Consent.withdrawn_at.is_(None), whose)
        .values(withdrawn_at=work.now)
    )
