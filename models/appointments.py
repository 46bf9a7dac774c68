"""Appointments and what happened to them."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, Computed, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Code, Hash, Instant, InstantOrNone, Key, Prose, SealedOrNone

# Statuses that occupy a place; everything else has given it back or used it up.
ACTIVE = ("held", "booked", "checked_in")


class Appointment(Base):
    """
    One appointment, from hold to its end.

    `quota` is whose kept place it has (`scheduling.quotas`), empty for a common one.
    `status`: held, booked, checked_in, completed, cancelled, rescheduled, expired, suspended,
    no_show, excused (a no-show taken back on appeal). `code` is what a person reads out at the
    window. `half_day_key` is NULL when inactive, so its unique index holds among the active only,
    alike on all back-ends: one active appointment per patient, department, day and half-day.
    `paid_fen` is what the desk has marked as paid for it, NULL for nothing.
    """

    __tablename__ = "appointment"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="order"),
        CheckConstraint("fee_fen >= 0", name="fee"),
        UniqueConstraint("half_day_key"),
        Index("ix_appointment_patient_id_visit_on", "patient_id", "visit_on"),
        Index("ix_appointment_slot_id_status", "slot_id", "status"),
        Index("ix_appointment_wechat_user_id", "wechat_user_id"),
    )
    id: Mapped[Key]
    code: Mapped[str] = mapped_column(String(16), unique=True)
    status: Mapped[str] = mapped_column(String(16))
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"))
    wechat_user_id: Mapped[int | None] = mapped_column(ForeignKey("wechat_user.id"))
    slot_id: Mapped[int] = mapped_column(ForeignKey("slot.id"))
    shift_id: Mapped[int] = mapped_column(ForeignKey("shift.id"), index=True)
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"))
    doctor_id: Mapped[int | None] = mapped_column(ForeignKey("doctor.id"))
    visit_on: Mapped[date]
    half_day: Mapped[str] = mapped_column(String(8))
    starts_at: Mapped[Instant]
    ends_at: Mapped[Instant]
    fee_fen: Mapped[int]
    paid_fen: Mapped[int | None]
    service_type: Mapped[Code]
    channel: Mapped[Code]  # chat | api | window
    quota: Mapped[Code] = mapped_column(default="", server_default="")
    held_until: Mapped[InstantOrNone]
    created_at: Mapped[Instant]
    confirmed_at: Mapped[InstantOrNone]
    ended_at: Mapped[InstantOrNone]
    late_cancel: Mapped[bool] = mapped_column(default=False)
    # Why it was given back, of `scheduling.types.CancelReason`; NULL where nobody said.
    cancel_reason: Mapped[str | None] = mapped_column(String(16))
    moved_from_id: Mapped[int | None] = mapped_column(ForeignKey("appointment.id"))
    # Whose turn in line this place was, or is while it is held.
    waitlist_id: Mapped[int | None] = mapped_column(ForeignKey("waitlist.id"), index=True)
    version: Mapped[int] = mapped_column(default=1)
    words_enc: Mapped[SealedOrNone]  # the complaint in the patient's own words
    occupies: Mapped[str] = mapped_column(String(80))  # "<patient>:<department>:<date>:<half>"
    half_day_key: Mapped[str | None] = mapped_column(
        String(80),
        Computed(
            "CASE WHEN status IN ('held','booked','checked_in') THEN occupies END",
            persisted=True,
        ),
    )


class AppointmentEvent(Base):
    """What happened to an appointment, when and by whom; append-only."""

    __tablename__ = "appointment_event"
    __table_args__ = (Index("ix_appointment_event_appointment_id", "appointment_id", "at"),)
    id: Mapped[Key]
    appointment_id: Mapped[int] = mapped_column(ForeignKey("appointment.id"))
    from_status: Mapped[str | None] = mapped_column(String(16))
    to_status: Mapped[str] = mapped_column(String(16))
    actor: Mapped[Code]  # chat | api:<token name> | window | job
    reason: Mapped[Prose]
    at: Mapped[Instant]


class Idempotency(Base):
    """One answered request of another program: same key, same answer."""

    __tablename__ = "idempotency"
    __table_args__ = (UniqueConstraint("scope", "key_hash"),)
    id: Mapped[Key]
    scope: Mapped[Code]
    key_hash: Mapped[Hash]
    request_hash: Mapped[Hash]
    status_code: Mapped[int]
    response_enc: Mapped[SealedOrNone]
    created_at: Mapped[Instant]
