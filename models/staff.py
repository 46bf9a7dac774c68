"""The people who work here, what they did, and suspensions with their patients."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import (
    Base,
    Code,
    Instant,
    InstantOrNone,
    Key,
    Label,
    SealedOrNone,
)

# Lines of a suspension that no answer has settled.
PENDING = ("waiting", "call")


class Staff(Base):
    """
    One member of staff; `role` is admin, desk or doctor.

    A doctor acts for `doctor_id` alone; `site_id` narrows anybody to one site. `openid_hash` is
    the WeChat account bound to it, by the one-time code of which `code_hash` is kept; the same
    kind of code lets somebody choose the password of the console. After too many `wrong_tries`
    nobody gets in as this one before `locked_until`. `totp_enc` is the secret of the second step
    (RFC 6238), `totp_step` the last 30 seconds whose code has been used: none works twice.
    """

    __tablename__ = "staff"
    id: Mapped[Key]
    name: Mapped[Label]
    role: Mapped[Code]
    doctor_id: Mapped[int | None] = mapped_column(ForeignKey("doctor.id"))
    site_id: Mapped[int | None] = mapped_column(ForeignKey("site.id"))
    code_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    code_expires_at: Mapped[InstantOrNone]
    openid_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    bound_at: Mapped[InstantOrNone]
    password_hash: Mapped[str | None] = mapped_column(String(200))
    wrong_tries: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[InstantOrNone]
    totp_enc: Mapped[SealedOrNone]
    totp_step: Mapped[int] = mapped_column(default=0, server_default="0")
    removed_at: Mapped[InstantOrNone]
    created_at: Mapped[Instant]


class AuditEvent(Base):
    """
    What a member of staff did or looked at; append-only.

    `act` is what (suspend, bind …), `subject` on what, as `kind:id`; `details_enc` what it was
    before and after (JSON).
    """

    __tablename__ = "audit_event"
    __table_args__ = (Index("ix_audit_event_at", "at"),)
    id: Mapped[Key]
    at: Mapped[Instant]
    actor: Mapped[Label]
    act: Mapped[Code]
    subject: Mapped[Code]
    details_enc: Mapped[SealedOrNone]


class Suspension(Base):
    """
    One act of suspending shifts (停诊); the shifts name it.

    `planned_at` is when its patients were given places to answer to, `undone_at` when it was
    taken back.
    """

    __tablename__ = "suspension"
    id: Mapped[Key]
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[Instant]
    planned_at: Mapped[InstantOrNone]
    undone_at: Mapped[InstantOrNone]


class SuspensionLine(Base):
    """
    One patient of a suspended shift.

    `appointment_id` is what was suspended, `target_id` the held appointment offered instead.
    `state`: waiting (for the plan, then for an answer), accepted, other (booked something else),
    returned (gave it back), call (somebody has to ring), restored. `call_at` is when silence puts
    it on the call list.
    """

    __tablename__ = "suspension_line"
    __table_args__ = (
        UniqueConstraint("suspension_id", "appointment_id"),
        Index("ix_suspension_line_target_id", "target_id"),
    )
    id: Mapped[Key]
    suspension_id: Mapped[int] = mapped_column(ForeignKey("suspension.id"))
    appointment_id: Mapped[int] = mapped_column(ForeignKey("appointment.id"), index=True)
    target_id: Mapped[int | None] = mapped_column(ForeignKey("appointment.id"))
    change: Mapped[Code] = mapped_column(default="")  # shifted | later | "" for none
    was_checked_in: Mapped[bool] = mapped_column(default=False)
    state: Mapped[Code] = mapped_column(default="waiting")
    call_at: Mapped[InstantOrNone]
    answered_at: Mapped[InstantOrNone]
