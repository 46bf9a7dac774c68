"""Tickets, calling, and how long visits take.

Revision ID: 20261127_queue
Revises: 20261127_care
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "20261127_queue"
down_revision = "20261127_care"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _table(
        "ticket",
        *_refer("ticket", "appointment", "site", "department", "shift"),
        sa.Column("visit_on", sa.Date(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(16), nullable=False),
        sa.Column("lane", sa.String(8), nullable=False),
        sa.Column("rank", sa.String(16), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("ready_at", INSTANT, nullable=False),
        sa.Column("calls_missed", sa.Integer(), nullable=False),
        sa.Column("calls_to_pass", sa.Integer(), nullable=False),
        sa.Column("called_at", INSTANT, nullable=True),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("told", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        _unique("ticket", "appointment_id"),
        _unique("ticket", "department_id", "visit_on", "number"),
        _unique("ticket", "site_id", "visit_on", "label"),
    )
    op.create_index("ix_ticket_shift_id_state", "ticket", ["shift_id", "state"])
    _table(
        "ticket_event",
        *_refer("ticket_event", "ticket", "shift"),
        sa.Column("from_state", sa.String(16), nullable=True),
        sa.Column("to_state", sa.String(16), nullable=False),
        sa.Column("actor", sa.String(64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
    )
    op.create_index(op.f("ix_ticket_event_ticket_id"), "ticket_event", ["ticket_id"])
    _table(
        "calling",
        *_refer("calling", "shift", "site"),
        sa.Column("visit_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(64), nullable=False),
        sa.Column("opened_at", INSTANT, nullable=True),
        sa.Column("closed_at", INSTANT, nullable=True),
        sa.Column("delayed_until", INSTANT, nullable=True),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.Column("lanes", sa.String(16), nullable=False),
        *_sums(),
        sa.Column("version", sa.Integer(), nullable=False),
        _unique("calling", "shift_id"),
    )
    op.create_index("ix_calling_site_id_visit_on", "calling", ["site_id", "visit_on"])
    _table(
        "ticket_series",
        *_refer("ticket_series", "department"),
        sa.Column("visit_on", sa.Date(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        _unique("ticket_series", "department_id", "visit_on"),
    )
    _table(
        "pace",
        sa.Column("subject", sa.String(40), nullable=False),
        *_refer("pace", "department"),
        sa.Column("doctor_id", KEY, nullable=True),
        sa.ForeignKeyConstraint(["doctor_id"], ["doctor.id"], name=op.f("fk_pace_doctor_id")),
        *_sums(),
        _unique("pace", "subject"),
    )


def downgrade() -> None:
    for table in ("pace", "ticket_series", "calling", "ticket_event", "ticket"):
        op.drop_table(table)


def _table(name, *parts):
    op.create_table(
        name,
        sa.Column("id", KEY, nullable=False),
        *parts,
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )


def _refer(table, *others):
    for one in others:
        column = f"{one}_id"
        yield sa.Column(column, KEY, nullable=False)
        yield sa.ForeignKeyConstraint([column], [f"{one}.id"], name=op.f(f"fk_{table}_{column}"))


def _sums():
    yield sa.Column("visits", sa.Integer(), nullable=False)
    yield sa.Column("minutes", sa.Double(), nullable=False)
    yield sa.Column("squares", sa.Double(), nullable=False)


def _unique(table, *columns):
    return sa.UniqueConstraint(*columns, name=op.f(f"uq_{table}_{'_'.join(columns)}"))
