"""A disk that is really full, another process that really holds on, an update that is killed."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from house import House, holds, judged, started
from sqlalchemy import inspect, text
from test_migrate import later as later  # the scripts of a later version

from core.errors import NotStored
from core.records import migrate
from core.records.answering import unhurried
from core.records.problems import DatabaseAway, DatabaseLocked

CANARY = "木犀 canary 0815"
HOLDS = (
    "import sys\nfrom core.settings import current\n"
    "from core.records.opening import open_records\n"
    "with open_records(current()).records.database.writing():\n"
    "    print('held', flush=True)\n    sys.stdin.read()"
)
UPDATES = (
    "import sys\nfrom pathlib import Path\nfrom core.settings import current\n"
    "from core.records.opening import open_records\n"
    "open_records(current(), scripts=Path(sys.argv[1]))"
)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of one megabyte."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m,mode=700", "tmpfs", str(disk)]
    if not shutil.which("mount") or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("a file system can be mounted by root on Linux only")
    yield disk
    subprocess.run(["umount", "-l", str(disk)], check=True)


def test_a_disk_that_is_really_full_is_said_and_loses_nothing(
    house_of: Callable[[str], House], small_disk: Path
) -> None:
    house = house_of("sqlite")
    records = house.open(data=small_disk / "data").records
    group = records.new_group("visit").id
    first = records.add(group, "note", {"text": "fits"})
    filler = small_disk / "filler"
    with pytest.raises(OSError, match="No space left"), filler.open("wb") as file:
        while True:
            file.write(bytes(4096))
            file.flush()
    long = {"text": CANARY * 2000}
    with pytest.raises(NotStored):  # neither the database nor the outbox has room
        records.add(group, "note", long)
    assert [entry.id for entry in records.list(group)] == [first.id]
    assert records.outbox.waiting() == []
    filler.unlink()
    second = records.add(group, "note", long)
    assert second.state == "stored"
    assert [entry.id for entry in records.list(group)] == [first.id, second.id]
    assert judged(records, records.head_file.read()).state == "whole"
    left = [path for path in small_disk.rglob("*") if path.is_file() and holds(path, CANARY)]
    assert left == []
    records.close()


def test_another_process_that_holds_on_makes_nobody_lose_an_answer(house: House) -> None:
    records = house.open(patience=0.2).records
    group = records.new_group("visit").id
    other = subprocess.Popen(
        [sys.executable, "-c", HOLDS],
        cwd=migrate.SCRIPTS.parents[2],
        env=house.environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert other.stdout is not None and other.stdout.readline() == "held\n"
    kept = records.add(group, "note", {"text": CANARY})
    assert kept.state == "waiting"
    assert records.list(group) == ()  # readers are in nobody's way
    other.kill()
    other.communicate(timeout=30)
    after = records.add(group, "note", {"text": "after"})
    assert after.state == "stored"
    assert [entry.id for entry in records.list(group)] == [kept.id, after.id]


def test_a_server_that_takes_no_writes_for_a_while_loses_no_answer(
    house_of: Callable[[str], House],
) -> None:
    house = house_of("postgresql")
    records = house.open().records
    group = records.new_group("visit").id
    assert house.cluster is not None
    name = house.settings.database.partition("@/")[2].partition("?")[0]
    house.cluster.run(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    records.close()  # the next connection is one to the server as it is now
    try:
        assert records.add(group, "note", {"text": CANARY}).state == "waiting"
    finally:
        house.cluster.run(f"ALTER DATABASE {name} RESET default_transaction_read_only")
    records.close()
    assert records.flush() == 1


def _processes(cluster: Path) -> list[int]:
    """The server and its children."""
    first = int((cluster / "data" / "postmaster.pid").read_text("utf-8").splitlines()[0])
    children = Path(f"/proc/{first}/task/{first}/children").read_text("utf-8").split()
    return [first, *map(int, children)]


def test_a_server_that_hangs_holds_nobody_up_for_long(house_of: Callable[[str], House]) -> None:
    house = house_of("postgresql")
    if not Path("/proc/self/task").exists():
        pytest.skip("the processes of the server are found on Linux only")
    records = house.open(patience=0.2).records
    group = records.new_group("visit").id
    assert house.cluster is not None
    stopped = _processes(house.cluster.folder)
    try:
        with pytest.raises(DatabaseAway), records.database.reading() as connection:
            connection.execute(text("SELECT 1"))
            began = time.monotonic()
            for process in stopped:
                os.kill(process, signal.SIGSTOP)
            connection.execute(text("SELECT 2"))
        assert records.add(group, "note", {"text": CANARY}).state == "waiting"
        assert time.monotonic() - began < 12
        began = time.monotonic()
        with pytest.raises(DatabaseAway):
            records.list(group)
        assert time.monotonic() - began < 0.3  # it was asked in vain a moment ago
    finally:
        for process in stopped:
            os.kill(process, signal.SIGCONT)
    for _ in range(100):
        with contextlib.suppress(DatabaseAway):
            assert records.flush() == 1
            break
        time.sleep(0.05)
    assert [entry.content["text"] for entry in records.list(group)] == [CANARY]


def test_a_statement_without_end_is_ended(house_of: Callable[[str], House]) -> None:
    records = house_of("postgresql").open(patience=0.2).records
    with pytest.raises(DatabaseLocked), records.database.reading() as connection:
        connection.execute(text("SELECT pg_sleep(60)"))
    with records.database.reading() as connection, unhurried(connection):
        connection.execute(text("SELECT pg_sleep(2.2)"))
    with records.database.reading() as connection:
        assert connection.execute(text("SHOW statement_timeout")).scalar_one() == "2s"


def test_an_update_killed_in_the_middle_leaves_the_old_database(
    house: House, later: Callable[[str], Path]
) -> None:
    records = house.open().records
    entry = records.add(records.new_group("visit").id, "note", {"text": "old"}).id
    records.close()
    scripts = later("import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
    process = started(house, UPDATES, scripts)
    process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL
    again = house.open().records
    assert again.read(entry) is not None
    with again.database.reading() as connection:
        assert migrate.revision(connection) == "0004"
        assert "later" not in inspect(connection).get_table_names()
    assert judged(again, again.head_file.read()).state == "whole"
