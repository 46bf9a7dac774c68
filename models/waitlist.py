"""Who waits for a place that comes back (候补)."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, Computed, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Code, Instant, InstantOrNone, Key, SealedOrNone

# States in which an entry may still be given a place.
IN_LINE = ("waiting", "offered")


class WaitlistEntry(Base):
    """
    One patient in line for a doctor, or for anybody of a department, on some days.

    `half_day` and `service_type` are empty where any will do. `state`: waiting, offered (an
    appointment that is held for it names it), done (has a place), left (by the patient), closed
    (the list has closed, or offers were left unanswered: `misses` counts them). The line is
    ordered by `joined_at`, then `id`. `skipped_why` is the name of the refusal for which a place
    went to the next in line, at `skipped_at`. `active_key` is NULL when it is over: nobody stands
    twice in one line.
    """

    __tablename__ = "waitlist"
    __table_args__ = (
        CheckConstraint("first_on <= last_on", name="order"),
        UniqueConstraint("active_key"),
        Index("ix_waitlist_doctor_id_state", "doctor_id", "state", "joined_at"),
        Index("ix_waitlist_department_id_state", "department_id", "state", "joined_at"),
        Index("ix_waitlist_patient_id_state", "patient_id", "state"),
    )
    id: Mapped[Key]
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"))
    wechat_user_id: Mapped[int] = mapped_column(ForeignKey("wechat_user.id"), index=True)
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"))
    doctor_id: Mapped[int | None] = mapped_column(ForeignKey("doctor.id"))
    first_on: Mapped[date]
    last_on: Mapped[date]
    half_day: Mapped[str] = mapped_column(String(8), default="")
    service_type: Mapped[Code] = mapped_column(default="")
    state: Mapped[str] = mapped_column(String(16), default="waiting")
    joined_at: Mapped[Instant]
    closes_at: Mapped[Instant]
    ended_at: Mapped[InstantOrNone]
    misses: Mapped[int] = mapped_column(default=0)
    skipped_why: Mapped[str | None] = mapped_column(String(64))
    skipped_at: Mapped[InstantOrNone]
    words_enc: Mapped[SealedOrNone]  # the complaint in the patient's own words
    wish: Mapped[str] = mapped_column(String(200))  # patient, place and days, separated by ":"
    active_key: Mapped[str | None] = mapped_column(
        String(200),
        Computed("CASE WHEN state IN ('waiting','offered') THEN wish END", persisted=True),
    )
