"""how far we listened"""

import sqlalchemy as sa
from alembic import op

from app.storage.schema import Moment

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "event_feed",
        sa.Column("tenant_id", sa.String(length=32), nullable=False),
        sa.Column("position", sa.Text(), nullable=False),
        sa.Column("fence", sa.String(length=32), nullable=False),
        sa.Column("leased_until", Moment(), nullable=True),
        sa.Column("heard_at", Moment(), nullable=True),
        sa.Column("event_at", Moment(), nullable=True),
        sa.Column("task_at", Moment(), nullable=True),
        sa.Column("lag", sa.Float(), nullable=False),
        sa.Column("lost_at", Moment(), nullable=True),
        sa.Column("sweep_at", Moment(), nullable=True),
        sa.Column("trouble", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", name=op.f("pk_event_feed")),
    )
