"""whose word a certification is"""

import sqlalchemy as sa
from alembic import op

from app.storage.schema import Json, Moment

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("certification", schema=None) as batch_op:
        for name, length in (
            ("credential", 300),
            ("evidence", 1000),
            ("source_id", 300),
            ("revoked_reason", 500),
            ("former_partner_id", 32),
        ):
            batch_op.add_column(sa.Column(name, sa.String(length), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("source", sa.String(16), nullable=False, server_default="manual"))
        for name in ("said_at", "observed_at", "revoked_at"):
            batch_op.add_column(sa.Column(name, Moment(), nullable=True))
        batch_op.add_column(sa.Column("moved", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("reminded", sa.Integer(), nullable=True))
        batch_op.create_index(
            batch_op.f("ix_certification_tenant_id_person_email"), ["tenant_id", "person_email"]
        )
    op.create_table(
        "unplaced_certification",
        sa.Column("tenant_id", sa.String(32), nullable=False),
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("body", Json(), nullable=False),
        sa.Column("firm", sa.String(200), nullable=False),
        sa.Column("seen_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_unplaced_certification")),
    )
    op.create_table(
        "certification_requirement",
        sa.Column("tenant_id", sa.String(32), nullable=False),
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("right", sa.String(120), nullable=False),
        sa.Column("credential", sa.String(300), nullable=False),
        sa.Column("level", sa.String(60), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_certification_requirement")),
    )
