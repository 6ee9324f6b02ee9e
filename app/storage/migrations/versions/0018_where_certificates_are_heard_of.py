"""where certificates are heard of"""

import sqlalchemy as sa
from alembic import op

from app.storage.schema import Moment

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "credential_feed",
        sa.Column("tenant_id", sa.String(32), nullable=False),
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("seen_at", Moment(), nullable=True),
        sa.Column("trouble", sa.String(300), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_credential_feed")),
    )
    op.create_index(op.f("ix_credential_feed_id"), "credential_feed", ["id"])
    op.create_table(
        "credential_hint",
        sa.Column("tenant_id", sa.String(32), nullable=False),
        sa.Column("feed_id", sa.String(32), nullable=False),
        sa.Column("subject", sa.String(160), nullable=False),
        sa.Column("received_at", Moment(), nullable=False),
        sa.Column("due_at", Moment(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "feed_id", "subject", name=op.f("pk_credential_hint")),
    )
    op.create_index(op.f("ix_credential_hint_due_at"), "credential_hint", ["due_at"])
