"""
The second step of the console's login: a code of six digits that changes every 30 seconds.

TOTP (RFC 6238) as the usual apps show it. A code of the 30 seconds before or after is taken too,
for clocks differ; none is taken twice, and wrong ones count as wrong passwords do.
"""

from __future__ import annotations

import hmac

import pyotp
from sqlalchemy import bindparam, select, update

from desk import audit, passwords
from desk.work import Work
from models import Staff

_STEP_SECONDS = 30
_EITHER_SIDE = 1
_ROW = select(*Staff.__table__.c).where(
    Staff.id == bindparam("number"), Staff.removed_at.is_(None)
)
_LOCKED = _ROW.with_for_update()


def new_secret() -> str:
    """Return a secret for an app to keep, in base 32."""
    return pyotp.random_base32()


def address(secret: str, name: str, hospital: str) -> str:
    """Return what the QR code of a secret says (otpauth://…)."""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=hospital)


def is_on(work: Work, number: int) -> bool:
    """Tell whether this member of staff has to show a code."""
    row = work.conn.execute(_ROW, {"number": number}).one_or_none()
    return row is not None and row.totp_enc is not None


def switch_on(work: Work, number: int, secret: str, code: str) -> bool:
    """Ask for codes of this secret from now on; False, and nothing done, for a wrong one."""
    row = work.conn.execute(_LOCKED, {"number": number}).one_or_none()
    step = _step_of(work, secret, code)
    if row is None or step is None:
        return False
    passwords.note(work, row.id, totp_enc=work.vault.seal(secret), totp_step=step)
    audit.record(work, "totp_on", f"staff:{number}")
    return True


def switch_off(work: Work, number: int) -> bool:
    """Ask for no code any more; False where none was asked for."""
    had = (Staff.id == number, Staff.totp_enc.is_not(None))
    off = update(Staff).where(*had).values(totp_enc=None, totp_step=0)
    is_off = work.conn.execute(off).rowcount == 1
    if is_off:
        audit.record(work, "totp_off", f"staff:{number}")
    return is_off


def accept(work: Work, number: int, code: str) -> bool:
    """Take the code of somebody whose password was right; False for a wrong, old or locked one."""
    row = work.conn.execute(_LOCKED, {"number": number}).one_or_none()
    if row is None or row.totp_enc is None or passwords.is_locked(work, row):
        return False
    step = _step_of(work, work.vault.open(row.totp_enc), code)
    if step is None or step <= row.totp_step:
        passwords.missed(work, row)
        return False
    passwords.note(work, row.id, totp_step=step, wrong_tries=0, locked_until=None)
    return True


def _step_of(work: Work, secret: str, code: str) -> int | None:
    """Return the 30 seconds whose code this is, of those near now."""
    digits, totp = "".join(code.split()), pyotp.TOTP(secret)
    now = int(work.now.timestamp()) // _STEP_SECONDS
    near = range(now - _EITHER_SIDE, now + _EITHER_SIDE + 1)
    return next((s for s in near if _is_same(totp.generate_otp(s), digits)), None)


def _is_same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())
