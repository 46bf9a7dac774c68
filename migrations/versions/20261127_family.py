"""Families: merged patients, proven phones, defaults, and bookings refused without a reason.

Revision ID: 20261127_family
Revises: 20261127_staff
"""

import sqlalchemy as sa
from alembic import op

revision = "20261127_family"
down_revision = "20261127_staff"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    with op.batch_alter_table("patient") as batch:
        batch.add_column(sa.Column("phone_proof", sa.String(length=64), nullable=True))
        batch.add_column(sa.Column("merged_into_id", KEY, nullable=True))
        batch.create_foreign_key("fk_patient_merged_into_id", "patient", ["merged_into_id"], ["id"])
    # Not in a batch: SQLite would copy the table, and cannot copy its computed column.
    for column in (
        sa.Column("is_default", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("probes", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("probed_on", sa.Date(), nullable=True),
    ):
        op.add_column("patient_link", column)


def downgrade() -> None:
    for column in ("probed_on", "probes", "is_default"):
        op.drop_column("patient_link", column)
    with op.batch_alter_table("patient") as batch:
        batch.drop_constraint("fk_patient_merged_into_id", type_="foreignkey")
        batch.drop_column("merged_into_id")
        batch.drop_column("phone_proof")
