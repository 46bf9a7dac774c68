"""Why an appointment was given back.

Revision ID: 20261127_reasons
Revises: 20261127_broadcast
"""

import sqlalchemy as sa
from alembic import op

revision = "20261127_reasons"
down_revision = "20261127_broadcast"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("appointment", sa.Column("cancel_reason", sa.String(16), nullable=True))


def downgrade() -> None:
    op.drop_column("appointment", "cancel_reason")
