"""The first tables: roster, people, appointments, messages.

Revision ID: 20261124_first
Revises:
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "20261124_first"
down_revision = None
branch_labels = None
depends_on = None

# MariaDB drops fractions of a second unless told otherwise.
INSTANT = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
# SQLite autoincrements only INTEGER primary keys.
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

# MariaDB's plain BLOB ends at 64 kB.
SEALED = sa.LargeBinary().with_variant(mysql.MEDIUMBLOB(), "mysql", "mariadb")


def upgrade() -> None:
    op.create_table('api_token',
    sa.Column('id', KEY, nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('scopes', sa.Text(), nullable=False),
    sa.Column('created_at', INSTANT, nullable=False),
    sa.Column('revoked_at', INSTANT, nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_api_token')),
    sa.UniqueConstraint('name', name=op.f('uq_api_token_name')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_api_token_token_hash')),
    mysql_charset='utf8mb4',
    mysql_collate='utf8mb4_bin',
    mysql_engine='InnoDB'
    )
    op.create_table('human_request',
    sa.Column('id', KEY, nullable=False),
    sa.Column('openid_hash', sa.String(length=64), nullable=False),
    sa.Column('openid_enc', SEALED, nullable=False),
    sa.Column('words_enc', SEALED, nullable=False),
    sa.Column('kind', sa.String(length=64), nullable=False),
    sa.Column('state', sa.String(length=64), nullable=False),
    sa.Column('created_at', INSTANT, nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_human_request')),
    mysql_charset='utf8mb4',
    mysql_collate='utf8mb4_bin',
    mysql_engine='InnoDB'
    )
    op.create_index('ix_human_request_state', 'human_request', ['state', 'created_at'], unique=False)
    op.create_table('idempotency',
    sa.Column('id', KEY, nullable=False),
    sa.Column('scope', sa.String(length=64), nullable=False),
    sa.Column('key_hash', sa.String(length=64), nullable=False),
    sa.Column('request_hash', sa.String(length=64), nullable=False),
    sa.Column('status_code', sa.Integer(), nullable=False),
    sa.Column('response_enc', SEALED, nullable=True),
    sa.Column('created_at', INSTANT, nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_idempotency')),
    sa.UniqueConstraint('scope', 'key_hash', name=op.f('uq_idempotency_scope_key_hash')),
    mysql_charset='utf8mb4',
    mysql_collate='utf8mb4_bin',
    mysql_engine='InnoDB'
    )
    op.create_table('inbox',
    sa.Column('id', KEY, nullable=False),
    sa.Column('key_hash', sa.String(length=64), nullable=False),
    sa.Column('openid_hash', sa.String(length=64), nullable=False),
    sa.Column('seq', sa.Integer(), nullable=False),
    sa.Column('received_at', INSTANT, nullable=False),
    sa.Column('reply_enc', SEALED, nullable=False),
    sa.Column('reply_via', sa.String(length=64), nullable=False),
    sa.Column('text_enc', SEALED, nullable=True),
    sa.Column('state_enc', SEALED, nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_inbox')),
    sa.UniqueConstraint('key_hash', name=op.f('uq_inbox_key_hash')),
    sa.UniqueConstraint('openid_hash', 'seq', name=op.f('uq_inbox_openid_hash_seq')),
    mysql_charset='utf8mb4',
    mysql_collate='utf8mb4_bin',
    mysql_engine='InnoDB'
    )
    op.create_index('ix_inbox_received_at', 'inbox', ['received_at'], unique=False)
    op.create_table('job',
    sa.Column('id', KEY, nullable=False),
    sa.Column('kind', sa.String(length=64), nullable=False),
    sa.Column('dedupe_key', sa.String(length=120), nullable=False),
    sa.Column('payload', sa.Text(), nullable=False),
    sa.Column('state', sa.String(length=64), nullable=False),
    sa.Column('due_at', INSTANT, nullable=False),
    sa.Column('leased_until', INSTANT, nullable=True),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('last_error', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_job')),
    sa.UniqueConstraint('dedupe_key', name=op.f('uq_job_dedupe_key')),
    mysql_charset='utf8mb4',
    mysql_collate='utf8mb4_bin',
    mysql_engine='InnoDB'
    )
    op.create_index('ix_job_state_due_at', 'job', ['state', 'due_at'], unique=False)
    op.create_table('patient',
    sa.Column('id', KEY, nullable=False),
    sa.Column('public_id', sa.String(length=32), nullable=False),
    sa.Column('name_enc', SEALED, nullable=False),
    sa.Column('document_kind', sa.String(length=64), nullable=False),
    sa.Column('document_hash', sa.String(length=64), nullable=False),
    sa.Column('document_enc', SEALED, nullable=False),
    sa.Column('sex', sa.String(length=1), nullable=False),
    sa.Column('birth_on', sa.Date(), nullable=False),
    sa.Column('phone_enc', SEALED, nullable=True),
    sa.Column('phone_hash', sa.String(length=64), nullable=True),
    sa.Column('guardian_id', KEY, nullable=True),
    sa.Column('created_at', INSTANT, nullable=False),
    sa.ForeignKeyConstraint(['guardian_id'], ['patient.id'], name=op.f('fk_patient_guardian_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_patient')),
    sa.UniqueConstraint('document_kind', 'document_hash', name=op.f('uq_patient_document_kind_document_hash')),
    sa.UniqueConstraint('public_id', name=op.f('uq_patient_public_id')),
    mysql_charset='utf8mb4',
    mysql_collate='utf8mb4_bin',
    mysql_engine='InnoDB'
    )
    op.create_index(op.f('ix_patient_phone_hash'), 'patient', ['phone_hash'], unique=False)
    op.create_table('prompt',
    sa.Column('id', KEY, nullable=False),
    sa.Column('openid_hash', sa.String(length=64), nullable=False),
    sa.Column('kind', sa.String(length=64), nullable=False),
    sa.Column('payload_enc', SEALED, nullable=False),
    sa.Column('state', sa.String(length=64), nullable=False),
    sa.Column('deadline_at', INSTANT, nullable=False),
    sa.Column('delivered_at', INSTANT, nullable=True),
    sa.Column('created_at', INSTANT, nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_prompt')),
    mysql_charset='utf8mb4',
    mysql_collate='utf8mb4_bin',
    mysql_engine='InnoDB'
    )
    op.create_index('ix_prompt_openid_hash_state', 'prompt', ['openid_hash', 'state'], unique=False)
    op.create_table('roster_version',
    sa.Column('id', KEY, nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('changed_at', INSTANT, nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_roster_version')),
    mysql_charset='utf8mb4',
    mysql_collate='utf8mb4_bin',
    mysql_engine='InnoDB'
    )
    op.create_table('site',
    sa.Column('id', KEY, nullable=False),
    sa.Column('code', sa.String(length=64), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('kind', sa.String(length=64), nullable=False),
    sa.Column('address', sa.Text(), nullable=False),
    sa.Column('phone', sa.String(length=120), nullable=False),
    sa.Column('emergency_phone', sa.String(length=120), nullable=False),
    sa.Column('latitude', sa.Double(), nullable=True),
    sa.Column('longitude', sa.Double(), nullable=True),
    sa.Column('hours', sa.Text(), nullable=False),
    sa.Column('zone', sa.String(length=64), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_site')),
    sa.UniqueConstraint('code', name=op.f('uq_site_code')),
    mysql_charset='utf8mb4',
    mysql_collate='utf8mb4_bin',
    mysql_engine='InnoDB'
    )
    op.create_table('wechat_user',
    sa.Column('id', KEY, nullable=False),
    sa.Column('openid_hash', sa.String(length=64), nullable=False),
    sa.Column('openid_enc', SEALED, nullable=False),
    sa.Column('followed', sa.Boolean(), nullable=False),
    sa.Column('created_at', INSTANT, nullable=False),
    sa.Column('last_message_at', INSTANT, nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_wechat_user')),
    sa.UniqueConstraint('openid_hash', name=op.f('uq_wechat_user_openid_hash')),
    mysql_charset='utf8mb4',
    mysql_collate='utf8mb4_bin',
    mysql_engine='InnoDB'
    )
    op.create_table('consent',
    sa.Column('id', KEY, nullable=False),
    sa.Column('wechat_user_id', KEY, nullable=False),
    sa.Column('patient_id', KEY, nullable=True),
    sa.Column('purpose', sa.String(length=64), nullable=False),
    sa.Column('version', sa.String(length=64), nullable=False),
    sa.Column('given_at', INSTANT, nullable=False),
    sa.Column('withdrawn_at', INSTANT, nullable=True),
    sa.ForeignKeyConstraint(['patient_id'], ['patient.id'], name=op.f('fk_consent_patient_id')),
    sa.ForeignKeyConstraint(['wechat_user_id'], ['wechat_user.id'], name=op.f('fk_consent_wechat_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_consent')),
    mysql_charset='utf8mb4',
    mysql_collate='utf8mb4_bin',
    mysql_engine='InnoDB'
    )
    op.create_index(op.f('ix_consent_wechat_user_id'), 'consent', ['wechat_user_id'], unique=False)
    op.create_table('department',
    sa.Column('id', KEY, nullable=False),
    sa.Column('site_id', KEY, nullable=False),
    sa.Column('code', sa.String(length=64), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('national_code', sa.String(length=64), nullable=False),
    sa.Column('aliases', sa.Text(), nullable=False),
    sa.Column('location', sa.Text(), nullable=False),
    sa.Column('min_age_years', sa.Double(), nullable=True),
    sa.Column('max_age_years', sa.Double(), nullable=True),
    sa.Column('sex', sa.String(length=64), nullable=False),
    sa.Column('bookable', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_department_site_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_department')),
    sa.UniqueConstraint('code', name=op.f('uq_department_code')),
    sa.UniqueConstraint('site_id', 'name', name=op.f('uq_department_site_id_name')),
    mysql_charset='utf8mb4',
    mysql_collate='utf8mb4_bin',
    mysql_engine='InnoDB'
    )
    op.create_index(op.f('ix_department_national_code'), 'department', ['national_code'], unique=False)
    op.create_table('patient_link',
    sa.Column('id', KEY, nullable=False),
    sa.Column('wechat_user_id', KEY, nullable=False),
    sa.Column('patient_id', KEY, nullable=False),
    sa.Column('relation', sa.String(length=64), nullable=False),
    sa.Column('state', sa.String(length=64), nullable=False),
    sa.Column('pair', sa.String(length=64), nullable=False),
    sa.Column('active_key', sa.String(length=64), sa.Computed("CASE WHEN state <> 'removed' THEN pair END", persisted=True), nullable=True),
    sa.Column('code_hash', sa.String(length=64), nullable=True),
    sa.Column('code_expires_at', INSTANT, nullable=True),
    sa.Column('code_tries', sa.Integer(), nullable=False),
    sa.Column('created_at', INSTANT, nullable=False),
    sa.Column('verified_at', INSTANT, nullable=True),
    sa.ForeignKeyConstraint(['patient_id'], ['patient.id'], name=op.f('fk_patient_link_patient_id')),
    sa.ForeignKeyConstraint(['wechat_user_id'], ['wechat_user.id'], name=op.f('fk_patient_link_wechat_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_patient_link')),
    sa.UniqueConstraint('active_key', name=op.f('uq_patient_link_active_key')),
    mysql_charset='utf8mb4',
    mysql_collate='utf8mb4_bin',
    mysql_engine='InnoDB'
    )
    op.create_index(op.f('ix_patient_link_patient_id'), 'patient_link', ['patient_id'], unique=False)
    op.create_index('ix_patient_link_wechat_user_id', 'patient_link', ['wechat_user_id'], unique=False)
    op.create_table('doctor',
    sa.Column('id', KEY, nullable=False),
    sa.Column('site_id', KEY, nullable=False),
    sa.Column('department_id', KEY, nullable=False),
    sa.Column('code', sa.String(length=64), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('title', sa.String(length=120), nullable=False),
    sa.Column('expertise', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['department_id'], ['department.id'], name=op.f('fk_doctor_department_id')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_doctor_site_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_doctor')),
    sa.UniqueConstraint('code', name=op.f('uq_doctor_code')),
    mysql_charset='utf8mb4',
    mysql_collate='utf8mb4_bin',
    mysql_engine='InnoDB'
    )
    op.create_index(op.f('ix_doctor_department_id'), 'doctor', ['department_id'], unique=False)
    op.create_index(op.f('ix_doctor_site_id'), 'doctor', ['site_id'], unique=False)
    op.create_table('shift',
    sa.Column('id', KEY, nullable=False),
    sa.Column('natural_key', sa.String(length=200), nullable=False),
    sa.Column('site_id', KEY, nullable=False),
    sa.Column('department_id', KEY, nullable=False),
    sa.Column('doctor_id', KEY, nullable=True),
    sa.Column('label', sa.String(length=120), nullable=False),
    sa.Column('visit_on', sa.Date(), nullable=False),
    sa.Column('half_day', sa.String(length=64), nullable=False),
    sa.Column('starts_at', INSTANT, nullable=False),
    sa.Column('ends_at', INSTANT, nullable=False),
    sa.Column('slot_minutes', sa.Integer(), nullable=False),
    sa.Column('room', sa.String(length=120), nullable=False),
    sa.Column('service_type', sa.String(length=64), nullable=False),
    sa.Column('mode', sa.String(length=64), nullable=False),
    sa.Column('fee_fen', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(length=64), nullable=False),
    sa.CheckConstraint('fee_fen >= 0', name=op.f('ck_shift_fee')),
    sa.CheckConstraint('starts_at < ends_at', name=op.f('ck_shift_order')),
    sa.ForeignKeyConstraint(['department_id'], ['department.id'], name=op.f('fk_shift_department_id')),
    sa.ForeignKeyConstraint(['doctor_id'], ['doctor.id'], name=op.f('fk_shift_doctor_id')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_shift_site_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_shift')),
    sa.UniqueConstraint('natural_key', name=op.f('uq_shift_natural_key')),
    mysql_charset='utf8mb4',
    mysql_collate='utf8mb4_bin',
    mysql_engine='InnoDB'
    )
    op.create_index('ix_shift_department_id_visit_on', 'shift', ['department_id', 'visit_on'], unique=False)
    op.create_index('ix_shift_doctor_id_visit_on', 'shift', ['doctor_id', 'visit_on'], unique=False)
    op.create_table('slot',
    sa.Column('id', KEY, nullable=False),
    sa.Column('shift_id', KEY, nullable=False),
    sa.Column('department_id', KEY, nullable=False),
    sa.Column('doctor_id', KEY, nullable=True),
    sa.Column('visit_on', sa.Date(), nullable=False),
    sa.Column('starts_at', INSTANT, nullable=False),
    sa.Column('ends_at', INSTANT, nullable=False),
    sa.Column('capacity', sa.Integer(), nullable=False),
    sa.Column('chat_capacity', sa.Integer(), nullable=False),
    sa.Column('reserve', sa.Integer(), nullable=False),
    sa.Column('booked', sa.Integer(), nullable=False),
    sa.Column('chat_booked', sa.Integer(), nullable=False),
    sa.Column('is_open', sa.Boolean(), nullable=False),
    sa.CheckConstraint('booked >= 0 AND booked <= capacity', name=op.f('ck_slot_booked')),
    sa.CheckConstraint('chat_booked >= 0 AND chat_booked <= chat_capacity', name=op.f('ck_slot_chat_booked')),
    sa.CheckConstraint('chat_capacity <= capacity', name=op.f('ck_slot_chat_capacity')),
    sa.CheckConstraint('reserve >= 0 AND reserve <= chat_capacity', name=op.f('ck_slot_reserve')),
    sa.ForeignKeyConstraint(['department_id'], ['department.id'], name=op.f('fk_slot_department_id')),
    sa.ForeignKeyConstraint(['doctor_id'], ['doctor.id'], name=op.f('fk_slot_doctor_id')),
    sa.ForeignKeyConstraint(['shift_id'], ['shift.id'], name=op.f('fk_slot_shift_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_slot')),
    sa.UniqueConstraint('shift_id', 'starts_at', name=op.f('uq_slot_shift_id_starts_at')),
    mysql_charset='utf8mb4',
    mysql_collate='utf8mb4_bin',
    mysql_engine='InnoDB'
    )
    op.create_index('ix_slot_department_id_visit_on', 'slot', ['department_id', 'visit_on', 'starts_at'], unique=False)
    op.create_table('appointment',
    sa.Column('id', KEY, nullable=False),
    sa.Column('code', sa.String(length=16), nullable=False),
    sa.Column('status', sa.String(length=16), nullable=False),
    sa.Column('patient_id', KEY, nullable=False),
    sa.Column('wechat_user_id', KEY, nullable=True),
    sa.Column('slot_id', KEY, nullable=False),
    sa.Column('shift_id', KEY, nullable=False),
    sa.Column('department_id', KEY, nullable=False),
    sa.Column('doctor_id', KEY, nullable=True),
    sa.Column('visit_on', sa.Date(), nullable=False),
    sa.Column('half_day', sa.String(length=8), nullable=False),
    sa.Column('starts_at', INSTANT, nullable=False),
    sa.Column('ends_at', INSTANT, nullable=False),
    sa.Column('fee_fen', sa.Integer(), nullable=False),
    sa.Column('service_type', sa.String(length=64), nullable=False),
    sa.Column('channel', sa.String(length=64), nullable=False),
    sa.Column('held_until', INSTANT, nullable=True),
    sa.Column('created_at', INSTANT, nullable=False),
    sa.Column('confirmed_at', INSTANT, nullable=True),
    sa.Column('ended_at', INSTANT, nullable=True),
    sa.Column('late_cancel', sa.Boolean(), nullable=False),
    sa.Column('moved_from_id', KEY, nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('words_enc', SEALED, nullable=True),
    sa.Column('occupies', sa.String(length=80), nullable=False),
    sa.Column('half_day_key', sa.String(length=80), sa.Computed("CASE WHEN status IN ('held','booked','checked_in') THEN occupies END", persisted=True), nullable=True),
    sa.CheckConstraint('fee_fen >= 0', name=op.f('ck_appointment_fee')),
    sa.CheckConstraint('starts_at < ends_at', name=op.f('ck_appointment_order')),
    sa.ForeignKeyConstraint(['department_id'], ['department.id'], name=op.f('fk_appointment_department_id')),
    sa.ForeignKeyConstraint(['doctor_id'], ['doctor.id'], name=op.f('fk_appointment_doctor_id')),
    sa.ForeignKeyConstraint(['moved_from_id'], ['appointment.id'], name=op.f('fk_appointment_moved_from_id')),
    sa.ForeignKeyConstraint(['patient_id'], ['patient.id'], name=op.f('fk_appointment_patient_id')),
    sa.ForeignKeyConstraint(['shift_id'], ['shift.id'], name=op.f('fk_appointment_shift_id')),
    sa.ForeignKeyConstraint(['slot_id'], ['slot.id'], name=op.f('fk_appointment_slot_id')),
    sa.ForeignKeyConstraint(['wechat_user_id'], ['wechat_user.id'], name=op.f('fk_appointment_wechat_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_appointment')),
    sa.UniqueConstraint('code', name=op.f('uq_appointment_code')),
    sa.UniqueConstraint('half_day_key', name=op.f('uq_appointment_half_day_key')),
    mysql_charset='utf8mb4',
    mysql_collate='utf8mb4_bin',
    mysql_engine='InnoDB'
    )
    op.create_index('ix_appointment_patient_id_visit_on', 'appointment', ['patient_id', 'visit_on'], unique=False)
    op.create_index(op.f('ix_appointment_shift_id'), 'appointment', ['shift_id'], unique=False)
    op.create_index('ix_appointment_slot_id_status', 'appointment', ['slot_id', 'status'], unique=False)
    op.create_index('ix_appointment_wechat_user_id', 'appointment', ['wechat_user_id'], unique=False)
    op.create_table('appointment_event',
    sa.Column('id', KEY, nullable=False),
    sa.Column('appointment_id', KEY, nullable=False),
    sa.Column('from_status', sa.String(length=16), nullable=True),
    sa.Column('to_status', sa.String(length=16), nullable=False),
    sa.Column('actor', sa.String(length=64), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('at', INSTANT, nullable=False),
    sa.ForeignKeyConstraint(['appointment_id'], ['appointment.id'], name=op.f('fk_appointment_event_appointment_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_appointment_event')),
    mysql_charset='utf8mb4',
    mysql_collate='utf8mb4_bin',
    mysql_engine='InnoDB'
    )
    op.create_index('ix_appointment_event_appointment_id', 'appointment_event', ['appointment_id', 'at'], unique=False)
    op.create_table('outbox',
    sa.Column('id', KEY, nullable=False),
    sa.Column('dedupe_key', sa.String(length=120), nullable=False),
    sa.Column('kind', sa.String(length=64), nullable=False),
    sa.Column('wechat_user_id', KEY, nullable=True),
    sa.Column('appointment_id', KEY, nullable=True),
    sa.Column('appointment_version', sa.Integer(), nullable=True),
    sa.Column('payload_enc', SEALED, nullable=False),
    sa.Column('state', sa.String(length=64), nullable=False),
    sa.Column('not_before', INSTANT, nullable=False),
    sa.Column('leased_until', INSTANT, nullable=True),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('last_error', sa.Text(), nullable=False),
    sa.Column('created_at', INSTANT, nullable=False),
    sa.Column('sent_at', INSTANT, nullable=True),
    sa.ForeignKeyConstraint(['appointment_id'], ['appointment.id'], name=op.f('fk_outbox_appointment_id')),
    sa.ForeignKeyConstraint(['wechat_user_id'], ['wechat_user.id'], name=op.f('fk_outbox_wechat_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_outbox')),
    sa.UniqueConstraint('dedupe_key', name=op.f('uq_outbox_dedupe_key')),
    mysql_charset='utf8mb4',
    mysql_collate='utf8mb4_bin',
    mysql_engine='InnoDB'
    )
    op.create_index(op.f('ix_outbox_appointment_id'), 'outbox', ['appointment_id'], unique=False)
    op.create_index('ix_outbox_state_not_before', 'outbox', ['state', 'not_before'], unique=False)
    op.create_index(op.f('ix_outbox_wechat_user_id'), 'outbox', ['wechat_user_id'], unique=False)


def downgrade() -> None:
    op.drop_table('outbox')
    op.drop_table('appointment_event')
    op.drop_table('appointment')
    op.drop_table('slot')
    op.drop_table('shift')
    op.drop_table('doctor')
    op.drop_table('patient_link')
    op.drop_table('department')
    op.drop_table('consent')
    op.drop_table('wechat_user')
    op.drop_table('site')
    op.drop_table('roster_version')
    op.drop_table('prompt')
    op.drop_table('patient')
    op.drop_table('job')
    op.drop_table('inbox')
    op.drop_table('idempotency')
    op.drop_table('human_request')
    op.drop_table('api_token')
