"""what a partner proposes"""

import sqlalchemy as sa
from alembic import op

from app.storage.schema import Json

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("step", sa.Column("proposal", Json(), nullable=True))
