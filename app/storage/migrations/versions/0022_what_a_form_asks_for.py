"""what a form asks for"""

import sqlalchemy as sa
from alembic import op

from app.storage.schema import Json

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "registration_form",
        sa.Column("tenant_id", sa.String(length=32), nullable=False),
        sa.Column("partner_id", sa.String(length=32), nullable=False),
        sa.Column("asks", Json(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "partner_id", name=op.f("pk_registration_form")),
    )
