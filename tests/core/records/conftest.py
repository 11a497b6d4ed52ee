"""A house of records for each test, on SQLite and on PostgreSQL.

Where PostgreSQL is not installed its tests are skipped.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from house import Cluster, House
from postgresql import postgres

from core.records import pins
from core.records.store import Records
from core.settings import Settings


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    with postgres() as running:
        yield Cluster(running.folder)


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
