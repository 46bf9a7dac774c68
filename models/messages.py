"""Messages in and out, questions that wait, work that is due, and keys of other programs."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from models.base import (
    Base,
    Code,
    Hash,
    Instant,
    InstantOrNone,
    Key,
    Label,
    Prose,
    Sealed,
    SealedOrNone,
    UtcDateTime,
)


class Inbox(Base):
    """
    The journal: one row per message answered.

    `key_hash` is the message's key, unique; `(openid_hash, seq)` orders one person's turns and
    stops two turns from stepping the same state. `reply_enc` is replayed to every retry,
    `state_enc` is the dialogue state after the turn. `reply_via` is passive or courier.
    Rows of people who never consented are purged after 24 h.
    """

    __tablename__ = "inbox"
    __table_args__ = (
        UniqueConstraint("openid_hash", "seq"),
        Index("ix_inbox_received_at", "received_at"),
    )
    id: Mapped[Key]
    key_hash: Mapped[Hash] = mapped_column(unique=True)
    openid_hash: Mapped[Hash]
    seq: Mapped[int]
    received_at: Mapped[Instant]
    reply_enc: Mapped[Sealed]
    reply_via: Mapped[Code]
    text_enc: Mapped[SealedOrNone]
    state_enc: Mapped[SealedOrNone]


class Outbox(Base):
    """
    One thing that must leave the house; only the courier sends it.

    `dedupe_key` makes writing it twice impossible; of a lower `priority` it leaves before all that
    is due of a higher one (`scheduling.channels.PRIORITIES`); `appointment_version` voids a notice
    whose appointment has moved on since. `state`: due, leased, sending (a call to `channel` may
    be under way since `sending_at`), sent, void, call (somebody has to ring), called, dead (given
    up, nobody needs to ring). `channels_closed` are those that refused it, separated by blanks;
    `provider_id` is the channel's own number of the message, for its receipt; `delivered_at` is
    that receipt. `is_copy`: the same goes to somebody else first, who is rung if need be.
    `uncertain_at`: it may have gone out once more than we know. One of a broadcast
    (`broadcast_id`) is also paused while that is.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        Index(None, "state", "priority", "not_before"),
        Index("ix_outbox_broadcast_id_state", "broadcast_id", "state"),
    )
    id: Mapped[Key]
    dedupe_key: Mapped[str] = mapped_column(String(120), unique=True)
    kind: Mapped[Code]
    priority: Mapped[int] = mapped_column(default=2)
    wechat_user_id: Mapped[int | None] = mapped_column(ForeignKey("wechat_user.id"), index=True)
    appointment_id: Mapped[int | None] = mapped_column(ForeignKey("appointment.id"), index=True)
    appointment_version: Mapped[int | None]
    payload_enc: Mapped[Sealed]
    state: Mapped[Code] = mapped_column(default="due")
    not_before: Mapped[Instant]
    leased_until: Mapped[InstantOrNone]
    attempts: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[Prose]
    created_at: Mapped[Instant]
    sent_at: Mapped[InstantOrNone]
    prompt_id: Mapped[int | None] = mapped_column(ForeignKey("prompt.id"), index=True)
    channel: Mapped[str | None] = mapped_column(String(64))
    channels_closed: Mapped[str | None] = mapped_column(String(120))
    provider_id: Mapped[str | None] = mapped_column(String(64), index=True)
    sending_at: Mapped[InstantOrNone]
    uncertain_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    delivered_at: Mapped[InstantOrNone]
    is_copy: Mapped[bool] = mapped_column(default=False, server_default=false())
    broadcast_id: Mapped[int | None] = mapped_column(ForeignKey("broadcast.id"))


class Subscription(Base):
    """
    How many notices of a template an account still wants (订阅通知).

    A one-off subscription is one credit; a long-term one lasts while `credits` is above 0.
    `changed_at` is WeChat's time of the last change, so that an event pushed twice counts once.
    """

    __tablename__ = "subscription"
    __table_args__ = (UniqueConstraint("wechat_user_id", "template_id"),)
    id: Mapped[Key]
    wechat_user_id: Mapped[int] = mapped_column(ForeignKey("wechat_user.id"))
    template_id: Mapped[Code]
    credits: Mapped[int] = mapped_column(default=0)
    changed_at: Mapped[Instant]


