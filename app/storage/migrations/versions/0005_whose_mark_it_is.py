"""whose mark it is"""

import sqlalchemy as sa
from alembic import op

from app.storage.schema import Moment

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "tracing_key",
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("secret", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_tracing_key")),
    )
    op.create_table(
        "viewing",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("tenant_id", sa.String(length=32), nullable=False),
        sa.Column("link_id", sa.String(length=32), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("session_hash", sa.String(length=64), nullable=False),
        sa.Column("minute", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_viewing")),
        sa.UniqueConstraint("session_hash", "minute", name=op.f("uq_viewing_session_hash_minute")),
    )
    with op.batch_alter_table("viewing", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_viewing_link_id"), ["link_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_viewing_tenant_id"), ["tenant_id"], unique=False)
