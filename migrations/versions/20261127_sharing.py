"""Who else of a family is told of a visit.

Revision ID: 20261127_sharing
Revises: 20261127_queue
"""

import sqlalchemy as sa
from alembic import op

revision = "20261127_sharing"
down_revision = "20261127_queue"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Not in a batch: SQLite would copy the table, and cannot copy its computed column.
    op.add_column("patient_link", sa.Column("copies", sa.Boolean(), nullable=True))
    op.add_column(
        "outbox",
        sa.Column("is_copy", sa.Boolean(), nullable=False, server_default=sa.false()),
    )


def downgrade() -> None:
    op.drop_column("outbox", "is_copy")
    op.drop_column("patient_link", "copies")
