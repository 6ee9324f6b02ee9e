"""what happened in the crm"""

import sqlalchemy as sa
from alembic import op

from app.storage.schema import Moment

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "merged_record",
        sa.Column("tenant_id", sa.String(length=32), nullable=False),
        sa.Column("object", sa.String(length=16), nullable=False),
        sa.Column("crm_id", sa.String(length=64), nullable=False),
        sa.Column("into_id", sa.String(length=64), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "object", "crm_id", name=op.f("pk_merged_record")),
    )
    op.create_table(
        "person",
        sa.Column("tenant_id", sa.String(length=32), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("crm_id", sa.String(length=64), nullable=True),
        sa.Column("looked_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "email", name=op.f("pk_person")),
    )
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_person_tenant_id_crm_id"), ["tenant_id", "crm_id"], unique=False)
    op.create_table(
        "erased_person",
        sa.Column("tenant_id", sa.String(length=32), nullable=False),
        sa.Column("email_hash", sa.String(length=64), nullable=False),
        sa.Column("pseudonym", sa.String(length=64), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "email_hash", name=op.f("pk_erased_person")),
    )
    with op.batch_alter_table("audit", schema=None) as batch_op:
        batch_op.add_column(sa.Column("erased_by", sa.Integer(), nullable=True))
    with op.batch_alter_table("share_link", schema=None) as batch_op:
        batch_op.add_column(sa.Column("withdrawn_at", Moment(), nullable=True))
