"""Half a key for each record group, in a folder beside the master key, in no backup of records.

Knows: the data key of a group is wrapped under master key *and* this half. Erasing a group destroys
the half, so the wrapped key in an old backup of the database opens nothing any more. An erased half
leaves an empty file, so that a restored old backup is known to hold an erased group.
Does not know: copies of this folder. A copy from before an erase brings back what it holds.
"""

import os
import re
import secrets
from pathlib import Path
from typing import Literal

from core.records.files import flush_folder, private_folder, put, stored
from core.records.problems import Erased, KeyMissing, Unknown
from core.records.sealing import KEY

_ID = re.compile(r"[0-9a-f]{32}")


class Shares:
    """One file for each group; several machines share the folder as they share the key file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def make(self, group: str) -> bytes:
        """A new half, on the disk before the group is."""
        half = secrets.token_bytes(KEY)
        put(self._path(group), half)
        return half

    def find(self, group: str) -> bytes:
        """The half; raises `Erased` for an erased group and `KeyMissing` when it is not there."""
        path = self._path(group)
        try:
            half = path.read_bytes()
        except OSError as problem:
            detail = type(problem).__name__
            raise KeyMissing("records.problem.half_missing", detail, file=path) from problem
        if len(half) != KEY or not any(half):
            raise Erased("records.problem.erased", group)
        return half

    def state(self, group: str) -> Literal["there", "erased", "missing"]:
        try:
            self.find(group)
        except Erased:
            return "erased"
        except KeyMissing:
            return "missing"
        return "there"

    def is_erased(self, group: str) -> bool:
        return self.state(group) == "erased"

    def destroy(self, group: str) -> None:
        """Overwrites the half, then empties the file; twice does no harm."""
        path = self._path(group)
        with stored():
            private_folder(path.parent)
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
            try:
                os.write(descriptor, bytes(KEY))
                os.fsync(descriptor)
                os.ftruncate(descriptor, 0)
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
            flush_folder(path.parent)

    def _path(self, group: str) -> Path:
        if not _ID.fullmatch(group):
            raise Unknown("records.problem.unknown", "id", id=group)
        return self.folder / group[:2] / group
