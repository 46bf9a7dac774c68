"""What the desk searches by, has been paid, answers and proves itself with.

Revision ID: 20261127_console
Revises: 20261127_quotas
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "20261127_console"
down_revision = "20261127_quotas"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
SEALED = sa.LargeBinary().with_variant(mysql.MEDIUMBLOB(), "mysql", "mariadb")
MYSQL = {"mysql_charset": "utf8mb4", "mysql_collate": "utf8mb4_bin", "mysql_engine": "InnoDB"}


def upgrade() -> None:
    op.add_column("patient", sa.Column("name_hash", sa.String(64), nullable=True))
    op.add_column("patient", sa.Column("tail_hash", sa.String(64), nullable=True))
    op.create_index("ix_patient_name_hash", "patient", ["name_hash"])
    op.create_index("ix_patient_tail_hash", "patient", ["tail_hash"])
    op.add_column("appointment", sa.Column("paid_fen", sa.Integer(), nullable=True))
    op.add_column("staff", sa.Column("totp_enc", SEALED, nullable=True))
    op.add_column("staff", sa.Column("totp_step", sa.Integer(), nullable=False, server_default="0"))
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "ALTER TABLE human_request ADD COLUMN staff_id INTEGER"
            " CONSTRAINT fk_human_request_staff_id REFERENCES staff (id)"
        )
    else:
        op.add_column("human_request", sa.Column("staff_id", KEY, nullable=True))
        op.create_foreign_key(
            "fk_human_request_staff_id", "human_request", "staff", ["staff_id"], ["id"]
        )
    op.create_table(
        "request_event",
        sa.Column("id", KEY, nullable=False),
        sa.Column("request_id", KEY, nullable=False),
        sa.Column("actor", sa.String(120), nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("words_enc", SEALED, nullable=True),
        sa.Column("at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["request_id"],
            ["human_request.id"],
            name="fk_request_event_request_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_request_event"),
        **MYSQL,
    )
    op.create_index("ix_request_event_request_id", "request_event", ["request_id"])
    op.create_table(
        "canned_answer",
        sa.Column("id", KEY, nullable=False),
        sa.Column("title", sa.String(120), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_canned_answer"),
        sa.UniqueConstraint("title", name="uq_canned_answer_title"),
        **MYSQL,
    )


def downgrade() -> None:
    op.drop_table("canned_answer")
    op.drop_table("request_event")
    if op.get_bind().dialect.name == "sqlite":
        with op.batch_alter_table("human_request") as batch:
            batch.drop_column("staff_id")
    else:
        op.drop_constraint("fk_human_request_staff_id", "human_request", type_="foreignkey")
        op.drop_column("human_request", "staff_id")
    op.drop_column("staff", "totp_step")
    op.drop_column("staff", "totp_enc")
    op.drop_column("appointment", "paid_fen")
    op.drop_index("ix_patient_tail_hash", "patient")
    op.drop_index("ix_patient_name_hash", "patient")
    op.drop_column("patient", "tail_hash")
    op.drop_column("patient", "name_hash")
