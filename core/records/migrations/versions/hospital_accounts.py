"""0003: the hospital account of a person, for those who sign in through the hospital."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("person", sa.Column("account", sa.String(200)))
