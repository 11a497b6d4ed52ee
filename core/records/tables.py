"""The tables as the newest migration leaves them. Times are UTC in ISO 8601, ids are random hex.

Knows: columns. `entry.content` and `entry.provenance` are sealed; `patient` and
`network` are HMACs. The names
of staff stand in clear, nothing of a patient does.
Does not know: how a table comes to be (see `migrations`).
"""

import secrets
from datetime import UTC, datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
)

ROLES = ("nurse", "doctor", "pharmacist", "administrator")
METADATA = MetaData()

key_check = Table(
    "key_check",
    METADATA,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("value", String(64), nullable=False),
)
retention = Table(
    "retention",
    METADATA,
    Column("kind", String(40), primary_key=True),
    Column("days", Integer),
)
person = Table(
    "person",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("role", String(20), nullable=False),
    Column("pin_hash", String(200), nullable=False),
    Column("active", Boolean, nullable=False),
    Column("created", String(32), nullable=False),
    Column("account", String(200)),
    CheckConstraint(f"role IN {ROLES}", name="person_role"),
)
staff_session = Table(
    "staff_session",
    METADATA,
    Column("token_hash", String(64), primary_key=True),
    Column("person", String(32), ForeignKey("person.id"), nullable=False),
    Column("created", String(32), nullable=False),
    Column("last_seen", String(32), nullable=False),
    Column("ended", String(32)),
)
sign_in_attempt = Table(
    "sign_in_attempt",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("at", String(32), nullable=False),
    Column("person", String(32)),
    Column("source", String(64), nullable=False),
    Column("accepted", Boolean, nullable=False),
    Column("network", String(64)),
    Index("sign_in_attempt_at", "at"),
)
staff_setting = Table(
    "staff_setting",
    METADATA,
    Column("name", String(40), primary_key=True),
    Column("value", Integer, nullable=False),
)
record_group = Table(
    "record_group",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("kind", String(40), nullable=False),
    Column("patient", String(64)),
    Column("owner", String(32)),
    Column("created", String(32), nullable=False),
    Column("keep_until", String(32)),
    Column("key_version", Integer, nullable=False),
    Column("wrapped", LargeBinary, nullable=False),
    Index("record_group_patient", "patient"),
    Index("record_group_owner", "owner"),
    Index("record_group_keep_until", "keep_until"),
)
entry = Table(
    "entry",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("group_id", String(32), ForeignKey("record_group.id"), nullable=False),
    Column("kind", String(40), nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("provenance", LargeBinary),
    Column("person", String(32)),
    Column("supersedes", String(32)),
    Column("created", String(32), nullable=False),
    Index("entry_group", "group_id"),
)
audit = Table(
    "audit",
    METADATA,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("at", String(32), nullable=False),
    Column("action", String(40), nullable=False),
    Column("group_id", String(32)),
    Column("entry_id", String(32)),
    Column("person", String(32)),
    Column("patient", String(64)),
    Column("digest", String(64)),
    Column("key_version", Integer, nullable=False),
    Column("previous", String(64), nullable=False),
    Column("mac", String(64), nullable=False),
)


def new_id() -> str:
    """128 random bits: an id says nothing and is never used twice."""
    return secrets.token_hex(16)


def stamp(moment: datetime | None = None) -> str:
    """A time as it is stored; now, when none is given."""
    return (moment or datetime.now(UTC)).astimezone(UTC).isoformat(timespec="microseconds")
