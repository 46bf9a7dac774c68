"""What was told of a wait, to be held against the wait that came.

Revision ID: 20261128_told
Revises: 20261128_villages
"""

import sqlalchemy as sa
from alembic import op

revision = "20261128_told"
down_revision = "20261128_villages"
branch_labels = None
depends_on = None

_COLUMNS = ("told_low", "told_high", "told_mean")


def upgrade() -> None:
    for name in _COLUMNS:
        op.add_column("ticket", sa.Column(name, sa.Double(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("ticket") as table:
        for name in _COLUMNS:
            table.drop_column(name)
