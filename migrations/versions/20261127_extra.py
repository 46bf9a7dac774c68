"""How many places staff have added to a shift.

Revision ID: 20261127_extra
Revises: 20261127_attachments
"""

import sqlalchemy as sa
from alembic import op

revision = "20261127_extra"
down_revision = "20261127_attachments"
branch_labels = None
depends_on = None


def upgrade() -> None:
    extra = sa.Column("extra", sa.Integer(), nullable=False, server_default="0")
    op.add_column("shift", extra)


def downgrade() -> None:
    op.drop_column("shift", "extra")
