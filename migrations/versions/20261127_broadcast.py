"""Broadcasts, their mass targets, and groups of patients.

Revision ID: 20261127_broadcast
Revises: 20261127_console
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "20261127_broadcast"
down_revision = "20261127_console"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
SEALED = sa.LargeBinary().with_variant(mysql.MEDIUMBLOB(), "mysql", "mariadb")
MYSQL = {"mysql_charset": "utf8mb4", "mysql_collate": "utf8mb4_bin", "mysql_engine": "InnoDB"}


def upgrade() -> None:
    op.create_table(
        "broadcast",
        sa.Column("id", KEY, nullable=False),
        sa.Column("way", sa.String(64), nullable=False),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("words_enc", SEALED, nullable=False),
        sa.Column("state", sa.String(64), nullable=False),
        sa.Column("staff_id", KEY, nullable=False),
        sa.Column("approved_by_id", KEY, nullable=True),
        sa.Column("expected", sa.Integer(), nullable=False),
        sa.Column("laid", sa.Integer(), nullable=False),
        sa.Column("laid_after", sa.Integer(), nullable=False),
        sa.Column("not_before", INSTANT, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("started_at", INSTANT, nullable=True),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_broadcast_staff_id"),
        sa.ForeignKeyConstraint(
            ["approved_by_id"], ["staff.id"], name="fk_broadcast_approved_by_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_broadcast"),
        **MYSQL,
    )
    op.create_index("ix_broadcast_state", "broadcast", ["state"])
    op.create_table(
        "broadcast_target",
        sa.Column("id", KEY, nullable=False),
        sa.Column("broadcast_id", KEY, nullable=False),
        sa.Column("wechat_user_id", KEY, nullable=False),
        sa.Column("batch", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(64), nullable=False),
        sa.Column("why", sa.String(64), nullable=False),
        sa.Column("month", sa.String(7), nullable=False),
        sa.ForeignKeyConstraint(
            ["broadcast_id"], ["broadcast.id"], name="fk_broadcast_target_broadcast_id"
        ),
        sa.ForeignKeyConstraint(
            ["wechat_user_id"], ["wechat_user.id"], name="fk_broadcast_target_wechat_user_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_broadcast_target"),
        sa.UniqueConstraint(
            "broadcast_id", "wechat_user_id", name="uq_broadcast_target_broadcast_id_wechat_user_id"
        ),
        **MYSQL,
    )
    op.create_index(
        "ix_broadcast_target_wechat_user_id_month", "broadcast_target", ["wechat_user_id", "month"]
    )
    op.create_index(
        "ix_broadcast_target_broadcast_id_batch", "broadcast_target", ["broadcast_id", "batch"]
    )
    op.create_table(
        "patient_group",
        sa.Column("id", KEY, nullable=False),
        sa.Column("name_enc", SEALED, nullable=False),
        sa.Column("doctor_id", KEY, nullable=True),
        sa.Column("site_id", KEY, nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("removed_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["doctor_id"], ["doctor.id"], name="fk_patient_group_doctor_id"),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name="fk_patient_group_site_id"),
        sa.PrimaryKeyConstraint("id", name="pk_patient_group"),
        **MYSQL,
    )
    op.create_table(
        "patient_group_member",
        sa.Column("id", KEY, nullable=False),
        sa.Column("group_id", KEY, nullable=False),
        sa.Column("patient_id", KEY, nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"], ["patient_group.id"], name="fk_patient_group_member_group_id"
        ),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patient.id"], name="fk_patient_group_member_patient_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_patient_group_member"),
        sa.UniqueConstraint(
            "group_id", "patient_id", name="uq_patient_group_member_group_id_patient_id"
        ),
        **MYSQL,
    )
    op.create_index(
        "ix_patient_group_member_patient_id", "patient_group_member", ["patient_id"]
    )
    with op.batch_alter_table("outbox") as batch:
        batch.add_column(sa.Column("broadcast_id", KEY, nullable=True))
        batch.create_foreign_key("fk_outbox_broadcast_id", "broadcast", ["broadcast_id"], ["id"])
        batch.create_index("ix_outbox_broadcast_id_state", ["broadcast_id", "state"])


def downgrade() -> None:
    op.execute("UPDATE outbox SET state = 'void' WHERE state = 'paused'")
    with op.batch_alter_table("outbox") as batch:
        batch.drop_constraint("fk_outbox_broadcast_id", type_="foreignkey")
        batch.drop_index("ix_outbox_broadcast_id_state")
        batch.drop_column("broadcast_id")
    for table in ("patient_group_member", "patient_group", "broadcast_target", "broadcast"):
        op.drop_table(table)
