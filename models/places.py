"""Sites, departments, doctors, shifts and slots: the supply side."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Code, Instant, Key, Label, Prose


class Site(Base):
    """One site (机构/院区); coordinates in degrees (GCJ-02, as WeChat sends them)."""

    __tablename__ = "site"
    id: Mapped[Key]
    code: Mapped[Code] = mapped_column(unique=True)
    name: Mapped[Label]
    kind: Mapped[Code]  # community|township|general
    address: Mapped[Prose]
    phone: Mapped[Label] = mapped_column(default="")
    emergency_phone: Mapped[Label] = mapped_column(default="")
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    hours: Mapped[Prose]
    zone: Mapped[Code] = mapped_column(default="Asia/Shanghai")


class Village(Base):
    """
    A village or a quarter whose people the sites look after; coordinates as those of a site.

    `people` live there; `site_id` is the site that is theirs, NULL for the nearest.
    """

    __tablename__ = "village"
    id: Mapped[Key]
    code: Mapped[Code] = mapped_column(unique=True)
    name: Mapped[Label]
    site_id: Mapped[int | None] = mapped_column(ForeignKey("site.id"))
    latitude: Mapped[float]
    longitude: Mapped[float]
    people: Mapped[int]


class Department(Base):
    """One department of a site; ages in years, both ends inclusive; sex m, f or empty."""

    __tablename__ = "department"
    __table_args__ = (UniqueConstraint("site_id", "name"),)
    id: Mapped[Key]
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    code: Mapped[Code] = mapped_column(unique=True)
    name: Mapped[Label]
    national_code: Mapped[Code] = mapped_column(default="", index=True)
    aliases: Mapped[Prose]  # separated by ";"
    location: Mapped[Prose]
    min_age_years: Mapped[float | None]
    max_age_years: Mapped[float | None]
    sex: Mapped[Code] = mapped_column(default="")
    bookable: Mapped[bool] = mapped_column(default=True)


class Doctor(Base):
    """One doctor; a doctor may work shifts in any department of the site."""

    __tablename__ = "doctor"
    id: Mapped[Key]
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"), index=True)
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"), index=True)
    code: Mapped[Code] = mapped_column(unique=True)
    name: Mapped[Label]
    title: Mapped[Label] = mapped_column(default="")
    expertise: Mapped[Prose]  # separated by ";"


class Shift(Base):
    """
    One half-day of a doctor, or of a department (普通号) when `doctor_id` is empty.

    `natural_key` is what makes two imports of one line the same shift: its department, doctor,
    local date, start and label. `fee_fen` in CNY fen; `state` is published or suspended, by
    `suspension_id` if that was done by a member of staff. `overridden` names, separated by blanks,
    what staff have changed since (doctor, room, time, places, part): the roster's files leave that
    alone.
    `extra`: so many places more than planned (加号).
    """

    __tablename__ = "shift"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="order"),
        CheckConstraint("fee_fen >= 0", name="fee"),
        Index("ix_shift_department_id_visit_on", "department_id", "visit_on"),
        Index("ix_shift_doctor_id_visit_on", "doctor_id", "visit_on"),
    )
    id: Mapped[Key]
    natural_key: Mapped[str] = mapped_column(String(200), unique=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"))
    doctor_id: Mapped[int | None] = mapped_column(ForeignKey("doctor.id"))
    label: Mapped[Label] = mapped_column(default="")
    visit_on: Mapped[date]
    half_day: Mapped[Code]  # am | pm | night, by local start
    starts_at: Mapped[Instant]
    ends_at: Mapped[Instant]
    slot_minutes: Mapped[int]
    room: Mapped[Label] = mapped_column(default="")
    service_type: Mapped[Code]
    mode: Mapped[Code] = mapped_column(default="clinic")  # clinic | remote
    fee_fen: Mapped[int]
    state: Mapped[Code] = mapped_column(default="published")
    suspension_id: Mapped[int | None] = mapped_column(ForeignKey("suspension.id"))
    overridden: Mapped[Code] = mapped_column(default="", server_default="")
    extra: Mapped[int] = mapped_column(default=0, server_default="0")


class Slot(Base):
    """
    One time slice of a shift (号源时段) and its stock.

    `capacity` counts everybody, `chat_capacity` the share of the chat and the API; the rest
    belongs to the window. `reserve` of the chat share opens only on the visit day (urgent).
    `kept_…` are places of the chat's share that are still kept for some, and nobody has taken.
    `booked` counts held and booked appointments, `chat_booked` those through the chat or API.
    Department, doctor and date repeat the shift's, so that a search touches one index.
    """

    __tablename__ = "slot"
    __table_args__ = (
        CheckConstraint("booked >= 0 AND booked <= capacity", name="booked"),
        CheckConstraint("chat_booked >= 0 AND chat_booked <= chat_capacity", name="chat_booked"),
        CheckConstraint("chat_capacity <= capacity", name="chat_capacity"),
        CheckConstraint("reserve >= 0 AND reserve <= chat_capacity", name="reserve"),
        UniqueConstraint("shift_id", "starts_at"),
        Index("ix_slot_department_id_visit_on", "department_id", "visit_on", "starts_at"),
    )
    id: Mapped[Key]
    shift_id: Mapped[int] = mapped_column(ForeignKey("shift.id"))
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"))
    doctor_id: Mapped[int | None] = mapped_column(ForeignKey("doctor.id"))
    visit_on: Mapped[date]
    starts_at: Mapped[Instant]
    ends_at: Mapped[Instant]
    capacity: Mapped[int]
    chat_capacity: Mapped[int]
    reserve: Mapped[int] = mapped_column(default=0)
    kept_elderly: Mapped[int] = mapped_column(default=0, server_default="0")
    kept_referred: Mapped[int] = mapped_column(default=0, server_default="0")
    kept_signed: Mapped[int] = mapped_column(default=0, server_default="0")
    booked: Mapped[int] = mapped_column(default=0)
    chat_booked: Mapped[int] = mapped_column(default=0)
    is_open: Mapped[bool] = mapped_column(default=True)  # false while the shift is suspended


class RosterVersion(Base):
    """A single row (id 1) that moves whenever the roster does; the ear's names follow it."""

    __tablename__ = "roster_version"
    id: Mapped[Key]
    version: Mapped[int] = mapped_column(default=0)
    changed_at: Mapped[Instant]
