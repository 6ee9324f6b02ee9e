"""what proves a copy"""

import sqlalchemy as sa
from alembic import op

from app.storage.schema import Moment

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "copy_key",
        sa.Column("tenant_id", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("secret", sa.String(length=64), nullable=False),
        sa.Column("said", sa.String(length=200), nullable=False),
        sa.Column("root", sa.String(length=64), nullable=False),
        sa.Column("certificate", sa.String(length=100), nullable=False),
        sa.Column("begins_at", Moment(), nullable=False),
        sa.Column("ends_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "number", name=op.f("pk_copy_key")),
    )
