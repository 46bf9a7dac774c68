"""Urgent notices leave first.

Revision ID: 20261125_priority
Revises: 20261125_name_tries
"""

import sqlalchemy as sa
from alembic import op

revision = "20261125_priority"
down_revision = "20261125_name_tries"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("outbox") as batch:
        batch.add_column(sa.Column("priority", sa.Integer(), nullable=False, server_default="2"))
        batch.drop_index("ix_outbox_state_not_before")
        batch.create_index("ix_outbox_state_priority_not_before", ["state", "priority", "not_before"])
    op.execute("UPDATE outbox SET priority = 0 WHERE kind IN ('alert', 'link_code')")
    op.execute("UPDATE outbox SET priority = 1 WHERE kind IN ('answer', 'reply')")


def downgrade() -> None:
    with op.batch_alter_table("outbox") as batch:
        batch.drop_index("ix_outbox_state_priority_not_before")
        batch.create_index("ix_outbox_state_not_before", ["state", "not_before"])
        batch.drop_column("priority")
