"""who may come in over a link"""

import sqlalchemy as sa
from alembic import op

from app.storage.schema import Json, Moment

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # A code lives for ten minutes: whoever waits for one asks again.
    op.drop_table("viewer_code")
    op.create_table(
        "viewer_code",
        sa.Column("link_id", sa.String(length=32), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("expires_at", Moment(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("sent_at", Moment(), nullable=False),
        sa.Column("sent_count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("link_id", "email", name=op.f("pk_viewer_code")),
    )
    with op.batch_alter_table("viewer_session", schema=None) as batch_op:
        batch_op.add_column(sa.Column("passcode", sa.String(length=128), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("terms", sa.String(length=64), nullable=False, server_default=""))
    op.create_table(
        "link_preset",
        sa.Column("tenant_id", sa.String(length=32), nullable=False),
        sa.Column("partner_type", sa.String(length=32), nullable=False),
        sa.Column("body", Json(), nullable=False),
        sa.Column("changed_at", Moment(), nullable=False),
        sa.Column("changed_by", sa.String(length=320), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "partner_type", name=op.f("pk_link_preset")),
    )
    op.create_table(
        "link_terms",
        sa.Column("tenant_id", sa.String(length=32), nullable=False),
        sa.Column("version", sa.String(length=64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("created_by", sa.String(length=320), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "version", name=op.f("pk_link_terms")),
    )
    op.create_table(
        "acceptance",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("tenant_id", sa.String(length=32), nullable=False),
        sa.Column("link_id", sa.String(length=32), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("terms", sa.String(length=64), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_acceptance")),
    )
    with op.batch_alter_table("acceptance", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_acceptance_link_id"), ["link_id"], unique=False)
    op.create_table(
        "access_request",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("tenant_id", sa.String(length=32), nullable=False),
        sa.Column("link_id", sa.String(length=32), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("asked_at", Moment(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("decided_at", Moment(), nullable=True),
        sa.Column("decided_by", sa.String(length=320), nullable=False, server_default=""),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_request")),
        sa.UniqueConstraint("link_id", "email", name=op.f("uq_access_request_link_id_email")),
    )
