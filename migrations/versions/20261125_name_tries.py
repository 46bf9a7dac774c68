"""How often a wrong name was given with a document.

Revision ID: 20261125_name_tries
Revises: 20261125_outgoing
"""

import sqlalchemy as sa
from alembic import op

revision = "20261125_name_tries"
down_revision = "20261125_outgoing"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("patient") as batch:
        batch.add_column(sa.Column("name_tries", sa.Integer(), nullable=False, server_default="0"))
        batch.add_column(sa.Column("name_tried_on", sa.Date(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("patient") as batch:
        batch.drop_column("name_tried_on")
        batch.drop_column("name_tries")
