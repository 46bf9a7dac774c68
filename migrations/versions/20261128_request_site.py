"""Who waits for a person waits at a site, where it is known.

Revision ID: 20261128_request_site
Revises: 20261128_strangers
"""

import sqlalchemy as sa
from alembic import op

revision = "20261128_request_site"
down_revision = "20261128_strangers"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_NAME = "fk_human_request_site_id"


def upgrade() -> None:
    # On SQLite no copy of the table: dropping the old one would take its events along.
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "ALTER TABLE human_request ADD COLUMN site_id INTEGER"
            f" CONSTRAINT {_NAME} REFERENCES site (id)"
        )
        return
    op.add_column("human_request", sa.Column("site_id", KEY, nullable=True))
    op.create_foreign_key(_NAME, "human_request", "site", ["site_id"], ["id"])


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        with op.batch_alter_table("human_request") as batch:
            batch.drop_column("site_id")
        return
    op.drop_constraint(_NAME, "human_request", type_="foreignkey")
    op.drop_column("human_request", "site_id")
