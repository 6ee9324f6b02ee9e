"""what to read, and how often it was opened"""

import sqlalchemy as sa
from alembic import op

from app.storage.schema import Json, Moment

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "content_item",
        sa.Column("tenant_id", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("product", sa.String(length=200), nullable=False),
        sa.Column("stage", sa.String(length=200), nullable=False),
        sa.Column("partner_types", Json(), nullable=False),
        sa.Column("author", sa.String(length=320), nullable=False),
        sa.Column("changed_at", Moment(), nullable=False),
        sa.Column("retired", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", "version", name=op.f("pk_content_item")),
    )
    op.create_table(
        "content_use",
        sa.Column("tenant_id", sa.String(length=32), nullable=False),
        sa.Column("item_id", sa.String(length=32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("side", sa.String(length=12), nullable=False),
        sa.Column("opened", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "item_id", "version", "side", name=op.f("pk_content_use")),
    )
