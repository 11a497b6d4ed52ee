"""What waits on this machine's disk while the database takes nothing: sealed, in order.

Knows: one file for each write, sealed with a key made from the master key and the group's half, so
an erased group takes its waiting writes with it.
Does not know: what is written. Each write carries its id, so storing it twice is storing it once.
"""

import itertools
import time
from pathlib import Path

from core.records.files import put, stored
from core.records.keys import Keys
from core.records.problems import Unknown
from core.records.sealing import seal, unseal
from core.records.shares import Shares

_COUNT = itertools.count()


class Outbox:
    """A folder of sealed writes in the data folder."""

    def __init__(self, folder: Path, keys: Keys, shares: Shares) -> None:
        self.folder = folder
        self._keys = keys
        self._shares = shares
        self._told: set[str] = set()

    def put(self, group: str, write: bytes) -> None:
        """Keeps a write until the database is back; raises `NotStored` when the disk refuses."""
        version = self._keys.ring().current
        name = f"{time.time_ns():020}-{next(_COUNT):08}-{group}-{version}.sealed"
        put(self.folder / name, seal(self._key(group, version), write, name))

    def waiting(self) -> list[Path]:
        """The files, oldest first."""
        return sorted(self.folder.glob("*.sealed"))

    def open(self, file: Path) -> bytes:
        """A waiting write; raises `Erased` when its group was erased meanwhile.

        `Unknown`: another process stored and removed it just now, or the disk does not give it.
        """
        group, version = group_of(file), int(file.stem.split("-")[3])
        try:
            sealed = file.read_bytes()
        except OSError as problem:
            detail = type(problem).__name__
            raise Unknown("records.problem.unknown", detail, id=file.name) from problem
        return unseal(self._key(group, version), sealed, file.name)

    def is_news(self, file: Path) -> bool:
        """Whether a file that cannot be stored was not told of by this process; true once."""
        if file.name in self._told:
            return False
        self._told = {one.name for one in self.waiting()} & self._told | {file.name}
        return True

    def remove(self, file: Path) -> None:
        with stored():
            file.unlink(missing_ok=True)

    def _key(self, group: str, version: int) -> bytes:
        return self._keys.ring().derived(version, "outbox", self._shares.find(group))


def group_of(file: Path) -> str:
    """The group that a waiting write belongs to, from the name of its file."""
    return file.stem.split("-")[2]
