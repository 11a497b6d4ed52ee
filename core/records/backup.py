"""Backup and restore: one file with the rows as they stand, sealed fields sealed.

Knows: one moment of the database is written, on SQLite and PostgreSQL in the same form, so a
backup of one can be restored into the other; version, key check and a checksum come along.
Does not know: keys. Master key and halves are kept apart, or an erased group could be read again.
Sessions and sign-in attempts are left out: after a restore everybody signs in anew.
"""

import gzip
import hashlib
import json
import os
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, func, insert, select

from core.records import audit, keys, migrate, tables
from core.records.audit import About
from core.records.erase import finish
from core.records.files import flush_folder, private_folder, stored
from core.records.problems import BadBackup, DatabaseNewer
from core.records.store import Records

FORMAT = "auscult records 1"
_LEFT_OUT = ("staff_session", "sign_in_attempt")
TABLES = tuple(table for table in tables.METADATA.sorted_tables if table.name not in _LEFT_OUT)
AT_ONCE = 200  # rows in memory
LONGEST = 64 * 2**20  # bytes of a line; a small file can inflate to any length


@dataclass(frozen=True, slots=True)
class Restored:
    """`erased_again`: groups of the backup that had been erased since it was made."""

    rows: int
    erased_again: int


def back_up(records: Records, target: Path, person: str | None = None) -> int:
    """Writes a backup and returns its number of rows; never replaces a file."""
    records.flush()
    fresh = target.with_name(f"{target.name}-part")
    with stored():
        private_folder(target.parent)
        if target.exists():
            raise BadBackup("records.backup.exists", file=target)
        try:
            rows = _write(records, fresh)
            fresh.rename(target)
            flush_folder(target.parent)
        finally:
            fresh.unlink(missing_ok=True)
    with records.database.writing() as connection:
        about = About(person=person)
        newest = audit.append(connection, records.keys.ring(), "backup", about)
    records.head_file.keep(newest)
    return rows


def restore(
    records: Records, source: Path, force: bool = False, person: str | None = None
) -> Restored:
    """Puts a backup in place of the database, all or nothing; `force` when it is not empty.

    The file is read to its end before anything is changed. What was erased since is erased again.
    """
    header, rows = _checked(source)
    checks = {int(version): value for version, value in header["checks"].items()}
    keys.compare(records.keys.ring(), checks, records.keys.path)
    with records.database.writing() as connection:
        if not force and _holds_something(connection):
            raise BadBackup("records.restore.not_empty")
        replaced = audit.head(connection)
        migrate.drop_all(connection)
        migrate.upgrade(connection, header["revision"])
        _insert(connection, source)
        migrate.upgrade(connection, "head")
        keys.settle(connection, records.keys)
        about = About(person=person, digest=replaced.mac)
        newest = audit.append(connection, records.keys.ring(), "restore", about)
    records.head_file.keep(newest, replace=True)
    again = finish(records, person)
    records.flush()
    return Restored(rows, len(again.groups))


def _write(records: Records, target: Path) -> int:
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    digest, count = hashlib.sha256(), 0
    with os.fdopen(descriptor, "wb") as raw:
        with gzip.GzipFile(fileobj=raw, mode="wb", mtime=0) as packed:
            for line in _lines(records):
                if len(line) > LONGEST:
                    raise BadBackup("records.backup.bad", "a line too long", file=target)
                digest.update(line)
                packed.write(line)
                count += 1
            end = {"end": count - 1, "sha256": digest.hexdigest()}
            packed.write(json.dumps(end).encode() + b"\n")
        raw.flush()
        os.fsync(raw.fileno())
    return count - 1


def _lines(records: Records) -> Iterator[bytes]:
    with records.database.reading() as connection:
        header = {
            "format": FORMAT,
            "revision": migrate.revision(connection),
            "checks": keys.known_checks(connection),
        }
        yield json.dumps(header).encode() + b"\n"
        for table in TABLES:
            chosen = select(table).order_by(*table.primary_key.columns)
            with connection.execute(chosen, execution_options={"yield_per": AT_ONCE}) as rows:
                for row in rows:
                    values = {name: _plain(value) for name, value in row._asdict().items()}
                    yield json.dumps([table.name, values]).encode() + b"\n"


def _plain(value: Any) -> Any:
    return {"hex": bytes(value).hex()} if isinstance(value, bytes | memoryview) else value


def _value(value: Any) -> Any:
    return bytes.fromhex(value["hex"]) if isinstance(value, dict) else value


def _read(source: Path) -> Iterator[bytes]:
    """The lines, each of bounded length; raises `ValueError` for a longer one."""
    with gzip.open(source) as packed:
        while line := packed.readline(LONGEST + 1):
            if len(line) > LONGEST:
                raise ValueError("a line too long")
            yield line


def _checked(source: Path) -> tuple[dict[str, Any], int]:
    """Header and number of rows of a backup that is whole; raises `BadBackup`."""
    digest, count, header, end = hashlib.sha256(), 0, None, None
    try:
        for line in _read(source):
            read = json.loads(line)
            if isinstance(read, dict) and "end" in read:
                end = read
                continue
            header = header or read
            digest.update(line)
            count += 1
    except (OSError, EOFError, ValueError, zlib.error) as problem:
        raise BadBackup("records.backup.bad", type(problem).__name__, file=source) from problem
    whole = end == {"end": count - 1, "sha256": digest.hexdigest()}
    if not whole or not isinstance(header, dict) or header.get("format") != FORMAT:
        raise BadBackup("records.backup.bad", "incomplete", file=source)
    if header["revision"] not in migrate.known_revisions():
        raise DatabaseNewer("records.problem.newer", found=header["revision"])
    return header, count - 1


def _insert(connection: Connection, source: Path) -> None:
    waiting: list[dict[str, Any]] = []
    current: Table | None = None
    for line in _read(source):
        read = json.loads(line)
        if not isinstance(read, list):
            continue
        table = tables.METADATA.tables[read[0]]
        if current is not None and (table is not current or len(waiting) >= AT_ONCE):
            connection.execute(insert(current), waiting)
            waiting = []
        current = table
        waiting.append({name: _value(value) for name, value in read[1].items()})
    if current is not None and waiting:
        connection.execute(insert(current), waiting)


def _holds_something(connection: Connection) -> bool:
    """Whether records, people or their audit would be lost."""
    return any(
        connection.execute(select(func.count()).select_from(table)).scalar_one()
        for table in (tables.record_group, tables.entry, tables.person, tables.audit)
    )
