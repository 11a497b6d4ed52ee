"""Small files that must be whole or not there: keys, the audit head, waiting answers.

Knows: write beside, flush to the disk, put in place; what the disk refuses is `NotStored`.
Does not know: what a file says.
"""

import contextlib
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.errors import NotStored

POSIX = os.name == "posix"


@contextmanager
def stored() -> Iterator[None]:
    """Turns an error of the file system into `NotStored`."""
    try:
        yield
    except OSError as problem:
        detail = f"{type(problem).__name__} {problem.errno}"
        raise NotStored("error.not_stored", detail) from problem


def private_folder(path: Path) -> None:
    """Makes a folder, and those above it that are missing, for this user only."""
    missing = [folder for folder in (path, *path.parents) if not folder.exists()]
    for folder in reversed(missing):
        folder.mkdir(mode=0o700, exist_ok=True)


def put(path: Path, content: bytes, durable: bool = True) -> None:
    """Replaces a file as a whole, mode 0600; `durable` waits until the disk has it."""
    fresh = path.with_name(f"{path.name}-{secrets.token_hex(4)}-new")
    with stored():
        try:
            private_folder(path.parent)
            descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as target:
                target.write(content)
                target.flush()
                if durable:
                    os.fsync(target.fileno())
            fresh.replace(path)
        except OSError:
            with contextlib.suppress(OSError):
                fresh.unlink(missing_ok=True)
            raise
        if durable:
            flush_folder(path.parent)


def flush_folder(folder: Path) -> None:
    """Makes new and removed names of a folder outlive a power cut; Windows does so by itself."""
    if POSIX:
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
