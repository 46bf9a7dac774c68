"""Mass sends to followers who never registered: their lists, and how far WeChat's list is read.

Revision ID: 20261128_strangers
Revises: 20261128_told
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "20261128_strangers"
down_revision = "20261128_told"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
SEALED = sa.LargeBinary().with_variant(mysql.MEDIUMBLOB(), "mysql", "mariadb")
MYSQL = {"mysql_charset": "utf8mb4", "mysql_collate": "utf8mb4_bin", "mysql_engine": "InnoDB"}


def upgrade() -> None:
    with op.batch_alter_table("broadcast") as batch:
        batch.add_column(
            sa.Column("stage", sa.String(64), nullable=False, server_default="known")
        )
        batch.add_column(sa.Column("place_enc", SEALED, nullable=True))
    op.execute(
        "UPDATE broadcast SET stage = 'all' WHERE state IN ('sending', 'done', 'cancelled')"
    )
    op.create_table(
        "broadcast_list",
        sa.Column("id", KEY, nullable=False),
        sa.Column("broadcast_id", KEY, nullable=False),
        sa.Column("batch", sa.Integer(), nullable=False),
        sa.Column("strangers", sa.Boolean(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(64), nullable=False),
        sa.Column("why", sa.String(64), nullable=False),
        sa.Column("after_enc", SEALED, nullable=True),
        sa.Column("until_enc", SEALED, nullable=True),
        sa.Column("msg_id", sa.String(64), nullable=True),
        sa.Column("total", sa.Integer(), nullable=True),
        sa.Column("filtered", sa.Integer(), nullable=True),
        sa.Column("arrived", sa.Integer(), nullable=True),
        sa.Column("lost", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["broadcast_id"], ["broadcast.id"], name="fk_broadcast_list_broadcast_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_broadcast_list"),
        sa.UniqueConstraint(
            "broadcast_id", "batch", name="uq_broadcast_list_broadcast_id_batch"
        ),
        **MYSQL,
    )
    op.create_index("ix_broadcast_list_msg_id", "broadcast_list", ["msg_id"])


def downgrade() -> None:
    # What came before knows no such audience, and would stumble over it for ever.
    op.execute(
        "UPDATE broadcast SET state = 'cancelled' WHERE state NOT IN ('done', 'cancelled') "
        "AND audience LIKE '%\"everyone\"%'"
    )
    op.drop_table("broadcast_list")
    with op.batch_alter_table("broadcast") as batch:
        batch.drop_column("place_enc")
        batch.drop_column("stage")
