"""what was changed last, and what is looked for"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

INDEXED = (
    ("done_command", "at"),
    ("match_key", "tenant_id", "source", "source_id"),
    ("outbox", "tenant_id", "kind", "subject_id"),
    ("outbox", "tenant_id", "crm_id", "state"),
    ("registration", "state", "protected_until"),
    ("viewer_session", "expires_at"),
)
"""What was asked for by reading a whole table, or a whole tenant's part of one."""


def upgrade() -> None:
    op.create_table(
        "changed",
        sa.Column("tenant_id", sa.String(length=32), nullable=False),
        sa.Column("part", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("mark", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "part", name=op.f("pk_changed")),
    )
    for table, *columns in INDEXED:
        op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, columns, unique=False)
