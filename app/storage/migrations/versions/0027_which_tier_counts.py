"""which tier counts"""

import sqlalchemy as sa
from alembic import op

from app.storage.schema import Json

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "tier_standing",
        sa.Column("tenant_id", sa.String(32), nullable=False),
        sa.Column("partner_id", sa.String(32), nullable=False),
        sa.Column("granted", sa.String(200), nullable=False),
        sa.Column("tier", sa.String(200), nullable=False),
        sa.Column("why", Json(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("next_tier", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "partner_id", name=op.f("pk_tier_standing")),
    )
