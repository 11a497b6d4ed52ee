"""What can go wrong with the records, each with a name and a sentence.

Knows: how an error of SQLite or PostgreSQL maps to one of these. What derives from `Unavailable` is
expected to pass: what was to be written waits in the outbox meanwhile.
Does not know: content; the detail for the log holds error codes only.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from core.errors import AuscultError

_AWAY = frozenset({sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_READONLY})
_LOCKED = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
_FULL = frozenset({sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR})
_DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})


class RecordsProblem(AuscultError):
    """Base of everything that this floor raises."""


class Unavailable(RecordsProblem):
    """The database takes nothing for now."""


class DatabaseAway(Unavailable):
    """No connection to the database, or its file cannot be opened for writing."""


class DatabaseLocked(Unavailable):
    """Another process held the database for too long."""


class DatabaseFull(Unavailable):
    """The disk of the database takes no more."""


class DatabaseDamaged(RecordsProblem):
    """The file is no database, or one that the engine calls malformed."""


class DatabaseNewer(RecordsProblem):
    """A newer version of the program made this database."""


class MigrationUnfinished(RecordsProblem):
    """Tables are missing, or stand there without a version: a migration ended half-way."""


class KeyMissing(RecordsProblem):
    """The master key, or a group's half of it, is not where it was."""


class KeyWrong(RecordsProblem):
    """The key file holds no key of this database, or no key at all."""


class KeyExposed(RecordsProblem):
    """Other users of the machine may read the key file."""


class Erased(RecordsProblem):
    """The record group was erased; nobody can read it any more."""


class Unknown(RecordsProblem):
    """No record group, or no entry in this group, has this id."""


class BadBackup(RecordsProblem):
    """A backup file that is cut, changed, not ours, or in the way."""


@contextmanager
def named() -> Iterator[None]:
    """Turns errors of the database driver into the ones above."""
    try:
        yield
    except PoolTimeout as problem:
        raise DatabaseLocked("records.problem.locked", "pool") from problem
    except IntegrityError:
        raise  # a fault of this program, or a trigger that refused a change
    except DBAPIError as problem:
        found = _sqlite(problem.orig) or _postgresql(problem)
        if found is None:
            raise
        raise found from problem


def _sqlite(cause: BaseException | None) -> RecordsProblem | None:
    code = getattr(cause, "sqlite_errorcode", None)
    if code is None:
        return None
    detail, primary = str(getattr(cause, "sqlite_errorname", code)), code & 0xFF
    if primary in _LOCKED:
        return DatabaseLocked("records.problem.locked", detail)
    if primary in _FULL:
        return DatabaseFull("records.problem.full", detail)
    if primary in _AWAY:
        return DatabaseAway("records.problem.away", detail)
    return DatabaseDamaged("records.problem.damaged", detail) if primary in _DAMAGED else None


def _postgresql(problem: DBAPIError) -> RecordsProblem | None:
    """By SQLSTATE; an error without one is a connection that was refused or broke."""
    state = getattr(problem.orig, "sqlstate", "none")
    # 25006: the server takes no writes, as one does that was the standby a moment ago.
    if state is None or state == "25006" or state[:2] in ("08", "28", "3D") or state[:4] == "57P0":
        return DatabaseAway("records.problem.away", str(state))
    if state in ("55P03", "40001", "40P01", "57014"):
        return DatabaseLocked("records.problem.locked", state)
    if state[:2] == "53":
        return DatabaseFull("records.problem.full", state)
    return DatabaseDamaged("records.problem.damaged", state) if state[:2] == "XX" else None
