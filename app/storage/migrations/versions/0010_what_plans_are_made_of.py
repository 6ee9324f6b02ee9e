"""what plans are made of"""

import sqlalchemy as sa
from alembic import op

from app.storage.schema import Json, Moment

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("step", schema=None) as batch_op:
        batch_op.add_column(sa.Column("required", sa.Boolean(), nullable=False, server_default=sa.true()))
        batch_op.add_column(sa.Column("after", Json(), nullable=True))
        batch_op.add_column(sa.Column("due_rule", sa.String(300), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("baseline", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("owner_role", sa.String(16), nullable=False, server_default="person"))
        batch_op.add_column(sa.Column("template_key", sa.String(64), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("template_id", sa.String(32), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("template_version", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("plan_start", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("evidence", Json(), nullable=True))
    # What a step was due when this arrived is what was agreed on, as far as anybody knows.
    op.execute("UPDATE step SET baseline = due")
    with op.batch_alter_table("tenant", schema=None) as batch_op:
        batch_op.add_column(sa.Column("country", sa.String(12), nullable=False, server_default=""))
    with op.batch_alter_table("partner", schema=None) as batch_op:
        batch_op.add_column(sa.Column("country", sa.String(12), nullable=False, server_default=""))
    op.create_table(
        "plan_template",
        sa.Column("tenant_id", sa.String(32), nullable=False),
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("body", Json(), nullable=False),
        sa.Column("author", sa.String(320), nullable=False),
        sa.Column("changed_at", Moment(), nullable=False),
        sa.Column("published_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "id", "version", name=op.f("pk_plan_template")),
    )
