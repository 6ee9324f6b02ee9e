"""what may be taken back"""

import sqlalchemy as sa
from alembic import op

from app.storage.schema import Json, Moment

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "plan_undo",
        sa.Column("tenant_id", sa.String(32), nullable=False),
        sa.Column("object", sa.String(16), nullable=False),
        sa.Column("crm_id", sa.String(64), nullable=False),
        sa.Column("partner_id", sa.String(32), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("body", Json(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "object", "crm_id", "partner_id", name=op.f("pk_plan_undo")),
    )
