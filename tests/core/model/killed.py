"""A process with a desk, a loaded model and a store on disk; a test kills it in mid-answer.

    python tests/core/model/killed.py DRAFTS CHECKPOINT

Prints the ids of two jobs, one running and one waiting, then what the running one shows.
"""

import json
import sys
import time
from pathlib import Path

TESTS = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(TESTS.parent), str(TESTS), str(Path(__file__).parent)]

from asking import LOAD, PLENTY, question  # noqa: E402
from transcripts import TRANSCRIPTS  # noqa: E402

from core.model.checkpoint import read_checkpoint  # noqa: E402
from core.model.desk import Desk, Limits  # noqa: E402
from core.model.loader import load  # noqa: E402
from core.model.local.engine import LocalEngine  # noqa: E402
from core.model.spec import decide  # noqa: E402
from core.records.drafts import Drafts  # noqa: E402

OWNER = "a" * 32


class OnDisk:
    """Sealed drafts, as the app keeps its jobs."""

    def __init__(self, folder: Path) -> None:
        self.drafts = Drafts(folder)

    def save(self, owner: str, job: str, said: dict) -> None:
        self.drafts.save(owner, f"job {job}", said)

    def look(self, owner: str, job: str) -> dict | None:
        return self.drafts.find(owner, f"job {job}")


def main(drafts: Path, folder: Path) -> None:
    checkpoint = read_checkpoint(folder)
    loaded = load(checkpoint, decide(checkpoint.shape, "auto", PLENTY, LOAD), lambda done, of: None)
    desk = Desk(OnDisk(drafts), limits=Limits(together=1))
    desk.open(LocalEngine(loaded, LOAD))
    # Not learned, so it goes on to its budget: many times longer than the test needs.
    running = desk.submit(question("Tell me more.", budget=900, thinking=False), OWNER).id
    waiting = desk.submit(question(TRANSCRIPTS["plain"].question), OWNER).id
    print(json.dumps([running, waiting]), flush=True)
    while True:
        view = desk.find(running, OWNER)
        print(json.dumps([view.state, view.thought + view.answer]), flush=True)
        time.sleep(0.1)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
