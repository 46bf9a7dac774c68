"""Broadcasts (群发), the groups they may go to, and who has had which mass send."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import (
    Base,
    Code,
    Instant,
    InstantOrNone,
    Key,
    Prose,
    Sealed,
    SealedOrNone,
)

# Broadcasts that still have something to do.
MOVING = ("scheduled", "laying", "sending")


class Broadcast(Base):
    """
    One text of the staff for many people.

    `way` is personal (each gets a notice of her own, `Outbox.broadcast_id`) or mass (lists of
    accounts, `BroadcastTarget`). `state`: draft, waiting (for a second member of staff),
    scheduled, laying (notices are being written), sending (all are written), paused, done,
    cancelled. `audience` is JSON of ids and codes, `words_enc` the text with placeholders.
    Recipients up to the key `laid_after` have been laid out: `laid` of the `expected`. `stage`
    tells whose turn it is: known (whom we keep), strangers (followers whom WeChat alone knows:
    `place_enc` is where its list of them is read on, as long as it is read), all (nobody's any
    more).
    """

    __tablename__ = "broadcast"
    __table_args__ = (Index("ix_broadcast_state", "state"),)
    id: Mapped[Key]
    way: Mapped[Code]
    audience: Mapped[Prose]
    words_enc: Mapped[Sealed]
    state: Mapped[Code] = mapped_column(default="draft")
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    expected: Mapped[int] = mapped_column(default=0)
    laid: Mapped[int] = mapped_column(default=0)
    laid_after: Mapped[int] = mapped_column(default=0)
    stage: Mapped[Code] = mapped_column(default="known", server_default="known")
    place_enc: Mapped[SealedOrNone]
    not_before: Mapped[Instant]
    created_at: Mapped[Instant]
    started_at: Mapped[InstantOrNone]
    ended_at: Mapped[InstantOrNone]


class BroadcastTarget(Base):
    """
    One account of a mass send.

    `batch` counts the calls of the broadcast; None where the account is left out. `state`:
    waiting, sent, failed, skipped; `why` in one word. `month` is Beijing's, as `2026-11`: WeChat
    shows an account four mass sends in each.
    """

    __tablename__ = "broadcast_target"
    __table_args__ = (
        UniqueConstraint("broadcast_id", "wechat_user_id"),
        Index("ix_broadcast_target_wechat_user_id_month", "wechat_user_id", "month"),
        Index("ix_broadcast_target_broadcast_id_batch", "broadcast_id", "batch"),
    )
    id: Mapped[Key]
    broadcast_id: Mapped[int] = mapped_column(ForeignKey("broadcast.id"))
    wechat_user_id: Mapped[int] = mapped_column(ForeignKey("wechat_user.id"))
    batch: Mapped[int | None]
    state: Mapped[Code] = mapped_column(default="waiting")
    why: Mapped[Code] = mapped_column(default="")
    month: Mapped[str] = mapped_column(String(7))


class BroadcastList(Base):
    """
    One call of a mass send: so many accounts under one key of ours (`batch`).

    `state`: waiting, sent, failed, skipped; `why` in one word. `msg_id` is WeChat's number of it;
    the counts are those of its report (MASSSENDJOBFINISH): `total` of the list, `filtered` (those
    left when WeChat has taken out who had four or refuses them), `arrived`, `lost`.

    A list of `strangers` names nobody: it is what lies between two places of WeChat's own list of
    followers (`after_enc`, `until_enc`), which are forgotten once it is sent or given up.
    """

    __tablename__ = "broadcast_list"
    __table_args__ = (UniqueConstraint("broadcast_id", "batch"),)
    id: Mapped[Key]
    broadcast_id: Mapped[int] = mapped_column(ForeignKey("broadcast.id"))
    batch: Mapped[int]
    strangers: Mapped[bool] = mapped_column(default=False)
    size: Mapped[int]
    state: Mapped[Code] = mapped_column(default="waiting")
    why: Mapped[Code] = mapped_column(default="")
    after_enc: Mapped[SealedOrNone]
    until_enc: Mapped[SealedOrNone]
    msg_id: Mapped[str | None] = mapped_column(String(64), index=True)
    total: Mapped[int | None]
    filtered: Mapped[int | None]
    arrived: Mapped[int | None]
    lost: Mapped[int | None]


class PatientGroup(Base):
    """
    Patients the staff speak to together (分组): a village, a doctor's chronic patients.

    Kept here alone: its name may tell of a disease, so it is sealed and never leaves the house. A
    group with `doctor_id` is that doctor's.
    """

    __tablename__ = "patient_group"
    id: Mapped[Key]
    name_enc: Mapped[Sealed]
    doctor_id: Mapped[int | None] = mapped_column(ForeignKey("doctor.id"))
    site_id: Mapped[int | None] = mapped_column(ForeignKey("site.id"))
    created_at: Mapped[Instant]
    removed_at: Mapped[InstantOrNone]


class PatientGroupMember(Base):
    """One patient of a group."""

    __tablename__ = "patient_group_member"
    __table_args__ = (UniqueConstraint("group_id", "patient_id"),)
    id: Mapped[Key]
    group_id: Mapped[int] = mapped_column(ForeignKey("patient_group.id"))
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"), index=True)
