"""when an end is near"""

from datetime import timedelta

import sqlalchemy as sa
from alembic import op

from app.storage.schema import Json, Moment

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

_DAYS = (14, 3)
"""What rules reminded of before a registration kept its own terms."""

_R = sa.table(
    "registration",
    sa.column("tenant_id", sa.String),
    sa.column("id", sa.String),
    sa.column("state", sa.String),
    sa.column("protected_until", Moment),
    sa.column("paused_since", Moment),
    sa.column("reminded", sa.Integer),
    sa.column("story", Json),
    sa.column("remind_at", Moment),
)


def upgrade() -> None:
    with op.batch_alter_table("registration", schema=None) as batch_op:
        batch_op.add_column(sa.Column("remind_at", Moment(), nullable=True))
        batch_op.create_index(batch_op.f("ix_registration_remind_at"), ["remind_at"], unique=False)
    fill(op.get_bind())


def fill(connection: sa.Connection) -> None:
    """What saving a registration writes, for those that were saved before."""
    running = (_R.c.state == "approved", _R.c.protected_until.is_not(None), _R.c.paused_since.is_(None))
    for row in connection.execute(sa.select(_R).where(*running)).all():
        days = ((row.story or {}).get("terms") or {}).get("reminder_days", _DAYS)
        left = [one for one in days if not row.reminded or one < row.reminded]
        if left:
            connection.execute(
                _R.update()
                .where(_R.c.tenant_id == row.tenant_id, _R.c.id == row.id)
                .values(remind_at=row.protected_until - timedelta(days=max(left)))
            )
