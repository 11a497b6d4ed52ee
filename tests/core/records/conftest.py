"""A house of records for each test, on SQLite and on PostgreSQL.

PostgreSQL is Debian's: a cluster of its own in a temporary folder, reached through a socket in that
folder only, run by an unprivileged user, stopped at the end. Without it those tests are skipped.
"""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from house import Cluster, House

from core.records import pins
from core.records.store import Records
from core.settings import Settings

BINARIES = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
OPTIONS = "-c listen_addresses='' -c fsync=off -c max_connections=40 -c log_statement=none"


def _unprivileged(*command: object) -> None:
    as_user = ["runuser", "-u", _user(), "--"] if os.geteuid() == 0 else []
    subprocess.run([*as_user, *map(str, command)], check=True, capture_output=True, cwd="/")


def _user() -> str:
    known = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    if not BINARIES or (os.geteuid() == 0 and not shutil.which("runuser")):
        pytest.skip("no PostgreSQL (Debian: apt-get install postgresql)")
    programs = BINARIES[-1].parent
    folder = Path(tempfile.mkdtemp(prefix="auscult-pg-"))
    if os.geteuid() == 0:
        shutil.chown(folder, _user())
    data = folder / "data"
    start = ("-D", data, "-w", "-l", folder / "log", "-o", f"{OPTIONS} -k {folder}")
    try:
        _unprivileged(programs / "initdb", "-D", data, "-A", "trust", "-U", "auscult", "--no-sync")
        _unprivileged(programs / "pg_ctl", *start, "start")
        yield Cluster(folder)
    finally:
        if (data / "postmaster.pid").exists():
            _unprivileged(programs / "pg_ctl", "-D", data, "-m", "immediate", "stop")
        shutil.rmtree(folder)


@pytest.fixture
def house_of(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Callable[[str], House]]:
    """Builds installations; each has a data folder, a key folder and a database of its own."""
    built: list[House] = []

    def build(kind: str) -> House:
        root = tmp_path / f"{kind}-{len(built)}"
        url, cluster = "", None
        if kind == "postgresql":
            cluster = request.getfixturevalue("cluster")
            url = cluster.empty(sum(house.cluster is not None for house in built))
        key_file = root / "keys" / "master.key"
        settings = Settings(root / "data", database=url, key_file=key_file)
        built.append(House(root, settings, cluster, []))
        return built[-1]

    yield build
    for house in built:
        for opened in house.opened:
            opened.records.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def house(request: pytest.FixtureRequest, house_of: Callable[[str], House]) -> House:
    return house_of(request.param)


@pytest.fixture
def records(house: House) -> Records:
    return house.open().records


@pytest.fixture(autouse=True)
def quick_pins(monkeypatch: pytest.MonkeyPatch) -> None:
    """A PIN is made in a moment; what Argon2 costs is for the person at the door."""
    monkeypatch.setattr(pins, "_HASHER", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
