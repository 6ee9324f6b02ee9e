"""which copies left"""

import sqlalchemy as sa
from alembic import op

from app.storage.schema import Moment

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "pdf_copy",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("tenant_id", sa.String(length=32), nullable=False),
        sa.Column("link_id", sa.String(length=32), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("snapshot_id", sa.String(length=32), nullable=False),
        sa.Column("policy_version", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pdf_copy")),
    )
    with op.batch_alter_table("pdf_copy", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_pdf_copy_link_id"), ["link_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_pdf_copy_sha256"), ["sha256"], unique=False)
