"""0001: keys, people, record groups, entries, the audit; what must not change is refused."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

ROLES = "role IN ('nurse', 'doctor', 'pharmacist', 'administrator')"
REFUSED = "rows of this table are never changed"


def upgrade() -> None:
    op.create_table(
        "key_check",
        sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("value", sa.String(64), nullable=False),
    )
    op.create_table(
        "retention",
        sa.Column("kind", sa.String(40), primary_key=True),
        sa.Column("days", sa.Integer),
    )
    _people()
    _records()
    _audit()
    refuse("entry", "UPDATE")
    refuse("audit", "UPDATE")
    refuse("audit", "DELETE")


def _people() -> None:
    op.create_table(
        "person",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("pin_hash", sa.String(200), nullable=False),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.Column("created", sa.String(32), nullable=False),
        sa.CheckConstraint(ROLES, name="person_role"),
    )
    op.create_table(
        "staff_session",
        sa.Column("token_hash", sa.String(64), primary_key=True),
        sa.Column("person", sa.String(32), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("created", sa.String(32), nullable=False),
        sa.Column("last_seen", sa.String(32), nullable=False),
        sa.Column("ended", sa.String(32)),
    )
    op.create_table(
        "sign_in_attempt",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("at", sa.String(32), nullable=False),
        sa.Column("person", sa.String(32)),
        sa.Column("source", sa.String(64), nullable=False),
        sa.Column("accepted", sa.Boolean, nullable=False),
    )
    op.create_index("sign_in_attempt_at", "sign_in_attempt", ["at"])


def _records() -> None:
    op.create_table(
        "record_group",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("patient", sa.String(64)),
        sa.Column("owner", sa.String(32)),
        sa.Column("created", sa.String(32), nullable=False),
        sa.Column("keep_until", sa.String(32)),
        sa.Column("key_version", sa.Integer, nullable=False),
        sa.Column("wrapped", sa.LargeBinary, nullable=False),
    )
    for column in ("patient", "owner", "keep_until"):
        op.create_index(f"record_group_{column}", "record_group", [column])
    op.create_table(
        "entry",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("group_id", sa.String(32), sa.ForeignKey("record_group.id"), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.Column("provenance", sa.LargeBinary),
        sa.Column("person", sa.String(32)),
        sa.Column("supersedes", sa.String(32)),
        sa.Column("created", sa.String(32), nullable=False),
    )
    op.create_index("entry_group", "entry", ["group_id"])


def _audit() -> None:
    op.create_table(
        "audit",
        sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("at", sa.String(32), nullable=False),
        sa.Column("action", sa.String(40), nullable=False),
        sa.Column("group_id", sa.String(32)),
        sa.Column("entry_id", sa.String(32)),
        sa.Column("person", sa.String(32)),
        sa.Column("patient", sa.String(64)),
        sa.Column("digest", sa.String(64)),
        sa.Column("key_version", sa.Integer, nullable=False),
        sa.Column("previous", sa.String(64), nullable=False),
        sa.Column("mac", sa.String(64), nullable=False),
    )


def refuse(table: str, change: str) -> None:
    """A trigger of the database itself; on PostgreSQL emptying the table counts as a deletion."""
    name = f"{table}_no_{change.lower()}"
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {change} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END"
        )
        return
    op.execute(
        "CREATE OR REPLACE FUNCTION auscult_refuse() RETURNS trigger AS "
        f"$$ BEGIN RAISE EXCEPTION '{REFUSED}'; END $$ LANGUAGE plpgsql"
    )
    events = f"{change} OR TRUNCATE" if change == "DELETE" else change
    op.execute(
        f"CREATE TRIGGER {name} BEFORE {events} ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION auscult_refuse()"
    )
