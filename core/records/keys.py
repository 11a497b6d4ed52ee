"""The master key: a file outside the data folder that several machines can share.

Knows: its versions, that nobody else may read it, the keys derived from it, and the key check value
by which a database notices a wrong key before anything is written.
Does not know: records. Without this file no record can ever be read again.
"""

import hmac
import json
import secrets
import stat
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from sqlalchemy import Connection, insert, select

from core.records import tables
from core.records.files import POSIX, put
from core.records.problems import KeyExposed, KeyMissing, KeyWrong
from core.records.sealing import KEY

Purpose = Literal["check", "audit", "patient", "wrap", "outbox", "draft", "network"]


@dataclass(frozen=True, slots=True)
class Ring:
    """The versions in the file; new groups take `current`, older ones stay to be read."""

    current: int
    masters: Mapping[int, bytes]

    def derived(self, version: int, purpose: Purpose, *bound: bytes) -> bytes:
        """A key of its own for each purpose; the master itself encrypts nothing."""
        if version not in self.masters:
            raise KeyWrong("records.problem.seal", f"key version {version}")
        message = b"\x1f".join((b"auscult", purpose.encode(), *bound))
        return hmac.digest(self.masters[version], message, "sha256")


class Keys:
    """The key file; read again when another process rotated it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._read: tuple[tuple[int, int], Ring] | None = None

    def exists(self) -> bool:
        return self.path.is_file()

    def ring(self) -> Ring:
        """The keys; raises `KeyMissing`, `KeyExposed` or `KeyWrong`."""
        try:
            found = self.path.stat()
            if POSIX and stat.S_IMODE(found.st_mode) & 0o077:
                mode = f"{stat.S_IMODE(found.st_mode):04o}"
                raise KeyExposed("records.problem.key_exposed", file=self.path, mode=mode)
            mark = (found.st_mtime_ns, found.st_ino)
            if self._read is None or self._read[0] != mark:
                new = _parsed(self.path.read_bytes(), self.path)
                if self._read is not None:
                    _must_continue(self._read[1], new, self.path)
                self._read = (mark, new)
        except OSError as problem:
            detail = type(problem).__name__
            raise KeyMissing("records.problem.key_missing", detail, file=self.path) from problem
        return self._read[1]

    def make(self) -> None:
        """The first key; only for a database that holds nothing yet."""
        self._store(Ring(1, {1: secrets.token_bytes(KEY)}))

    def add_version(self) -> Ring:
        """A new current version; the old ones stay, older backups need them."""
        old = self.ring()
        new = old.current + 1
        self._store(Ring(new, {**old.masters, new: secrets.token_bytes(KEY)}))
        return self.ring()

    def patients(self, reference: str) -> list[str]:
        """The stored forms of a patient's reference, the newest version first."""
        ring = self.ring()
        return [patient_mac(ring, v, reference) for v in sorted(ring.masters, reverse=True)]

    def drafts_of(self, person: str) -> str:
        """The owner under which a person's drafts are sealed; the same after a rotation."""
        ring = self.ring()
        return ring.derived(min(ring.masters), "draft", person.encode())[:16].hex()

    def _store(self, ring: Ring) -> None:
        content = {
            "current": ring.current,
            "keys": {str(version): key.hex() for version, key in ring.masters.items()},
        }
        put(self.path, json.dumps(content, indent=1).encode() + b"\n")


def plain_reference(reference: str) -> str:
    """A patient's reference in the one form that counts, however wide and in what case it came."""
    return unicodedata.normalize("NFKC", reference).strip().upper()


def patient_mac(ring: Ring, version: int, reference: str) -> str:
    """A patient's reference as it is stored; the number itself never is."""
    key = ring.derived(version, "patient")
    return hmac.new(key, plain_reference(reference).encode(), "sha256").hexdigest()


def settle(connection: Connection, keys: Keys) -> bool:
    """Checks the key file against the database; True when it had to be made, the first time.

    A key is never made for a database that already has one: its records would look lost.
    """
    stored = known_checks(connection)
    made = not stored and not keys.exists()
    if made:
        keys.make()
    ring = keys.ring()
    compare(ring, stored, keys.path)
    for version in ring.masters.keys() - stored.keys():
        value = ring.derived(version, "check").hex()
        connection.execute(insert(tables.key_check).values(version=version, value=value))
    return made


def known_checks(connection: Connection) -> dict[int, str]:
    """The key check values that the database holds, by version."""
    return {row.version: row.value for row in connection.execute(select(tables.key_check))}


def compare(ring: Ring, checks: Mapping[int, str], path: Path) -> None:
    """Raises `KeyWrong` unless the ring has every version that `checks` know, and the same one."""
    for version, value in checks.items():
        if version not in ring.masters or ring.derived(version, "check").hex() != value:
            raise KeyWrong("records.problem.key_wrong", f"version {version}", file=path)


def _must_continue(old: Ring, new: Ring, path: Path) -> None:
    """A file that was swapped under a running process is no rotation."""
    for version, master in old.masters.items():
        if new.masters.get(version) != master:
            raise KeyWrong("records.problem.key_wrong", f"version {version} swapped", file=path)


def _parsed(content: bytes, path: Path) -> Ring:
    try:
        read = json.loads(content)
        masters = {int(version): bytes.fromhex(key) for version, key in read["keys"].items()}
        ring = Ring(int(read["current"]), masters)
    except (ValueError, KeyError, TypeError, AttributeError) as problem:
        raise KeyWrong("records.problem.key_wrong", "unreadable", file=path) from problem
    if ring.current not in masters or any(len(key) != KEY for key in masters.values()):
        raise KeyWrong("records.problem.key_wrong", "incomplete", file=path)
    return ring
