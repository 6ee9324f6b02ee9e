"""what both sides agreed on"""

import sqlalchemy as sa
from alembic import op

from app.storage.schema import Json

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_STEP = sa.table(
    "step",
    sa.column("tenant_id", sa.String),
    sa.column("id", sa.String),
    sa.column("title", sa.String),
    sa.column("due", sa.Date),
    sa.column("status", sa.String),
    sa.column("crm_task_id", sa.String),
    sa.column("agreed", Json),
)


def upgrade() -> None:
    with op.batch_alter_table("step", schema=None) as batch_op:
        batch_op.add_column(sa.Column("agreed", Json(), nullable=True))
    # A step that the CRM has is taken as agreed on as it stands; who has the task there is found by the next write.
    connection = op.get_bind()
    for row in connection.execute(sa.select(_STEP).where(_STEP.c.crm_task_id.is_not(None))).all():
        held = {"title": row.title, "due": row.due.isoformat() if row.due else None}
        held |= {"done": row.status == "done", "owner": None}
        connection.execute(
            _STEP.update()
            .where(_STEP.c.tenant_id == row.tenant_id, _STEP.c.id == row.id)
            .values(agreed={"*": held})
        )
