"""the rules of a programme, and what a registration was judged by"""

import sqlalchemy as sa
from alembic import op

from app.storage.schema import Json, Moment

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "programme",
        sa.Column("tenant_id", sa.String(length=32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("body", Json(), nullable=False),
        sa.Column("author", sa.String(length=320), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("created_at", Moment(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "version", name=op.f("pk_programme")),
    )
    with op.batch_alter_table("registration", schema=None) as batch_op:
        batch_op.add_column(sa.Column("region", sa.String(length=80), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("product", sa.String(length=200), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("motion", sa.String(length=16), nullable=False, server_default="new"))
        batch_op.add_column(sa.Column("due_at", Moment(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("escalated_at", Moment(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("reminded", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("attribution", sa.String(length=16), nullable=True))
        batch_op.add_column(sa.Column("share", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("incumbent", sa.String(length=200), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("paused_since", Moment(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("waiting_since", Moment(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("idle_days", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("story", Json(), nullable=True))
        batch_op.create_index(
            batch_op.f("ix_registration_tenant_id_received_at"), ["tenant_id", "received_at"], unique=False
        )
