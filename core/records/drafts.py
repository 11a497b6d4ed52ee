"""Drafts of one browser, sealed so that only that browser can find and read them.

Knows: the owner (the random value of the browser's cookie), a slot name, a JSON value. File name
and the AES-GCM key are both derived from the owner, so the disk tells neither whose a draft is nor
what it says, and a lost cookie is an erased draft.
Does not know: people, patients, retention rules; a draft that nobody touched for a day is removed.
"""

import contextlib
import hashlib
import hmac
import json
import logging
import os
import secrets
import stat
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from core.errors import NotStored
from core.records.files import private_folder

KEPT_SECONDS = 24 * 3600
LOG = logging.getLogger("auscult")
NONCE = 12  # bytes, as AES-GCM recommends


@dataclass(frozen=True, slots=True)
class Found:
    """`value` is None unless the state is `found`."""

    state: Literal["found", "absent", "unreadable"]
    value: Any = None


class Drafts:
    """A folder of sealed drafts; every write is complete on disk before it returns."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def save(self, owner: str, slot: str, value: Any) -> None:
        """Stores `value`; raises `NotStored` when the disk does not take it (the old one stays)."""
        sealed = _seal(_key(owner), json.dumps(value, ensure_ascii=False).encode())
        path = self._path(owner, slot)
        fresh = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
        try:
            private_folder(self.folder)
            _write_through(fresh, sealed)
            fresh.replace(path)
        except OSError as problem:
            with contextlib.suppress(OSError):
                fresh.unlink(missing_ok=True)
            raise NotStored(
                "error.not_stored", f"{type(problem).__name__} {problem.errno}"
            ) from problem

    def find(self, owner: str, slot: str, now: float | None = None) -> Any | None:
        """The stored value; `None` when this owner has none, or it is expired or cannot be opened.

        An expired one is removed here too, whether or not a sweep came by.
        """
        return self.look(owner, slot, now).value

    def look(self, owner: str, slot: str, now: float | None = None) -> Found:
        """As `find`, and tells a draft that is not there from one that cannot be opened."""
        path = self._path(owner, slot)
        if _remove_expired(path, now or time.time()):
            return Found("absent")
        try:
            sealed = path.read_bytes()
            clear = AESGCM(_key(owner)).decrypt(sealed[:NONCE], sealed[NONCE:], None)
            return Found("found", json.loads(clear))
        except (FileNotFoundError, NotADirectoryError):
            return Found("absent")
        except (OSError, InvalidTag, ValueError) as problem:
            LOG.warning("a draft could not be opened: %s", type(problem).__name__)
            return Found("unreadable")

    def hand_over(self, owner: str, to: str, slot: str) -> None:
        """Gives a draft to another owner, unless that one already has one; then both stay."""
        held = self.find(owner, slot)
        if held is None or self.look(to, slot).state != "absent":
            return
        self.save(to, slot, held)
        with contextlib.suppress(OSError):  # it is handed over; the old one ends after its day
            self._path(owner, slot).unlink(missing_ok=True)

    def set_aside(self, owner: str, slot: str) -> None:
        """Renames a draft that nobody can read, so that the next `save` does not replace it."""
        path = self._path(owner, slot)
        try:
            path.replace(path.with_name(path.name + ".bad"))
        except OSError as problem:
            LOG.warning("a draft could not be set aside: %s", type(problem).__name__)

    def sweep(self, now: float | None = None) -> int:
        """Removes drafts untouched for a day and unfinished writes; returns how many were old."""
        return sum(_remove_expired(path, now or time.time()) for path in self.folder.glob("*"))

    def _path(self, owner: str, slot: str) -> Path:
        name = hmac.new(owner.encode(), b"slot " + slot.encode(), hashlib.sha256).hexdigest()
        return self.folder / name[:40]


def _remove_expired(path: Path, now: float) -> bool:
    """Was this a file untouched for a day? It is gone then, or the disk refused to let it go."""
    try:
        found = path.lstat()
        if not stat.S_ISREG(found.st_mode) or found.st_mtime >= now - KEPT_SECONDS:
            return False
        path.unlink(missing_ok=True)
    except FileNotFoundError:
        return False  # another process was faster
    except OSError as problem:
        LOG.warning("an expired draft could not be removed: %s", type(problem).__name__)
    return True


def _key(owner: str) -> bytes:
    """A 256-bit key; the owner has 128 random bits, so one hash is enough."""
    return hmac.new(owner.encode(), b"draft key", hashlib.sha256).digest()


def _seal(key: bytes, clear: bytes) -> bytes:
    nonce = os.urandom(NONCE)
    return nonce + AESGCM(key).encrypt(nonce, clear, None)


def _write_through(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as target:
        target.write(content)
        target.flush()
        os.fsync(target.fileno())
