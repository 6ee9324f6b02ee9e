"""who wins by which rule, and what both sides say in a dispute"""

import sqlalchemy as sa
from alembic import op

from app.storage.schema import Json, Moment

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("conflict", schema=None) as batch_op:
        batch_op.add_column(sa.Column("winner", sa.String(length=16), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("rule_id", sa.String(length=24), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("deadline", Moment(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("escalated_at", Moment(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("story", Json(), nullable=True))
        batch_op.create_index(
            batch_op.f("ix_conflict_tenant_id_registration_id"),
            ["tenant_id", "registration_id"],
            unique=False,
        )
