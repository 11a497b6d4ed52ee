"""The head of the audit outside the database, so that lines cut off at its end are noticed.

Knows: how a head is written, and that the newest one is kept in a file beside the master key.
Does not know: the lines (see `audit`).
"""

import logging
from dataclasses import dataclass
from pathlib import Path

from core.errors import NotStored
from core.records.files import put

BEGINNING = "0" * 64
LOG = logging.getLogger("auscult")


@dataclass(frozen=True, slots=True)
class Head:
    """The newest line: its number and its seal."""

    seq: int
    mac: str

    def __str__(self) -> str:
        return f"{self.seq}:{self.mac}"


class HeadFile:
    """The head outside the database: a file beside the master key."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> Head | None:
        """The kept head; None when there is none or it is no head."""
        try:
            return parse_head(self.path.read_text("ascii"))
        except (OSError, ValueError):
            return None

    def is_link(self) -> bool:
        """Whether it leads elsewhere; this program never makes it so."""
        return self.path.is_symlink()

    def keep(self, newest: Head, replace: bool = False) -> None:
        """Keeps the newer head; a restore replaces it by an older one.

        Not flushed to the disk: a head behind the database is no alarm, one ahead of it would be.
        """
        old = self.read()
        if replace or old is None or newest.seq > old.seq:
            try:
                put(self.path, str(newest).encode(), durable=False)
            except NotStored as problem:
                LOG.warning("the audit head could not be exported: %s", problem.detail)


def parse_head(text: str) -> Head:
    """A head as `records head` prints it; raises `ValueError`."""
    seq, _, mac = text.strip().partition(":")
    if len(mac) != len(BEGINNING) or not seq.isdecimal():
        raise ValueError(text)
    return Head(int(seq), mac)
