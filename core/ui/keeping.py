"""The opened records of this process, opened when they are first needed.

Knows: that nothing is made on disk before somebody sets up staff; that a failed opening is tried
again after a few seconds and not for each click; that what waits is stored when it can be.
Does not know: who may read what.
"""

import asyncio
import logging
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from core.errors import AuscultError
from core.records import opening
from core.records.opening import Opened, open_records
from core.records.store import Records
from core.settings import current

AGAIN_S = 5.0
BETWEEN_FLUSHES_S = 5.0
LOG = logging.getLogger("auscult")


@dataclass(slots=True)
class _Kept:
    opened: Opened | None = None
    problem: AuscultError | None = None
    tried: float = 0.0


_kept = _Kept()
_opening = threading.Lock()


def may_exist() -> bool:
    """Whether there can be records: none are opened to find out."""
    return _kept.opened is not None or opening.may_exist(current())


def records() -> Records:
    """The records; raises a `RecordsProblem` or `NotStored`."""
    with _opening:
        if _kept.opened is None:
            if _kept.problem and time.monotonic() - _kept.tried < AGAIN_S:
                raise _kept.problem
            try:
                _kept.opened, _kept.problem = open_records(current()), None
            except AuscultError as problem:
                _kept.problem, _kept.tried = problem, time.monotonic()
                raise
        return _kept.opened.records


def key_file() -> Path:
    """Where the master key is, or will be when staff is set up."""
    return current().key_file


async def keep_flushed() -> None:
    """Stores what waits as soon as the database is back, also when nobody writes then."""
    said = ""
    while True:
        await asyncio.sleep(BETWEEN_FLUSHES_S)
        fault = ""
        try:
            await asyncio.to_thread(flush)
        except Exception as problem:  # a fault of ours must not end the task that stores answers
            fault = type(problem).__name__
            if fault != said:
                LOG.error("what waits cannot be stored: %s", fault)
        said = fault


def flush() -> None:
    """Stores what waits, if anything does; a database that is still away is no news."""
    opened = _kept.opened
    if opened is None or not opened.records.outbox.waiting():
        return
    try:
        if stored := opened.records.flush():
            LOG.info("stored after waiting: %d", stored)
    except AuscultError as problem:
        LOG.debug("what waits is not stored yet: %s", problem.detail)


def close() -> None:
    """Closes what is open; the next use opens anew."""
    with _opening:
        if _kept.opened is not None:
            _kept.opened.records.close()
        _kept.opened = _kept.problem = None
