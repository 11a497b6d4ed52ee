"""0004: the network that a PIN was typed from, as an HMAC, so that who guesses waits alone."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("sign_in_attempt", sa.Column("network", sa.String(64)))