class Prompt(Base):
    """A notice that asks something: its choices (JSON, sealed) and how long they stand."""

    __tablename__ = "prompt"
    __table_args__ = (Index("ix_prompt_openid_hash_state", "openid_hash", "state"),)
    id: Mapped[Key]
    openid_hash: Mapped[Hash]
    kind: Mapped[Code]
    payload_enc: Mapped[Sealed]
    state: Mapped[Code] = mapped_column(default="open")  # open | answered | void
    deadline_at: Mapped[Instant]
    delivered_at: Mapped[InstantOrNone]
    created_at: Mapped[Instant]


class Job(Base):
    """Something that happens by time: leased and run by the courier, one transaction each."""

    __tablename__ = "job"
    __table_args__ = (Index("ix_job_state_due_at", "state", "due_at"),)
    id: Mapped[Key]
    kind: Mapped[Code]
    dedupe_key: Mapped[str] = mapped_column(String(120), unique=True)
    payload: Mapped[Prose]  # JSON of ids only, nothing personal
    state: Mapped[Code] = mapped_column(default="due")  # due | leased | done | dead
    due_at: Mapped[Instant]
    leased_until: Mapped[InstantOrNone]
    attempts: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[Prose]


class HumanRequest(Base):
    """
    Somebody asked for a person; the desk works this list, `staff_id` whoever it was left to.

    `site_id` is the site whose business it is, NULL where nobody can tell yet.
    """

    __tablename__ = "human_request"
    __table_args__ = (Index("ix_human_request_state", "state", "created_at"),)
    id: Mapped[Key]
    openid_hash: Mapped[Hash]
    openid_enc: Mapped[Sealed]
    words_enc: Mapped[Sealed]
    kind: Mapped[Code]  # human | emergency
    state: Mapped[Code] = mapped_column(default="open")
    created_at: Mapped[Instant]
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    site_id: Mapped[int | None] = mapped_column(ForeignKey("site.id"))


class RequestEvent(Base):
    """What the desk did with a request: `kind` answer, transfer or close; append-only."""

    __tablename__ = "request_event"
    id: Mapped[Key]
    request_id: Mapped[int] = mapped_column(
        ForeignKey("human_request.id", ondelete="CASCADE"), index=True
    )
    actor: Mapped[Label]
    kind: Mapped[Code]
    words_enc: Mapped[SealedOrNone]
    at: Mapped[Instant]


class Attachment(Base):
    """
    A picture or the like that came with a request, and goes with it; `state` wanted, kept or lost.

    `media_enc` is WeChat's number of it, until it is fetched.
    """

    __tablename__ = "attachment"
    id: Mapped[Key]
    request_id: Mapped[int] = mapped_column(
        ForeignKey("human_request.id", ondelete="CASCADE"), index=True
    )
    kind: Mapped[Code]
    state: Mapped[str] = mapped_column(String(16))
    media_enc: Mapped[SealedOrNone]
    type: Mapped[Code]
    size: Mapped[int]
    content_enc: Mapped[SealedOrNone]
    created_at: Mapped[Instant]


class CannedAnswer(Base):
    """An answer the desk gives often, by a short title."""

    __tablename__ = "canned_answer"
    id: Mapped[Key]
    title: Mapped[Label] = mapped_column(unique=True)
    words: Mapped[Prose]


class ApiToken(Base):
    """A key of another program; only its hash is kept. `scopes` separated by blanks."""

    __tablename__ = "api_token"
    id: Mapped[Key]
    name: Mapped[Label] = mapped_column(unique=True)
    token_hash: Mapped[Hash] = mapped_column(unique=True)
    scopes: Mapped[Prose]
    created_at: Mapped[Instant]
    revoked_at: Mapped[InstantOrNone]
