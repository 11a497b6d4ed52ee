"""A PostgreSQL of a test's own: Debian's programs, a temporary folder, a socket in it, no network.

Knows: starting and stopping it, as an unprivileged user when the tests run as root.
Does not know: databases in it, what is stored there.
"""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

BINARIES = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
OPTIONS = "-c listen_addresses='' -c fsync=off -c max_connections=40 -c log_statement=none"


@dataclass(frozen=True, slots=True)
class Postgres:
    folder: Path
    programs: Path

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def start(self) -> None:
        options = f"{OPTIONS} -k {self.folder}"
        log = self.folder / "log"
        _unprivileged(
            self.programs / "pg_ctl", "-D", self.data, "-w", "-l", log, "-o", options, "start"
        )

    def stop(self) -> None:
        if (self.data / "postmaster.pid").exists():
            _unprivileged(self.programs / "pg_ctl", "-D", self.data, "-m", "immediate", "stop")

    def url(self, name: str = "postgres") -> str:
        return f"postgresql://auscult@/{name}?host={self.folder}"


@contextmanager
def postgres() -> Iterator[Postgres]:
    """A running one; where PostgreSQL is not installed the test is skipped."""
    if not BINARIES or (os.geteuid() == 0 and not shutil.which("runuser")):
        pytest.skip("no PostgreSQL (Debian: apt-get install postgresql)")
    folder = Path(tempfile.mkdtemp(prefix="auscult-pg-"))
    if os.geteuid() == 0:
        shutil.chown(folder, _user())
    made = Postgres(folder, BINARIES[-1].parent)
    initdb = made.programs / "initdb"
    try:
        _unprivileged(initdb, "-D", made.data, "-A", "trust", "-U", "auscult", "--no-sync")
        made.start()
        yield made
    finally:
        made.stop()
        shutil.rmtree(folder)


def _unprivileged(*command: object) -> None:
    as_user = ["runuser", "-u", _user(), "--"] if os.geteuid() == 0 else []
    subprocess.run([*as_user, *map(str, command)], check=True, capture_output=True, cwd="/")


def _user() -> str:
    known = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"
