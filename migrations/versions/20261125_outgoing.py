"""What leaves the house: the way a notice went, its receipt, and who subscribed to what.

Revision ID: 20261125_outgoing
Revises: 20261124_first
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "20261125_outgoing"
down_revision = "20261124_first"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table('subscription',
    sa.Column('id', KEY, nullable=False),
    sa.Column('wechat_user_id', KEY, nullable=False),
    sa.Column('template_id', sa.String(length=64), nullable=False),
    sa.Column('credits', sa.Integer(), nullable=False),
    sa.Column('changed_at', INSTANT, nullable=False),
    sa.ForeignKeyConstraint(['wechat_user_id'], ['wechat_user.id'], name=op.f('fk_subscription_wechat_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_subscription')),
    sa.UniqueConstraint('wechat_user_id', 'template_id', name=op.f('uq_subscription_wechat_user_id_template_id')),
    mysql_charset='utf8mb4',
    mysql_collate='utf8mb4_bin',
    mysql_engine='InnoDB'
    )
    with op.batch_alter_table('wechat_user') as batch:
        batch.add_column(sa.Column('last_tap_at', INSTANT, nullable=True))
    with op.batch_alter_table('outbox') as batch:
        batch.add_column(sa.Column('channel', sa.String(length=64), nullable=True))
        batch.add_column(sa.Column('channels_closed', sa.String(length=120), nullable=True))
        batch.add_column(sa.Column('provider_id', sa.String(length=64), nullable=True))
        batch.add_column(sa.Column('prompt_id', KEY, nullable=True))
        batch.add_column(sa.Column('sending_at', INSTANT, nullable=True))
        batch.add_column(sa.Column('uncertain_at', INSTANT, nullable=True))
        batch.add_column(sa.Column('delivered_at', INSTANT, nullable=True))
        batch.create_foreign_key(op.f('fk_outbox_prompt_id'), 'prompt', ['prompt_id'], ['id'])
        batch.create_index(op.f('ix_outbox_prompt_id'), ['prompt_id'], unique=False)
        batch.create_index(op.f('ix_outbox_provider_id'), ['provider_id'], unique=False)
        batch.create_index(op.f('ix_outbox_uncertain_at'), ['uncertain_at'], unique=False)
    # Until today there was one way out, and a reminder that found it closed was meant for a call.
    op.execute("UPDATE outbox SET channel = 'customer', sending_at = sent_at WHERE state = 'sent'")
    op.execute("UPDATE outbox SET state = 'call' WHERE state = 'dead' AND kind = 'reminder'")


def downgrade() -> None:
    op.execute("UPDATE outbox SET state = 'dead' WHERE state IN ('call', 'called', 'sending')")
    with op.batch_alter_table('outbox') as batch:
        batch.drop_constraint(op.f('fk_outbox_prompt_id'), type_='foreignkey')
        batch.drop_index(op.f('ix_outbox_uncertain_at'))
        batch.drop_index(op.f('ix_outbox_provider_id'))
        batch.drop_index(op.f('ix_outbox_prompt_id'))
        batch.drop_column('delivered_at')
        batch.drop_column('uncertain_at')
        batch.drop_column('sending_at')
        batch.drop_column('prompt_id')
        batch.drop_column('provider_id')
        batch.drop_column('channels_closed')
        batch.drop_column('channel')
    with op.batch_alter_table('wechat_user') as batch:
        batch.drop_column('last_tap_at')
    op.drop_table('subscription')
