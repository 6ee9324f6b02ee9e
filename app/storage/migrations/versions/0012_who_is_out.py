"""who is out, and who was shown what"""

import sqlalchemy as sa
from alembic import op

from app.storage.schema import Json, Moment

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "offboarding",
        sa.Column("tenant_id", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("partner_id", sa.String(length=32), nullable=False, server_default=""),
        sa.Column("email", sa.String(length=320), nullable=False, server_default=""),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("by", sa.String(length=320), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("body", Json(), nullable=False),
        sa.Column("lifted_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_offboarding")),
    )
    with op.batch_alter_table("offboarding", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_offboarding_tenant_id_partner_id"), ["tenant_id", "partner_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_offboarding_tenant_id_email"), ["tenant_id", "email"], unique=False
        )
    with op.batch_alter_table("exposure", schema=None) as batch_op:
        batch_op.add_column(sa.Column("partner_id", sa.String(length=32), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("object", sa.String(length=16), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("crm_id", sa.String(length=64), nullable=False, server_default=""))
    op.execute(
        "UPDATE exposure SET "
        "partner_id = COALESCE((SELECT s.partner_id FROM snapshot s WHERE s.id = exposure.snapshot_id), ''), "
        "object = COALESCE((SELECT s.object FROM snapshot s WHERE s.id = exposure.snapshot_id), ''), "
        "crm_id = COALESCE((SELECT s.crm_id FROM snapshot s WHERE s.id = exposure.snapshot_id), '')"
    )
    with op.batch_alter_table("exposure", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_exposure_tenant_id"))
        for columns in (
            ["tenant_id", "first_at"],
            ["tenant_id", "partner_id", "first_at"],
            ["tenant_id", "email", "first_at"],
            ["tenant_id", "object", "crm_id", "first_at"],
        ):
            batch_op.create_index(batch_op.f("ix_exposure_" + "_".join(columns)), columns, unique=False)
