"""The waitlist, and which place came from it.

Revision ID: 20261127_waitlist
Revises: 20261127_family
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "20261127_waitlist"
down_revision = "20261127_family"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
BYTES = sa.LargeBinary().with_variant(mysql.MEDIUMBLOB(), "mysql", "mariadb")


def upgrade() -> None:
    op.create_table(
        "waitlist",
        sa.Column("id", KEY, nullable=False),
        sa.Column("patient_id", KEY, nullable=False),
        sa.Column("wechat_user_id", KEY, nullable=False),
        sa.Column("department_id", KEY, nullable=False),
        sa.Column("doctor_id", KEY, nullable=True),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("half_day", sa.String(8), nullable=False),
        sa.Column("service_type", sa.String(64), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("joined_at", INSTANT, nullable=False),
        sa.Column("closes_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("misses", sa.Integer(), nullable=False),
        sa.Column("skipped_why", sa.String(64), nullable=True),
        sa.Column("skipped_at", INSTANT, nullable=True),
        sa.Column("words_enc", BYTES, nullable=True),
        sa.Column("wish", sa.String(200), nullable=False),
        sa.Column(
            "active_key",
            sa.String(200),
            sa.Computed("CASE WHEN state IN ('waiting','offered') THEN wish END", persisted=True),
            nullable=True,
        ),
        sa.CheckConstraint("first_on <= last_on", name=op.f("ck_waitlist_order")),
        *(
            sa.ForeignKeyConstraint([f"{one}_id"], [f"{one}.id"], name=op.f(f"fk_waitlist_{one}_id"))
            for one in ("patient", "wechat_user", "department", "doctor")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waitlist")),
        sa.UniqueConstraint("active_key", name=op.f("uq_waitlist_active_key")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    for name, columns in {
        "ix_waitlist_doctor_id_state": ["doctor_id", "state", "joined_at"],
        "ix_waitlist_department_id_state": ["department_id", "state", "joined_at"],
        "ix_waitlist_patient_id_state": ["patient_id", "state"],
        "ix_waitlist_wechat_user_id": ["wechat_user_id"],
    }.items():
        op.create_index(name, "waitlist", columns)
    if op.get_bind().dialect.name == "sqlite":
        # A batch would copy the table, which SQLite refuses: it has a generated column.
        op.execute(
            "ALTER TABLE appointment ADD COLUMN waitlist_id INTEGER"
            " CONSTRAINT fk_appointment_waitlist_id REFERENCES waitlist (id)"
        )
    else:
        op.add_column("appointment", sa.Column("waitlist_id", KEY, nullable=True))
        op.create_foreign_key(
            op.f("fk_appointment_waitlist_id"), "appointment", "waitlist", ["waitlist_id"], ["id"]
        )
    op.create_index(op.f("ix_appointment_waitlist_id"), "appointment", ["waitlist_id"])


def downgrade() -> None:
    if op.get_bind().dialect.name != "sqlite":
        op.drop_constraint(op.f("fk_appointment_waitlist_id"), "appointment", type_="foreignkey")
    op.drop_index(op.f("ix_appointment_waitlist_id"), "appointment")
    op.drop_column("appointment", "waitlist_id")
    op.drop_table("waitlist")
