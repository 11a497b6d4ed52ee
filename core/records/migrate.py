"""Brings the tables of a database to this version, once, whoever comes first.

Knows: the versions; that all steps happen in one transaction under the writers' lock, so a killed
migration leaves the old database; that a SQLite database is copied before it is changed.
Does not know: what a step does.
"""

import os
import sqlite3
import time
from contextlib import closing
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

from core.records.answering import unhurried
from core.records.database import Database
from core.records.files import stored
from core.records.problems import DatabaseLocked, DatabaseNewer, MigrationUnfinished, named
from core.records.tables import METADATA, stamp

SCRIPTS = Path(__file__).with_name("migrations")
_VERSIONS = "alembic_version"


def bring_up_to_date(database: Database, scripts: Path = SCRIPTS) -> None:
    """Runs what is missing; raises `DatabaseNewer` or `MigrationUnfinished` and changes nothing."""
    directory = ScriptDirectory.from_config(_config(scripts))
    if database.file is not None:
        _write_ahead(database)
    with database.writing() as connection:
        found = revision(connection)
        if found is not None and found not in known_revisions(scripts):
            raise DatabaseNewer("records.problem.newer", found, found=found)
        if found is None and _tables(connection):
            raise MigrationUnfinished("records.problem.unfinished", "tables without a version")
        if found != directory.get_current_head():
            if found is not None and database.file is not None:
                _copy(database.file, found)
            upgrade(connection, "head", scripts)
        if missing := METADATA.tables.keys() - _tables(connection):
            raise MigrationUnfinished("records.problem.unfinished", " ".join(sorted(missing)))


def known_revisions(scripts: Path = SCRIPTS) -> set[str]:
    """The versions of the tables that this program can read."""
    directory = ScriptDirectory.from_config(_config(scripts))
    return {script.revision for script in directory.walk_revisions()}


def revision(connection: Connection) -> str | None:
    """The version of the tables; None in an empty database."""
    return MigrationContext.configure(connection).get_current_revision()


def upgrade(connection: Connection, target: str, scripts: Path = SCRIPTS) -> None:
    """Runs the steps to `target` inside the transaction of the connection."""
    config = _config(scripts)
    config.attributes["connection"] = connection
    with unhurried(connection):
        command.upgrade(config, target)


def drop_all(connection: Connection) -> None:
    """Removes our tables, for a restore that was told to replace them."""
    METADATA.drop_all(connection)
    connection.execute(text(f"DROP TABLE IF EXISTS {_VERSIONS}"))


def _config(scripts: Path) -> Config:
    config = Config()
    config.set_main_option("script_location", str(scripts).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def _tables(connection: Connection) -> set[str]:
    return set(inspect(connection).get_table_names()) & METADATA.tables.keys()


def _write_ahead(database: Database) -> None:
    """Switches the file to WAL for good; two first openings at once must take turns by hand."""
    alone = database.engine.execution_options(isolation_level="AUTOCOMMIT")
    until = time.monotonic() + 5
    while True:
        try:
            with named(), alone.connect() as connection:
                connection.execute(text("PRAGMA journal_mode = WAL"))
                return
        except DatabaseLocked:
            if time.monotonic() > until:
                raise
            time.sleep(0.02)


def _copy(file: Path, found: str) -> None:
    """The database as it was before a migration, beside it; sealed fields stay sealed in it."""
    day = stamp().replace(":", "").partition(".")[0]
    target = file.with_name(f"{file.stem}-before-{found}-{day}.db")
    with stored():
        os.close(os.open(target, os.O_RDWR | os.O_CREAT, 0o600))
    with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(target)) as copy:
        source.backup(copy)
