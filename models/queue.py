"""The day of the visit: who is here, who is called, and how long visits take."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Double, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Code, Instant, InstantOrNone, Key, Prose


class Ticket(Base):
    """
    The number (排队号) of a patient who is here, one per appointment.

    `shift_id` is where it waits now, which another room's may be. `number` counts in the
    department it was drawn in, from 1 each day; `label` is its letter and number, unique per site
    and day. `lane` first, return or missed; `rank` why it goes before, "" for none. `state` is one
    of `scheduling.queueing.TRANSITIONS`. `due_at` is the start of the slot, or the arrival of who
    was too late for it; `ready_at` since when it waits in its lane. A missed one comes back after
    `calls_to_pass` others. `told` is what its holder was told last: 3 or 1 ahead, 0 for nothing.
    `told_low`, `told_high`, `told_mean` are the minutes that were said when she checked in, NULL
    where nothing was; planning holds them against the wait that came.
    """

    __tablename__ = "ticket"
    __table_args__ = (
        UniqueConstraint("department_id", "visit_on", "number"),
        UniqueConstraint("site_id", "visit_on", "label"),
        Index("ix_ticket_shift_id_state", "shift_id", "state"),
    )
    id: Mapped[Key]
    appointment_id: Mapped[int] = mapped_column(ForeignKey("appointment.id"), unique=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"))
    shift_id: Mapped[int] = mapped_column(ForeignKey("shift.id"))
    visit_on: Mapped[date]
    number: Mapped[int]
    label: Mapped[str] = mapped_column(String(16))
    lane: Mapped[str] = mapped_column(String(8), default="first")
    rank: Mapped[str] = mapped_column(String(16), default="")
    state: Mapped[str] = mapped_column(String(16), default="waiting")
    due_at: Mapped[Instant]
    ready_at: Mapped[Instant]
    calls_missed: Mapped[int] = mapped_column(default=0)
    calls_to_pass: Mapped[int] = mapped_column(default=0)
    called_at: Mapped[InstantOrNone]
    ended_at: Mapped[InstantOrNone]
    told: Mapped[int] = mapped_column(default=0)
    told_low: Mapped[float | None]
    told_high: Mapped[float | None]
    told_mean: Mapped[float | None]
    version: Mapped[int] = mapped_column(default=1)


class TicketEvent(Base):
    """What happened to a ticket, in which shift, when and by whom; append-only."""

    __tablename__ = "ticket_event"
    id: Mapped[Key]
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    from_state: Mapped[str | None] = mapped_column(String(16))
    to_state: Mapped[str] = mapped_column(String(16))
    shift_id: Mapped[int] = mapped_column(ForeignKey("shift.id"))
    actor: Mapped[Code]
    reason: Mapped[Prose]
    at: Mapped[Instant]


class Calling(Base):
    """
    The line of one shift, from its first ticket on; whoever moves a line locks this row first.

    `state`: open, paused (the doctor is late, until `delayed_until`), closed. `opened_at` is the
    first call, None before it. `calls` counts them; `lanes` are the first letters of the lanes of
    the last ones, the newest last. `visits`, `minutes` and `squares` sum up the visits that have
    ended here: their number, minutes and squared minutes. `version` moves with everything that
    anybody could see.
    """

    __tablename__ = "calling"
    __table_args__ = (Index("ix_calling_site_id_visit_on", "site_id", "visit_on"),)
    id: Mapped[Key]
    shift_id: Mapped[int] = mapped_column(ForeignKey("shift.id"), unique=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    visit_on: Mapped[date]
    state: Mapped[Code] = mapped_column(default="open")
    opened_at: Mapped[InstantOrNone]
    closed_at: Mapped[InstantOrNone]
    delayed_until: Mapped[InstantOrNone]
    calls: Mapped[int] = mapped_column(default=0)
    lanes: Mapped[str] = mapped_column(String(16), default="")
    visits: Mapped[int] = mapped_column(default=0)
    minutes: Mapped[float] = mapped_column(Double, default=0.0)
    squares: Mapped[float] = mapped_column(Double, default=0.0)
    version: Mapped[int] = mapped_column(default=1)


class TicketSeries(Base):
    """The last number drawn in a department on a day."""

    __tablename__ = "ticket_series"
    __table_args__ = (UniqueConstraint("department_id", "visit_on"),)
    id: Mapped[Key]
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"))
    visit_on: Mapped[date]
    last: Mapped[int]


class Pace(Base):
    """
    How long visits take, ever: of a doctor in a department, or (`doctor_id` NULL) of all there.

    `visits`, their `minutes` and squared minutes as sums; `subject` is "<department>:<doctor>",
    "<department>:" for all.
    """

    __tablename__ = "pace"
    id: Mapped[Key]
    subject: Mapped[str] = mapped_column(String(40), unique=True)
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"))
    doctor_id: Mapped[int | None] = mapped_column(ForeignKey("doctor.id"))
    visits: Mapped[int]
    minutes: Mapped[float] = mapped_column(Double)
    squares: Mapped[float] = mapped_column(Double)
