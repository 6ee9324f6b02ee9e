"""which files are handed out"""

import sqlalchemy as sa
from alembic import op

from app.storage.schema import Moment

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "file_fetch",
        sa.Column("tenant_id", sa.String(length=32), nullable=False),
        sa.Column("file_id", sa.String(length=32), nullable=False),
        sa.Column("crm_file_id", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("read_at", Moment(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("copy_size", sa.Integer(), nullable=False),
        sa.Column("due_at", Moment(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("fence", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "file_id", name=op.f("pk_file_fetch")),
    )
    op.create_index(op.f("ix_file_fetch_due_at"), "file_fetch", ["due_at"], unique=False)
    op.create_table(
        "room_file",
        sa.Column("tenant_id", sa.String(length=32), nullable=False),
        sa.Column("file_id", sa.String(length=32), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("fetched_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "file_id", "version", name=op.f("pk_room_file")),
    )
    op.execute(
        "INSERT INTO file_fetch (tenant_id, file_id, crm_file_id, state, reason, version, digest, kind, copy_size,"
        " due_at, attempts, fence) SELECT tenant_id, id, crm_file_id, 'waiting', '', 0, '', '', 0, added_at, 0, ''"
        " FROM shared_file WHERE crm_file_id IS NOT NULL"
    )
    with op.batch_alter_table("pdf_copy", schema=None) as batch_op:
        batch_op.add_column(sa.Column("file_id", sa.String(length=32), server_default="", nullable=False))
        batch_op.add_column(sa.Column("file_version", sa.Integer(), server_default="0", nullable=False))
        batch_op.create_index(
            batch_op.f("ix_pdf_copy_tenant_id_file_id"), ["tenant_id", "file_id"], unique=False
        )
