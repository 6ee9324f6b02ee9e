"""what is due, and whose keys they are"""

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

INDEXED = (
    ("certification", "expires"),
    ("conflict", "state", "deadline"),
    ("match_key", "tenant_id", "source", "source_id", "key"),
    ("partner_inbox", "tenant_id", "state", "id"),
    ("registration", "state", "due_at"),
    ("registration", "state", "idle_days"),
    ("step", "tenant_id", "status", "due"),
)
"""What schedules look for by the day, and what is replaced whenever a company is read."""


def upgrade() -> None:
    for table, *columns in INDEXED:
        op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, columns, unique=False)
    op.drop_index(op.f("ix_match_key_tenant_id_source_source_id"), table_name="match_key")
