"""Who wants the chat slow and simple.

Revision ID: 20261127_care
Revises: 20261127_waitlist
"""

import sqlalchemy as sa
from alembic import op

revision = "20261127_care"
down_revision = "20261127_waitlist"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("wechat_user") as batch:
        batch.add_column(sa.Column("care", sa.Boolean(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("wechat_user") as batch:
        batch.drop_column("care")
