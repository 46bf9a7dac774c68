"""Staff, what they did, and suspensions with their patients.

Revision ID: 20261127_staff
Revises: 20261125_priority
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "20261127_staff"
down_revision = "20261125_priority"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
SEALED = sa.LargeBinary().with_variant(mysql.MEDIUMBLOB(), "mysql", "mariadb")
MYSQL = {"mysql_charset": "utf8mb4", "mysql_collate": "utf8mb4_bin", "mysql_engine": "InnoDB"}


def upgrade() -> None:
    op.create_table(
        "staff",
        sa.Column("id", KEY, nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("role", sa.String(64), nullable=False),
        sa.Column("doctor_id", KEY, nullable=True),
        sa.Column("site_id", KEY, nullable=True),
        sa.Column("code_hash", sa.String(64), nullable=True),
        sa.Column("code_expires_at", INSTANT, nullable=True),
        sa.Column("openid_hash", sa.String(64), nullable=True),
        sa.Column("bound_at", INSTANT, nullable=True),
        sa.Column("password_hash", sa.String(200), nullable=True),
        sa.Column("wrong_tries", sa.Integer(), nullable=False),
        sa.Column("locked_until", INSTANT, nullable=True),
        sa.Column("removed_at", INSTANT, nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["doctor_id"], ["doctor.id"], name="fk_staff_doctor_id"),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name="fk_staff_site_id"),
        sa.PrimaryKeyConstraint("id", name="pk_staff"),
        sa.UniqueConstraint("code_hash", name="uq_staff_code_hash"),
        sa.UniqueConstraint("openid_hash", name="uq_staff_openid_hash"),
        **MYSQL,
    )
    op.create_table(
        "audit_event",
        sa.Column("id", KEY, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("actor", sa.String(120), nullable=False),
        sa.Column("act", sa.String(64), nullable=False),
        sa.Column("subject", sa.String(64), nullable=False),
        sa.Column("details_enc", SEALED, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_audit_event"),
        **MYSQL,
    )
    op.create_index("ix_audit_event_at", "audit_event", ["at"])
    op.create_table(
        "suspension",
        sa.Column("id", KEY, nullable=False),
        sa.Column("staff_id", KEY, nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("planned_at", INSTANT, nullable=True),
        sa.Column("undone_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_suspension_staff_id"),
        sa.PrimaryKeyConstraint("id", name="pk_suspension"),
        **MYSQL,
    )
    op.create_table(
        "suspension_line",
        sa.Column("id", KEY, nullable=False),
        sa.Column("suspension_id", KEY, nullable=False),
        sa.Column("appointment_id", KEY, nullable=False),
        sa.Column("target_id", KEY, nullable=True),
        sa.Column("change", sa.String(64), nullable=False),
        sa.Column("was_checked_in", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(64), nullable=False),
        sa.Column("call_at", INSTANT, nullable=True),
        sa.Column("answered_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(
            ["suspension_id"], ["suspension.id"], name="fk_suspension_line_suspension_id"
        ),
        sa.ForeignKeyConstraint(
            ["appointment_id"], ["appointment.id"], name="fk_suspension_line_appointment_id"
        ),
        sa.ForeignKeyConstraint(
            ["target_id"], ["appointment.id"], name="fk_suspension_line_target_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_suspension_line"),
        sa.UniqueConstraint(
            "suspension_id", "appointment_id", name="uq_suspension_line_suspension_id_appointment_id"
        ),
        **MYSQL,
    )
    op.create_index("ix_suspension_line_appointment_id", "suspension_line", ["appointment_id"])
    op.create_index("ix_suspension_line_target_id", "suspension_line", ["target_id"])
    with op.batch_alter_table("shift") as batch:
        batch.add_column(sa.Column("suspension_id", KEY, nullable=True))
        batch.add_column(
            sa.Column("overridden", sa.String(64), nullable=False, server_default="")
        )
        batch.create_foreign_key(
            "fk_shift_suspension_id", "suspension", ["suspension_id"], ["id"]
        )


def downgrade() -> None:
    with op.batch_alter_table("shift") as batch:
        batch.drop_constraint("fk_shift_suspension_id", type_="foreignkey")
        batch.drop_column("suspension_id")
        batch.drop_column("overridden")
    op.drop_table("suspension_line")
    op.drop_table("suspension")
    op.drop_table("audit_event")
    op.drop_table("staff")
