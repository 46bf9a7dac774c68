"""Patients, the WeChat accounts that speak for them, and what they agreed to."""

from __future__ import annotations

from datetime import date

from sqlalchemy import (
    Computed,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
    false,
)
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Code, Hash, Instant, InstantOrNone, Key, Sealed, SealedOrNone


class WechatUser(Base):
    """
    One WeChat account of ours; kept only once its owner has consented.

    `last_message_at` is the last typed message, `last_tap_at` the last tap, scan or follow: they
    open different windows for customer messages. `care`: whether its owner wants the chat slow
    and simple (关怀模式), NULL where nobody asked yet.
    """

    __tablename__ = "wechat_user"
    id: Mapped[Key]
    openid_hash: Mapped[Hash] = mapped_column(unique=True)
    openid_enc: Mapped[Sealed]
    followed: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[Instant]
    last_message_at: Mapped[InstantOrNone]
    last_tap_at: Mapped[InstantOrNone]
    care: Mapped[bool | None]


class Patient(Base):
    """
    One patient (就诊人), unique by document.

    A newborn without papers is keyed by the guardian's document, the birth date and the name.
    `public_id` is the random id other programs see. `birth_on` is a DATE, never an instant:
    Asia/Shanghai had daylight saving 1986-1991. `name_tries` counts the wrong names given with
    this document on the day `name_tried_on`. `phone_proof`: None for a number that was only
    typed, `code` where a code sent to it came back, `desk` where the desk, or an account it has
    verified, vouches that it is the patient's. `merged_into_id`: the desk has found that this
    document is the other patient's too; such a row only leads there. `name_hash` and `tail_hash`
    (the last four places of the document) are what the desk searches by: whole or not at all.
    """

    __tablename__ = "patient"
    __table_args__ = (UniqueConstraint("document_kind", "document_hash"),)
    id: Mapped[Key]
    public_id: Mapped[str] = mapped_column(String(32), unique=True)
    name_enc: Mapped[Sealed]
    document_kind: Mapped[Code]
    document_hash: Mapped[Hash]
    document_enc: Mapped[Sealed]
    sex: Mapped[str] = mapped_column(String(1))
    birth_on: Mapped[date]
    phone_enc: Mapped[SealedOrNone]
    phone_hash: Mapped[str | None] = mapped_column(String(64), index=True)
    phone_proof: Mapped[str | None] = mapped_column(String(64))
    name_hash: Mapped[str | None] = mapped_column(String(64), index=True)
    tail_hash: Mapped[str | None] = mapped_column(String(64), index=True)
    guardian_id: Mapped[int | None] = mapped_column(ForeignKey("patient.id"))
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("patient.id"))
    name_tries: Mapped[int] = mapped_column(default=0, server_default="0")
    name_tried_on: Mapped[date | None]
    created_at: Mapped[Instant]


class PatientLink(Base):
    """
    An account that may speak for a patient.

    `state`: `own` (the account created the patient), `pending` (the patient existed before),
    `verified` (a code to the phone on file, or the desk, has shown that it may), `removed`. Only
    a verified account sees what others booked for the patient: anybody can type a stranger's
    name and number first. `probes` counts the bookings refused on the day `probed_on` for a reason
    this account may not know. `is_default`: booked for where nobody is named. `copies`: whether it
    is told of the patient's visits whoever booked them, NULL where nobody asked yet.
    """

    __tablename__ = "patient_link"
    __table_args__ = (
        UniqueConstraint("active_key"),
        Index("ix_patient_link_wechat_user_id", "wechat_user_id"),
    )
    id: Mapped[Key]
    wechat_user_id: Mapped[int] = mapped_column(ForeignKey("wechat_user.id"))
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"), index=True)
    relation: Mapped[Code]
    state: Mapped[Code]
    pair: Mapped[str] = mapped_column(String(64))  # "<wechat_user_id>:<patient_id>"
    active_key: Mapped[str | None] = mapped_column(
        String(64),
        Computed(
            "CASE WHEN state <> 'removed' THEN pair END",
            persisted=True,
        ),
    )
    code_hash: Mapped[str | None] = mapped_column(String(64))
    code_expires_at: Mapped[InstantOrNone]
    code_tries: Mapped[int] = mapped_column(default=0)
    is_default: Mapped[bool] = mapped_column(default=False, server_default=false())
    copies: Mapped[bool | None]
    probes: Mapped[int] = mapped_column(default=0, server_default="0")
    probed_on: Mapped[date | None]
    created_at: Mapped[Instant]
    verified_at: Mapped[InstantOrNone]


class Consent(Base):
    """Who agreed to which version of which notice, for whom; append-only but for withdrawal."""

    __tablename__ = "consent"
    id: Mapped[Key]
    wechat_user_id: Mapped[int] = mapped_column(ForeignKey("wechat_user.id"), index=True)
    patient_id: Mapped[int | None] = mapped_column(ForeignKey("patient.id"))
    purpose: Mapped[Code]  # registration | child | relative
    version: Mapped[Code]
    given_at: Mapped[Instant]
    withdrawn_at: Mapped[InstantOrNone]
