"""What the tests of the records share: an installation, searched, tampered with, run elsewhere."""

import base64
import os
import subprocess
import sys
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import Connection, text

from core.records import verify
from core.records.head import Head
from core.records.opening import Opened, open_records
from core.records.store import Records
from core.records.verify import Verdict
from core.settings import ROOT, Settings


@dataclass(frozen=True, slots=True)
class Cluster:
    folder: Path
    made: list[str] = field(default_factory=list)

    def empty(self, number: int) -> str:
        """The address of a database with nothing in it; one is used again by the next test."""
        name = f"records{number}"
        if name not in self.made:
            self.run(f"CREATE DATABASE {name}")
            self.made.append(name)
        ending = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = "
        others = f"{ending}'{name}' AND pid <> pg_backend_pid()"
        self.run(f"{others}; DROP SCHEMA public CASCADE; CREATE SCHEMA public", name)
        return self.url(name)

    def end_connections(self, name: str) -> None:
        ending = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = "
        self.run(f"{ending}'{name}'")

    def url(self, name: str) -> str:
        return f"postgresql://auscult@/{name}?host={self.folder}"

    def run(self, statement: str, name: str = "postgres") -> None:
        with psycopg.connect(self.url(name), autocommit=True) as connection:
            connection.execute(statement)


@dataclass(frozen=True, slots=True)
class House:
    """One installation; `root` holds all of it, `cluster` the files of PostgreSQL."""

    root: Path
    settings: Settings
    cluster: Cluster | None
    opened: list[Opened]

    def open(self, patience: float = 5.0, **other: Any) -> Opened:
        chosen = replace(self.settings, **other)
        self.opened.append(open_records(chosen, patience))
        return self.opened[-1]

    def environment(self) -> dict[str, str]:
        """What another process of this installation runs under."""
        return {
            **os.environ,
            "AUSCULT_DATA": str(self.settings.data),
            "AUSCULT_DATABASE_URL": self.settings.database,
            "AUSCULT_KEY_FILE": str(self.settings.key_file),
        }

    def places(self) -> list[Path]:
        """Every file that this installation has on the disk."""
        folders = [self.root, *([self.cluster.folder] if self.cluster else [])]
        return [path for folder in folders for path in folder.rglob("*") if path.is_file()]


def judged(records: Records, *heads: Head | None) -> Verdict:
    with records.database.reading() as connection:
        return verify.verify(connection, records.keys.ring(), records.shares, *heads)


def unguarded(connection: Connection) -> None:
    """Takes the triggers off, as somebody with the rights of the database's owner can."""
    for table, change in (("audit", "update"), ("audit", "delete"), ("entry", "update")):
        place = "" if connection.dialect.name == "sqlite" else f" ON {table}"
        connection.execute(text(f"DROP TRIGGER {table}_no_{change}{place}"))


def holds(path: Path, canary: str) -> bool:
    """Whether a file holds a word in any form that a program would write it in clear."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:  # the database removed it just now
        return False
    return any(form in content for form in forms(canary))


def forms(canary: str) -> set[bytes]:
    coded = {canary.encode(code) for code in ("utf-8", "utf-16-le", "utf-16-be", "gb18030")}
    escaped = canary.encode("ascii", "backslashreplace")
    utf8 = canary.encode()
    based = {base64.b64encode(utf8[n : n + len(utf8[n:]) // 3 * 3]) for n in range(3)}
    return coded | based | {escaped, utf8.hex().encode(), utf8.hex().upper().encode()}


def started(house: House, script: str, *arguments: object) -> subprocess.Popen[str]:
    """Another process of the same installation."""
    return subprocess.Popen(
        [sys.executable, "-c", script, *map(str, arguments)],
        cwd=ROOT,
        env=house.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
