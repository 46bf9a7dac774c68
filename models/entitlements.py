"""Who may use places that are kept for some (预留号源): signed with a family doctor, referred."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Code, Instant, InstantOrNone, Key, Label


class Entitlement(Base):
    """
    What the desk has put down for a patient; append-only but for its end.

    `kind`: signed (家庭医生签约) or referred (转诊), by the doctor or house `given_by`, good up to
    and including `until`. `ended_at`: taken back before.
    """

    __tablename__ = "entitlement"
    id: Mapped[Key]
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"), index=True)
    kind: Mapped[Code]
    given_by: Mapped[Label]
    until: Mapped[date]
    created_at: Mapped[Instant]
    ended_at: Mapped[InstantOrNone]
