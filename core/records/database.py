"""The engine and its two kinds of transaction, on SQLite or PostgreSQL.

Knows: how each is set so that a stored answer survives a power cut, and that writers take turns:
one writes at a time, so the audit chain has no gap and no fork.
Does not know: tables, keys.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text

from core.records.answering import Connector, unhurried
from core.records.files import private_folder, stored
from core.records.problems import named

FILE = "auscult.db"
PATIENCE = 5.0  # seconds a writer waits for its turn
_KEEPALIVES = {
    "keepalives": 1,
    "keepalives_idle": 10,
    "keepalives_interval": 3,
    "keepalives_count": 3,
}
_TURN = 0x41757363  # the advisory lock of our writers on PostgreSQL
# WAL with synchronous FULL: a commit is on the disk before it is acknowledged (NORMAL would lose
# the last ones at a power cut). secure_delete: what is deleted is overwritten with zeros.
_PRAGMAS = (
    "foreign_keys = ON",
    "synchronous = FULL",
    "secure_delete = ON",
    "temp_store = MEMORY",
)


@dataclass(frozen=True, slots=True)
class Database:
    """One engine; `file` is the database file of SQLite and None on PostgreSQL."""

    engine: Engine
    file: Path | None

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that no other writer shares; committed at the end of the block."""
        with named(), self.engine.execution_options(writing=True).begin() as connection:
            if self.file is None:
                connection.execute(text("SELECT pg_advisory_xact_lock(:turn)"), {"turn": _TURN})
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A view of one moment, however long it is read; nothing can be written in it."""
        options: dict[str, Any] = (
            {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
            if self.file is None
            else {}
        )
        with named(), self.engine.execution_options(**options).begin() as connection:
            yield connection

    def scrub(self) -> bool:
        """Takes deleted rows out of the files; False when a reader was in the way of it.

        Their key is destroyed before, so what stays a while is noise already.
        """
        alone = self.engine.execution_options(isolation_level="AUTOCOMMIT")
        with named(), alone.connect() as connection:
            if self.file is None:
                with unhurried(connection):
                    connection.execute(text("VACUUM record_group, entry"))
                return True
            busy = connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)")).scalar_one()
            return not busy

    def close(self) -> None:
        self.engine.dispose()


def connect(data: Path, url: str = "", patience: float = PATIENCE) -> Database:
    """The database that `url` names, or the file in the data folder; nothing is opened yet."""
    return _postgresql(url, patience) if url else _sqlite(data / FILE, patience)


def _sqlite(file: Path, patience: float) -> Database:
    with stored():
        private_folder(file.parent)
        os.close(os.open(file, os.O_RDWR | os.O_CREAT, 0o600))
    engine = create_engine(
        URL.create("sqlite", database=str(file)),
        connect_args={"timeout": patience},
        hide_parameters=True,
    )
    event.listen(engine, "connect", _set_pragmas)
    event.listen(engine, "begin", _begin)
    return Database(engine, file)


def _set_pragmas(connection: Any, _: object) -> None:
    connection.isolation_level = None  # `_begin` says when, so that DDL is transactional too
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    options = connection.get_execution_options()
    if options.get("isolation_level") != "AUTOCOMMIT":
        connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get("writing") else "BEGIN")


def _postgresql(url: str, patience: float) -> Database:
    """Each limit ends before the next one would: a lock, a statement, a server that is silent."""
    statement, silence = max(2.0, 2 * patience), max(3.0, 3 * patience)
    engine = create_engine(
        make_url(url).set(drivername="postgresql+psycopg"),
        connect_args={
            "connect_timeout": max(2, round(patience)),
            "tcp_user_timeout": round(statement * 1000),
            **_KEEPALIVES,
            "options": f"-c lock_timeout={round(patience * 1000)} "
            f"-c statement_timeout={round(statement * 1000)} -c synchronous_commit=on",
        },
        pool_timeout=statement,
        pool_pre_ping=True,
        hide_parameters=True,
    )
    event.listen(engine, "do_connect", Connector(silence, statement).connect)
    return Database(engine, None)
