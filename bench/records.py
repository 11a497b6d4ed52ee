"""What keeping a record costs: writes per second, sealed against in clear, and what kills leave.

    python bench/records.py [--writes 300] [--kills 20] [--database postgresql://…]

Peers, in the same run: the same write with the sealing left out (audit, transaction and disk are
the same), and one bare row of the same content committed. Then a writer is killed at random.
Everything is in a temporary folder; a database that is named must be empty and is filled.
"""

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from unittest import mock

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "bench")]

from figures import HEAD, alternating, line, timed  # noqa: E402
from sqlalchemy import text  # noqa: E402

from core.records import verify, writes  # noqa: E402
from core.records.opening import open_records  # noqa: E402
from core.records.store import Records  # noqa: E402
from core.records.tables import new_id, stamp  # noqa: E402
from core.settings import Settings  # noqa: E402

ANSWER = {"text": "Warfarin and clarithromycin: check the INR within three days. " * 30}


def add(records: Records, group: str) -> float:
    return timed(lambda: records.add(group, "answer", ANSWER))


def add_in_clear(records: Records, group: str) -> float:
    """The same write with the content as it is; nothing else differs."""
    with mock.patch.object(writes, "seal", lambda key, clear, *place: clear):
        return add(records, group)


def bare_row(records: Records) -> float:
    """One row with the same content, committed as surely: no key, no audit."""

    def act() -> None:
        row = {"id": new_id(), "created": stamp(), "content": json.dumps(ANSWER)}
        with records.database.writing() as connection:
            connection.execute(text("INSERT INTO bare VALUES (:id, :created, :content)"), row)

    return timed(act)


def speed(records: Records, rounds: int) -> None:
    group = records.new_group("visit", patient="P1").id
    clear = records.new_group("visit").id
    with records.database.writing() as connection:
        connection.execute(text("CREATE TABLE bare (id text, created text, content text)"))
    for warm in (add, add_in_clear):
        warm(records, group if warm is add else clear)
    print(HEAD)
    sealed, peer = alternating(
        lambda _: add(records, group), lambda _: add_in_clear(records, clear), rounds
    )
    print(line("add an entry, sealed; peer: in clear", sealed, peer))
    again, bare = alternating(lambda _: add(records, group), lambda _: bare_row(records), rounds)
    print(line("add an entry, sealed; peer: one bare row", again, bare))
    group_made, entry = alternating(
        lambda _: timed(lambda: records.new_group("visit", patient="P2")),
        lambda _: add(records, group),
        rounds,
    )
    print(line("open a record group; peer: add an entry", group_made, entry))
    per_second = 1000 * len(sealed.times) / sum(sealed.times)
    print(f"\nwrites per second: {per_second:.0f} sealed, ", end="")
    print(f"{1000 * len(peer.times) / sum(peer.times):.0f} in clear")


def kills(settings: Settings, times: int, seed: int) -> int:
    """Kills a writer at random moments; returns how many times something was wrong afterwards."""
    chance, wrong, acknowledged = random.Random(seed), 0, []
    environment = {
        **os.environ,
        "AUSCULT_DATA": str(settings.data),
        "AUSCULT_KEY_FILE": str(settings.key_file),
        "AUSCULT_DATABASE_URL": settings.database,
    }
    for _ in range(times):
        command = [sys.executable, "-c", (ROOT / "bench" / "record_writer.py").read_text("utf-8")]
        writer = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
        )
        assert writer.stdout is not None
        writer.stdout.readline()
        time.sleep(chance.uniform(0.01, 0.5))
        writer.send_signal(signal.SIGKILL)
        acknowledged += [said for said in writer.communicate()[0].splitlines() if len(said) == 32]
        wrong += not whole(settings, acknowledged)
    print(f"kills: {times} (seed {seed}), {len(acknowledged)} acknowledged writes, ", end="")
    print(f"afterwards wrong: {wrong}")
    return wrong


def whole(settings: Settings, acknowledged: list[str]) -> bool:
    """Whether the chain verifies and every acknowledged write can be read."""
    records = open_records(settings).records
    kept = records.head_file.read()
    with records.database.reading() as connection:
        found = verify.verify(connection, records.keys.ring(), records.shares, kept)
    there = all(records.read(entry) is not None for entry in acknowledged)
    records.close()
    return found.state == "whole" and there


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--writes", type=int, default=300, help="writes of each kind")
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    parser.add_argument("--database", default="", help="an empty PostgreSQL instead of SQLite")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="auscult-bench-") as folder:
        root = Path(folder)
        settings = Settings(
            root / "data", database=options.database, key_file=root / "keys" / "master.key"
        )
        records = open_records(settings).records
        speed(records, options.writes)
        records.close()
        if not options.database:  # the rows in clear above have no place in a chain of their own
            settings = replace(settings, data=root / "killed", key_file=root / "k" / "master.key")
        return 1 if kills(settings, options.kills, options.seed) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
