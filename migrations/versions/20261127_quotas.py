"""Places kept for some patients, and who may use them.

Revision ID: 20261127_quotas
Revises: 20261127_sharing
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "20261127_quotas"
down_revision = "20261127_sharing"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_KEPT = ("kept_elderly", "kept_referred", "kept_signed")


def upgrade() -> None:
    op.create_table(
        "entitlement",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("patient_id", KEY, nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("given_by", sa.String(length=120), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patient.id"], name=op.f("fk_entitlement_patient_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entitlement")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    op.create_index("ix_entitlement_patient_id", "entitlement", ["patient_id"])
    # Not in a batch: SQLite would copy the table, and cannot copy its computed column.
    for name in _KEPT:
        op.add_column("slot", sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
    quota = sa.Column("quota", sa.String(length=64), nullable=False, server_default="")
    op.add_column("appointment", quota)


def downgrade() -> None:
    op.drop_column("appointment", "quota")
    for name in _KEPT:
        op.drop_column("slot", name)
    op.drop_table("entitlement")
