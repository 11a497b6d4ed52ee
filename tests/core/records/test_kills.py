"""A process killed while it writes: what it acknowledged is there, and the chain is whole."""

import random
import signal
import time

from house import House, judged, started

from core.settings import ROOT

SEED = 20261122
WRITER = (ROOT / "bench" / "record_writer.py").read_text("utf-8")


def test_what_was_acknowledged_before_a_kill_is_there(house: House) -> None:
    house.open()
    chance = random.Random(SEED)
    acknowledged: list[str] = []
    writers = [started(house, WRITER) for _ in range(3)]
    for process in writers:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == "open", process.communicate()[1]
    for process in writers:  # the others go on writing
        time.sleep(chance.uniform(0.05, 0.4))
        process.send_signal(signal.SIGKILL)
        out, _ = process.communicate(timeout=30)
        assert process.returncode == -signal.SIGKILL
        acknowledged += [line for line in out.splitlines() if len(line) == 32]
        records = house.open().records
        assert judged(records, records.head_file.read()).state == "whole"
    assert len(acknowledged) > 10
    assert all(records.read(entry) is not None for entry in acknowledged)
    assert records.outbox.waiting() == []
